//! Metrics and queries: what is counted, and whether anybody exposes it.

use super::Page;

pub(super) const METHOD: Page = Page {
    why: "The method is the key and the URL its value: `get: http://shop/`. Without a method, or with two, \
         it is unclear what to send.",
    bad: "
probes:
  home: {http: {headers: {x-synthetic: probe}}, module: shop}
",
    good: r#"
probes:
  home: {http: {get: "http://shop/", headers: {x-synthetic: probe}}, module: shop}
"#,
};

pub(super) const SELECTOR: Page = Page {
    why: "A metric is selected by name and labels: `shop_payments_total{status=\"failed\"}`. Functions, \
         ranges and offsets are added by the generator.",
    bad: "
objectives:
  paying:
    module: shop
    target: 99%
    indicator: {ratio: {bad: 'paid_total{status=failed}', total: paid_total}}
",
    good: r#"
objectives:
  paying:
    module: shop
    target: 99%
    indicator: {ratio: {bad: 'paid_total{status="failed"}', total: paid_total}}
"#,
};

pub(super) const UNKNOWN_METRIC: Page = Page {
    why: "A rule over a metric that does not exist never fires and never complains. Declare the metric \
         under `metrics:` or under the `metrics:` of a scrape, or correct its name.",
    bad: r#"
objectives:
  paying:
    module: shop
    target: 99%
    indicator: {ratio: {bad: 'payd_total{status="failed"}', total: paid_total}}
"#,
    good: r#"
objectives:
  paying:
    module: shop
    target: 99%
    indicator: {ratio: {bad: 'paid_total{status="failed"}', total: paid_total}}
"#,
};

pub(super) const METRIC_KIND: Page = Page {
    why: "A latency and a mean need a histogram, named without `_bucket`, `_sum` and `_count`; a ratio needs \
         counters, slices need a gauge.",
    bad: "
objectives:
  fast: {module: shop, target: 99%, indicator: {mean: {histogram: requests_total, at_most: 200ms}}}
",
    good: "
objectives:
  fast: {module: shop, target: 99%, indicator: {mean: {histogram: request_seconds, at_most: 200ms}}}
",
};

pub(super) const UNKNOWN_LABEL: Page = Page {
    why: "A comparison with a label that the metric does not carry selects nothing (or everything). Declare \
         the label or correct its name.",
    bad: r#"
objectives:
  paying:
    module: shop
    target: 99%
    indicator: {ratio: {bad: 'paid_total{state="failed"}', total: paid_total}}
"#,
    good: r#"
objectives:
  paying:
    module: shop
    target: 99%
    indicator: {ratio: {bad: 'paid_total{status="failed"}', total: paid_total}}
"#,
};

pub(super) const LABEL_VALUE: Page = Page {
    why: "The business counter lists the values of its label; another value selects nothing.",
    bad: r#"
objectives:
  paying:
    module: shop
    target: 99%
    indicator: {ratio: {bad: 'paid_total{status="fail"}', total: paid_total}}
"#,
    good: r#"
objectives:
  paying:
    module: shop
    target: 99%
    indicator: {ratio: {bad: 'paid_total{status="failed"}', total: paid_total}}
"#,
};

pub(super) const METRIC_NAME: Page = Page {
    why: "Business numbers are counters, so their names end in `_total` as Prometheus demands, and differ \
         from every name that the exporter or a scraped target exposes.",
    bad: r#"
metrics:
  refunds:
    from: db
    help: Refunds by reason.
    totals: {query: "SELECT reason, count(*) FROM refunds GROUP BY 1", label: reason, values: [wish, defect]}
"#,
    good: r#"
metrics:
  refunds_total:
    from: db
    help: Refunds by reason.
    totals: {query: "SELECT reason, count(*) FROM refunds GROUP BY 1", label: reason, values: [wish, defect]}
"#,
};

pub(super) const QUERY: Page = Page {
    why: "Sources are only read. A query is a single statement that begins with SELECT or WITH.",
    bad: "
metrics:
  refunds_total:
    from: db
    help: Refunds by reason.
    totals: {query: DELETE FROM refunds, label: reason, values: [wish, defect]}
",
    good: r#"
metrics:
  refunds_total:
    from: db
    help: Refunds by reason.
    totals: {query: "SELECT reason, count(*) FROM refunds GROUP BY 1", label: reason, values: [wish, defect]}
"#,
};

pub(super) const NOT_A_PART: Page = Page {
    why: "A ratio divides the bad events by all events, so `bad` must select some of what `total` selects: with \
         the same metric, everything that `total` asks of a label `bad` must ask too, and something more. Else \
         failures are counted that no total holds, and the ratio can exceed 100 %.",
    bad: r#"
objectives:
  api:
    module: shop
    target: 99%
    indicator:
      ratio: {bad: 'requests_total{status=~"5.."}', total: 'requests_total{route="/api"}'}
"#,
    good: r#"
objectives:
  api:
    module: shop
    target: 99%
    indicator:
      ratio: {bad: 'requests_total{route="/api",status=~"5.."}', total: 'requests_total{route="/api"}'}
"#,
};

pub(super) const PROMQL: Page = Page {
    why: "A counter of a ratio is a plain selector, or PromQL that gives events per second, with `$window` for \
         every range. The generator puts the windows of its rules there, so an expression must be right \
         whatever the window is, and give a vector.",
    bad: r#"
objectives:
  api:
    module: shop
    target: 99%
    indicator:
      ratio:
        bad: 'sum(rate(requests_total{status=~"5.."}[$window])'
        total: 'sum(rate(requests_total[$window]))'
"#,
    good: r#"
objectives:
  api:
    module: shop
    target: 99%
    indicator:
      ratio:
        bad: 'sum(rate(requests_total{status=~"5.."}[$window]))'
        total: 'sum(rate(requests_total[$window]))'
"#,
};

pub(super) const QUERY_WINDOW: Page = Page {
    why: "Events are counted over five minutes and added up from there. A query with a range of its own counts \
         each event several times, one without any range counts nothing.",
    bad: r#"
objectives:
  api:
    module: shop
    target: 99%
    indicator:
      ratio:
        bad: 'sum(rate(requests_total{status=~"5.."}[5m]))'
        total: 'sum(rate(requests_total[$window]))'
"#,
    good: r#"
objectives:
  api:
    module: shop
    target: 99%
    indicator:
      ratio:
        bad: 'sum(rate(requests_total{status=~"5.."}[$window]))'
        total: 'sum(rate(requests_total[$window]))'
"#,
};

pub(super) const NOT_A_BOUND: Page = Page {
    why: "A classic histogram only knows how many observations were below each of its bounds. A limit between \
         two bounds would have to be guessed; Prometheus interpolates, which can be wrong by the whole bucket.",
    bad: "
objectives:
  fast: {module: shop, target: 99%, indicator: {latency: {histogram: request_seconds, within: 150ms}}}
",
    good: "
objectives:
  fast: {module: shop, target: 99%, indicator: {latency: {histogram: request_seconds, within: 200ms}}}
",
};

pub(super) const NOT_UNDERSTOOD: Page = Page {
    why: "The query uses words or a notation that is newer than the parser in this tool. It is passed on as it \
         is; the server that runs it must understand it, and unknown metrics in it were not looked for.",
    bad: r#"
objectives:
  api:
    module: shop
    target: 99%
    indicator:
      ratio:
        bad: 'sum(rate(requests_total{status=~"5.."}[$window] anchored))'
        total: 'sum(rate(requests_total[$window]))'
"#,
    good: r#"
objectives:
  api:
    module: shop
    target: 99%
    indicator:
      ratio:
        bad: 'sum(rate(requests_total{status=~"5.."}[$window]))'
        total: 'sum(rate(requests_total[$window]))'
"#,
};
