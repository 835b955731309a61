//! Where a URL leads.

use http::{Uri, uri::PathAndQuery};

use crate::{outcome::Failure, reason::Reason};

/// A server, as far as connections to it are interchangeable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    /// Whether it speaks TLS.
    pub secure: bool,
    /// A name or an address, the latter without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

/// What a URL says.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Whom to connect to.
    pub server: Server,
    /// The `Host` header.
    pub authority: String,
    /// What to ask for.
    pub path: PathAndQuery,
}

impl Target {
    /// Reads an absolute `http` or `https` URL.
    pub(crate) fn parse(url: &str) -> Result<Self, Failure> {
        let wrong = |what: &str| Failure::new(Reason::Config, what);
        let uri: Uri = url.parse().map_err(|_| wrong("this is not a URL"))?;
        let secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(wrong("a URL begins with `http://` or `https://`")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("the URL names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("the URL holds a user; send an `authorization` header instead"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(wrong("the URL names no host"));
        }
        let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Ok(Self {
            server: Server { secure, host: host.to_owned(), port },
            authority: authority.as_str().to_owned(),
            path: uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/")),
        })
    }
}

/// Returns a URL without user, query and fragment, which may hold secrets.
pub(crate) fn bare(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let authority_end = rest.find('/').unwrap_or(rest.len());
    let host = rest[..authority_end].rfind('@').map_or(0, |it| it + 1);
    format!("{scheme}://{}", &rest[host..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn leads(url: &str, secure: bool, host: &str, port: u16, authority: &str, path: &str) {
        let target = Target::parse(url).unwrap();
        assert_eq!(target.server, Server { secure, host: host.to_owned(), port });
        assert_eq!((target.authority.as_str(), target.path.as_str()), (authority, path));
    }

    #[test]
    fn a_url_leads_somewhere() {
        leads("http://shop", false, "shop", 80, "shop", "/");
        leads("https://shop.example/a?b=c#d", true, "shop.example", 443, "shop.example", "/a?b=c");
        leads("http://[::1]:8080/", false, "::1", 8080, "[::1]:8080", "/");
    }

    #[track_caller]
    fn refused(url: &str, expected: &str) {
        let failure = Target::parse(url).unwrap_err();
        assert_eq!((failure.reason, failure.detail.as_str()), (Reason::Config, expected));
    }

    #[test]
    fn a_url_says_what_is_wrong() {
        refused("/api", "a URL begins with `http://` or `https://`");
        refused("ftp://shop/", "a URL begins with `http://` or `https://`");
        refused("http://a b/", "this is not a URL");
        refused("http://u:p@shop/", "the URL holds a user; send an `authorization` header instead");
    }

    #[test]
    fn secrets_are_cut_off() {
        assert_eq!(bare("http://u:p@shop/a?token=1#x"), "http://shop/a");
        assert_eq!(bare("http://shop/mail@x"), "http://shop/mail@x");
        assert_eq!(bare("http://shop"), "http://shop");
    }
}
