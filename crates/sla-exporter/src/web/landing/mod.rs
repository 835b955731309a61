//! The pages for people: what the last runs came to, for whoever wants to know why. They need no script and fit a
//! phone.

mod detail;
mod overview;
mod query;

use std::{
    fmt::{self, Write},
    time::Duration,
};

use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
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

/// Its narrow half turns each row into a card, whose first line is its heading, and gives every link the height of a
/// finger.
const STYLE: &str = include_str!("style.css");

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
    let mut answer = answer::typed(StatusCode::OK, "text/html; charset=utf-8", page.html);
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    answer
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

    /// Writes a cell with the name of its column, which a narrow screen shows if there is anything in it.
    fn cell(&mut self, name: &str, content: impl fmt::Display) -> fmt::Result {
        let start = self.html.len();
        write!(self.html, "<td data-name=\"{name}\"><span>")?;
        let before = self.html.len();
        write!(self.html, "{content}")?;
        if self.html.len() == before {
            self.html.truncate(start);
            self.html.push_str("<td class=\"none\"></td>");
        } else {
            self.html.push_str("</span></td>");
        }
        Ok(())
    }

    /// Writes a cell whose few words stay on one line.
    fn short(&mut self, name: &str, content: impl fmt::Display) -> fmt::Result {
        self.cell(name, format_args!("<span class=\"short\">{content}</span>"))
    }

    /// Returns a moment with its zone, which the moments in tables leave out.
    fn time(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
    }

    fn moment(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    fn verdict(&self, good: bool) -> String {
        let (class, word) = if good { ("good", self.words.good) } else { ("bad", self.words.bad) };
        format!("<span class=\"{class}\">{word}</span>")
    }
}

/// A duration in milliseconds, as exact as anybody wants it.
struct Millis(Duration);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} ms", self.0.as_secs_f64() * 1000.0)
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
