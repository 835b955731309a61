//! `http`: one request and what its answer must look like.

use serde_json::Value;
use sla_model::{
    json_path::JsonPath,
    probe::{Expect, HttpCall, Method},
};

use crate::{
    decode::{
        context::Context,
        field::{Fields, Table, optional},
        list, network, scalar, unit,
        value_type::Type,
    },
    diagnostic::{Code, Diagnostic, Span},
    yaml::{
        json,
        node::{Entry, Kind, Node},
    },
};

/// The keys of a call.
pub const TABLE: Table = Table {
    what: "a call",
    fields: &[
        optional("get", "\"http://shop:8080/\"", "The URL of a GET request.").of(Type::Url).exactly_one(),
        optional("head", "\"http://shop:8080/\"", "The URL of a HEAD request.").of(Type::Url).exactly_one(),
        optional("post", "\"http://shop:8080/api/login\"", "The URL of a POST request.")
            .of(Type::Url)
            .exactly_one(),
        optional("put", "\"http://shop:8080/api/cart\"", "The URL of a PUT request.")
            .of(Type::Url)
            .exactly_one(),
        optional("patch", "\"http://shop:8080/api/cart\"", "The URL of a PATCH request.")
            .of(Type::Url)
            .exactly_one(),
        optional("delete", "\"http://shop:8080/api/cart\"", "The URL of a DELETE request.")
            .of(Type::Url)
            .exactly_one(),
        optional("headers", "{authorization: \"Bearer {{token}}\"}", "Headers of the request.")
            .of(Type::Map(&Type::Header, &Type::HeaderValue)),
        optional("json", "{user: probe}", "A JSON body.").of(Type::Any),
        optional(
            "expect",
            "{status: 200}",
            "What the answer must look like; any status from 200 to 299, if it is left out.",
        )
        .of(Type::Block(&EXPECT)),
        optional("within", "1s", "The answer must be whole within this time.").of(Type::Duration),
    ],
    mistakes: &[
        ("url", "write the method as the key: `get: http://…`"),
        ("method", "write the method as the key: `get: http://…`"),
        ("body", "write `json: {…}`"),
        ("header", "write `headers: {name: value}`"),
        ("status", "write `expect: {status: …}`"),
        ("timeout", "`timeout` belongs to the probe or journey; a limit for one answer is `within`"),
        ("save", "`save` stands beside `http`, not in it"),
        ("always", "`always` stands beside `http`, not in it"),
    ],
};

/// The keys of `expect`.
pub const EXPECT: Table = Table {
    what: "an expectation",
    fields: &[
        optional("status", "200", "The status code that is right, or a list of them.")
            .of(Type::OneOf(&[Type::Status, Type::Distinct(&Type::Status)])),
        optional("json", "{$.status: paid}", "Values that must stand in the JSON body.")
            .of(Type::Map(&Type::JsonPath, &Type::Any)),
        optional("contains", "药", "Text that must stand in the body.").of(Type::Text),
    ],
    mistakes: &[("within", "`within` stands beside `expect`, not in it"), ("body", "write `contains`")],
};

/// Keys of a call that are often written beside `http` instead of in it.
pub const MISPLACED: &[(&str, &str)] = &[
    ("within", "`within` belongs into `http: {…}`"),
    ("expect", "`expect` belongs into `http: {…}`"),
    ("headers", "`headers` belongs into `http: {…}`"),
    ("json", "`json` belongs into `http: {…}`"),
    ("get", "write `http: {get: …}`"),
    ("post", "write `http: {post: …}`"),
    ("url", "write `http: {get: …}`"),
    ("interval", "write `every`"),
];

/// Decodes a call.
pub fn decode(node: &Node, cx: &mut Context<'_>) -> Option<HttpCall> {
    let fields = cx.fields(node, &TABLE)?;
    let target = target(node, &fields, cx);
    let headers = fields.or(cx, "headers", Vec::new(), headers);
    let json = fields.maybe(cx, "json", json);
    let expect = fields.or(cx, "expect", Expect::default(), expect);
    let within = fields.maybe(cx, "within", unit::positive);
    let (method, url) = target?;
    Some(HttpCall { method, url, headers: headers?, json: json?, expect: expect?, within: within? })
}

fn target(node: &Node, fields: &Fields<'_>, cx: &mut Context<'_>) -> Option<(Method, String)> {
    let mut given = Method::ALL.iter().filter_map(|(key, method)| Some((fields.entry(key)?, key, *method)));
    let first = given.next();
    if let (Some((first, ..)), Some((second, ..))) = (first, given.next()) {
        let message = format!("a call has one method, not `{}` and `{}`", first.key, second.key);
        let problem = Diagnostic::error(Code::Method, second.span, message);
        cx.report(problem.hint("make a step of each call").related(first.span, "the first method"));
    }
    if let Some((_, key, method)) = first {
        return fields.get(cx, key, network::url).map(|url| (method, url));
    }
    // Who wrote `url:` was told already how methods are written.
    let told = |it: &Entry| matches!(&*it.key, "url" | "method");
    if !matches!(&node.kind, Kind::Map(entries) if entries.iter().any(told)) {
        let problem = Diagnostic::error(Code::Method, fields.span, "a call needs a method");
        cx.report(problem.hint("add `get: http://…`, or `post`, `put`, `patch`, `delete`, `head`"));
    }
    None
}

fn headers(node: &Node, cx: &mut Context<'_>) -> Option<Vec<(String, String)>> {
    let decoded = each(node, cx, |it, cx| network::header(&it.key, it.span, &it.value, cx))?;
    decoded.into_iter().collect()
}

fn each<T>(
    node: &Node,
    cx: &mut Context<'_>,
    mut decode: impl FnMut(&Entry, &mut Context<'_>) -> T,
) -> Option<Vec<T>> {
    let Kind::Map(entries) = &node.kind else {
        return cx.wrong_kind(node, "a mapping");
    };
    Some(entries.iter().map(|it| decode(it, cx)).collect())
}

/// Decodes any value as JSON. A text with variables stays a text, whatever they stand for: a password `0123`
/// must not become a number.
fn json(node: &Node, cx: &mut Context<'_>) -> Option<Value> {
    match &node.kind {
        Kind::Scalar(scalar) if scalar.text.contains("${") => {
            cx.replaced(node, scalar).map(|it| Value::String(it.into_owned()))
        }
        Kind::Scalar(scalar) => json::scalar(scalar).or_else(|| {
            let message = format!("`{}` is a number that JSON cannot hold", scalar.text);
            cx.refuse(Diagnostic::error(Code::Number, node.span, message).hint("quote it to send text"))
        }),
        Kind::List(_) => list::each(node, cx, json).map(Value::Array),
        Kind::Map(_) => {
            let pairs = each(node, cx, |it, cx| Some((it.key.to_string(), json(&it.value, cx)?)))?;
            Some(Value::Object(pairs.into_iter().collect::<Option<_>>()?))
        }
    }
}

fn expect(node: &Node, cx: &mut Context<'_>) -> Option<Expect> {
    let fields = cx.fields(node, &EXPECT)?;
    let status = fields.or(cx, "status", Vec::new(), |it, cx| match it.kind {
        Kind::List(_) => list::distinct(it, cx, status),
        _ => status(it, cx).map(|it| vec![it]),
    });
    let json = fields.or(cx, "json", Vec::new(), |it, cx| {
        let pairs = each(it, cx, |it, cx| {
            let path = path(&it.key, it.span, cx);
            let value = json(&it.value, cx);
            Some((path?, value?))
        })?;
        pairs.into_iter().collect()
    });
    let contains = fields.maybe(cx, "contains", scalar::text);
    Some(Expect { status: status?, json: json?, contains: contains? })
}

fn status(node: &Node, cx: &mut Context<'_>) -> Option<u16> {
    let text = cx.text(node)?;
    let found = text.parse().ok().filter(|it| (100..600).contains(it));
    if found.is_none() {
        let message = format!("`{text}` is not an HTTP status");
        cx.report(Diagnostic::error(Code::Status, node.span, message).hint("write a number from 100 to 599"));
    }
    found
}

/// Decodes a JSON path, which may be a key.
pub fn path(text: &str, span: Span, cx: &mut Context<'_>) -> Option<JsonPath> {
    let path = text.parse().ok();
    if path.is_none() {
        let problem = Diagnostic::error(Code::JsonPath, span, format!("`{text}` is not a JSON path"));
        let word = text.trim_start_matches(['$', '.']);
        let simple = !word.is_empty() && word.chars().all(|it| it.is_alphanumeric() || it == '_');
        cx.report(problem.hint(if simple {
            format!("write `$.{word}`")
        } else {
            "write `$.name` or `$.list[0].name`".to_owned()
        }));
    }
    path
}
