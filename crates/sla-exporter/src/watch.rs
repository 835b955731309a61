//! Watching the files that take part, so that a change is taken by itself. The set of files is followed: what a reload
//! adds is watched from then on, what it removes no longer.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Component, Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::{
    sync::{Notify, mpsc, watch},
    task::spawn_blocking,
    time::{Instant, sleep_until, timeout},
};

use crate::reload::{Request, Why};

/// Events of a file come in bunches; so long it must have been quiet before it is read.
const QUIET: Duration = Duration::from_millis(250);

/// A folder that is never quiet does not keep a change waiting longer than this.
const QUIET_MAX: Duration = Duration::from_secs(2);

/// So often the files are read without any event: NFS and some containers tell of none.
const POLL: Duration = Duration::from_secs(30);

/// Links that are followed from one file, as in Linux itself.
const LINKS_MAX: usize = 40;

/// Asks for a reload whenever one of the files may have changed, until nobody takes requests any more.
pub async fn watch(mut files: watch::Receiver<Vec<PathBuf>>, requests: mpsc::Sender<Request>) {
    let changed = Arc::new(Notify::new());
    let mut watched = Watched::new(&changed);
    let mut poll = Instant::now();
    let mut looked = false;
    loop {
        let paths = files.borrow_and_update().clone();
        let news;
        (watched, news) = follow(watched, paths).await;
        // What is newly watched may have changed before it was, so it is looked at once.
        looked = news && !looked;
        if !looked {
            let quiet = async { while timeout(QUIET, changed.notified()).await.is_ok() {} };
            tokio::select! {
                // Quiet or not, it is time to look.
                () = changed.notified() => { let _ = timeout(QUIET_MAX, quiet).await; }
                () = sleep_until(poll) => {}
                more = files.changed() => match more {
                    Ok(()) => continue,
                    Err(_) => return,
                },
            }
        }
        poll = Instant::now() + POLL;
        if requests.send(Request { why: Why::Files, answer: None }).await.is_err() {
            return;
        }
    }
}

/// Looks at file systems, which may hang, off the runtime's threads.
async fn follow(mut watched: Watched, paths: Vec<PathBuf>) -> (Watched, bool) {
    let following = spawn_blocking(move || {
        let news = watched.follow(&paths);
        (watched, news)
    });
    following.await.expect("looking at folders does not panic")
}

/// What tells one folder from another, also from one of the same name and number that was removed before.
type Identity = (u64, u64, Option<SystemTime>);

/// The watched folders.
struct Watched {
    watcher: Option<RecommendedWatcher>,
    /// Each once, whatever names lead to it.
    folders: BTreeMap<Identity, PathBuf>,
    /// Why folders cannot be watched; said once.
    refused: Option<String>,
}

impl Watched {
    fn new(changed: &Arc<Notify>) -> Self {
        let told = Arc::clone(changed);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Our own reading is an event too: without this, each reload would cause the next.
            if event.is_ok_and(|it| !it.kind.is_access()) {
                told.notify_one();
            }
        });
        let mut begun = Self { watcher: None, folders: BTreeMap::new(), refused: None };
        match watcher {
            Ok(watcher) => begun.watcher = Some(watcher),
            Err(error) => begun.refuse(&error),
        }
        begun
    }

    /// Watches the folders of these files and no others; returns whether there are new ones.
    fn follow(&mut self, paths: &[PathBuf]) -> bool {
        let wanted = folders(paths);
        let Some(watcher) = &mut self.watcher else {
            return false;
        };
        self.folders.retain(|identity, folder| {
            let keep = wanted.contains_key(identity);
            if !keep {
                // The folder may be gone, and the watch with it.
                let _ = watcher.unwatch(folder);
            }
            keep
        });
        let mut news = false;
        let mut refused = None;
        for (identity, folder) in wanted {
            if self.folders.contains_key(&identity) {
                continue;
            }
            match watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.folders.insert(identity, folder);
                    news = true;
                }
                Err(error) => refused = Some(error),
            }
        }
        match &refused {
            Some(error) => self.refuse(error),
            None => self.refused = None,
        }
        news
    }

    fn refuse(&mut self, error: &notify::Error) {
        let seconds = POLL.as_secs();
        let text = error.to_string();
        if self.refused.as_ref() != Some(&text) {
            tracing::warn!(%error, seconds, "cannot watch the specification; it is read now and then");
            self.refused = Some(text);
        }
    }
}

/// Returns the folders in which a change of these files shows. Folders and not files, because editors and Kubernetes
/// replace files instead of writing them: what is seen is a new name in the folder, not a change of the file.
fn folders(paths: &[PathBuf]) -> BTreeMap<Identity, PathBuf> {
    let mut found = BTreeMap::new();
    for path in paths.iter().filter_map(|it| std::path::absolute(it).ok()) {
        let mut places = Vec::new();
        links(&path, &mut places, &mut 0);
        places.push(folder(&path));
        places.extend(fs::canonicalize(&path).map(|it| folder(&it)));
        found.extend(places.iter().filter_map(|it| existing(it)));
    }
    found
}

/// Returns the folder in which a file stands, or a folder that is named itself.
fn folder(path: &Path) -> PathBuf {
    if path.is_dir() { path.to_owned() } else { path.parent().unwrap_or(path).to_owned() }
}

/// Returns a folder, or the nearest one above it that exists: what is to come is seen to come there.
fn existing(folder: &Path) -> Option<(Identity, PathBuf)> {
    folder.ancestors().find_map(|it| {
        let place = fs::canonicalize(it).ok()?;
        let found = fs::metadata(&place).ok().filter(fs::Metadata::is_dir)?;
        Some(((found.dev(), found.ino(), found.created().ok()), place))
    })
}

/// Adds the folders of all links on the way to a file: each may be replaced.
fn links(path: &Path, places: &mut Vec<PathBuf>, followed: &mut usize) {
    let mut way = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            way.pop();
            continue;
        }
        let folder = way.clone();
        way.push(part);
        let Ok(target) = fs::read_link(&way) else {
            continue;
        };
        places.push(folder.clone());
        *followed += 1;
        if *followed > LINKS_MAX {
            return;
        }
        links(&folder.join(target), places, followed);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[track_caller]
    fn found(root: &Path, path: &str, expected: &[&str]) {
        let folders = folders(&[root.join(path)]);
        let mut names: Vec<_> =
            folders.values().map(|it| it.strip_prefix(root).unwrap().to_str().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, expected, "{path}");
    }

    #[test]
    fn every_link_on_the_way_may_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir_all(root.join("secret/..1")).unwrap();
        fs::create_dir_all(root.join("releases/42/etc")).unwrap();
        fs::write(root.join("secret/..1/token"), "x").unwrap();
        fs::write(root.join("releases/42/etc/sla.yaml"), "x").unwrap();
        symlink("..1", root.join("secret/..data")).unwrap();
        symlink("..data/token", root.join("secret/token")).unwrap();
        symlink(root.join("releases/42"), root.join("current")).unwrap();
        symlink("around", root.join("around")).unwrap();
        found(&root, "secret/..1/token", &["secret/..1"]);
        found(&root, "secret/token", &["secret", "secret/..1"]);
        found(&root, "current/etc/sla.yaml", &["", "releases/42/etc"]);
        found(&root, "releases/42/etc", &["releases/42/etc"]);
        // What does not exist yet is seen to come.
        found(&root, "secret/other", &["secret"]);
        found(&root, "later/than/now", &[""]);
        found(&root, "around/x", &[""]);
    }

    #[tokio::test]
    async fn the_watched_folders_follow_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        let changed = Arc::new(Notify::new());
        let mut watched = Watched::new(&changed);
        let [a, b] = ["a", "b"].map(|it| root.join(it).join("file"));
        for it in [&a, &b] {
            fs::create_dir(it.parent().unwrap()).unwrap();
            fs::write(it, "1").unwrap();
        }
        assert!(watched.follow(std::slice::from_ref(&a)));
        assert!(!watched.follow(std::slice::from_ref(&a)), "nothing is new");
        fs::write(&a, "2").unwrap();
        timeout(POLL, changed.notified()).await.unwrap();
        assert!(watched.follow(std::slice::from_ref(&b)));
        assert_eq!(watched.folders.values().collect::<Vec<_>>(), [b.parent().unwrap()]);
        fs::write(&b, "2").unwrap();
        timeout(POLL, changed.notified()).await.unwrap();
        // A folder that was replaced is another folder.
        fs::rename(b.parent().unwrap(), root.join("old")).unwrap();
        fs::create_dir(b.parent().unwrap()).unwrap();
        assert!(watched.follow(std::slice::from_ref(&b)));
    }
}
