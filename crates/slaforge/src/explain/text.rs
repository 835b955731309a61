//! The explanation as text, for people: what is promised, when who is told, which formulas, what they cost.

use std::fmt::Write as _;

use super::facts::{Facts, Formulas, Tier};

/// Returns the whole text.
pub fn render(facts: &Facts) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = promise(facts, &mut text)
        .and_then(|()| tiers(facts, &mut text))
        .and_then(|()| facts.groups.iter().try_for_each(|it| formulas(facts, it, &mut text)));
    text
}

fn promise(facts: &Facts, text: &mut String) -> std::fmt::Result {
    writeln!(text, "{}: {}\n", facts.objective, facts.title)?;
    writeln!(text, "  Counts    {}", facts.counts)?;
    writeln!(text, "  Promise   {} good over {}, module `{}`", facts.target, facts.window, facts.module)?;
    if !facts.by.is_empty() {
        writeln!(text, "  Split by  {}: each combination is judged on its own", facts.by.join(", "))?;
    }
    let longest =
        facts.budget_days.map_or_else(String::new, |it| format!(" in the longest one, of {it} days"));
    writeln!(
        text,
        "  Budget    100 % - {} = {} may go wrong: {} minutes of total failure{longest}\n",
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
    writeln!(
        text,
        "Who is told how long after a failure began, with a full window of clean traffic before it\n"
    )?;
    let depths = facts.tiers.first().map(|it| &it.fires).into_iter().flatten();
    let depths = columns(depths.map(|it| it.bad.as_str()));
    writeln!(text, "  {:<10} {:<7} {:>10}   bad {depths}   then released", "tier", "burn", "more than")?;
    for it in &facts.tiers {
        let cell = |paged: bool| if paged { "paged" } else { "-" };
        let fires = columns(it.fires.iter().map(|it| it.after.as_deref().unwrap_or(cell(it.paged))));
        let who = format!("{} {}", it.name, it.urgency);
        let released = it.released.as_ref().map_or_else(|| "-".to_owned(), |it| format!("after {it}"));
        writeln!(text, "  {who:<10} {:<7} {:>10}       {fires}   {released}", it.burn, it.threshold)?;
    }
    writeln!(text)?;
    legend(facts, text)?;
    writeln!(text)?;
    facts.tiers.iter().try_for_each(|it| reckoning(facts, it, text))?;
    writeln!(text)
}

/// What the table means, as far as it has it.
fn legend(facts: &Facts, text: &mut String) -> std::fmt::Result {
    let seen = &facts.seen;
    writeln!(
        text,
        "  Times are the latest: {seen} of each are what scraping and evaluating may take. Released is counted from\n  \
         the last bad event of a total failure, and may take so much more"
    )?;
    match (facts.judged, &facts.every, facts.bad_events_min) {
        ("slices", ..) => writeln!(
            text,
            "  bad 50%: every second slice of five minutes. A mean may need five minutes to turn bad, or good again"
        )?,
        ("time", ..) => writeln!(text, "  bad 50%: so bad are the components as one, all the time")?,
        (_, Some(every), Some(least)) => writeln!(
            text,
            "  One run every {every}, so a tier fires with a whole number of failed ones, at least {least}"
        )?,
        (_, None, Some(least)) => {
            let quiet = facts.tiers.iter().filter_map(|it| {
                it.at_one_a_minute.as_ref().map(|after| format!("{} after {after}", it.burn))
            });
            let quiet: Vec<String> = quiet.collect();
            writeln!(
                text,
                "  Plenty of events are taken for granted, and at least {least} must be bad: at one event a minute a total\n  \
                 failure fires {}",
                quiet.join(", ")
            )?;
        }
        (_, _, None) => {}
    }
    if facts.tiers.iter().any(|it| it.spends_of_30d.is_some()) {
        writeln!(
            text,
            "  A window above 30 days has the burn tiers of 30 days: else a page would come later for a longer promise"
        )?;
    }
    let cells = || facts.tiers.iter().flat_map(|it| &it.fires);
    if cells().any(|it| it.after.is_none() && !it.paged) {
        let few = if facts.every.is_some() { ", or too few runs for so many failed ones" } else { "" };
        writeln!(text, "  -      never fires: not more than the tier needs{few}")?;
    }
    if cells().any(|it| it.paged) {
        writeln!(text, "  paged  a page comes first, and what was paged opens no ticket")?;
    }
    Ok(())
}

/// How the threshold of a tier comes about, and when a ticket comes alone.
fn reckoning(facts: &Facts, tier: &Tier, text: &mut String) -> std::fmt::Result {
    let Tier { burn, spends, factor, threshold, short, lasts, .. } = tier;
    let whose = tier.spends_of_30d.as_ref().map_or_else(String::new, |it| format!(" ({it} of 30 days')"));
    writeln!(
        text,
        "  {burn:<4} {factor} times what is allowed spends {spends} of the budget in {burn}{whose};\n       \
         x budget {} = {threshold}, over {burn} and {short}; at this speed the budget lasts {lasts}",
        facts.budget
    )?;
    match &tier.alone {
        Some(it) => writeln!(
            text,
            "       comes alone for example at {} bad, after {}, and is released {} after the last bad event",
            it.bad, it.after, it.released
        ),
        None if tier.fires.iter().any(|it| it.paged) => writeln!(text, "       never comes alone"),
        None => Ok(()),
    }
}

/// Cells of nine letters, filled from the left.
fn columns<'c>(cells: impl Iterator<Item = &'c str>) -> String {
    cells.fold(String::new(), |row, cell| row + &" ".repeat(9_usize.saturating_sub(cell.len())) + cell)
}

fn formulas(facts: &Facts, group: &Formulas, text: &mut String) -> std::fmt::Result {
    let per = if facts.by.is_empty() { "" } else { " for each combination of labels" };
    writeln!(
        text,
        "Every {}: {} formulas write {} series and read at most {} samples of recorded series and ALERTS{per}{}",
        group.every,
        group.rules.len(),
        group.writes,
        group.samples_recorded,
        if group.samples_of_each.is_empty() { "\n" } else { ",\nand of each series that is found by" }
    )?;
    for (selector, samples) in &group.samples_of_each {
        writeln!(text, "  {samples:>4}  {selector}")?;
    }
    if !group.samples_of_each.is_empty() {
        writeln!(text)?;
    }
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
