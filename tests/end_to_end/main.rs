//! Whole outages on real servers: the shop, the exporter, Prometheus, Alertmanager and a receiver are started,
//! the shop is broken, and the second in which somebody is paged is held against the model.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod outage;
