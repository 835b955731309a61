//! URLs, addresses and headers.

use super::{context::Context, scalar};
use crate::{
    diagnostic::{Code, Diagnostic, Span},
    yaml::node::Node,
};

/// Decodes an absolute URL. It may hold `{{name}}` behind the host.
pub fn url(node: &Node, cx: &mut Context<'_>) -> Option<String> {
    let text = scalar::text(node, cx)?;
    match url_problem(&text) {
        None => Some(text),
        Some(problem) => {
            let problem =
                Diagnostic::error(Code::Url, node.span, format!("`{text}` is not a URL: {problem}"));
            cx.refuse(problem.hint("write for example `http://shop:8080/health`"))
        }
    }
}

fn url_problem(text: &str) -> Option<&'static str> {
    let Some(rest) = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")) else {
        return Some("it does not begin with `http://` or `https://`");
    };
    // What is not printable ASCII must be escaped with `%` on the wire.
    if !rest.bytes().all(|it| it.is_ascii_graphic()) {
        return Some("blanks and letters beyond ASCII must be written as `%20` and the like");
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit('@').next().unwrap_or("");
    if host.is_empty() {
        return Some("it names no host");
    }
    let good = host_and_port(host).is_some_and(|(host, port)| is_host(host) && port.is_none_or(is_port));
    (!good).then_some("its host and port are not a name and a number")
}

/// Decodes `host:port`.
pub fn address(node: &Node, cx: &mut Context<'_>) -> Option<String> {
    let text = scalar::text(node, cx)?;
    let good = host_and_port(&text).is_some_and(|(host, port)| is_host(host) && port.is_some_and(is_port));
    if good {
        return Some(text);
    }
    let problem = Diagnostic::error(Code::Address, node.span, format!("`{text}` is not `host:port`"));
    let scheme = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let bare = scheme.unwrap_or(&text).split('/').next().unwrap_or("");
    cx.refuse(problem.hint(match host_and_port(bare) {
        Some((host, Some(port))) if is_host(host) && is_port(port) => format!("write `{bare}`"),
        Some((host, None)) if is_host(host) => format!("add the port: `{host}:8080`"),
        _ => "write for example `shop:8080`".to_owned(),
    }))
}

/// Splits at the colon before the port; an IPv6 address stands in brackets.
fn host_and_port(text: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (address, rest) = rest.split_once(']')?;
        address.parse::<std::net::Ipv6Addr>().ok()?;
        return match rest {
            "" => Some((address, None)),
            _ => Some((address, Some(rest.strip_prefix(':')?))),
        };
    }
    match text.split_once(':') {
        None => Some((text, None)),
        Some((host, port)) => Some((host, Some(port))),
    }
}

fn is_host(text: &str) -> bool {
    let name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_');
    let address = text.parse::<std::net::Ipv6Addr>().is_ok();
    address || (text.starts_with(|it: char| it.is_ascii_alphanumeric()) && text.chars().all(name))
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|it| it > 0)
}

/// Decodes a header of a request: the key is its name.
pub fn header(name: &str, name_span: Span, value: &Node, cx: &mut Context<'_>) -> Option<(String, String)> {
    let token = |it: char| it.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(it);
    let named = !name.is_empty() && name.chars().all(token);
    if !named {
        let message = format!("`{name}` cannot be the name of a header");
        let problem = Diagnostic::error(Code::Header, name_span, message);
        cx.report(problem.hint("use letters, digits and `-`, as in `x-synthetic`"));
    }
    let text = scalar::text(value, cx)?;
    if !text.chars().all(|it| it.is_ascii_graphic() || it == ' ') {
        let message = "the value of a header is printable ASCII on one line";
        let problem = Diagnostic::error(Code::Header, value.span, message);
        return cx.refuse(problem.hint("write other letters as `%E8%8D%AF` and the like"));
    }
    named.then(|| (name.to_owned(), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn a_url(text: &str, good: bool) {
        assert_eq!(url_problem(text).is_none(), good, "{text}: {:?}", url_problem(text));
    }

    #[test]
    fn urls_have_a_scheme_and_a_host() {
        a_url("http://shop:8080", true);
        a_url("https://shop.example/api/orders/{{order}}?x=1#top", true);
        a_url("http://user:secret@10.0.0.1:80/", true);
        a_url("http://[::1]:9100/", true);
        a_url("shop:8080", false);
        a_url("ftp://shop", false);
        a_url("http://", false);
        a_url("http:///path", false);
        a_url("http://:80", false);
        a_url("http://shop:http", false);
        a_url("http://shop:0", false);
        a_url("http://shop/a b", false);
        a_url("http://药/", false);
        a_url("http://{{host}}/", false);
    }
}
