//! Which crate may depend on which.

use super::Metadata;

/// Every crate of the workspace with those that it may use; the same list stands in ARCHITECTURE.md.
const EDGES: [(&str, &[&str]); 9] = [
    ("sla-model", &[]),
    ("sla-spec", &["sla-model"]),
    ("sla-import", &["sla-spec", "sla-model"]),
    ("slaforge", &["sla-import", "sla-spec", "sla-model"]),
    ("sla-probe", &["sla-model"]),
    ("sla-source", &["sla-model"]),
    ("sla-exporter", &["sla-probe", "sla-source", "sla-spec", "sla-model"]),
    ("sla-shop", &[]),
    ("xtask", &["sla-spec", "sla-model"]),
];

/// Returns every edge, dev-dependencies included, that the list does not allow.
pub fn problems(metadata: &Metadata) -> Vec<String> {
    let mut problems = Vec::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let Some((_, allowed)) = EDGES.iter().find(|it| it.0 == name) else {
            problems.push(format!(
                "crate `{name}` has no line in xtask/src/tidy/edges.rs: add one, and say in ARCHITECTURE.md what the crate must not know"
            ));
            continue;
        };
        let own = package.dependencies.iter().filter(|it| it.path.is_some());
        problems.extend(own.filter(|it| !allowed.contains(&it.name.as_str())).map(|it| {
            format!(
                "`{name}` may not depend on `{}`: move the shared part to a crate that both may use, or change the list in xtask/src/tidy/edges.rs and ARCHITECTURE.md in a commit of its own",
                it.name
            )
        }));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn found(package: &str, dependency: &str, expected: Option<&str>) {
        let text = format!(
            r#"{{"packages": [{{"name": "{package}", "targets": [], "dependencies": [
                {{"name": "{dependency}", "path": "/x"}}, {{"name": "serde", "path": null}}]}}]}}"#
        );
        let problems = problems(&serde_json::from_str(&text).unwrap());
        assert_eq!(problems.first().map(|it| it.split(':').next().unwrap()), expected);
    }

    #[test]
    fn only_listed_edges_pass() {
        found("slaforge", "sla-spec", None);
        found("sla-model", "sla-spec", Some("`sla-model` may not depend on `sla-spec`"));
        found("sla-shop", "sla-model", Some("`sla-shop` may not depend on `sla-model`"));
        found("sla-new", "sla-model", Some("crate `sla-new` has no line in xtask/src/tidy/edges.rs"));
    }
}
