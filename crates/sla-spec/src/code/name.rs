//! Names and variables: what they refer to, and which are taken.

use super::Page;

pub(super) const DANGLING: Page = Page {
    why: "Modules, tiers, owners, sources and journeys are used by name; the name must be defined in the \
         same specification. Look for a typing error first.",
    bad: r#"
probes:
  home: {http: {get: "http://shop/"}, module: shopp}
"#,
    good: r#"
probes:
  home: {http: {get: "http://shop/"}, module: shop}
"#,
};

pub(super) const CYCLE: Page = Page {
    why: "Dependencies decide which alert is the cause and which is a symptom. In a circle every module is \
         the cause of every other, so all of them would silence each other.",
    bad: "
modules:
  order: {owner: dev, depends_on: [payment]}
  payment: {owner: dev, depends_on: [order]}
",
    good: "
modules:
  order: {owner: dev}
  payment: {owner: dev, depends_on: [order]}
",
};

pub(super) const VARIABLE: Page = Page {
    why: "`${name}` is replaced by the value of `vars: {name: …}`. Values of variables are plain text: they \
         cannot use other variables.",
    bad: r#"
grafana: "${grafana}"
"#,
    good: r#"
vars: {grafana: "http://grafana:3000"}
grafana: "${grafana}"
"#,
};

pub(super) const OVERRIDE: Page = Page {
    why: "`--var` replaces the value of a variable that the specification defines, so a typing error in a \
         deployment script is found at once.",
    bad: r#"
# slaforge check --var grafanna=http://127.0.0.1:3000
vars: {grafana: "http://grafana:3000"}
grafana: "${grafana}"
"#,
    good: r#"
# slaforge check --var grafana=http://127.0.0.1:3000
vars: {grafana: "http://grafana:3000"}
grafana: "${grafana}"
"#,
};

pub(super) const UNSAVED: Page = Page {
    why: "`{{name}}` takes a value that an earlier step of the same journey keeps with `save: {name: \
         $.path}`. A later step, another journey, or a single probe cannot provide it.",
    bad: r#"
journeys:
  buy:
    module: shop
    steps:
      - order: {http: {post: "http://shop/orders"}}
      - pay: {http: {post: "http://shop/orders/{{order}}/payment"}}
"#,
    good: r#"
journeys:
  buy:
    module: shop
    steps:
      - order: {http: {post: "http://shop/orders"}, save: {order: $.id}}
      - pay: {http: {post: "http://shop/orders/{{order}}/payment"}}
"#,
};

pub(super) const REPEATED: Page = Page {
    why: "The items of this list are names and each is listed once.",
    bad: "
tiers:
  P1: {severity: critical, confirm: 10m, restore: 1h, release_after: 30m, owners: [dev, dev]}
",
    good: "
tiers:
  P1: {severity: critical, confirm: 10m, restore: 1h, release_after: 30m, owners: [dev]}
",
};

pub(super) const RESERVED: Page = Page {
    why: "The generator uses the name itself, for a label, a file or a word with a meaning of its own; a \
         second meaning would overwrite the first.",
    bad: r#"
owners:
  module-dev: {webhook: {url: "http://pager/dev"}}
modules:
  shop: {owner: module-dev}
tiers:
  P1: {severity: critical, confirm: 10m, restore: 1h, release_after: 30m, owners: [module-dev]}
"#,
    good: r#"
owners:
  shop-dev: {webhook: {url: "http://pager/dev"}}
modules:
  shop: {owner: shop-dev}
tiers:
  P1: {severity: critical, confirm: 10m, restore: 1h, release_after: 30m, owners: [module-dev]}
"#,
};

pub(super) const SAME_NAME: Page = Page {
    why: "Probes and journeys are told apart by the `probe` label alone, so their names must differ.",
    bad: r#"
probes:
  buy: {http: {get: "http://shop/"}, module: shop}
journeys:
  buy: {module: shop, steps: [{home: {http: {get: "http://shop/"}}}]}
"#,
    good: r#"
probes:
  home: {http: {get: "http://shop/"}, module: shop}
journeys:
  buy: {module: shop, steps: [{home: {http: {get: "http://shop/"}}}]}
"#,
};

pub(super) const UNUSED: Page = Page {
    why: "It has no effect. It may be left over, or a name that should refer to it is written differently.",
    bad: r#"
vars: {grafana: "http://grafana:3000", pager: "http://pager"}
grafana: "${grafana}"
"#,
    good: r#"
vars: {grafana: "http://grafana:3000"}
grafana: "${grafana}"
"#,
};

pub(super) const SECRET: Page = Page {
    why: "A secret stands in a file or in a variable of the environment, never in the specification and never \
         in what is generated.",
    bad: "
secrets:
  token: {file: secrets/token, env: SHOP_TOKEN}
",
    good: "
secrets:
  token: {file: secrets/token}
",
};
