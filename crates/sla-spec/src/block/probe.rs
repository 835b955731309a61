//! `probes`: single synthetic calls.

use std::{collections::BTreeSet, ops::RangeInclusive, time::Duration};

use sla_model::{
    id::ProbeId,
    probe::{Probe, ProbeKind},
};

use super::{call, template};
use crate::{
    check::Noun,
    decode::{
        context::Context,
        field::{Table, optional, required},
        scalar, unit,
        value_type::Type,
    },
    yaml::node::Entry,
};

/// The keys of a probe.
pub const TABLE: Table = Table {
    what: "a probe",
    fields: &[
        required("http", "{get: \"http://shop:8080/\"}", "The call.").of(Type::Block(&call::TABLE)),
        optional("every", "60s", "How often it runs; `60s`, if it is left out.").of(Type::Duration),
        optional("timeout", "10s", "How long one run may take; `10s`, if it is left out.").of(Type::Duration),
        required("module", "storefront", "The part of the system that it looks at.").of(Type::Name),
    ],
    mistakes: call::MISPLACED,
};

/// More often than every second is a load test; less often than every hour is no observation.
pub const EVERY: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(1);

/// How often probes run unless the specification says otherwise.
pub const EVERY_DEFAULT: Duration = Duration::from_mins(1);

/// How long a run may take unless the specification says otherwise.
pub const TIMEOUT_DEFAULT: Duration = Duration::from_secs(10);

/// Decodes one probe.
pub fn decode(id: &ProbeId, entry: &Entry, cx: &mut Context<'_>) -> Option<Probe> {
    let fields = cx.fields(&entry.value, &TABLE)?;
    let call = fields.get(cx, "http", |it, cx| {
        template::check(it, &BTreeSet::new(), cx);
        call::decode(it, cx)
    });
    let every = fields.or(cx, "every", EVERY_DEFAULT, |it, cx| unit::ranged(it, cx, "an interval", &EVERY));
    cx.known_mut().intervals.extend(every.map(|it| (id.to_string(), it)));
    let timeout = fields.or(cx, "timeout", TIMEOUT_DEFAULT, unit::positive);
    let module = fields.get(cx, "module", |it, cx| scalar::reference(Noun::Module, it, cx));
    Some(Probe {
        id: id.clone(),
        module: module?,
        every: every?,
        timeout: timeout?,
        kind: ProbeKind::Http(call?),
    })
}
