//! `POST /-/reload`.

use http::StatusCode;
use tokio::sync::oneshot;

use super::{
    Site,
    answer::{self, Answer},
};
use crate::reload::{Request, Why};

/// Asks for a reload and tells how it went.
pub async fn answer(site: &Site) -> Answer {
    let (answer, outcome) = oneshot::channel();
    let request = Request { why: Why::Asked, answer: Some(answer) };
    let outcome = match site.reloads.send(request).await {
        Ok(()) => outcome.await.ok(),
        Err(_) => None,
    };
    match outcome {
        Some(Ok(())) => answer::text(StatusCode::OK, "reloaded\n"),
        Some(Err(problem)) => {
            let told = format!("failed to reload config: {}\n", problem.trim_end());
            answer::text(StatusCode::INTERNAL_SERVER_ERROR, told)
        }
        None => answer::text(StatusCode::SERVICE_UNAVAILABLE, "the exporter is stopping\n"),
    }
}
