//! Samples as blocks of a Prometheus database: OpenMetrics text, turned into blocks by promtool.

use std::{
    collections::BTreeMap,
    fmt::Display,
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;

use crate::{packages, process::tied};

/// How much time one block spans: a range that Prometheus' own compaction knows. Few blocks are asked quickly, and
/// promtool reads its input once per block.
pub const BLOCK_MS: i64 = 54 * 3_600_000;

/// Text files that become blocks, one per span of time.
pub struct Blocks {
    folder: PathBuf,
    files: BTreeMap<i64, BufWriter<File>>,
}

impl Blocks {
    /// Keeps its files below a folder, which is made.
    pub fn new(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Self { folder: folder.to_owned(), files: BTreeMap::new() })
    }

    /// Adds a sample. The samples of a series come in the order of time.
    ///
    /// Promtool multiplies the seconds by 1,000 and cuts the rest off: milliseconds that are multiples of 125
    /// survive that, others may lose one.
    pub fn add(&mut self, series: &str, value: impl Display, at_ms: i64) -> anyhow::Result<()> {
        let block = at_ms.div_euclid(BLOCK_MS);
        if !self.files.contains_key(&block) {
            let file = File::create(self.path(block)).context("a file of samples cannot be made")?;
            self.files.insert(block, BufWriter::with_capacity(1 << 20, file));
        }
        if let Some(file) = self.files.get_mut(&block) {
            writeln!(file, "{series} {value} {}.{:03}", at_ms / 1000, at_ms % 1000)?;
        }
        Ok(())
    }

    fn path(&self, block: i64) -> PathBuf {
        self.folder.join(format!("{block}.om"))
    }

    /// Makes the blocks inside a database's folder, and removes the text.
    pub fn finish(mut self, database: &Path) -> anyhow::Result<()> {
        let mut waiting = Vec::new();
        for (block, mut file) in std::mem::take(&mut self.files) {
            file.write_all(b"# EOF\n")?;
            file.flush()?;
            waiting.push(self.path(block));
        }
        // Two at a time: promtool uses one core each.
        for pair in waiting.chunks(2) {
            let children: Vec<_> =
                pair.iter().map(|it| promtool(it, database).spawn()).collect::<Result<_, _>>()?;
            for (child, path) in children.into_iter().zip(pair) {
                let output = child.wait_with_output()?;
                anyhow::ensure!(
                    output.status.success(),
                    "promtool could not make blocks of {}: {}",
                    path.display(),
                    String::from_utf8_lossy(&output.stderr)
                );
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

fn promtool(text: &Path, database: &Path) -> Command {
    let mut command = Command::new(packages::PROMTOOL.command);
    command.args(["tsdb", "create-blocks-from", "--quiet", "--max-block-duration", "54h", "openmetrics"]);
    command.arg(text).arg(database);
    let mut tied = tied(&command);
    tied.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null());
    tied.stderr(std::process::Stdio::piped());
    tied
}
