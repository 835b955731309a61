//! The connections of one run.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;

use super::{
    connect::connect,
    link::{Answer, Link, Unanswered},
    target::{Server, Target},
};
use crate::{
    deadline::Deadline,
    host::Host,
    outcome::Failure,
    phase::{Phase, Stopwatch},
};

/// The connections of one run: one per server is kept for the next step, and all end with the run.
pub(crate) struct Session<'h> {
    host: &'h Host,
    idle: Vec<(Server, Link)>,
}

impl<'h> Session<'h> {
    /// Begins without connections.
    pub(crate) fn new(host: &'h Host) -> Self {
        Self { host, idle: Vec::new() }
    }

    /// Sends a request and reads the whole answer. Whoever drops this future half-way also drops the
    /// connection: only one that is free of answers is kept.
    pub(crate) async fn exchange(
        &mut self,
        target: &Target,
        request: Request<Full<Bytes>>,
        deadline: Deadline,
        stopwatch: &mut Stopwatch,
    ) -> Result<Answer, Failure> {
        let server = &target.server;
        let (mut link, kept) = match self.take(server).await {
            Some(link) => (link, true),
            None => (open(self.host, server, deadline, stopwatch).await?, false),
        };
        stopwatch.enter(Phase::FirstByte);
        let response = match link.send(request).await {
            Ok(response) => response,
            // The server closed a kept connection in the moment of its use; nothing was sent yet.
            Err(Unanswered { unsent: Some(request), .. }) if kept => {
                link = open(self.host, server, deadline, stopwatch).await?;
                stopwatch.enter(Phase::FirstByte);
                link.send(request).await.map_err(|it| it.failure)?
            }
            Err(unanswered) => return Err(unanswered.failure),
        };
        stopwatch.enter(Phase::Transfer);
        let answer = link.read(response).await?;
        self.idle.push((server.clone(), link));
        Ok(answer)
    }

    async fn take(&mut self, server: &Server) -> Option<Link> {
        let place = self.idle.iter().position(|it| it.0 == *server)?;
        let (_, mut link) = self.idle.swap_remove(place);
        link.is_usable().await.then_some(link)
    }
}

async fn open(
    host: &Host,
    server: &Server,
    deadline: Deadline,
    stopwatch: &mut Stopwatch,
) -> Result<Link, Failure> {
    Link::begin(connect(server, host, deadline, stopwatch).await?).await
}
