//! Running the shop: both ports, the customers, and the end.

use std::{
    future::Future,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use anyhow::Context;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::{
    accept, admin, customers, database::Target, fault::Faults, lifecycle, payment, secret::Random,
    shop::Shop, store::Store,
};

/// What to run.
pub struct Config {
    /// Where the shop's tables are.
    pub database: Target,
    /// How many built-in customers shop.
    pub customers: u32,
    /// How many visits each makes a minute, and how many times faster than life parcels travel.
    pub pace: u32,
}

/// Runs the shop until `shutdown` completes.
pub async fn run(
    config: Config,
    listener: TcpListener,
    admin_listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let random = Random::from_system()?;
    let faults = Arc::new(Faults::new());
    let store = Store::open(&config.database, Arc::clone(&faults), config.pace).await?;
    store.prepare(config.customers, &random).await?;
    let shop = Arc::new(Shop::new(store.clone(), faults, random)?);
    let address = listener.local_addr().context("the listener has no address")?;
    let admin_address = admin_listener.local_addr().context("the admin listener has no address")?;

    let mut staff = JoinSet::new();
    staff.spawn(lifecycle::run(Arc::clone(&shop)));
    staff.spawn(payment::settle_after_healing(Arc::clone(&shop)));
    let (stopping, stopped) = watch::channel(false);
    let front = tokio::spawn(accept::serve(
        listener,
        {
            let shop = Arc::clone(&shop);
            move |request| Arc::clone(&shop).respond(request)
        },
        stopped.clone(),
    ));
    let back = tokio::spawn(accept::serve(
        admin_listener,
        move |request| admin::respond(Arc::clone(&shop), request),
        stopped,
    ));
    let mut customers = customers::start(reachable(address), config.customers, config.pace)?;
    tracing::info!(%address, %admin_address, customers = config.customers, pace = config.pace, "the shop is open");

    shutdown.await;
    tracing::info!("the shop closes");
    customers.shutdown().await;
    staff.shutdown().await;
    stopping.send_replace(true);
    let (front, back) = tokio::join!(front, back);
    store.close().await;
    front.and(back).context("a server task failed")
}

/// Returns where to reach a listener from this machine: one can listen on all addresses, but not
/// connect to them.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}
