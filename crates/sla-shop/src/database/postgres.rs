//! What is particular about `PostgreSQL`.

use std::str::FromStr;

use sqlx::{ConnectOptions, PgPool, postgres::PgConnectOptions};

/// Connects to the server.
pub async fn open(url: &str) -> sqlx::Result<PgPool> {
    let options = PgConnectOptions::from_str(url)?.application_name("sla-shop").disable_statement_logging();
    super::pool(super::CONNECTIONS).connect_with(options).await
}

/// Numbers the values of a statement: `?` becomes `$1`, `$2` and so on. No statement of the shop has a
/// question mark in a text.
pub fn numbered(sql: &str) -> String {
    let mut numbered = String::with_capacity(sql.len() + 16);
    for (before, part) in sql.split('?').enumerate() {
        if before > 0 {
            numbered.push('$');
            numbered.push_str(&before.to_string());
        }
        numbered.push_str(part);
    }
    numbered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_from_one() {
        assert_eq!(numbered("SELECT 1"), "SELECT 1");
        assert_eq!(numbered("a = ? AND b = ?"), "a = $1 AND b = $2");
    }
}
