//! Lists and blocks of named things.

use std::{collections::BTreeMap, str::FromStr, sync::Arc};

use sla_model::id::IdError;

use super::{context::Context, scalar};
use crate::{
    diagnostic::{Code, Diagnostic},
    parallel,
    yaml::node::{Entry, Kind, Node},
};

/// Returns the items of a list.
pub fn items<'n>(node: &'n Node, cx: &mut Context<'_>) -> Option<&'n [Arc<Node>]> {
    match &node.kind {
        Kind::List(items) => Some(items),
        _ => cx.wrong_kind(node, "a list"),
    }
}

/// Decodes each item; all of them, before it gives up.
pub fn each<T>(
    node: &Node,
    cx: &mut Context<'_>,
    mut decode: impl FnMut(&Node, &mut Context<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let decoded: Vec<Option<T>> = items(node, cx)?.iter().map(|it| decode(it, cx)).collect();
    decoded.into_iter().collect()
}

/// Decodes each item of a list that must have at least one.
pub fn filled<T>(
    node: &Node,
    cx: &mut Context<'_>,
    decode: impl FnMut(&Node, &mut Context<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let list = each(node, cx, decode)?;
    if list.is_empty() {
        return cx.refuse(
            Diagnostic::error(Code::EmptyList, node.span, "at least one item is needed here")
                .hint("write an item, or remove what the list belongs to"),
        );
    }
    Some(list)
}

/// Decodes the texts of a list in which nothing may stand twice.
pub fn distinct<T>(
    node: &Node,
    cx: &mut Context<'_>,
    mut decode: impl FnMut(&Node, &mut Context<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let mut seen = BTreeMap::new();
    filled(node, cx, |item, cx| {
        if let Kind::Scalar(scalar) = &item.kind
            && let Some(first) = seen.insert(scalar.text.clone(), item.span)
        {
            let message = format!("`{}` stands twice in this list", scalar.text);
            let problem = Diagnostic::error(Code::Repeated, item.span, message);
            cx.report(problem.hint("remove one").related(first, "first written here"));
        }
        decode(item, cx)
    })
}

/// From how many things on another core decodes some of them: for fewer it costs more than it saves.
const APART_MIN: usize = 256;

/// Decodes a block of named things on every core. For things of which others know nothing but the name.
///
/// # Panics
///
/// Where the decoding does.
pub fn named_apart<I, T>(
    entries: &[Entry],
    cx: &mut Context<'_>,
    decode: impl Fn(&I, &Entry, &mut Context<'_>) -> Option<T> + Sync,
) -> BTreeMap<I, T>
where
    I: FromStr<Err = IdError> + Ord + Send,
    T: Send,
{
    let share = entries.len().div_ceil(parallel::cores()).max(APART_MIN);
    let shares: Vec<&[Entry]> = entries.chunks(share).collect();
    let parts = parallel::map(&shares, |some| {
        let mut part = cx.fork();
        (named(some, &mut part, &decode), part)
    });
    let mut things = BTreeMap::new();
    for (mut more, part) in parts {
        things.append(&mut more);
        cx.join(part);
    }
    things
}

/// Decodes a block of named things. A thing whose name is wrong is decoded too, for its other problems.
pub fn named<I, T>(
    entries: &[Entry],
    cx: &mut Context<'_>,
    mut decode: impl FnMut(&I, &Entry, &mut Context<'_>) -> Option<T>,
) -> BTreeMap<I, T>
where
    I: FromStr<Err = IdError> + Ord,
{
    let mut things = BTreeMap::new();
    for entry in entries {
        let id: Option<I> = scalar::named(&entry.key, entry.span, cx);
        match id {
            Some(id) => {
                if let Some(thing) = decode(&id, entry, cx) {
                    things.insert(id, thing);
                }
            }
            None => {
                if let Ok(stand_in) = "unnamed".parse() {
                    decode(&stand_in, entry, cx);
                }
            }
        }
    }
    things
}
