//! Reading anew what a reload needs, beside everything else: nobody waits for a file that does not answer.

use std::sync::Arc;

use crate::{
    config::Loaded,
    patience::{Lost, PATIENCE, Patient},
    reload::{Load, Read, Request, Why},
    web_config::Gate,
};

/// Reads the specification and the web configuration.
pub struct Reader {
    load: Load,
    gate: Arc<Gate>,
    specification: Patient<Read>,
    web: Patient<Result<(), String>>,
}

/// What was read.
pub struct Done {
    /// For whom.
    pub request: Request,
    /// The specification.
    pub specification: Result<Read, Lost>,
    /// What is wrong with the web configuration, if somebody asked for a reload.
    pub web: Result<(), String>,
}

impl Reader {
    /// Reads with `load` and `gate`.
    pub fn new(load: Load, gate: Arc<Gate>) -> Self {
        Self { load, gate, specification: Patient::new(PATIENCE), web: Patient::new(PATIENCE) }
    }

    /// Reads, and comes back with what was read.
    pub async fn read(mut self, request: Request, known: Arc<Loaded>) -> (Self, Done) {
        let web = if request.why == Why::Asked { self.web().await } else { Ok(()) };
        let load = Arc::clone(&self.load);
        // Who asks gets a reload; an event may have been about something else in the same folder.
        let known = (request.why == Why::Files).then_some(known);
        let specification = self.specification.wait(move |busy| load(known.as_deref(), busy)).await;
        (self, Done { request, specification, web })
    }

    async fn web(&mut self) -> Result<(), String> {
        let gate = Arc::clone(&self.gate);
        self.web.wait(move |busy| gate.reload(busy)).await.unwrap_or_else(|lost| {
            self.gate.give_up(&lost);
            Err(format!("the web configuration: {lost}"))
        })
    }
}
