//! The pages for people: what the last runs came to, for whoever wants to know why. They need no script and fit a
//! phone.

mod detail;
mod overview;
mod query;

use std::fmt::{self, Write};

use http::{HeaderMap, StatusCode, Uri};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    Site,
    answer::{self, Answer},
    words::{self, Words},
};
use crate::{reload::Note, state::lock};
use query::Query;

/// Where the pages of single probes stand.
pub const PROBES: &str = "/probes/";

const STYLE: &str = "
body{font:15px/1.5 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:1.5rem auto;max-width:75rem;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse;margin-bottom:2rem;width:100%}
th,td{border-bottom:1px solid #ddd;padding:.35rem .6rem;text-align:left;vertical-align:top}
td{overflow-wrap:anywhere}.good{color:#0a7d28}.bad{color:#b3001b;font-weight:600}.muted{color:#666}
.dots{letter-spacing:.15em;white-space:nowrap}.problem{border:2px solid #b3001b;padding:.5rem 1rem;margin:1rem 0}
pre{overflow:auto;font-size:13px;line-height:1.35}nav a{margin-right:1rem}
@media(max-width:40rem){thead{display:none}table,tbody,tr,td{display:block}tr{border:1px solid #ccc;border-radius:.4rem;margin-bottom:.8rem;padding:.3rem}
td{border:0;display:flex;gap:.8rem;padding:.2rem .4rem}td::before{content:attr(data-name);color:#666;flex:0 0 6rem}}
@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}a{color:#8ab4f8}.good{color:#5fd37d}.bad,.problem{color:#ff8a8a;border-color:#ff8a8a}th,td{border-color:#333}}
";

/// A page in the making.
struct Page<'s> {
    html: String,
    words: &'static Words,
    site: &'s Site,
    query: Query,
    zone: TimeZone,
}

/// Answers with the overview or the page of one probe.
pub fn answer(site: &Site, uri: &Uri, headers: &HeaderMap) -> Answer {
    let query = Query::parse(uri.query().unwrap_or(""));
    let words = words::choose(query.lang.as_deref(), headers);
    let world = site.world();
    let zone = world.model.timezone.clone();
    let mut page = Page { html: String::new(), words, site, query, zone };
    let written = match uri.path().strip_prefix(PROBES) {
        None => page.overview(&world),
        Some(name) => {
            let found = world.state.probes.iter().find(|it| it.0.as_str() == query::decode(name));
            let Some((id, state)) = found else {
                return answer::text(
                    StatusCode::NOT_FOUND,
                    "there is no such probe; see / for those there are\n",
                );
            };
            page.detail(id, state)
        }
    };
    written.expect("a String takes everything");
    answer::typed(StatusCode::OK, "text/html; charset=utf-8", page.html)
}

impl Page<'_> {
    fn head(&mut self, title: &str) -> fmt::Result {
        let (code, other) = (self.words.code, self.words.other);
        let kept = self.query.with_lang(other.0);
        writeln!(
            self.html,
            "<!DOCTYPE html>\n<html lang=\"{code}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <title>{title} · sla_exporter</title><style>{STYLE}</style></head><body>\n\
             <nav><a href=\"/?lang={code}\">sla_exporter</a><a href=\"/metrics\">/metrics</a>\
             <a href=\"/-/ready\">/-/ready</a><a href=\"/sd\">/sd</a>\
             <a href=\"{kept}\" lang=\"{}\">{}</a></nav>\n<h1>{title}</h1>",
            other.0,
            other.1,
            title = Escaped(title),
            kept = Escaped(&kept),
        )
    }

    /// Tells how the last reload went.
    fn reloaded(&mut self) -> fmt::Result {
        let Note { taken, checksum, problem, .. } = lock(&self.site.note).clone();
        let short = checksum.get(..12).unwrap_or(&checksum);
        let taken = self.time(taken);
        writeln!(self.html, "<p class=\"muted\">{} {taken} · {short}</p>", self.words.in_use_since)?;
        if let Some((at, problem)) = problem {
            let at = self.time(at);
            let (said, problem) = (self.words.not_taken, Escaped(problem.trim_end()));
            writeln!(
                self.html,
                "<div class=\"problem\"><p class=\"bad\">{said} ({at})</p><pre>{problem}</pre></div>"
            )?;
        }
        Ok(())
    }

    fn begin_table(&mut self, names: &[&str]) -> fmt::Result {
        self.html.push_str("<table><thead><tr>");
        for name in names {
            write!(self.html, "<th>{name}</th>")?;
        }
        self.html.push_str("</tr></thead><tbody>\n");
        Ok(())
    }

    fn end_table(&mut self) {
        self.html.push_str("</tbody></table>\n");
    }

    /// Writes a cell with the name of its column, which a narrow screen shows.
    fn cell(&mut self, name: &str, content: impl fmt::Display) -> fmt::Result {
        write!(self.html, "<td data-name=\"{name}\"><span>{content}</span></td>")
    }

    fn time(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
    }

    fn verdict(&self, good: bool) -> String {
        let (class, word) = if good { ("good", self.words.good) } else { ("bad", self.words.bad) };
        format!("<span class=\"{class}\">{word}</span>")
    }
}

/// A text between tags or in quotes.
struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
