//! The `Host` header: RFC 9112 §3.2 wants one in each request of HTTP/1.1, never two, and a valid one. Go's servers, which
//! most exporters are, refuse the same.

use http::{Request, Version, header};

/// Returns what is wrong with a request's `Host`.
pub fn problem<B>(request: &Request<B>) -> Option<&'static str> {
    let mut hosts = request.headers().get_all(header::HOST).into_iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if request.version() < Version::HTTP_11 => None,
        (None, _) => Some("the request has no Host header\n"),
        (Some(_), Some(_)) => Some("the request has several Host headers\n"),
        (Some(host), None) if host.as_bytes().iter().copied().all(may_stand) => None,
        (Some(_), None) => Some("the Host header is not valid\n"),
    }
}

/// Returns whether RFC 3986 lets a byte stand in a host with its port.
fn may_stand(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:[]%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(version: Version, hosts: &[&str], expected: Option<&str>) {
        let mut request = Request::builder().version(version);
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        let found = problem(&request.body(()).unwrap());
        assert_eq!(found.map(str::trim_end), expected, "{version:?} {hosts:?}");
    }

    #[test]
    fn one_valid_host_is_wanted() {
        for host in ["", "localhost:9717", "[::1]:9717", "shop.example", "%5B"] {
            check(Version::HTTP_11, &[host], None);
        }
        check(Version::HTTP_10, &[], None);
        check(Version::HTTP_11, &[], Some("the request has no Host header"));
        for version in [Version::HTTP_10, Version::HTTP_11] {
            check(version, &["a", "a"], Some("the request has several Host headers"));
            for host in ["a b", "a/b", "a@b", "<a>"] {
                check(version, &[host], Some("the Host header is not valid"));
            }
        }
    }
}
