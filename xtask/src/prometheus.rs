//! The few questions that we ask a live Prometheus.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context as _;
use jiff::Timestamp;
use serde::Deserialize;

/// A Prometheus that answers on HTTP.
#[derive(Clone)]
pub struct Prometheus {
    base: String,
    client: reqwest::Client,
}

/// One sample of an answer.
#[derive(Debug)]
pub struct Sample {
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its value.
    pub value: f64,
}

#[derive(Deserialize)]
struct Answer {
    data: Option<Data>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    result: Vec<Series>,
}

#[derive(Deserialize)]
struct Series {
    metric: BTreeMap<String, String>,
    value: (f64, String),
}

impl Prometheus {
    /// Names the server by its base URL.
    pub fn new(base: String) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build()?;
        Ok(Self { base, client })
    }

    /// Asks for the instant vector of an expression, now or at a moment.
    pub async fn query(&self, expression: &str, at: Option<Timestamp>) -> anyhow::Result<Vec<Sample>> {
        let mut form = vec![("query", expression.to_owned())];
        if let Some(at) = at {
            form.push(("time", at.to_string()));
        }
        let ask = async {
            let url = format!("{}/api/v1/query", self.base);
            let url = reqwest::Url::parse_with_params(&url, &form)?;
            let answer: Answer = self.client.get(url).send().await?.json().await?;
            anyhow::Ok(answer)
        };
        let answer = ask.await.with_context(|| format!("Prometheus did not answer `{expression}`"))?;
        let data = answer.data.with_context(|| {
            format!("Prometheus refused `{expression}`: {}", answer.error.unwrap_or_default())
        })?;
        data.result
            .into_iter()
            .map(|it| Ok(Sample { labels: it.metric, value: it.value.1.parse()? }))
            .collect()
    }

    /// Asks for a single number.
    pub async fn number(&self, expression: &str, at: Option<Timestamp>) -> anyhow::Result<Option<f64>> {
        Ok(self.query(expression, at).await?.first().map(|it| it.value))
    }
}
