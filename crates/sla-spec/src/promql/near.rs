//! Near which token an error is. The parser says what is wrong, not where.

use promql_parser::parser;

use super::token::{Kind, Token};

/// What the parser says of anything that its grammar does not allow.
pub const GRAMMAR: &str = "invalid promql query";

/// What can follow the beginning of an expression that is right so far.
const ENDINGS: [&str; 9] = ["", " x", " (x)", " (a) (x)", " (a) x", " 5m", " x, x", " bool x", "[5m]"];

/// Returns near which byte the parser found the error.
pub fn error(text: &str, tokens: &[Token], message: &str) -> usize {
    let found = if message == GRAMMAR { wrong_token(text, tokens) } else { named(text, tokens, message) };
    found.unwrap_or(0)
}

/// The first token after which nothing could make an expression any more.
fn wrong_token(text: &str, tokens: &[Token]) -> Option<usize> {
    // Viability only falls, so the border is searched for by halves.
    let border = (0..tokens.len()).collect::<Vec<_>>().partition_point(|it| viable(text, &tokens[..=*it]));
    tokens.get(border).map(|it| it.place.start).or_else(|| tokens.last().map(|it| it.place.start))
}

fn viable(text: &str, tokens: &[Token]) -> bool {
    let Some(last) = tokens.last() else { return true };
    let opened = tokens.iter().filter(|it| it.kind == Kind::Open).count();
    let closed = tokens.iter().filter(|it| it.kind == Kind::Close).count();
    let closing = ")".repeat(opened.saturating_sub(closed));
    ENDINGS.iter().any(|ending| {
        let candidate = format!("{}{ending}{closing}", &text[..last.place.end]);
        !matches!(parser::parse(&candidate), Err(message) if message == GRAMMAR)
    })
}

/// The call of the function that the message names in quotes which is wrong by itself.
fn named(text: &str, tokens: &[Token], message: &str) -> Option<usize> {
    let name = message.split('\'').nth(1)?;
    let uses: Vec<usize> = (0..tokens.len()).filter(|it| &text[tokens[*it].place.clone()] == name).collect();
    let alone = uses.iter().find(|it| {
        let call = call(&tokens[**it..]);
        call.is_some_and(|end| {
            parser::parse(&text[tokens[**it].place.start..end]).is_err_and(|it| it == message)
        })
    });
    alone.or(uses.first()).map(|it| tokens[*it].place.start)
}

/// Where the call that begins with these tokens ends.
fn call(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0_usize;
    for token in tokens.get(1..)? {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return (token.kind == Kind::Close).then_some(token.place.end);
        }
    }
    None
}
