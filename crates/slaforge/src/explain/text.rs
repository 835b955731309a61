//! The explanation as text, for people: what is promised, when who is told, which formulas, what they cost.

use std::fmt::Write as _;

use super::facts::{Facts, Formulas};

/// Returns the whole text.
pub fn render(facts: &Facts) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = promise(facts, &mut text)
        .and_then(|()| tiers(facts, &mut text))
        .and_then(|()| facts.groups.iter().try_for_each(|it| formulas(it, &mut text)));
    text
}

fn promise(facts: &Facts, text: &mut String) -> std::fmt::Result {
    writeln!(text, "{}: {}\n", facts.objective, facts.title)?;
    writeln!(text, "  Counts    {}", facts.counts)?;
    writeln!(text, "  Promise   {} good over {}, module `{}`", facts.target, facts.window, facts.module)?;
    if !facts.by.is_empty() {
        writeln!(text, "  Split by  {}: each combination is judged on its own", facts.by.join(", "))?;
    }
    writeln!(
        text,
        "  Budget    100 % - {} = {} may go wrong: {} minutes of total failure\n",
        facts.target, facts.budget, facts.budget_minutes
    )
}

fn tiers(facts: &Facts, text: &mut String) -> std::fmt::Result {
    if facts.tiers.is_empty() {
        return writeln!(
            text,
            "Nobody is told when the budget burns: the specification has no `alert` for it\n"
        );
    }
    writeln!(text, "Who is told when, with a full window of clean traffic before it\n")?;
    let depths = facts.tiers.first().map(|it| &it.fires).into_iter().flatten();
    let depths = columns(depths.map(|it| it.0.as_str()));
    writeln!(text, "  {:<10} {:<7} {:>10}   bad {depths}   then released", "tier", "burn", "more than")?;
    for it in &facts.tiers {
        let fires = columns(it.fires.iter().map(|it| it.1.as_deref().unwrap_or("-")));
        let who = format!("{} {}", it.name, it.urgency);
        writeln!(
            text,
            "  {who:<10} {:<7} {:>10}       {fires}   after {}",
            it.burn, it.threshold, it.released
        )?;
    }
    writeln!(text)?;
    for it in &facts.tiers {
        writeln!(
            text,
            "  {:<4} {} of the budget in {} = {} times what is allowed; x budget {} = {}, over {} and {};\n       at this speed it lasts {}",
            it.burn, it.spends, it.burn, it.factor, facts.budget, it.threshold, it.burn, it.short, it.lasts
        )?;
    }
    if let Some(time) = &facts.at_one_a_minute {
        writeln!(
            text,
            "\n  At least 3 bad events are needed: at one event a minute a total failure fires after {time}"
        )?;
    }
    writeln!(text)
}

/// Cells of eight letters, filled from the left.
fn columns<'c>(cells: impl Iterator<Item = &'c str>) -> String {
    cells.fold(String::new(), |row, cell| row + &" ".repeat(8_usize.saturating_sub(cell.len())) + cell)
}

fn formulas(group: &Formulas, text: &mut String) -> std::fmt::Result {
    writeln!(
        text,
        "Every {}: {} formulas write {} series and read at most {} samples of recorded series{}\n",
        group.every,
        group.rules.len(),
        group.writes,
        group.samples_recorded,
        match group.samples_per_raw_series {
            0 => String::new(),
            each => format!(
                ",\nand {each} of each raw series that they select (20 pods x 2 codes: {})",
                each * 40
            ),
        }
    )?;
    for rule in &group.rules {
        writeln!(text, "  {}", rule.name)?;
        if !rule.about.is_empty() {
            writeln!(text, "    # {}", rule.about)?;
        }
        for line in rule.expr.lines() {
            writeln!(text, "    {line}")?;
        }
        writeln!(text)?;
    }
    Ok(())
}
