//! Bodies of answers: whole ones, and those that are still being written while they are sent.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::{runtime::Handle, sync::mpsc, time::timeout_at};

/// Pieces of a body have this size: a system call each, and little memory.
const PIECE_BYTES: usize = 64 * 1024;

/// So many pieces may wait for a slow reader: 2 MiB, a page of 20,000 lines. Smaller pages are written at once,
/// whoever reads them.
const PIECES_MAX: usize = 32;

/// The body of an answer.
#[derive(Debug)]
pub enum Content {
    /// A body that is known.
    Whole(Bytes),
    /// What was taken from the channel already, and the rest.
    Stream(VecDeque<Bytes>, mpsc::Receiver<io::Result<Bytes>>),
}

impl Body for Content {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Self::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
            }
            Self::Stream(taken, rest) => match taken.pop_front() {
                Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
                None => rest.poll_recv(context).map(|it| it.map(|it| it.map(Frame::data))),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Stream(..) => SizeHint::default(),
        }
    }
}

/// Begins a body that another thread writes; it has ended by `deadline`, in an error if need be.
pub fn channel(deadline: Instant) -> (Pieces, mpsc::Receiver<io::Result<Bytes>>) {
    let (sender, receiver) = mpsc::channel(PIECES_MAX);
    let pieces =
        Pieces { sender, piece: Vec::with_capacity(PIECE_BYTES), deadline, handle: Handle::current() };
    (pieces, receiver)
}

/// Waits for the first pieces: a short body becomes a whole one, which has a length; one that fails at once is an
/// error and not half an answer.
pub async fn begin(mut receiver: mpsc::Receiver<io::Result<Bytes>>) -> io::Result<Content> {
    let Some(first) = receiver.recv().await.transpose()? else {
        return Ok(Content::Whole(Bytes::new()));
    };
    match receiver.recv().await.transpose()? {
        None => Ok(Content::Whole(first)),
        Some(second) => Ok(Content::Stream([first, second].into(), receiver)),
    }
}

/// The writing end of a body, for a thread that may block.
pub struct Pieces {
    sender: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
    deadline: Instant,
    handle: Handle,
}

impl Pieces {
    /// Sends the last piece, or tells the reader that there will be no more.
    pub fn end(mut self, written: io::Result<()>) {
        let ended = written.and_then(|()| io::Write::flush(&mut self));
        if let Err(error) = ended {
            // A reader who is gone needs no telling; one that reads nothing is cut all the same, by dropping.
            let _ = self.sender.try_send(Err(error));
        }
    }

    fn send(&mut self) -> io::Result<()> {
        let piece = Bytes::from(std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE_BYTES)));
        let sending = timeout_at(self.deadline.into(), self.sender.send(Ok(piece)));
        match self.handle.block_on(sending) {
            Ok(Ok(())) if Instant::now() < self.deadline => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            _ => Err(io::Error::new(io::ErrorKind::TimedOut, "the scrape's time is over")),
        }
    }
}

impl io::Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE_BYTES {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() { Ok(()) } else { self.send() }
    }
}
