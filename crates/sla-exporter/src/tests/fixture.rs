//! A specification built by hand, and a server that it looks at.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    convert::Infallible,
    future::{Ready, ready},
    io,
    net::SocketAddr,
    path::Path,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use jiff::{Timestamp, tz::TimeZone};
use sla_model::{
    Model,
    bounds::Bounds,
    id::ModuleId,
    indicator::Indicator,
    journey::{Journey, Step},
    maintenance::{Maintenance, MaintenanceWindow, Planned},
    module::Module,
    names::Kind,
    objective::Objective,
    probe::{Expect, HttpCall, Method, Probe, ProbeKind},
    source::{Source, SourceKind, SourceMetric},
    text::{Language, Text},
    window::Window,
};
use tokio::net::TcpListener;

use crate::{
    expo::{Encode, Family, Value},
    histogram::{Exemplar, Histogram},
    trace::TraceId,
};

/// A page in memory.
#[derive(Clone, Default)]
pub struct Paper(Rc<RefCell<Vec<u8>>>);

impl io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns what an encoder makes of what is told to it.
pub fn told<E: Encode>(encoder: fn(Paper) -> E, tell: impl FnOnce(&mut E) -> io::Result<()>) -> Vec<u8> {
    let paper = Paper::default();
    let mut encoder = encoder(paper.clone());
    tell(&mut encoder).unwrap();
    encoder.finish().unwrap();
    drop(encoder);
    paper.0.take()
}

/// Families with everything that needs care.
pub fn tricky(to: &mut impl Encode) -> io::Result<()> {
    let bounds = Bounds::new(["0.005", "1.00"].map(|it| it.parse().unwrap()));
    let mut full = Histogram::new(&bounds);
    let took = Duration::from_millis(250);
    full.observe_traced(Exemplar { trace: TraceId::from(7), took, at: now() });
    full.observe(Duration::from_secs(2));
    to.family(&Family { name: "a_total", help: "One \\ \"two\"\nthree.", kind: Kind::Counter })?;
    to.series(&[("label", "x\\y\"z\n药")], &Value::Count(u64::MAX))?;
    to.family(&Family { name: "b", help: "B.", kind: Kind::Gauge })?;
    to.series(&[("label", "")], &Value::Number(1_764_000_000.125))?;
    to.family(&Family { name: "c", help: "C.", kind: Kind::Gauge })?;
    to.series(&[], &Value::Number(f64::INFINITY))?;
    to.family(&Family { name: "d_seconds", help: "D.", kind: Kind::Histogram })?;
    to.series(&[("label", "")], &Value::Histogram(&full))?;
    to.family(&Family { name: "e_seconds", help: "E.", kind: Kind::Histogram })?;
    to.series(&[], &Value::Histogram(&Histogram::new(&bounds)))
}

/// The instant at which test pages are made.
pub fn now() -> Timestamp {
    "2026-12-01T02:30:00Z".parse().unwrap()
}

/// A shop with one probe, one journey and one business metric. Maintenance of `payment` is on at [`now`].
pub fn model(shop: &str, database: &Path) -> Model {
    let modules = ["payment", "trade"].map(|it| (it.parse().unwrap(), module(it)));
    let (home, checkout) = (home(shop), checkout(shop));
    let source = Source {
        id: "shop-db".parse().unwrap(),
        kind: SourceKind::Sqlite { file: database.to_owned() },
        timeout: Duration::from_secs(2),
    };
    let metric = metric();
    let fast = objective();
    Model {
        retention: None,
        query_offset: None,
        smtp: None,
        secrets: BTreeMap::new(),
        name: "pharmacy-shop".parse().unwrap(),
        timezone: TimeZone::UTC,
        language: Language::Both,
        alertmanagers: vec![],
        grafana: None,
        scrapes: BTreeMap::new(),
        tiers: BTreeMap::new(),
        owners: BTreeMap::new(),
        modules: modules.into(),
        probes: [(home.id.clone(), home)].into(),
        journeys: [(checkout.id.clone(), checkout)].into(),
        sources: [(source.id.clone(), source)].into(),
        metrics: [(metric.name.clone(), metric)].into(),
        objectives: [(fast.id.clone(), fast)].into(),
        limits: BTreeMap::new(),
        maintenance: Maintenance {
            planned: Planned::Exclude,
            at_most_per_month: None,
            notice: None,
            windows: vec![MaintenanceWindow {
                from: "2026-12-01T02:00:00Z".parse().unwrap(),
                to: "2026-12-01T03:00:00Z".parse().unwrap(),
                modules: vec!["payment".parse().unwrap()],
                announced: "2026-11-01T00:00:00Z".parse().unwrap(),
            }],
        },
    }
}

fn module(name: &str) -> Module {
    let id: ModuleId = name.parse().unwrap();
    Module { id, title: Text::same(name), core: true, owner: "dev".parse().unwrap(), depends_on: vec![] }
}

fn call(method: Method, url: String) -> HttpCall {
    HttpCall { method, url, headers: vec![], json: None, expect: Expect::default(), within: None }
}

fn home(shop: &str) -> Probe {
    Probe {
        id: "home".parse().unwrap(),
        module: "trade".parse().unwrap(),
        every: Duration::from_secs(6),
        timeout: Duration::from_secs(5),
        kind: ProbeKind::Http(call(Method::Get, format!("{shop}/"))),
    }
}

fn checkout(shop: &str) -> Journey {
    let step = |id: &str, method, path: &str| Step {
        id: id.parse().unwrap(),
        call: call(method, format!("{shop}{path}")),
        save: vec![],
        always: false,
    };
    let mut order = step("order", Method::Post, "/orders");
    order.save = vec![("order".parse().unwrap(), "$.id".parse().unwrap())];
    let payment = step("payment", Method::Post, "/orders/{{order}}/payment");
    Journey {
        id: "checkout".parse().unwrap(),
        title: Text::same("checkout"),
        module: "trade".parse().unwrap(),
        every: Duration::from_secs(6),
        timeout: Duration::from_secs(5),
        synthetic: None,
        steps: vec![order, payment],
        down: None,
    }
}

/// A page that is judged by how fast it loads.
fn objective() -> Objective {
    Objective {
        id: "home-load".parse().unwrap(),
        title: Text::same("home page"),
        module: "trade".parse().unwrap(),
        target: "99%".parse().unwrap(),
        window: Window::Rolling(Duration::from_hours(720)),
        by: vec![],
        indicator: Indicator::Page { probe: "home".parse().unwrap(), within: Duration::from_secs(1) },
        every: Duration::ZERO,
        page: None,
        ticket: None,
        idle: None,
        spends: vec![],
    }
}

fn metric() -> SourceMetric {
    SourceMetric {
        name: "shop_payments_total".parse().unwrap(),
        help: "Payments that ever reached the status.".into(),
        from: "shop-db".parse().unwrap(),
        every: Duration::from_secs(6),
        query: "SELECT status, count(*) FROM payments GROUP BY status".into(),
        label: "status".parse().unwrap(),
        values: vec!["paid".into(), "failed".into()],
    }
}

/// A shop that answers everything, payments with a status that can be changed.
pub struct Shop {
    pub address: SocketAddr,
    payment: Arc<AtomicU16>,
}

impl Shop {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let payment = Arc::new(AtomicU16::new(200));
        let status = Arc::clone(&payment);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                let status = Arc::clone(&status);
                let service = service_fn(move |request| respond(&request, status.load(Ordering::Relaxed)));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, payment }
    }

    pub fn answer_payments_with(&self, status: u16) {
        self.payment.store(status, Ordering::Relaxed);
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn respond(request: &Request<Incoming>, payment: u16) -> Ready<Result<Response<Full<Bytes>>, Infallible>> {
    let mut response = Response::new(Full::from(r#"{"id": 7}"#));
    if request.uri().path().ends_with("/payment") {
        *response.status_mut() = StatusCode::from_u16(payment).unwrap();
    }
    ready(Ok(response))
}
