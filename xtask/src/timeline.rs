//! A story as a table that fits a terminal.

use std::fmt::Write as _;

use crate::story::{Page, Story, subject};

/// So many repetitions are listed; of more, only the last.
const REPEATS_MAX: usize = 3;

/// Returns the story, one event a line, in the order of time.
pub fn text(story: &Story) -> String {
    let mut rows: Vec<(f64, Vec<String>)> = Vec::new();
    let value = story.value.as_deref().map(|it| format!(" {it}")).unwrap_or_default();
    rows.push((story.clean_since, vec!["clean history begins".to_owned()]));
    let mut fault = vec![format!("FAULT {}{value}", story.fault)];
    fault.extend(
        story.failures.iter().map(|it| {
            format!("    step {} of {} fails: {}, {} times", it.step, it.probe, it.reason, it.count)
        }),
    );
    if story.failures.is_empty() {
        fault.push("    no step of a journey fails".to_owned());
    }
    rows.push((0.0, fault));
    rows.push((story.healed, vec!["HEALED".to_owned()]));
    story.pages.iter().for_each(|it| page(it, &mut rows));
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut text =
        format!("\n  Seconds after the fault; at pace {0} each second stands for {0}.\n\n", story.pace);
    for (at, lines) in rows {
        for (index, line) in lines.iter().enumerate() {
            let time = if index == 0 { format!("{at:+8.1} s") } else { String::new() };
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {time:10}  {line}");
        }
    }
    let found = story.selectors - story.selectors_missing.len();
    let _ = writeln!(
        text,
        "\n  {found} of {} selectors of rules and panels have data or name a rule",
        story.selectors
    );
    text
}

fn page(page: &Page, rows: &mut Vec<(f64, Vec<String>)>) {
    let what = format!("{} {} {}", page.tier, page.alert, subject(&page.labels));
    let computed = page.computed.map(|it| format!("   (computed {it:+.1} s)")).unwrap_or_default();
    let mut lines = vec![format!("PAGE  {what} → {}{computed}", page.told.join(", "))];
    lines.extend(page.summary.iter().map(|it| format!("    {it}")));
    lines.push(format!("    owners {}", page.owners));
    lines.push(format!("    confirm within {}, restore within {}", page.confirm_within, page.restore_within));
    if page.released.is_none() {
        lines.push(
            "    no release was told: silenced by a page, or still held when the story ended".to_owned(),
        );
    }
    rows.push((page.arrived, lines));
    if let Some(first) = page.repeated.first() {
        rows.push((*first, vec![format!("again {what}: {}", repeats(&page.repeated))]));
    }
    if let (Some(released), Some(after)) = (page.released, page.released_after_recovery) {
        rows.push((released, vec![format!("RELEASED {what}, {after:.1} s after recovery")]));
    }
}

fn repeats(times: &[f64]) -> String {
    let first: Vec<String> = times.iter().take(REPEATS_MAX).map(|it| format!("{it:+.1} s")).collect();
    let first = first.join(", ");
    match times.last() {
        Some(last) if times.len() > REPEATS_MAX => format!("{first} … {last:+.1} s, {} times", times.len()),
        _ => first,
    }
}
