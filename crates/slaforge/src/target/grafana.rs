//! Grafana dashboards (classic model, schema version 42) and their provisioning.

use serde::Serialize;
use serde_json::{Value, json};
use sla_model::duration;

use super::{DASHBOARDS, File, Input, Out, Target, yaml};
use crate::plan::{Board, Panel, PanelKind, Query};

/// Columns of a dashboard.
const COLUMNS: u8 = 24;

/// The data source that the provisioning declares and every panel asks.
const SOURCE_UID: &str = "slaforge-prometheus";

/// The version of the classic model that the panels are written for.
const SCHEMA: u32 = 42;

/// Dashboards and their provisioning.
pub const TARGET: Target = Target {
    name: "grafana",
    about: "dashboards and their provisioning",
    default: true,
    // Grafana also looks into folders below its own.
    owns: |path| {
        path.starts_with("dashboards/") && [".json", "/slaforge.yaml"].iter().any(|it| path.ends_with(it))
    },
    render,
};

fn render(input: &Input<'_>, out: &Out<'_>) {
    input.plan.boards().iter().map(|it| board(input, it)).for_each(out);
    out(data_source(input));
    out(provider(input));
}

fn board(input: &Input<'_>, board: &Board) -> File {
    let mut shelf = Shelf::default();
    let panels: Vec<Value> =
        (1..).zip(&board.panels).map(|(id, it)| panel(id, it, &shelf.place(it))).collect();
    let document = json!({
        "uid": board.uid,
        "title": board.title,
        "description": format!("{}\n\n{}", board.description, input.origin()),
        "tags": ["slaforge", "slo"],
        "timezone": board.timezone,
        "editable": false,
        "graphTooltip": 1,
        "refresh": duration::text(board.refresh),
        "schemaVersion": SCHEMA,
        "time": {"from": format!("now-{}", duration::text(board.span)), "to": "now"},
        "templating": {"list": [{
            "name": "datasource",
            "label": "Data source",
            "type": "datasource",
            "query": "prometheus",
            "current": {"text": "Prometheus", "value": SOURCE_UID},
        }]},
        "annotations": {"list": []},
        "links": [],
        "panels": panels,
    });
    let text = serde_json::to_string_pretty(&document).expect("maps with text keys can always be written");
    File { path: format!("{DASHBOARDS}/{}.json", board.uid), text: text + "\n" }
}

/// Puts panels side by side and starts a new row where the next one does not fit.
#[derive(Default)]
struct Shelf {
    x: u8,
    y: u32,
    height: u8,
}

impl Shelf {
    fn place(&mut self, panel: &Panel) -> Value {
        if self.x + panel.width > COLUMNS {
            self.y += u32::from(self.height);
            self.x = 0;
            self.height = 0;
        }
        let position = json!({"x": self.x, "y": self.y, "w": panel.width, "h": panel.height});
        self.x += panel.width;
        self.height = self.height.max(panel.height);
        position
    }
}

fn source() -> Value {
    json!({"type": "prometheus", "uid": "${datasource}"})
}

fn panel(id: u32, panel: &Panel, position: &Value) -> Value {
    let letters = 'A'..='Z';
    let targets: Vec<Value> =
        letters.zip(&panel.queries).map(|(letter, it)| target(letter, panel.kind, it)).collect();
    let steps: Vec<Value> =
        panel.steps.iter().map(|(value, colour)| json!({"value": number(*value), "color": colour})).collect();
    let mut defaults = json!({
        "unit": panel.unit,
        "color": {"mode": colour_mode(panel.kind)},
        "thresholds": {"mode": "absolute", "steps": steps},
        "custom": custom(panel.kind),
    });
    if let Some(decimals) = panel.decimals {
        defaults["decimals"] = decimals.into();
    }
    json!({
        "id": id,
        "type": kind(panel.kind),
        "title": panel.title,
        "description": panel.description,
        "gridPos": position,
        "datasource": source(),
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options(panel.kind),
        "targets": targets,
        "transformations": transformations(panel.kind),
    })
}

fn number(value: Option<rust_decimal::Decimal>) -> Option<serde_json::Number> {
    value.and_then(|it| it.normalize().to_string().parse().ok())
}

fn target(letter: char, kind: PanelKind, query: &Query) -> Value {
    let now = matches!(kind, PanelKind::Stat | PanelKind::Bars | PanelKind::Table);
    json!({
        "refId": letter.to_string(),
        "datasource": source(),
        "expr": query.expr.to_string(),
        "legendFormat": query.legend,
        "instant": now,
        "range": !now,
        "format": if kind == PanelKind::Table { "table" } else { "time_series" },
    })
}

fn kind(kind: PanelKind) -> &'static str {
    match kind {
        PanelKind::Stat => "stat",
        PanelKind::Bars => "bargauge",
        PanelKind::Lines => "timeseries",
        PanelKind::States => "state-timeline",
        PanelKind::Table => "table",
    }
}

fn colour_mode(kind: PanelKind) -> &'static str {
    match kind {
        PanelKind::Stat | PanelKind::Bars | PanelKind::States => "thresholds",
        PanelKind::Lines | PanelKind::Table => "palette-classic",
    }
}

fn custom(kind: PanelKind) -> Value {
    match kind {
        PanelKind::Lines => {
            json!({"drawStyle": "line", "lineWidth": 1, "fillOpacity": 10, "spanNulls": false})
        }
        PanelKind::States => json!({"lineWidth": 0, "fillOpacity": 80}),
        PanelKind::Table => json!({"align": "auto"}),
        PanelKind::Stat | PanelKind::Bars => json!({}),
    }
}

fn options(kind: PanelKind) -> Value {
    let now = json!({"calcs": ["lastNotNull"], "fields": "", "values": false});
    match kind {
        PanelKind::Stat => json!({
            "reduceOptions": now, "colorMode": "background", "graphMode": "none", "textMode": "value_and_name",
        }),
        PanelKind::Bars => {
            json!({"reduceOptions": now, "orientation": "horizontal", "displayMode": "gradient"})
        }
        PanelKind::Lines => json!({
            "legend": {"displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"], "showLegend": true},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }),
        PanelKind::States => json!({"showValue": "never", "mergeValues": true, "rowHeight": 0.9}),
        PanelKind::Table => json!({"showHeader": true}),
    }
}

/// Several instant queries become one table, a row per objective.
fn transformations(kind: PanelKind) -> Value {
    match kind {
        PanelKind::Table => json!([
            {"id": "joinByField", "options": {"byField": "slo", "mode": "outer"}},
            {"id": "filterFieldsByName", "options": {"include": {"pattern": "^(slo|Value #.*)$"}}},
        ]),
        PanelKind::Stat | PanelKind::Bars | PanelKind::Lines | PanelKind::States => json!([]),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DataSources {
    api_version: u8,
    datasources: [DataSource; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DataSource {
    name: &'static str,
    uid: &'static str,
    r#type: &'static str,
    access: &'static str,
    url: &'static str,
    is_default: bool,
    editable: bool,
    json_data: JsonData,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonData {
    http_method: &'static str,
    time_interval: String,
}

/// Grafana itself fills in the URL from its environment, so that the file is the same everywhere.
fn data_source(input: &Input<'_>) -> File {
    let document = DataSources {
        api_version: 1,
        datasources: [DataSource {
            name: "Prometheus",
            uid: SOURCE_UID,
            r#type: "prometheus",
            access: "proxy",
            url: "$PROMETHEUS_URL",
            is_default: true,
            editable: false,
            json_data: JsonData {
                http_method: "POST",
                time_interval: duration::text(input.plan.collection().interval),
            },
        }],
    };
    let path = format!("{DASHBOARDS}/provisioning/datasources/slaforge.yaml");
    yaml::file(input, path, "Grafana's data source; set PROMETHEUS_URL in Grafana's environment.", &document)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Providers {
    api_version: u8,
    providers: [Provider; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    name: &'static str,
    folder: String,
    r#type: &'static str,
    allow_ui_updates: bool,
    disable_deletion: bool,
    update_interval_seconds: u8,
    options: ProviderOptions,
}

#[derive(Serialize)]
struct ProviderOptions {
    path: &'static str,
}

fn provider(input: &Input<'_>) -> File {
    let document = Providers {
        api_version: 1,
        providers: [Provider {
            name: "slaforge",
            folder: input.model.name.to_string(),
            r#type: "file",
            allow_ui_updates: false,
            disable_deletion: true,
            update_interval_seconds: 30,
            options: ProviderOptions { path: "/var/lib/grafana/dashboards" },
        }],
    };
    let path = format!("{DASHBOARDS}/provisioning/dashboards/slaforge.yaml");
    yaml::file(
        input,
        path,
        "Where Grafana finds the dashboards: mount the folder of the JSON files there.",
        &document,
    )
}
