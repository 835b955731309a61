//! The files of a specification. Reading them is the only thing in this crate that touches the world.

use std::{
    collections::{BTreeSet, VecDeque},
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::diagnostic::{Code, Diagnostic, Span};

mod include;

/// The largest file that is read, in bytes. The specification of a large company stays below 1 MiB; what is
/// larger is another file, picked by mistake.
pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The most files of a directory.
pub const FILES_MAX: usize = 1000;

/// One file.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as people should see it; relative paths in the file start from its directory.
    pub path: String,
    /// What stands in it.
    pub text: Arc<str>,
}

/// Several files, in order; the `file` of a span is a position in it.
#[derive(Clone, Debug)]
pub struct SourceSet {
    sources: Vec<Source>,
    /// Problems of files that are no text, or too large. Such a file is not parsed.
    broken: Vec<Diagnostic>,
    /// Files that are named and could not be read: the problem, and where they should stand.
    missing: Vec<(Diagnostic, PathBuf)>,
}

/// Why files could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system refused.
    #[error("`{}` cannot be read", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A directory without specifications.
    #[error("`{}` holds no `*.yaml` and no `*.yml` file", .0.display())]
    NoFiles(PathBuf),
    /// A directory with more than [`FILES_MAX`] files.
    #[error("`{}` holds more than {FILES_MAX} files", .0.display())]
    TooManyFiles(PathBuf),
}

impl SourceSet {
    /// Makes a set from paths and the bytes that stand there. At most [`FILES_MAX`] files are kept.
    pub fn new(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let mut set = Self { sources: Vec::new(), broken: Vec::new(), missing: Vec::new() };
        for (file, (path, bytes)) in (0..).zip(files.into_iter().take(FILES_MAX)) {
            let text = set.decoded(file, bytes);
            set.sources.push(Source { path, text });
        }
        set
    }

    /// Makes a set of one text.
    pub fn of_text(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new([(path.into(), text.into().into_bytes())])
    }

    /// Returns the files.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Returns where files were looked for that are named and could not be read.
    pub fn absent(&self) -> impl Iterator<Item = &Path> {
        self.missing.iter().map(|it| it.1.as_path())
    }

    /// Returns the problems that were found before parsing.
    pub(crate) fn broken(&self) -> &[Diagnostic] {
        &self.broken
    }

    /// Returns the problems of files that are named and could not be read.
    pub(crate) fn missing(&self) -> impl Iterator<Item = &Diagnostic> {
        self.missing.iter().map(|it| &it.0)
    }

    /// Returns the text of a span.
    pub(crate) fn slice(&self, span: Span) -> &str {
        let text = self.sources.get(usize::from(span.file)).map_or("", |it| &it.text);
        text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    fn decoded(&mut self, file: u16, bytes: Vec<u8>) -> Arc<str> {
        if bytes.len() > FILE_BYTES_MAX {
            let message = format!("the file is larger than {} MiB", FILE_BYTES_MAX / 1024 / 1024);
            let problem = Diagnostic::error(Code::TooLarge, Span::new(file, 0, 0), message);
            self.broken.push(problem.hint("is this the right file? A specification is text of a few pages"));
            return "".into();
        }
        match String::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let text: Arc<str> = String::from_utf8_lossy(error.as_bytes()).into();
                // The first replacement character stands for the first wrong byte.
                let span = Span::new(file, good, good + char::REPLACEMENT_CHARACTER.len_utf8());
                let problem = Diagnostic::error(Code::Encoding, span, "this byte is not UTF-8 text");
                self.broken.push(problem.hint("save the file as UTF-8"));
                text
            }
        }
    }
}

/// Asked before each file is looked at; an error refuses it.
pub type Guard<'g> = &'g dyn Fn(&Path) -> io::Result<()>;

/// Reads a file, or the `*.yaml` and `*.yml` files of a directory, sorted by name, not recursive; and what they
/// include.
pub fn read(path: &Path) -> Result<SourceSet, ReadError> {
    read_guarded(path, &|_| Ok(()))
}

/// The same for who must not wait for a file for ever, and wants to know for which one it waits.
pub fn read_guarded(path: &Path, guard: Guard<'_>) -> Result<SourceSet, ReadError> {
    guarded(path, guard)?;
    let first = if is_directory(path)? { specifications(path)? } else { vec![path.to_owned()] };
    let mut waiting: VecDeque<PathBuf> = first.into();
    let mut seen: BTreeSet<PathBuf> = waiting.iter().map(|it| identity(it)).collect();
    let mut files = Vec::new();
    let mut missing = Vec::new();
    while let Some(next) = waiting.pop_front() {
        guarded(&next, guard)?;
        let bytes = bytes(&next)?;
        let file = u16::try_from(files.len()).unwrap_or(u16::MAX);
        for item in include::items(file, &bytes) {
            let target = next.parent().unwrap_or(Path::new("")).join(&item.path);
            match guarded(&target, guard).and_then(|()| include::files(&target)) {
                Ok(found) => waiting.extend(found.into_iter().filter(|it| seen.insert(identity(it)))),
                Err(error) => missing.push((item.problem(&target, &error), target)),
            }
        }
        files.push((next.to_string_lossy().into_owned(), bytes));
        if files.len() + waiting.len() > FILES_MAX {
            return Err(ReadError::TooManyFiles(path.to_owned()));
        }
    }
    Ok(SourceSet { missing, ..SourceSet::new(files) })
}

fn guarded(path: &Path, guard: Guard<'_>) -> Result<(), ReadError> {
    guard(path).map_err(|source| ReadError::Io { path: path.to_owned(), source })
}

/// One file under two names is one file.
fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn is_directory(path: &Path) -> Result<bool, ReadError> {
    match fs::metadata(path) {
        Ok(found) => Ok(found.is_dir()),
        Err(source) => Err(ReadError::Io { path: path.to_owned(), source }),
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, ReadError> {
    let read = || {
        let file = File::open(path)?;
        // One byte more than allowed tells a file that is too large from one that just fits.
        let limit = FILE_BYTES_MAX as u64 + 1;
        let length = file.metadata()?.len().min(limit);
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1);
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|source| ReadError::Io { path: path.to_owned(), source })
}

fn specifications(directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let io = |source| ReadError::Io { path: directory.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let yaml = path.extension().is_some_and(|it| it == "yaml" || it == "yml");
        if yaml && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    match paths.len() {
        0 => Err(ReadError::NoFiles(directory.to_owned())),
        1..=FILES_MAX => Ok(paths),
        _ => Err(ReadError::TooManyFiles(directory.to_owned())),
    }
}
