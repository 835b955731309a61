//! What a file says before anything in it has a meaning: letters, YAML, keys.

use super::Page;

pub(super) const SYNTAX: Page = Page {
    why: "The file could not be read as YAML from this place on, so nothing else in it was checked. The usual \
         causes are a tab instead of spaces, a line that is indented differently from its neighbours, a \
         bracket or quote that is never closed, and text with `: `, `{` or a leading `>` that needs quotes.",
    bad: r#"
modules:
  shop: {title: "Shop, owner: dev}
"#,
    good: r#"
modules:
  shop: {title: "Shop", owner: dev}
"#,
};

pub(super) const ENCODING: Page = Page {
    why: "A specification is UTF-8 text. An editor that saves in GBK, Big5 or Latin-1 produces bytes that \
         mean something else; save the file again as UTF-8.",
    bad: "
modules:
  shop: {title: ��, owner: dev}
",
    good: "
modules:
  shop: {title: 商城, owner: dev}
",
};

pub(super) const EMPTY_FILE: Page = Page {
    why: "The file is empty or holds only comments. Start with `version: sla/v1` and `name: my-shop`, or \
         remove the file from the directory.",
    bad: "
# modules:
#   shop: {owner: dev}
",
    good: "
modules:
  shop: {owner: dev}
",
};

pub(super) const TOO_LARGE: Page = Page {
    why: "Size, nesting and the number of values are bounded, aliases counted with everything that they \
         repeat. A few lines of aliases can stand for billions of values, so a text is refused before it \
         is expanded. Repeat less, or split the specification.",
    bad: "
x-a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
x-b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
x-c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
x-d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
x-e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
x-f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
",
    good: r#"
x-probe: &probe {every: 30s, module: shop}
probes:
  home: {<<: *probe, http: {get: "http://shop/"}}
  cart: {<<: *probe, http: {get: "http://shop/cart"}}
"#,
};

pub(super) const KIND: Page = Page {
    why: "A value is one text (`30s`), a list (`[a, b]` or one `- item` per line) or a mapping (`{key: \
         value}` or one `key: value` per line). Here one kind was written where another is needed, or no \
         value at all.",
    bad: "
tiers:
  P1: {severity: critical, confirm: 10m, restore: 1h, release_after: 30m, owners: dev}
",
    good: "
tiers:
  P1: {severity: critical, confirm: 10m, restore: 1h, release_after: 30m, owners: [dev]}
",
};

pub(super) const UNKNOWN_KEY: Page = Page {
    why: "The key is not part of `sla/v1`. A key that nobody reads would be a promise that nobody keeps, so \
         it is refused. Top-level keys that begin with `x-` are free, for example to hold anchors.",
    bad: r#"
probes:
  home: {http: {get: "http://shop/"}, module: shop, interval: 30s}
"#,
    good: r#"
probes:
  home: {http: {get: "http://shop/"}, module: shop, every: 30s}
"#,
};

pub(super) const MISSING_KEY: Page = Page {
    why: "The block cannot be understood without this key. The hint shows the line to add.",
    bad: r#"
probes:
  home: {http: {get: "http://shop/"}}
"#,
    good: r#"
probes:
  home: {http: {get: "http://shop/"}, module: shop}
"#,
};

pub(super) const DUPLICATE_KEY: Page = Page {
    why: "YAML keys are unique. Which of the two was meant cannot be known; keep one. The names in a block \
         are also unique over all files of a directory.",
    bad: r#"
probes:
  home:
    http: {get: "http://shop/"}
    module: shop
    every: 30s
    every: 60s
"#,
    good: r#"
probes:
  home:
    http: {get: "http://shop/"}
    module: shop
    every: 30s
"#,
};

pub(super) const NAME: Page = Page {
    why: "Names become label values, file names and parts of URLs, so they start with a letter and go on \
         with letters, digits, `-` and `_`, at most 63 bytes. Use `title` for words in any language.",
    bad: "
modules:
  my shop: {owner: dev}
",
    good: "
modules:
  my-shop: {title: My shop, owner: dev}
",
};

pub(super) const VERSION: Page = Page {
    why: "Each file says `version: sla/v1`, so that a later language can never be mistaken for this one.",
    bad: "
version: 1
",
    good: "
version: sla/v1
",
};

pub(super) const MERGE: Page = Page {
    why: "A merge key takes a mapping or a list of mappings, usually by alias: `<<: *defaults`.",
    bad: "
x-owner: &owner dev
modules:
  cart: {<<: *owner, owner: dev}
",
    good: "
x-module: &module {owner: dev}
modules:
  cart: {<<: *module, title: Cart}
",
};

pub(super) const INCLUDE: Page = Page {
    why: "`include` names files and directories relative to the file that names them. Each is read once, \
         however often it is named.",
    bad: "
include: [comon.yaml]
",
    good: "
include: [common.yaml]
",
};
