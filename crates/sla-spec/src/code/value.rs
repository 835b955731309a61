//! Single values: their notation and their range.

use super::Page;

pub(super) const CHOICE: Page = Page {
    why: "Only the listed words have a meaning here.",
    bad: "
language: zh
",
    good: "
language: zh-CN
",
};

pub(super) const DURATION: Page = Page {
    why: "Durations are whole numbers with a unit, largest unit first, as in Prometheus: `250ms`, `30s`, \
         `10m`, `1h30m`, `30d`.",
    bad: r#"
probes:
  home: {http: {get: "http://shop/"}, module: shop, every: 1.5 minutes}
"#,
    good: r#"
probes:
  home: {http: {get: "http://shop/"}, module: shop, every: 1m30s}
"#,
};

pub(super) const SHARE: Page = Page {
    why: "A share is a decimal number with a percent sign: `99.9%`. Without the sign `0.999` and `99.9` could \
         each mean two things.",
    bad: "
objectives:
  buying: {module: shop, target: 99.9, indicator: {journey: buy}}
",
    good: "
objectives:
  buying: {module: shop, target: 99.9%, indicator: {journey: buy}}
",
};

pub(super) const BOUND: Page = Page {
    why: "A colour of a limit is crossed when the signal is above a value: `\"> 3s\"`. The quotes are needed \
         because a leading `>` means something else in YAML.",
    bad: r#"
limits:
  slow: {signal: response.mean, red: "3s", alert: {red: P1}}
"#,
    good: r#"
limits:
  slow: {signal: response.mean, red: "> 3s", alert: {red: P1}}
"#,
};

pub(super) const ALLOWANCE: Page = Page {
    why: "An allowance is a duration in each calendar month: `4h per month`.",
    bad: "
maintenance:
  policy: {planned: exclude, at_most: 4h}
",
    good: "
maintenance:
  policy: {planned: exclude, at_most: 4h per month}
",
};

pub(super) const TIMEZONE: Page = Page {
    why: "Zones are named as in the IANA database, for example `Asia/Shanghai` or `UTC`. Abbreviations such \
         as `CST` stand for several zones and are refused.",
    bad: "
timezone: CST
",
    good: "
timezone: Asia/Shanghai
",
};

pub(super) const URL: Page = Page {
    why: "A URL begins with `http://` or `https://` and names a host: `http://shop:8080/health`.",
    bad: "
probes:
  home: {http: {get: shop/}, module: shop}
",
    good: r#"
probes:
  home: {http: {get: "http://shop/"}, module: shop}
"#,
};

pub(super) const ADDRESS: Page = Page {
    why: "An address is a host and a port, without a scheme and a path: `shop:8080`, `10.0.0.7:9100`, \
         `[::1]:9100`.",
    bad: r#"
alertmanagers: ["http://alertmanager:9093/"]
"#,
    good: r#"
alertmanagers: ["alertmanager:9093"]
"#,
};

pub(super) const HEADER: Page = Page {
    why: "The name of a header is made of letters, digits and `-`; its value is printable ASCII on one line.",
    bad: r#"
probes:
  home:
    http: {get: "http://shop/", headers: {user agent: probe}}
    module: shop
"#,
    good: r#"
probes:
  home:
    http: {get: "http://shop/", headers: {user-agent: probe}}
    module: shop
"#,
};

pub(super) const JSON_PATH: Page = Page {
    why: "A place in a JSON document is written `$.data.items[0].id`.",
    bad: r#"
probes:
  home:
    http: {get: "http://shop/", expect: {json: {status: up}}}
    module: shop
"#,
    good: r#"
probes:
  home:
    http: {get: "http://shop/", expect: {json: {$.status: up}}}
    module: shop
"#,
};

pub(super) const STATUS: Page = Page {
    why: "A status code is a whole number from 100 to 599.",
    bad: r#"
probes:
  home:
    http: {get: "http://shop/", expect: {status: ok}}
    module: shop
"#,
    good: r#"
probes:
  home:
    http: {get: "http://shop/", expect: {status: [200, 204]}}
    module: shop
"#,
};

pub(super) const INTERVAL: Page = Page {
    why: "Intervals and timeouts are bounded, so that rules always see enough samples and a mistyped unit is \
         found: a target is scraped at least every minute, a probe runs between every second and every \
         hour.",
    bad: r#"
probes:
  home: {http: {get: "http://shop/"}, module: shop, every: 30ms}
"#,
    good: r#"
probes:
  home: {http: {get: "http://shop/"}, module: shop, every: 30s}
"#,
};

pub(super) const EMPTY_LIST: Page = Page {
    why: "An empty list here would be a promise without content: a journey without steps, a tier that wakes \
         nobody.",
    bad: "
tiers:
  P1: {severity: critical, confirm: 10m, restore: 1h, release_after: 30m, owners: []}
",
    good: "
tiers:
  P1: {severity: critical, confirm: 10m, restore: 1h, release_after: 30m, owners: [dev]}
",
};

pub(super) const NUMBER: Page = Page {
    why: "A decimal number, or `true` or `false`, is expected here.",
    bad: "
modules:
  shop: {owner: dev, core: yes}
",
    good: "
modules:
  shop: {owner: dev, core: true}
",
};

pub(super) const MOMENT: Page = Page {
    why: "Moments are written `2026-12-01 02:00`, in the zone of `timezone:`; a day is written `2026-11-29`.",
    bad: r#"
maintenance:
  windows:
    - {from: tonight, to: "2026-12-01 04:00", modules: [shop], announced: "2026-11-29"}
"#,
    good: r#"
maintenance:
  windows:
    - {from: "2026-12-01 02:00", to: "2026-12-01 04:00", modules: [shop], announced: "2026-11-29"}
"#,
};

pub(super) const EMPTY_TEXT: Page = Page {
    why: "People will read this text, or a system will be given it; it must say something.",
    bad: r#"
probes:
  home:
    http: {get: "http://shop/", expect: {contains: ""}}
    module: shop
"#,
    good: r#"
probes:
  home:
    http: {get: "http://shop/", expect: {contains: Welcome}}
    module: shop
"#,
};
