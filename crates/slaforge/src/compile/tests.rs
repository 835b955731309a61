//! Claims about whole plans, proven on the example.

use std::{collections::BTreeMap, path::Path, time::Duration};

use promql_parser::parser::{Expr, Offset, parse};
use sla_model::{Model, Pace};

use crate::{
    compile::{Plan, plan},
    plan::{Group, Rule},
};

fn example() -> Model {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/pharmacy");
    sla_spec::open(&path, &BTreeMap::new()).unwrap().model
}

/// What a parsed expression says, with every duration apart from every number.
#[derive(Debug, Default, PartialEq)]
struct Said {
    durations: Vec<Duration>,
    numbers: Vec<f64>,
    rest: Vec<String>,
}

impl Said {
    fn of(text: &str) -> Self {
        let mut said = Self::default();
        said.walk(&parse(text).unwrap_or_else(|error| panic!("{text}: {error}")));
        said
    }

    fn walk(&mut self, expr: &Expr) {
        match expr {
            Expr::NumberLiteral(it) => self.numbers.push(it.val),
            Expr::StringLiteral(it) => self.rest.push(it.val.clone()),
            Expr::VectorSelector(it) => {
                let mut bare = it.clone();
                if let Some(Offset::Pos(offset)) = bare.offset.take() {
                    self.durations.push(offset);
                }
                self.rest.push(bare.to_string());
            }
            Expr::MatrixSelector(it) => {
                self.durations.push(it.range);
                self.walk(&Expr::VectorSelector(it.vs.clone()));
            }
            Expr::Call(it) => {
                self.rest.push(it.func.name.to_string());
                it.args.args.iter().for_each(|it| self.walk(it));
            }
            Expr::Aggregate(it) => {
                self.rest.push(format!("{} {:?}", it.op, it.modifier));
                self.walk(&it.expr);
            }
            Expr::Binary(it) => {
                self.rest.push(format!("{} {:?}", it.op, it.modifier));
                self.walk(&it.lhs);
                self.walk(&it.rhs);
            }
            Expr::Subquery(it) => {
                self.durations.push(it.range);
                self.durations.extend(it.step);
                self.walk(&it.expr);
            }
            Expr::Paren(it) => self.walk(&it.expr),
            other => panic!("{other} is not written by us"),
        }
    }
}

fn groups(plan: Plan<'_>) -> Vec<Group> {
    plan.units().into_iter().flat_map(|it| plan.rules(it).groups).collect()
}

fn rules(plan: Plan<'_>) -> Vec<Rule> {
    groups(plan).into_iter().flat_map(|it| it.rules).collect()
}

fn expressions(plan: Plan<'_>) -> Vec<(String, String, Duration)> {
    let rule = |it: &Rule| match it {
        Rule::Record { name, expr, .. } => (name.clone(), expr.lines(), Duration::ZERO),
        Rule::Alert { name, expr, pending, .. } => ((*name).to_owned(), expr.lines(), *pending),
    };
    rules(plan).iter().map(rule).collect()
}

fn same(a: f64, b: f64) -> bool {
    a.total_cmp(&b).is_eq() || (a - b).abs() < 1e-12
}

#[test]
fn a_pace_divides_every_duration_and_no_limit() {
    let model = example();
    let nominal = plan(&model);
    let paced = nominal.at("60".parse().unwrap());
    let mut divided = 0;
    for (one, sixty) in expressions(nominal).iter().zip(expressions(paced)) {
        let (one_said, sixty_said) = (Said::of(&one.1), Said::of(&sixty.1));
        assert_eq!((&one.0, &one_said.rest), (&sixty.0, &sixty_said.rest));
        assert_eq!(one.2 / 60, sixty.2);
        for (nominal, paced) in one_said.durations.iter().zip(&sixty_said.durations) {
            // Prometheus knows whole milliseconds.
            assert_eq!(nominal.as_millis() / 60, paced.as_millis(), "{}", one.1);
            divided += 1;
        }
        for (nominal, paced) in one_said.numbers.iter().zip(&sixty_said.numbers) {
            // Interval, lateness, tile and hour; limits, targets, ratios and counts must not be divided.
            let of_time = [30.0, 120.0, 300.0, 3600.0].contains(nominal);
            assert!(
                same(if of_time { nominal / 60.0 } else { *nominal }, *paced),
                "{nominal} became {paced} in {}",
                one.1
            );
        }
    }
    assert!(divided > 150, "only {divided} durations");
    assert_eq!(groups(nominal.at(Pace::REAL)), groups(nominal));
    let intervals = |plan| groups(plan).iter().map(|it| it.every).collect::<Vec<_>>();
    let expected: Vec<_> = intervals(nominal).iter().map(|it| *it / 60).collect();
    assert_eq!(intervals(paced), expected);
    let routes = |plan: Plan<'_>| plan.routing().routes.iter().map(|it| it.repeat).collect::<Vec<_>>();
    assert_eq!(routes(paced), routes(nominal).iter().map(|it| *it / 60).collect::<Vec<_>>());
}

#[test]
fn every_alert_tells_people_what_they_need() {
    let model = example();
    for rule in rules(plan(&model)) {
        let Rule::Alert { name, labels, notes, .. } = rule else {
            continue;
        };
        for label in ["sla", "module", "tier", "severity"] {
            assert!(labels.contains_key(label), "{name} has no {label}");
        }
        for note in ["summary", "description", "owners", "confirm_within", "restore_within", "dashboard_url"]
        {
            assert!(notes.get(note).is_some_and(|it| !it.is_empty()), "{name} has no {note}");
        }
        let lines = notes["summary"].lines().count();
        assert_eq!(lines, 2, "{name}: one line in each language");
    }
}

#[test]
fn every_alert_has_a_route_to_its_owners() {
    let model = example();
    let plan = plan(&model);
    let routing = plan.routing();
    for rule in rules(plan) {
        let Rule::Alert { name, labels, .. } = rule else {
            continue;
        };
        let route = routing.routes.iter().find(|it| it.matcher.value == labels["tier"]);
        let route = route.unwrap_or_else(|| panic!("{name} has no route"));
        let module = &labels["module"];
        let own = route.modules.iter().find(|it| it.0.value.split('|').any(|it| it == module));
        let receiver = own.map_or(&route.receiver, |it| &it.1);
        let owners = model.owners_of(&labels["tier"].parse().unwrap(), &module.parse().unwrap());
        let expected: Vec<_> = owners.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(*receiver, expected.join("+"), "{name} in {module}");
        assert!(routing.receivers.iter().any(|it| it.name == *receiver && it.webhooks.len() == owners.len()));
    }
}
