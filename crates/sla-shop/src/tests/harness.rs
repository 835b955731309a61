//! A shop for one test: its own ports, its own file, and a look into that file.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use http::Method;
use reqwest::{Client, StatusCode};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::{Value, json};
use sqlx::{ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::Instant,
};
use tokio_rustls::TlsConnector;

use super::support::Tables;
use crate::{
    access_log::Format,
    server::{Config, run},
};

/// How long a test waits for what must happen; far more than it takes.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running shop.
pub struct TestShop {
    pub address: SocketAddr,
    pub admin: SocketAddr,
    pub client: Client,
    tables: Tables,
    tls: SocketAddr,
    folder: TempDir,
    stop: oneshot::Sender<()>,
    running: JoinHandle<anyhow::Result<()>>,
}

impl TestShop {
    /// Opens a new shop without customers.
    pub async fn open() -> Self {
        Self::open_in(tempfile::tempdir().unwrap(), 0, 1).await
    }

    /// Opens a shop on a folder that may hold the file of an earlier one.
    pub async fn open_in(folder: TempDir, customers: u32, pace: u32) -> Self {
        let file = folder.path().join("shop.db").display().to_string();
        Self::open_on(&file, folder, customers, pace).await
    }

    /// Opens a shop on any database.
    pub async fn open_on(database: &str, folder: TempDir, customers: u32, pace: u32) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let admin_listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, admin) = (listener.local_addr().unwrap(), admin_listener.local_addr().unwrap());
        let tls_listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tls = tls_listener.local_addr().unwrap();
        let config = Config {
            database: database.into(),
            customers,
            pace,
            day_curve: false,
            tls: Some((tls_listener, folder.path().join("tls"))),
            access_log: Some((folder.path().join("access.log"), Format::Combined)),
        };
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(run(config, listener, admin_listener, async {
            let _ = stopped.await;
        }));
        let client = Client::builder().no_proxy().timeout(PATIENCE).build();
        let opened = Self {
            address,
            admin,
            client: client.unwrap(),
            tables: Tables::of(database),
            tls,
            folder,
            stop,
            running,
        };
        // The listener takes connections from the start; an answer means that the shop is open.
        let healthy = opened.client.get(opened.url("/-/healthy")).send().await;
        assert_eq!(healthy.unwrap().status(), 200);
        opened
    }

    /// Closes the shop and returns its folder.
    pub async fn close(self) -> TempDir {
        drop(self.client);
        self.stop.send(()).unwrap();
        tokio::time::timeout(PATIENCE, self.running).await.unwrap().unwrap().unwrap();
        self.folder
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("shop.db")
    }

    /// Says what a client that trusts the shop's CA says to its certificate.
    pub async fn certificate(&self) -> &'static str {
        let ca = CertificateDer::from_pem_file(self.folder.path().join("tls/ca.pem")).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(ca).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(self.tls).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        match TlsConnector::from(Arc::new(config)).connect(name, stream).await {
            Ok(mut stream) => {
                let request = b"GET /-/healthy HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
                stream.write_all(request).await.unwrap();
                let mut answer = String::new();
                let _ = stream.read_to_string(&mut answer).await;
                if answer.starts_with("HTTP/1.1 200") { "valid" } else { "mute" }
            }
            Err(error) if error.to_string().contains("expired") => "expired",
            Err(error) => panic!("{error}"),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a request with a JSON body, or none for null, and returns status and JSON of the answer.
    pub async fn call(&self, method: Method, path: &str, token: &str, body: Value) -> (StatusCode, Value) {
        let mut request = self.client.request(method, self.url(path));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// Logs in and returns the token.
    pub async fn log_in(&self, user: &str) -> String {
        let body = json!({"user": user, "password": user});
        let (status, answer) = self.call(Method::POST, "/api/login", "", body).await;
        assert_eq!(status, 200, "{answer}");
        answer["token"].as_str().unwrap().to_owned()
    }

    /// Orders articles and returns the order's id.
    pub async fn order(&self, token: &str, goods: i64, quantity: i64) -> i64 {
        let body = json!({"goods": goods, "quantity": quantity});
        let (status, answer) = self.call(Method::POST, "/api/orders", token, body).await;
        assert_eq!(status, 201, "{answer}");
        answer["id"].as_i64().unwrap()
    }

    pub async fn pay(&self, token: &str, order: i64) -> (StatusCode, Value) {
        let path = format!("/api/orders/{order}/payment");
        self.call(Method::POST, &path, token, Value::Null).await
    }

    pub async fn cancel(&self, token: &str, order: i64) -> (StatusCode, Value) {
        let path = format!("/api/orders/{order}");
        self.call(Method::DELETE, &path, token, Value::Null).await
    }

    /// Talks to the admin port.
    pub async fn admin(&self, method: Method, path: &str, body: &str) -> (StatusCode, Value) {
        let url = format!("http://{}{path}", self.admin);
        let request = self.client.request(method, url).body(body.to_owned());
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// Waits until a query yields at least that number.
    pub async fn wait_for(&self, sql: &str, at_least: i64) {
        let end = Instant::now() + PATIENCE;
        while self.number(sql).await < at_least {
            assert!(Instant::now() < end, "`{sql}` does not reach {at_least}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Opens the shop's file as another program does.
    pub async fn database(&self) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.file()).busy_timeout(PATIENCE).connect().await.unwrap()
    }

    /// Returns the rows of a query, each as its columns joined by spaces.
    pub async fn rows(&self, sql: &str) -> Vec<String> {
        self.tables.rows(sql).await
    }

    /// Returns the one number that a query yields.
    pub async fn number(&self, sql: &str) -> i64 {
        self.tables.number(sql).await
    }

    /// Runs statements as another program does; returns what the database says against it.
    pub async fn tamper(&self, sql: &str) -> Result<(), String> {
        self.tables.tamper(sql).await
    }

    /// Asserts that tables and journal tell one story.
    pub async fn audit_tables(&self) {
        self.tables.audit().await;
    }

    /// Asserts that tables, journal and metrics tell one story.
    pub async fn audit(&self) {
        self.audit_tables().await;
        let page = self.client.get(self.url("/metrics")).send().await.unwrap().text().await.unwrap();
        self.tables.audit_metrics(&page).await;
    }
}
