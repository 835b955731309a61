//! The built-in customers: they shop over HTTP like anybody else.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context;
use http::header;
use reqwest::{Client, RequestBuilder, Response};
use serde::Deserialize;
use serde_json::json;
use tokio::{task::JoinSet, time::Instant};

use crate::{day::Day, schedule::Schedule, store::customer_name};

/// How long a customer waits for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connections idle for longer are not used again; less than the time after which the shop ends them,
/// else a request could meet a closing connection.
const IDLE_MAX: Duration = Duration::from_secs(10);

/// Each customer cancels every so many visits.
const VISITS_PER_CANCEL: u64 = 20;

/// What precedes an article's id on the home page.
const LINK: &str = "href=\"/goods/";

/// Sends the customers shopping; they stop when the set is dropped.
pub fn start(shop: SocketAddr, customers: u32, pace: u32, day: Option<Day>) -> anyhow::Result<JoinSet<()>> {
    let client = Client::builder()
        .timeout(PATIENCE)
        .pool_idle_timeout(IDLE_MAX)
        // A proxy of the environment is for the world outside.
        .no_proxy()
        .build()
        .context("cannot build the customers' HTTP client")?;
    let start = Instant::now();
    let mut running = JoinSet::new();
    for index in 0..customers {
        let customer = Arc::new(Customer {
            client: client.clone(),
            shop: format!("http://{shop}"),
            index,
            name: customer_name(index + 1),
        });
        let mut schedule = Schedule::new(start, index, customers, pace);
        if let Some(day) = day {
            schedule = schedule.follow(day, index, customers);
        }
        running.spawn(schedule.keep(move |number| {
            let customer = Arc::clone(&customer);
            async move {
                // Failed visits are what the shop is broken for: no news above debug.
                if let Err(error) = customer.visit(number).await {
                    tracing::debug!(customer = customer.name, "visit failed: {error:#}");
                }
            }
        }));
    }
    Ok(running)
}

struct Customer {
    client: Client,
    shop: String,
    index: u32,
    name: String,
}

impl Customer {
    /// Looks around, logs in, orders, pays; now and then regrets it.
    async fn visit(&self, number: u64) -> anyhow::Result<()> {
        #[derive(Deserialize)]
        struct Login {
            token: String,
        }
        #[derive(Deserialize)]
        struct Placed {
            id: i64,
        }
        let turn = number + u64::from(self.index);
        let home = self.read(self.client.get(self.at("/"))).await?;
        let goods = choose(&home, turn).context("the home page lists no goods")?;
        self.read(self.client.get(self.at(&format!("/goods/{goods}")))).await?;

        let login = json!({"user": self.name, "password": self.name});
        let login = self.client.post(self.at("/api/login")).json(&login);
        let login: Login = self.send(login).await?.json().await?;
        let bearer = format!("Bearer {}", login.token);
        let authorized = |request: RequestBuilder| request.header(header::AUTHORIZATION, &bearer);

        let wish = json!({"goods": goods, "quantity": 1});
        let placing = self.client.post(self.at("/api/orders")).json(&wish);
        let order: Placed = self.send(authorized(placing)).await?.json().await?;
        let order = self.at(&format!("/api/orders/{}", order.id));
        let payment = self.client.post(format!("{order}/payment"));
        self.read(authorized(payment)).await?;
        // The customers' turns differ, so refunds are spread over time.
        if turn.is_multiple_of(VISITS_PER_CANCEL) {
            self.read(authorized(self.client.delete(order))).await?;
        }
        Ok(())
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.shop)
    }

    async fn send(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        Ok(request.send().await?.error_for_status()?)
    }

    /// Sends and reads to the end, so that the connection can be used again.
    async fn read(&self, request: RequestBuilder) -> anyhow::Result<String> {
        Ok(self.send(request).await?.text().await?)
    }
}

/// Follows one of the home page's links to goods, another one each turn.
fn choose(home: &str, turn: u64) -> Option<i64> {
    let links: Vec<i64> =
        home.split(LINK).skip(1).filter_map(|rest| rest.split_once('"')?.0.parse().ok()).collect();
    let count = u64::try_from(links.len()).ok()?;
    let index = usize::try_from(turn.checked_rem(count)?).ok()?;
    links.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_follow_each_link_in_turn() {
        let home = r#"<a href="/goods/3">x</a> <a href="/goods/7">y</a> <a href="/goods/">z</a>"#;
        let chosen: Vec<_> = (0..4).map(|turn| choose(home, turn)).collect();
        assert_eq!(chosen, [Some(3), Some(7), Some(3), Some(7)]);
        assert_eq!(choose("nothing", 1), None);
    }
}
