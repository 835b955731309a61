//! Would a cluster take the objects? Its API server judges them by the schema of the `PrometheusRule` definition.

use std::fs;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::{
    bench::report::{Findings, Must},
    full::examples::{EXAMPLES, generate},
    go_module::GoModule,
    packages,
};

/// The version of the operator.
pub const VERSION: &str = "v0.85.0";

/// The operator's own module holds the definitions that people apply to their clusters.
const OPERATOR: GoModule = GoModule {
    path: "github.com/prometheus-operator/prometheus-operator",
    version: VERSION,
    sum: "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
};

const DEFINITION: &str = "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml";

/// Judges every object of the examples.
pub fn check(findings: &mut Findings) -> anyhow::Result<()> {
    let path = OPERATOR.fetch()?.join(DEFINITION);
    let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let definition: Value = serde_yaml::from_str(&text)?;
    let version = definition.pointer("/spec/versions/0").context("the definition has no version")?;
    let mut schema = version.pointer("/schema/openAPIV3Schema").context("it has no schema")?.clone();
    // What an API server adds and checks itself.
    schema["properties"]["metadata"] = json!({"type": "object"});
    close(&mut schema);
    let judge = jsonschema::validator_for(&schema).context("the schema is none")?;
    anyhow::ensure!(
        !judge.is_valid(&json!({"apiVersion": "x", "kind": "y", "metadata": {}, "spec": {"group": []}})),
        "the schema takes keys that nobody knows"
    );
    for example in EXAMPLES {
        let folder = tempfile::tempdir()?;
        let (mut wrong, files) =
            (0.0, generate(&packages::root().join(example), "crd", folder.path(), "rules/crd")?);
        for file in &files {
            let object: Value = serde_yaml::from_str(&fs::read_to_string(file)?)?;
            for error in judge.iter_errors(&object) {
                println!("{}: {error}", file.display());
                wrong += 1.0;
            }
        }
        findings.limit(
            &format!("{example}: wrong places in PrometheusRules"),
            Must::AtMost,
            0.0,
            Some(wrong),
            "places",
        );
    }
    Ok(())
}

/// Forbids keys that the schema does not know: a cluster drops them in silence.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(it) => {
            if it.contains_key("properties") && !it.contains_key("additionalProperties") {
                it.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            it.values_mut().for_each(close);
        }
        Value::Array(it) => it.iter_mut().for_each(close),
        _ => {}
    }
}
