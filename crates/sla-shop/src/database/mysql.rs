//! What is particular about `MariaDB`, which is spoken to by `MySQL`'s protocol. `MySQL` itself does not do: it
//! has no `CREATE INDEX IF NOT EXISTS`.

use std::str::FromStr;

use sqlx::{ConnectOptions, Executor, MySqlConnection, MySqlPool, mysql::MySqlConnectOptions};

/// The default would lock gaps between rows, and buyers of different orders would wait in a circle.
const SESSION: &str = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";

/// Connects to the server.
pub async fn open(url: &str) -> sqlx::Result<MySqlPool> {
    let options = MySqlConnectOptions::from_str(url)?.charset("utf8mb4").disable_statement_logging();
    super::pool(super::CONNECTIONS)
        .after_connect(|connection: &mut MySqlConnection, _| {
            Box::pin(async move {
                connection.execute(SESSION).await?;
                Ok(())
            })
        })
        .connect_with(options)
        .await
}
