//! Promises: targets, windows, tiers, limits and maintenance that contradict themselves.

use super::Page;

pub(super) const TARGET: Page = Page {
    why: "A target lies strictly between 0 % and 100 %. At 100 % the error budget is zero: one lost request \
         breaks the promise forever, and burn rates divide by zero. Three nines are written `99.9%`.",
    bad: "
objectives:
  buying: {module: shop, target: 100%, indicator: {journey: buy}}
",
    good: "
objectives:
  buying: {module: shop, target: 99.9%, indicator: {journey: buy}}
",
};

pub(super) const NEVER_FIRES: Page = Page {
    why: "A burn alert fires when errors exceed factor × error budget. Errors cannot exceed 100 %, so with a \
         large budget the alert is dead: at 14.4 times, a target below 93.06 % never pages.",
    bad: "
objectives:
  buying: {module: shop, target: 50%, indicator: {journey: buy}, alert: {page: P1}}
",
    good: "
objectives:
  buying: {module: shop, target: 99%, indicator: {journey: buy}, alert: {page: P1}}
",
};

pub(super) const WINDOW: Page = Page {
    why: "A rolling window has whole days, from 7 to 365: shorter ones leave the burn alerts without meaning. A \
         calendar window is `month`, `quarter` or `year`, in the zone of `timezone:`.",
    bad: "
objectives:
  buying: {module: shop, target: 99.9%, window: 36h, indicator: {journey: buy}}
",
    good: "
objectives:
  buying: {module: shop, target: 99.9%, window: 30d, indicator: {journey: buy}}
",
};

pub(super) const DEADLINES: Page = Page {
    why: "A tier promises that somebody confirms an alert before service is restored, so `confirm` is \
         shorter than `restore`.",
    bad: "
tiers:
  P1: {severity: critical, confirm: 1h, restore: 10m, release_after: 30m, owners: [dev]}
",
    good: "
tiers:
  P1: {severity: critical, confirm: 10m, restore: 1h, release_after: 30m, owners: [dev]}
",
};

pub(super) const RELEASE_AFTER: Page = Page {
    why: "A rate over five minutes remembers a bad event for five minutes; an alert cannot be released \
         sooner, so `release_after` is at least `5m`.",
    bad: "
tiers:
  P1: {severity: critical, confirm: 10m, restore: 1h, release_after: 30s, owners: [dev]}
",
    good: "
tiers:
  P1: {severity: critical, confirm: 10m, restore: 1h, release_after: 30m, owners: [dev]}
",
};

pub(super) const COLOURS: Page = Page {
    why: "Each colour of a limit has a bound and a tier: `red: \"> 3s\"` with `alert: {red: P2}`. One without \
         the other would never tell anybody, or never be crossed.",
    bad: "
limits:
  slow: {signal: response.mean, alert: {red: P1}}
",
    good: r#"
limits:
  slow: {signal: response.mean, red: "> 3s", alert: {red: P1}}
"#,
};

pub(super) const COLOUR_ORDER: Page = Page {
    why: "Yellow warns before red: its bound must be crossed first.",
    bad: r#"
limits:
  slow: {signal: response.mean, yellow: "> 3s", red: "> 1s", alert: {yellow: P1, red: P1}}
"#,
    good: r#"
limits:
  slow: {signal: response.mean, yellow: "> 1s", red: "> 3s", alert: {yellow: P1, red: P1}}
"#,
};

pub(super) const INDICATOR: Page = Page {
    why: "An indicator is exactly one of `journey`, `probe`, `page`, `ratio`, `latency`, `mean`, `slices` and \
         `composite`, and what it consists of is said once: `bad` or `good`, `at_most` or `at_least`, `worst` \
         or `weighted`.",
    bad: "
objectives:
  buying:
    module: shop
    target: 99%
    indicator: {journey: buy, mean: {histogram: request_seconds, at_most: 200ms}}
",
    good: "
objectives:
  buying: {module: shop, target: 99%, indicator: {journey: buy}}
  fast: {module: shop, target: 99%, indicator: {mean: {histogram: request_seconds, at_most: 200ms}}}
",
};

pub(super) const WINDOW_ORDER: Page = Page {
    why: "`to` is the first moment after the window, so it must be later than `from`.",
    bad: r#"
maintenance:
  windows:
    - {from: "2026-12-01 23:00", to: "2026-12-01 01:00", modules: [shop], announced: "2026-11-29"}
"#,
    good: r#"
maintenance:
  windows:
    - {from: "2026-12-01 23:00", to: "2026-12-02 01:00", modules: [shop], announced: "2026-11-29"}
"#,
};

pub(super) const BY: Page = Page {
    why: "`by` gives each combination of label values a budget, a ratio and alerts of its own. What is counted \
         must carry the labels, they should stay the same over the whole window, and there are few of them. \
         Journeys, probes, pages and composites have one label set by their nature.",
    bad: "
objectives:
  buying: {module: shop, target: 99%, by: [route], indicator: {journey: buy}}
",
    good: r#"
objectives:
  api:
    module: shop
    target: 99%
    by: [route]
    indicator: {ratio: {bad: 'requests_total{status=~"5.."}', total: requests_total}}
"#,
};

pub(super) const SPEND: Page = Page {
    why: "A burn alert fires when a share of the budget is spent in a time: `2% in 1h`. The time is whole hours, \
         from an hour to a week; the short window that ends the alert is a twelfth of it.",
    bad: "
objectives:
  buying:
    module: shop
    target: 99%
    indicator: {journey: buy}
    alert: {page: P1, burns: {page: [2% per hour]}}
",
    good: "
objectives:
  buying:
    module: shop
    target: 99%
    indicator: {journey: buy}
    alert: {page: P1, burns: {page: [2% in 1h]}}
",
};

pub(super) const TOO_SLOW: Page = Page {
    why: "If the share of the budget is smaller than the share of the window, the alert fires although the \
         budget lasts: 1 % of a 30-day budget in a day is a third of what is allowed.",
    bad: "
objectives:
  buying:
    module: shop
    target: 99%
    window: 30d
    indicator: {journey: buy}
    alert: {ticket: P1, burns: {ticket: [1% in 1d]}}
",
    good: "
objectives:
  buying:
    module: shop
    target: 99%
    window: 30d
    indicator: {journey: buy}
    alert: {ticket: P1, burns: {ticket: [10% in 1d]}}
",
};

pub(super) const COMPONENT: Page = Page {
    why: "A composite is made of objectives that count something themselves. Composites of composites would \
         weigh the same failures twice, and a circle would never end.",
    bad: "
objectives:
  buying: {module: shop, target: 99%, indicator: {journey: buy}}
  shop: {module: shop, target: 99%, indicator: {composite: {worst: [buying]}}}
  all: {module: shop, target: 99%, indicator: {composite: {worst: [shop]}}}
",
    good: "
objectives:
  buying: {module: shop, target: 99%, indicator: {journey: buy}}
  home: {module: shop, target: 99%, indicator: {probe: home}}
  all: {module: shop, target: 99%, indicator: {composite: {worst: [buying, home]}}}
",
};

pub(super) const RETENTION: Page = Page {
    why: "With less data than the window the budget silently becomes that of less time: Prometheus keeps 15 \
         days unless `--storage.tsdb.retention.time` says otherwise.",
    bad: "
retention: 15d
objectives:
  buying: {module: shop, target: 99%, window: 30d, indicator: {journey: buy}}
",
    good: "
retention: 400d
objectives:
  buying: {module: shop, target: 99%, window: 30d, indicator: {journey: buy}}
",
};

pub(super) const ONE_RUN: Page = Page {
    why: "A probe that runs rarely counts few events. When one lost run of the fastest window is more than the \
         threshold, only the minimum of three lost runs keeps the pager silent, and the smallest failure that \
         can be told from none is larger than the promise.",
    bad: r#"
probes:
  home: {http: {get: "http://shop/"}, module: shop, every: 60s}
objectives:
  home: {module: shop, target: 99.9%, indicator: {probe: home}, alert: {page: P1}}
"#,
    good: r#"
probes:
  home: {http: {get: "http://shop/"}, module: shop, every: 15s}
objectives:
  home: {module: shop, target: 99.9%, indicator: {probe: home}, alert: {page: P1}}
"#,
};

pub(super) const CONTACT: Page = Page {
    why: "An owner has a webhook, a mail address, or both; a webhook has one URL; mail needs a server.",
    bad: "
owners:
  dev: {title: Developers}
",
    good: r#"
owners:
  dev: {title: Developers, webhook: {url: "http://pager/dev"}}
"#,
};
