//! Metrics of the `prometheus` crate, told like our own.

use std::io;

use prometheus::proto::{MetricFamily, MetricType};
use sla_model::names::Kind;

use super::{Encode, Family, Value};

/// Tells counters and gauges; we register nothing else there.
pub fn tell(families: &[MetricFamily], to: &mut impl Encode) -> io::Result<()> {
    for family in families {
        let kind = match family.get_field_type() {
            MetricType::COUNTER => Kind::Counter,
            _ => Kind::Gauge,
        };
        to.family(&Family { name: family.name(), help: family.help(), kind })?;
        for metric in family.get_metric() {
            let value = match kind {
                Kind::Counter => metric.get_counter().get_value(),
                _ => metric.get_gauge().get_value(),
            };
            let labels: Vec<_> = metric.get_label().iter().map(|it| (it.name(), it.value())).collect();
            to.series(&labels, &Value::Number(value))?;
        }
    }
    Ok(())
}
