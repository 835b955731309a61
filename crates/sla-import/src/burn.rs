//! Burn alerts: what our language can say of those of others.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{
    burn::{Spend, Urgency, WORKBOOK},
    duration,
    share::Share,
    window::Window,
};

use crate::{
    draft::{Burn, Burns},
    finding::Findings,
    tree::At,
};

/// Long windows are whole hours.
const HOUR: Duration = Duration::from_hours(1);

/// More digits than this say nothing about a budget.
const DIGITS: u32 = 6;

/// Returns the usual alerts of an urgency.
pub fn usual(urgency: Urgency) -> impl Iterator<Item = Burn> {
    let of_urgency = WORKBOOK.iter().filter(move |it| it.urgency == urgency);
    of_urgency.map(|it| Burn { percent: it.budget.percent(), within: it.within })
}

/// Returns whether some failure is large enough for an alert, and not every one.
pub fn fires(burn: &Burn, window: Window, target: Decimal) -> bool {
    let budget = Share::new(target / Decimal::ONE_HUNDRED).rest().decimal();
    factor(burn, window).is_some_and(|it| it >= Decimal::ONE && it.saturating_mul(budget) < Decimal::ONE)
}

/// Returns the alert that fires when a budget is spent so many times faster than allowed.
pub fn of_rate(rate: Decimal, within: Duration, window: Window) -> Option<Burn> {
    let whole = factor(&Burn { percent: Decimal::ONE_HUNDRED, within }, window)?;
    let percent = rate.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)?;
    Some(Burn { percent: percent.round_dp(DIGITS).normalize(), within })
}

/// Adds an alert to others, in a form that our language has: over whole hours from an hour to a week, at the same
/// rate, each length once. What becomes different is said.
pub fn add(
    burn: Burn,
    urgency: Urgency,
    burns: &mut Burns,
    window: Window,
    at: At<'_>,
    findings: &mut Findings,
) {
    let hours = burn.within.as_secs().div_ceil(HOUR.as_secs()).max(1);
    let within = (HOUR * u32::try_from(hours).unwrap_or(u32::MAX)).min(Spend::WITHIN_MAX);
    let rate = factor(&burn, window);
    let fitted =
        if within == burn.within { Some(burn) } else { rate.and_then(|it| of_rate(it, within, window)) };
    let good = fitted.filter(|it| {
        let part = it.percent > Decimal::ZERO && it.percent < Decimal::ONE_HUNDRED;
        part && factor(it, window).is_some_and(|it| it >= Decimal::ONE)
    });
    let Some(good) = good else {
        let why = "an alert fires when a part of the budget is spent at least as fast as allowed: this one would fire \
                   while the promise is kept, or never";
        findings.lost(at, why, "write for example `burns: {page: [2% in 1h]}`");
        return;
    };
    if burns.page.iter().chain(&burns.ticket).any(|it| it.within == within) {
        let why = format!(
            "another alert also looks at {}, and the two could not be told apart",
            duration::text(within)
        );
        findings.lost(at, why, "choose another time for one of them");
        return;
    }
    if within != burn.within {
        let why = format!(
            "alerts look at whole hours up to a week: {}% in {} became {}% in {}, the same rate",
            burn.percent.normalize(),
            duration::text(burn.within),
            good.percent.normalize(),
            duration::text(within)
        );
        findings.observe(at, why, "look whether it fires soon enough");
    }
    let list = if urgency == Urgency::Page { &mut burns.page } else { &mut burns.ticket };
    list.push(good);
}

/// Returns how many times faster than allowed the budget is spent when an alert fires.
fn factor(burn: &Burn, window: Window) -> Option<Decimal> {
    if burn.within.is_zero() || burn.percent.abs() > Decimal::from(1_000_000) {
        return None;
    }
    let budget = Share::new(burn.percent / Decimal::ONE_HUNDRED);
    // The urgency plays no part in the arithmetic.
    let spend = Spend { urgency: Urgency::Page, budget, within: burn.within };
    Some(spend.burn(window).factor)
}
