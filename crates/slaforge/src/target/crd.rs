//! `PrometheusRule` objects for Kubernetes' prometheus-operator.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use sla_spec::parallel;

use super::{
    File, Input, Out, RULES, RuleSet, Target, is_in, layout,
    rules::{GroupDocument, groups},
    yaml,
};

/// Objects, one per objective however many there are: the operator mounts an object's rules as part of a
/// `ConfigMap` and refuses more than half a megabyte of them; a shard of 10,000 objectives has two.
pub const TARGET: Target = Target {
    name: "crd",
    about: "PrometheusRule objects for Kubernetes' prometheus-operator",
    default: false,
    owns: |path| is_in(path, "rules/crd", ".yaml"),
    render,
};

/// What the operator must be told.
const ABOUT: &str = "A PrometheusRule object. It has no namespace: `kubectl apply --namespace` says which. The `ruleSelector` of the
# Prometheus or ThanosRuler object must match its labels.";

/// What the cluster's Prometheus must know.
const OFFSET: &str = "
# Its groups have `query_offset`: prometheus-operator 0.75, Prometheus 2.53 or newer; ThanosRuler has no such field.";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Serialize)]
struct Metadata {
    name: String,
    labels: ObjectLabels,
}

#[derive(Serialize)]
struct ObjectLabels {
    #[serde(rename = "app.kubernetes.io/managed-by")]
    managed_by: &'static str,
    #[serde(rename = "app.kubernetes.io/part-of")]
    part_of: String,
}

#[derive(Serialize)]
struct Spec {
    groups: Vec<GroupDocument>,
}

fn render(input: &Input<'_>, out: &Out<'_>) {
    parallel::each(&layout::apart(input.plan.units()), |it| file(input, it).into_iter().for_each(out));
}

fn file(input: &Input<'_>, set: &RuleSet<'_>) -> Option<File> {
    let groups = groups(input, &set.units);
    let document = Document {
        api_version: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: Metadata {
            name: object_name(input.model.name.as_str(), &set.name),
            labels: ObjectLabels {
                managed_by: "slaforge",
                part_of: input.model.name.as_str().trim_end_matches(['-', '_']).to_owned(),
            },
        },
        spec: Spec { groups },
    };
    let about = format!("{ABOUT}{}", if input.query_offset().is_some() { OFFSET } else { "" });
    let path = format!("{RULES}/crd/{}.yaml", set.name);
    (!document.spec.groups.is_empty()).then(|| yaml::file(input, path, &about, &document))
}

/// Returns a name as RFC 1123 wants it: small letters, digits and `-`, parts joined by `.`. What had to be
/// changed gets its checksum as a third part, which no name has by itself, so that two names stay two.
fn object_name(sla: &str, unit: &str) -> String {
    let given = format!("{sla}.{unit}");
    let plain: Vec<String> =
        [sla, unit].map(|it| it.to_ascii_lowercase().replace('_', "-").trim_matches('-').to_owned()).to_vec();
    let plain = plain.join(".");
    if plain == given {
        plain
    } else {
        let sum = format!("{:x}", Sha256::digest(&given));
        format!("{plain}.{}", &sum[..8])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_valid_and_stay_apart() {
        assert_eq!(object_name("shop", "pay-success"), "shop.pay-success");
        assert_eq!(object_name("shop", "Pay_success-"), "shop.pay-success.309ffe81");
        assert_ne!(object_name("shop", "Pay_success-"), object_name("shop", "pay-success-309ffe81"));
        assert_ne!(object_name("shop", "pay_x"), object_name("shop", "pay-x"));
        assert_ne!(object_name("shop", "Pay"), object_name("shop", "PAY"));
    }
}
