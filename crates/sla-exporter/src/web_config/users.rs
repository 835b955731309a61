//! Users with the hashes of their passwords, and what somebody says they are.

use std::{collections::BTreeMap, fmt};

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, header};

/// The costs that Go's bcrypt takes; with another one no password would ever be right.
const COSTS: std::ops::RangeInclusive<u32> = 4..=31;

/// Names with the bcrypt hashes of their passwords.
#[derive(Default)]
pub struct Users(BTreeMap<String, String>);

impl Users {
    /// Takes users; returns the name of the first whose hash is none.
    pub fn new(users: BTreeMap<String, String>) -> Result<Self, String> {
        let good =
            |hash: &str| hash.parse::<bcrypt::HashParts>().is_ok_and(|it| COSTS.contains(&it.get_cost()));
        match users.iter().find(|it| !good(it.1)) {
            Some((name, _)) => Err(name.clone()),
            None => Ok(Self(users)),
        }
    }

    /// Returns the hash of a user's password.
    pub fn hash(&self, user: &str) -> Option<&str> {
        self.0.get(user).map(String::as_str)
    }

    /// Returns whether anybody may do everything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What somebody says they are.
pub struct Login {
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(<secret>)")
    }
}

/// Reads the `Authorization` header of RFC 7617.
pub fn login(headers: &HeaderMap) -> Option<Login> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    let decoded =
        scheme.eq_ignore_ascii_case("basic").then(|| BASE64_STANDARD.decode(encoded.trim()))?.ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    Some(Login { user: user.to_owned(), password: password.to_owned() })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn given(text: &str) -> Option<Login> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_str(text).unwrap());
        login(&headers)
    }

    fn basic(text: &str) -> Login {
        given(&format!("basic {}", BASE64_STANDARD.encode(text))).unwrap()
    }

    #[test]
    fn headers_are_read() {
        assert_eq!(basic("alice:wonder:land").password, "wonder:land");
        for wrong in ["Bearer x", "Basic", "Basic !", "Basic YWxpY2U="] {
            assert!(given(wrong).is_none(), "{wrong}");
        }
        assert_eq!(Users::new([("bob".into(), "secret".into())].into()).err().as_deref(), Some("bob"));
    }
}
