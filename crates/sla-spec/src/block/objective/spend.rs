//! `burns`: how much of the budget must be spent in which time until somebody is told.

use std::time::Duration;

use rust_decimal::Decimal;
use sla_model::{
    burn::{Spend, Urgency},
    duration,
    share::Share,
    window::Window,
};

use crate::{
    decode::{
        context::Context,
        field::{Table, optional},
        list,
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic},
    yaml::node::Node,
};

/// The keys of `burns`.
pub const TABLE: Table = Table {
    what: "`burns`",
    fields: &[
        optional(
            "page",
            "[2% in 1h, 5% in 6h]",
            "Pages when this share of the budget is spent in this time. Of a window above 30 days, calendar ones too, the budget of 30 days is meant, or a page would come the later the longer the window is.",
        )
        .of(Type::Filled(&Type::Spend)),
        optional("ticket", "[10% in 1d, 10% in 3d]", "Opens a ticket then.").of(Type::Filled(&Type::Spend)),
    ],
    mistakes: &[],
};

/// Decodes both lists, fastest first.
pub fn decode(node: &Node, window: Option<Window>, cx: &mut Context<'_>) -> Option<Vec<Spend>> {
    let fields = cx.fields(node, &TABLE)?;
    let page = fields.or(cx, "page", Vec::new(), |it, cx| {
        list::filled(it, cx, |it, cx| spend(it, Urgency::Page, window, cx).map(|spend| (spend, it.span)))
    });
    let ticket = fields.or(cx, "ticket", Vec::new(), |it, cx| {
        list::filled(it, cx, |it, cx| spend(it, Urgency::Ticket, window, cx).map(|spend| (spend, it.span)))
    });
    let mut spends = page?;
    spends.extend(ticket?);
    for (index, (spend, span)) in spends.iter().enumerate() {
        if let Some((_, first)) = spends[..index].iter().find(|it| it.0.within == spend.within) {
            let message = format!("two alerts over {} cannot be told apart", duration::text(spend.within));
            let problem = Diagnostic::error(Code::Repeated, *span, message);
            cx.report(problem.hint("choose another time for one of them").related(*first, "the first one"));
        }
    }
    let mut spends: Vec<Spend> = spends.into_iter().map(|it| it.0).collect();
    spends.sort_by_key(|it| (it.urgency == Urgency::Ticket, it.within));
    Some(spends)
}

fn spend(node: &Node, urgency: Urgency, window: Option<Window>, cx: &mut Context<'_>) -> Option<Spend> {
    let text = cx.text(node)?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let parsed = match words.as_slice() {
        [share, "in", time] => share.parse::<Share>().ok().zip(duration::parse(time).ok()),
        _ => None,
    };
    let refuse =
        |message: String, hint: String| Diagnostic::error(Code::Spend, node.span, message).hint(hint);
    let Some((budget, within)) = parsed else {
        let problem =
            refuse(format!("`{text}` is not a share of the budget in a time"), "write `2% in 1h`".into());
        return cx.refuse(problem);
    };
    if budget.decimal() <= Decimal::ZERO || budget.decimal() >= Decimal::ONE {
        let message = format!("{budget} of a budget is not between 0 % and 100 %");
        return cx.refuse(refuse(message, "write for example `2% in 1h`".into()));
    }
    let whole_hours = within.as_secs().is_multiple_of(HOUR.as_secs()) && within.subsec_nanos() == 0;
    if !(Spend::WITHIN_MIN..=Spend::WITHIN_MAX).contains(&within) || !whole_hours {
        let message = format!("{} is not whole hours from 1h to 7d", duration::text(within));
        return cx.refuse(refuse(message, "write `1h`, `6h`, `1d` or `3d`".into()));
    }
    let spend = Spend { urgency, budget, within };
    if let Some(window) = window {
        let burn = spend.burn(window);
        if burn.factor < Decimal::ONE {
            let message = format!(
                "{budget} of a budget over {window} in {} is {} times what is allowed: it would fire while the promise is kept",
                burn.name,
                burn.factor.round_dp(2).normalize()
            );
            let least = (budget.decimal() / burn.factor * Decimal::ONE_HUNDRED)
                .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::ToPositiveInfinity);
            let hint = format!("write at least `{}% in {}`", least.normalize(), burn.name);
            return cx.refuse(Diagnostic::error(Code::TooSlow, node.span, message).hint(hint));
        }
    }
    Some(spend)
}

const HOUR: Duration = Duration::from_hours(1);
