//! The page at `/`: what the last runs came to, for whoever wants to know why.

use std::fmt::{self, Write};

use jiff::{Timestamp, tz::TimeZone};
use sla_model::Model;

use crate::state::{LastRun, State, lock};

const HEAD: &str = "<!DOCTYPE html>
<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">
<title>sla_exporter</title><style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#222}
table{border-collapse:collapse;margin-bottom:2rem}
th,td{border:1px solid #ccc;padding:.3rem .7rem;text-align:left;vertical-align:top}
.good{color:#0a7d28}.bad{color:#b3001b;font-weight:600}
</style></head><body>
";

/// Writes the page.
pub fn page(model: &Model, measured: &State) -> String {
    let mut page = String::from(HEAD);
    write_page(&mut page, model, measured).expect("a String takes everything");
    page
}

fn write_page(page: &mut String, model: &Model, measured: &State) -> fmt::Result {
    writeln!(page, "<h1>sla_exporter · {}</h1>", escape(model.name.as_str()))?;
    page.push_str(
        "<p><a href=\"/metrics\">/metrics</a> · <a href=\"/-/ready\">/-/ready</a> · \
         <a href=\"/-/healthy\">/-/healthy</a></p>\n",
    );
    page.push_str(
        "<h2>探测 Probes</h2>\n<table><tr><th>名称<br>name</th><th>结果<br>verdict</th>\
         <th>步骤<br>step</th><th>原因<br>reason</th><th>详情<br>detail</th><th>耗时<br>took</th>\
         <th>结束于<br>ended</th></tr>\n",
    );
    for (probe, stats) in &measured.probes {
        let last = lock(stats).last.clone();
        write_probe(page, probe.as_str(), last.as_ref(), &model.timezone)?;
    }
    page.push_str("</table>\n");
    write_queries(page, model, measured)?;
    page.push_str("</body></html>\n");
    Ok(())
}

fn write_probe(page: &mut String, name: &str, last: Option<&LastRun>, zone: &TimeZone) -> fmt::Result {
    let name = escape(name);
    let Some(last) = last else {
        return writeln!(page, "<tr><td>{name}</td><td colspan=\"6\">尚未运行 not run yet</td></tr>");
    };
    let (verdict, step, reason, detail) = match &last.verdict {
        Ok(()) => (GOOD, String::new(), "", String::new()),
        Err(failure) => {
            let step = failure.step.as_ref().map(|it| escape(it.as_str())).unwrap_or_default();
            (BAD, step, failure.reason.label(), escape(&failure.detail))
        }
    };
    let (took, ended) = (last.took.as_millis(), time(last.ended, zone));
    writeln!(
        page,
        "<tr><td>{name}</td><td>{verdict}</td><td>{step}</td><td>{reason}</td><td>{detail}</td>\
         <td>{took} ms</td><td>{ended}</td></tr>"
    )
}

fn write_queries(page: &mut String, model: &Model, measured: &State) -> fmt::Result {
    if measured.queries.is_empty() {
        return Ok(());
    }
    page.push_str(
        "<h2>业务指标 Business metrics</h2>\n<table><tr><th>名称<br>name</th><th>结果<br>verdict</th>\
         <th>详情<br>detail</th><th>数据时间<br>read at</th></tr>\n",
    );
    for (metric, stats) in &measured.queries {
        let stats = lock(stats);
        let verdict = match (&stats.error, stats.passes) {
            (_, 0) => "尚未运行 not run yet",
            (None, _) => GOOD,
            (Some(_), _) => BAD,
        };
        let (name, detail) = (escape(metric.as_str()), escape(stats.error.as_deref().unwrap_or_default()));
        let read = stats.last_good.map(|it| time(it, &model.timezone)).unwrap_or_default();
        writeln!(page, "<tr><td>{name}</td><td>{verdict}</td><td>{detail}</td><td>{read}</td></tr>")?;
    }
    page.push_str("</table>\n");
    Ok(())
}

const GOOD: &str = "<span class=\"good\">正常 good</span>";
const BAD: &str = "<span class=\"bad\">失败 failed</span>";

fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
