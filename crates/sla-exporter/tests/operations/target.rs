//! A server that answers every request, and keeps what it was asked.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use super::client::connect;

pub struct Target {
    pub address: SocketAddr,
    pub asked: Arc<AtomicU64>,
    /// The head of the last request.
    pub last: Arc<Mutex<String>>,
    stop: Arc<AtomicBool>,
}

impl Target {
    /// Opens one that takes `pause` before each answer, whose head and body are `answer`.
    pub fn open(pause: Duration, answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, last, stop) =
            (Arc::<AtomicU64>::default(), Arc::<Mutex<String>>::default(), Arc::default());
        let (count, keep, ending) = (Arc::clone(&asked), Arc::clone(&last), Arc::<AtomicBool>::clone(&stop));
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                if ending.load(Ordering::Relaxed) {
                    return;
                }
                let (count, keep, answer) = (Arc::clone(&count), Arc::clone(&keep), answer.clone());
                thread::spawn(move || {
                    let mut head = [0; 4096];
                    let read = stream.read(&mut head).unwrap_or(0);
                    *keep.lock().unwrap() = String::from_utf8_lossy(&head[..read]).into_owned();
                    thread::sleep(pause);
                    count.fetch_add(1, Ordering::Relaxed);
                    // The exporter may have given up.
                    let _ = stream.write_all(answer.as_bytes());
                });
            }
        });
        Self { address, asked, last, stop }
    }

    /// Opens one that answers at once with a word.
    pub fn plain() -> Self {
        Self::open(Duration::ZERO, ok("text/plain", "ok"))
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

/// Returns a whole answer.
pub fn ok(kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

impl Drop for Target {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the listener, so that it sees that it is over.
        let _ = connect(self.address);
    }
}
