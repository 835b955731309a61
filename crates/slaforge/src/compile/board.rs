//! The overview dashboard: is the promise kept, how fast is the budget spent, who is hurt, what is wrong.

use std::{collections::BTreeSet, time::Duration};

use rust_decimal::Decimal;
use sla_model::{
    Model,
    indicator::BASE_WINDOW,
    names::{journey, probe, slo},
    selector::Selector,
    text::Text,
};

use super::{limit, notes::OVERVIEW};
use crate::{
    plan::{Board, Panel, PanelKind, Query, Rule, RuleFile},
    promql::{
        Expr,
        build::{aggregate, exported, number, over_time, seconds, select, series, vector},
    },
    words::board as words,
};

const GREEN: &str = "green";
const YELLOW: &str = "yellow";
const ORANGE: &str = "orange";
const RED: &str = "red";

/// Columns of a Grafana row.
const FULL: u8 = 24;

/// What rules give: a query for anything else could never have an answer.
#[derive(Debug, Default)]
pub struct Given {
    /// The tiers that any alert has.
    tiers: BTreeSet<String>,
    /// The names of recorded series.
    recorded: BTreeSet<String>,
}

impl Given {
    /// Returns what these rules give.
    pub fn of(file: &RuleFile) -> Self {
        let mut given = Self::default();
        for rule in file.groups.iter().flat_map(|it| &it.rules) {
            match rule {
                Rule::Alert { labels, .. } => given.tiers.extend(labels.get("tier").cloned()),
                Rule::Record { name, .. } => given.recorded.extend([name.clone()]),
            }
        }
        given
    }

    /// Returns what both give.
    pub fn with(mut self, other: Self) -> Self {
        self.tiers.extend(other.tiers);
        self.recorded.extend(other.recorded);
        self
    }
}

/// Returns the overview of one specification.
pub fn overview(model: &Model, given: &Given) -> Board {
    let panels = vec![
        firing(model, given),
        budget(model),
        achieved(model),
        coverage(model),
        burn(model),
        errors(model),
        probes(model),
        steps(model),
        response(model),
        business(model),
        conditions(model, given),
        freshness(model),
    ];
    Board {
        uid: OVERVIEW.to_owned(),
        title: format!("{} · {}", model.language.pick(&words::title(), " "), model.name),
        description: model.language.pick(&words::about(), "\n"),
        timezone: model.timezone.iana_name().unwrap_or("browser").to_owned(),
        span: Duration::from_hours(6),
        refresh: Duration::from_mins(1),
        panels: panels.into_iter().filter(|it| !it.queries.is_empty()).collect(),
    }
}

fn panel(model: &Model, kind: PanelKind, title: &Text, about: &Text, queries: Vec<Query>) -> Panel {
    Panel {
        title: model.language.pick(title, " · "),
        description: model.language.pick(about, "\n"),
        kind,
        unit: "short",
        decimals: None,
        width: FULL / 2,
        height: 8,
        queries,
        steps: vec![(None, GREEN)],
    }
}

fn query(expr: Expr, legend: &str) -> Query {
    Query { expr, legend: legend.to_owned() }
}

fn recorded(model: &Model, metric: &str) -> Selector {
    series(metric, &[("sla", model.name.as_str())])
}

fn firing(model: &Model, given: &Given) -> Panel {
    let count = |tier: &str| {
        let labels = [("alertstate", "firing"), ("sla", model.name.as_str()), ("tier", tier)];
        aggregate("count", &[], select(&series("ALERTS", &labels))).or(vector(number(0)))
    };
    let tiers = given.tiers.iter().map(|it| query(count(it), it)).collect();
    Panel {
        width: 6,
        height: 5,
        steps: vec![(None, GREEN), (Some(Decimal::ONE), RED)],
        ..panel(model, PanelKind::Stat, &words::firing(), &words::firing_about(), tiers)
    }
}

fn budget(model: &Model) -> Panel {
    let left = select(&recorded(model, slo::BUDGET_REMAINING));
    Panel {
        unit: "percentunit",
        decimals: Some(1),
        width: 9,
        height: 5,
        steps: vec![
            (None, RED),
            (Some(Decimal::ZERO), ORANGE),
            (Some(Decimal::new(25, 2)), YELLOW),
            (Some(Decimal::new(50, 2)), GREEN),
        ],
        ..panel(
            model,
            PanelKind::Stat,
            &words::budget(),
            &words::budget_about(),
            vec![query(left, "{{slo}}")],
        )
    }
}

fn achieved(model: &Model) -> Panel {
    let good = number(1).minus(select(&recorded(model, slo::PERIOD_RATIO)));
    let promised = select(&recorded(model, slo::OBJECTIVE));
    let legend = format!("{{{{slo}}}} {}", model.language.pick(&words::promised(), " "));
    Panel {
        unit: "percentunit",
        decimals: Some(3),
        width: 9,
        height: 5,
        ..panel(
            model,
            PanelKind::Table,
            &words::achieved(),
            &words::achieved_about(),
            vec![query(good, "{{slo}}"), query(promised, &legend)],
        )
    }
}

fn coverage(model: &Model) -> Panel {
    let observed = select(&recorded(model, slo::COVERAGE));
    Panel {
        unit: "percentunit",
        decimals: Some(1),
        width: 6,
        ..panel(
            model,
            PanelKind::Bars,
            &words::coverage(),
            &words::coverage_about(),
            vec![query(observed, "{{slo}}")],
        )
    }
}

fn burn(model: &Model) -> Panel {
    let rates = ["1h", "6h", "1d", "3d"].map(|window| {
        query(select(&recorded(model, &slo::burn_rate(window))), &format!("{{{{slo}}}} {window}"))
    });
    Panel {
        decimals: Some(2),
        width: 9,
        steps: vec![
            (None, GREEN),
            (Some(Decimal::ONE), YELLOW),
            (Some(Decimal::from(6)), ORANGE),
            (Some(Decimal::new(144, 1)), RED),
        ],
        ..panel(model, PanelKind::Bars, &words::burn(), &words::burn_about(), rates.to_vec())
    }
}

fn errors(model: &Model) -> Panel {
    let ratios = ["5m", "1h"].map(|window| {
        query(select(&recorded(model, &slo::error_ratio(window))), &format!("{{{{slo}}}} {window}"))
    });
    Panel {
        unit: "percentunit",
        width: 9,
        ..panel(model, PanelKind::Lines, &words::errors(), &words::errors_about(), ratios.to_vec())
    }
}

fn probes(model: &Model) -> Panel {
    let watched = !(model.probes.is_empty() && model.journeys.is_empty());
    let verdict = query(select(&exported(&probe::SUCCESS, &[])), "{{probe}}");
    let steps = vec![(None, RED), (Some(Decimal::ONE), GREEN)];
    let queries = watched.then_some(verdict).into_iter().collect();
    Panel { steps, ..panel(model, PanelKind::States, &words::probes(), &words::probes_about(), queries) }
}

fn steps(model: &Model) -> Panel {
    let minute = seconds(Duration::from_mins(1));
    let failures = over_time("rate", &exported(&journey::STEP_FAILURES, &[]), BASE_WINDOW);
    let failures = aggregate("sum", &["probe", "step", "reason"], failures).times(minute);
    let walked = !model.journeys.is_empty();
    let legend = "{{probe}} · {{step}} · {{reason}}";
    let queries = walked.then(|| query(failures, legend)).into_iter().collect();
    Panel {
        steps: vec![(None, RED)],
        ..panel(model, PanelKind::Lines, &words::steps(), &words::steps_about(), queries)
    }
}

fn response(model: &Model) -> Panel {
    let measured = limit::response_means(model);
    let means = measured.iter().map(|it| {
        let legend: Vec<String> = it.by.iter().map(|label| format!("{{{{{label}}}}}")).collect();
        query(limit::value(it), &legend.join(" · "))
    });
    Panel {
        unit: "s",
        ..panel(model, PanelKind::Lines, &words::response(), &words::response_about(), means.collect())
    }
}

fn business(model: &Model) -> Panel {
    let numbers = model.metrics.values().map(|it| {
        let per_minute = over_time("rate", &Selector::all(it.name.clone()), BASE_WINDOW)
            .times(seconds(Duration::from_mins(1)));
        query(per_minute, &format!("{} {{{{{}}}}}", it.name, it.label))
    });
    panel(model, PanelKind::Lines, &words::business(), &words::business_about(), numbers.collect())
}

fn conditions(model: &Model, given: &Given) -> Panel {
    let conditions = [
        (slo::JOURNEY_DOWN, "ServiceDown {{probe}}"),
        (slo::BURNING, "SloBurn {{slo}} {{burn}}"),
        (slo::OVER_LIMIT, "LimitExceeded {{limit}} {{probe}}{{route}} {{step}}"),
    ];
    let queries = conditions
        .into_iter()
        .filter(|(name, _)| given.recorded.contains(*name))
        .map(|(name, legend)| query(select(&recorded(model, name)), legend))
        .collect();
    Panel {
        steps: vec![(None, RED)],
        ..panel(model, PanelKind::States, &words::conditions(), &words::conditions_about(), queries)
    }
}

fn freshness(model: &Model) -> Panel {
    let up = |job: &str| {
        let newest = Expr::Call("timestamp", vec![select(&series("up", &[("job", job)]))]);
        let age = Expr::Call("time", Vec::new()).minus(newest);
        query(aggregate("max", &["job"], age), job)
    };
    let interval = model.interval().as_secs();
    Panel {
        unit: "s",
        steps: vec![(None, GREEN), (Some(Decimal::from(2 * interval)), RED)],
        ..panel(
            model,
            PanelKind::Stat,
            &words::freshness(),
            &words::freshness_about(),
            model.scrapes.keys().map(|it| up(it.as_str())).collect(),
        )
    }
}
