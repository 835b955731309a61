//! What the pages say, in Chinese and in English.

use http::{HeaderMap, header};

/// The words of one language.
#[derive(Debug, PartialEq, Eq)]
pub struct Words {
    pub code: &'static str,
    pub other: (&'static str, &'static str),
    pub probes: &'static str,
    pub queries: &'static str,
    pub name: &'static str,
    pub state: &'static str,
    pub good: &'static str,
    pub bad: &'static str,
    pub waiting: &'static str,
    pub runs: &'static str,
    pub failure: &'static str,
    pub last_failure: &'static str,
    pub never_failed: &'static str,
    pub took: &'static str,
    pub ended: &'static str,
    pub next: &'static str,
    pub read_at: &'static str,
    pub step: &'static str,
    pub phase: &'static str,
    pub reason: &'static str,
    pub detail: &'static str,
    pub trace: &'static str,
    pub filter: &'static str,
    pub earlier: &'static str,
    pub later: &'static str,
    pub back: &'static str,
    pub not_taken: &'static str,
    pub in_use_since: &'static str,
}

const ZH: Words = Words {
    code: "zh",
    other: ("en", "English"),
    probes: "探测",
    queries: "业务指标",
    name: "名称",
    state: "状态",
    good: "正常",
    bad: "失败",
    waiting: "尚未运行",
    runs: "最近运行",
    failure: "失败原因",
    last_failure: "最近一次失败",
    never_failed: "没有失败记录",
    took: "耗时",
    ended: "结束于",
    next: "下次运行",
    read_at: "数据时间",
    step: "步骤",
    phase: "阶段",
    reason: "原因",
    detail: "详情",
    trace: "链路追踪",
    filter: "筛选",
    earlier: "上一页",
    later: "下一页",
    back: "返回总览",
    not_taken: "新的配置有错误，未被采用；仍在使用旧配置",
    in_use_since: "当前配置启用于",
};

const EN: Words = Words {
    code: "en",
    other: ("zh", "中文"),
    probes: "Probes",
    queries: "Business metrics",
    name: "Name",
    state: "State",
    good: "good",
    bad: "failed",
    waiting: "not run yet",
    runs: "Last runs",
    failure: "Why it failed",
    last_failure: "Last failure",
    never_failed: "No failure is known",
    took: "Took",
    ended: "Ended",
    next: "Next run",
    read_at: "Read at",
    step: "Step",
    phase: "Phase",
    reason: "Reason",
    detail: "Detail",
    trace: "Trace",
    filter: "Filter",
    earlier: "Previous",
    later: "Next",
    back: "Back to all",
    not_taken: "What was read last is wrong and was not taken; the old specification stays in use",
    in_use_since: "The specification has been in use since",
};

/// Returns the words for a reader: the language that the address asks for, else the first of the two that the browser
/// names, else English.
pub fn choose(asked: Option<&str>, headers: &HeaderMap) -> &'static Words {
    if let Some(asked) = asked {
        return if asked.starts_with("zh") { &ZH } else { &EN };
    }
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok()).unwrap_or("");
    let mut known =
        accepted.split(',').map(str::trim).filter(|it| it.starts_with("zh") || it.starts_with("en"));
    if known.next().is_some_and(|it| it.starts_with("zh")) { &ZH } else { &EN }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_reader_chooses() {
        let mut headers = HeaderMap::new();
        assert_eq!(choose(None, &headers).code, "en");
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("de, zh-CN;q=0.9, en;q=0.8"));
        assert_eq!(choose(None, &headers).code, "zh");
        assert_eq!(choose(Some("en"), &headers).code, "en");
    }
}
