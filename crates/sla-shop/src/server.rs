//! Running the shop: both ports, the customers, and the end.

use std::{
    future::Future,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::{
    accept,
    access_log::{AccessLog, Format},
    admin, clock, customers,
    database::Target,
    day::Day,
    fault::Faults,
    lifecycle, payment,
    secret::Random,
    shop::Shop,
    store::Store,
    tls,
};

/// What to run.
pub struct Config {
    /// Where the shop's tables are.
    pub database: Target,
    /// How many built-in customers shop.
    pub customers: u32,
    /// How many visits each makes a minute, and how many times faster than life parcels travel.
    pub pace: u32,
    /// Whether visits follow a day curve.
    pub day_curve: bool,
    /// Where the shop also listens, with TLS, and the folder of its certificates.
    pub tls: Option<(TcpListener, PathBuf)>,
    /// Where requests are logged.
    pub access_log: Option<(PathBuf, Format)>,
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
    let access_log = config.access_log.map(|(file, format)| open_log(&file, format)).transpose()?;
    let secured = match config.tls {
        Some((listener, folder)) => Some((listener, tls::acceptor(&folder, Arc::clone(&faults))?)),
        None => None,
    };
    let shop = Arc::new(Shop::new(store.clone(), faults, random, access_log.clone())?);
    let address = listener.local_addr().context("the listener has no address")?;
    let admin_address = admin_listener.local_addr().context("the admin listener has no address")?;

    let mut staff = JoinSet::new();
    staff.spawn(lifecycle::run(Arc::clone(&shop)));
    staff.spawn(payment::settle_after_healing(Arc::clone(&shop)));
    let (stopping, stopped) = watch::channel(false);
    if let Some(log) = &access_log {
        staff.spawn(Arc::clone(log).keep_flushing());
    }
    let mut servers = JoinSet::new();
    let front = {
        let shop = Arc::clone(&shop);
        move |remote, request| Arc::clone(&shop).respond(remote, request)
    };
    if let Some((listener, acceptor)) = secured {
        let address = listener.local_addr().context("the TLS listener has no address")?;
        tracing::info!(%address, "the shop is open with TLS");
        servers.spawn(accept::serve(listener, Some(acceptor), front.clone(), stopped.clone()));
    }
    servers.spawn(accept::serve(listener, None, front, stopped.clone()));
    let back = move |_, request| admin::respond(Arc::clone(&shop), request);
    servers.spawn(accept::serve(admin_listener, None, back, stopped));
    let day = config.day_curve.then(|| Day::new(clock::now_ms(), config.pace));
    let mut customers = customers::start(reachable(address), config.customers, config.pace, day)?;
    tracing::info!(%address, %admin_address, customers = config.customers, pace = config.pace, "the shop is open");

    shutdown.await;
    tracing::info!("the shop closes");
    customers.shutdown().await;
    staff.shutdown().await;
    stopping.send_replace(true);
    let mut served = Ok(());
    while let Some(ended) = servers.join_next().await {
        served = served.and(ended);
    }
    store.close().await;
    if let Some(log) = access_log {
        log.flush();
    }
    served.context("a server task failed")
}

fn open_log(file: &Path, format: Format) -> anyhow::Result<Arc<AccessLog>> {
    let log = AccessLog::open(file, format);
    Ok(Arc::new(log.with_context(|| format!("cannot open the access log `{}`", file.display()))?))
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
