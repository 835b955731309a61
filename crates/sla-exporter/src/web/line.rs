//! The line to a client: it knows whether a request is under way, and gives up a client that does not read.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::body::{Body, Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use super::crowd::Place;

/// How long a client may take no byte of what it asked for: it would hold a place among the pages that are written.
const DEAF_MAX: Duration = Duration::from_secs(5);

/// Where a connection stands.
#[derive(Clone, Debug)]
pub struct Progress {
    place: Arc<Place>,
    /// The last answer was written to its end, though perhaps not sent.
    answered: Arc<AtomicBool>,
}

impl Progress {
    /// Begins with a connection that has asked nothing.
    pub fn new(place: Arc<Place>) -> Self {
        Self { place, answered: Arc::default() }
    }

    /// Notes that a request came; one that was sent with its predecessor is not read anew.
    pub fn asked(&self) {
        self.answered.store(false, Ordering::Relaxed);
        self.place.busy();
    }

    /// Notes the end of an answer when the body that is returned is dropped.
    pub fn answering<B>(&self, body: B) -> Answering<B> {
        Answering { body, progress: self.clone() }
    }

    fn sent(&self) {
        if self.answered.swap(false, Ordering::Relaxed) {
            self.place.idle();
        }
    }
}

/// The body of an answer.
#[derive(Debug)]
pub struct Answering<B> {
    body: B,
    progress: Progress,
}

impl<B> Drop for Answering<B> {
    fn drop(&mut self) {
        self.progress.answered.store(true, Ordering::Relaxed);
    }
}

impl<B: Body + Unpin> Body for Answering<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream to a client.
#[derive(Debug)]
pub struct Line<S> {
    stream: S,
    progress: Progress,
    /// When a client that takes nothing is given up.
    deaf: Option<Pin<Box<Sleep>>>,
}

impl<S> Line<S> {
    /// Watches a stream.
    pub fn new(stream: S, progress: Progress) -> Self {
        Self { stream, progress, deaf: None }
    }

    fn taken<T>(&mut self, context: &mut Context<'_>, taken: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if taken.is_ready() {
            self.deaf = None;
            return taken;
        }
        let deaf = self.deaf.get_or_insert_with(|| Box::pin(sleep(DEAF_MAX)));
        ready!(deaf.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Line<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.progress.place.busy();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let taken = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.taken(context, taken)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let taken = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.taken(context, taken)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Whoever writes flushes when it has nothing left.
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.progress.sent();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
