//! Samples as blocks of a Prometheus database: OpenMetrics text, made into blocks by promtool.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context as _;
use tempfile::TempDir;

use super::{Found, Recorded};
use crate::promql::build::series as selected;

/// How much time one block spans, at most: a range that Prometheus' own compaction knows, and that promtool can be
/// asked for.
const BLOCK_SECONDS: i64 = 54 * 3600;

/// Text files that become blocks, one per span of time: promtool reads its input once per block.
pub struct Blocks {
    folder: TempDir,
    files: BTreeMap<i64, BufWriter<File>>,
    /// How many samples were added.
    pub samples: u64,
    /// The second of the newest of them.
    pub newest: i64,
}

impl Blocks {
    /// Keeps its files in a temporary folder beside the output.
    pub fn beside(out: &Path) -> anyhow::Result<Self> {
        let parent = out.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
        let folder = tempfile::Builder::new().prefix(".slaforge-").tempdir_in(parent);
        let folder = folder.with_context(|| format!("{} cannot be written to", parent.display()))?;
        Ok(Self { folder, files: BTreeMap::new(), samples: 0, newest: 0 })
    }

    /// Adds the samples of a series. They come in the order of time.
    pub fn add(&mut self, recorded: &Recorded, found: &Found) -> anyhow::Result<()> {
        let series = series(recorded, &found.metric);
        for (seconds, value) in &found.values {
            #[expect(clippy::cast_possible_truncation, reason = "whole seconds of this millennium")]
            let seconds = *seconds as i64;
            let block = seconds.div_euclid(BLOCK_SECONDS);
            if !self.files.contains_key(&block) {
                let file = File::create(self.path(block)).context("a file of samples cannot be made")?;
                self.files.insert(block, BufWriter::with_capacity(1 << 20, file));
            }
            if let Some(file) = self.files.get_mut(&block) {
                writeln!(file, "{series} {value} {seconds}").context("samples cannot be written")?;
            }
            self.samples += 1;
            self.newest = self.newest.max(seconds);
        }
        Ok(())
    }

    fn path(&self, block: i64) -> PathBuf {
        self.folder.path().join(format!("{block}.om"))
    }

    /// Makes the blocks in the output folder, and returns how many there are. All or nothing: they get their place
    /// when the last is done.
    pub fn finish(mut self, out: &Path) -> anyhow::Result<usize> {
        let made = self.folder.path().join("blocks");
        fs::create_dir_all(&made).context("a folder of blocks cannot be made")?;
        for (block, mut file) in std::mem::take(&mut self.files) {
            file.write_all(b"# EOF\n").and_then(|()| file.flush()).context("samples cannot be written")?;
            drop(file);
            convert(&self.path(block), &made)?;
            fs::remove_file(self.path(block)).context("samples cannot be removed")?;
        }
        let count = fs::read_dir(&made).context("the blocks cannot be counted")?.count();
        fs::rename(&made, out).with_context(|| format!("{} cannot be written", out.display()))?;
        Ok(count)
    }
}

fn convert(text: &Path, blocks: &Path) -> anyhow::Result<()> {
    let mut command = Command::new("promtool");
    command.args(["tsdb", "create-blocks-from", "--quiet", "--max-block-duration", "54h", "openmetrics"]);
    let output = command.arg(text).arg(blocks).output().context("`promtool` cannot be run")?;
    anyhow::ensure!(
        output.status.success(),
        "promtool could not make blocks: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}

/// Returns a series in the text format, which writes it as PromQL selects it: the rule's name and labels over those of its expression.
fn series(recorded: &Recorded, found: &BTreeMap<String, String>) -> String {
    let mut labels: BTreeMap<&str, &str> =
        found.iter().map(|(label, value)| (label.as_str(), value.as_str())).collect();
    labels.remove("__name__");
    labels.extend(recorded.labels.iter().map(|(label, value)| (*label, value.as_str())));
    labels.retain(|_, value| !value.is_empty());
    let labels: Vec<(&str, &str)> = labels.into_iter().collect();
    selected(&recorded.name, &labels).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{plan::Labels, promql::build::number};

    #[test]
    fn the_labels_of_a_rule_win_and_are_escaped() {
        let labels = Labels::from([("sla", "shop".to_owned()), ("slo", "a".to_owned())]);
        let recorded = Recorded { name: "slo:x".to_owned(), labels, expr: number(0) };
        let found = [("__name__", "y"), ("slo", "b"), ("path", "a\"\\\n"), ("gone", "")];
        let found = found.map(|(label, value)| (label.to_owned(), value.to_owned())).into();
        assert_eq!(series(&recorded, &found), r#"slo:x{path="a\"\\\n",sla="shop",slo="a"}"#);
    }
}
