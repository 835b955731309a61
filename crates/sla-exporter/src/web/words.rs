//! What the pages say, in Chinese and in English.

use std::cmp::Reverse;

use http::{HeaderMap, header};

use crate::weigh::choices;

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

/// Returns the words for a reader: the language that the address asks for, else the one of the two that the browser
/// likes best, the first of equals, else English.
pub fn choose(asked: Option<&str>, headers: &HeaderMap) -> &'static Words {
    if let Some(words) = [&ZH, &EN].into_iter().find(|it| asked.is_some_and(|asked| is_of(asked, it.code))) {
        return words;
    }
    let accepted: Vec<_> = choices(headers, &header::ACCEPT_LANGUAGE).collect();
    let weight = |words: &Words| {
        let places = || accepted.iter().enumerate();
        let named =
            places().filter(|it| is_of(&it.1.name, words.code)).map(|it| (it.1.weight, Reverse(it.0)));
        // Any other language.
        let other = || places().find(|it| it.1.name == "*").map(|it| (it.1.weight, Reverse(it.0)));
        named.max().or_else(other).filter(|it| it.0 > 0)
    };
    if weight(&ZH) > weight(&EN) { &ZH } else { &EN }
}

/// Returns whether a tag like `zh-Hans-CN` is of a language, whatever the size of its letters.
fn is_of(tag: &str, language: &str) -> bool {
    tag.split('-').next().is_some_and(|it| it.eq_ignore_ascii_case(language))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(asked: Option<&str>, accepted: &[&str], expected: &str) {
        let mut headers = HeaderMap::new();
        for it in accepted {
            headers.append(header::ACCEPT_LANGUAGE, HeaderValue::from_str(it).unwrap());
        }
        assert_eq!(choose(asked, &headers).code, expected, "{asked:?} {accepted:?}");
    }

    #[test]
    fn the_address_chooses() {
        for asked in ["zh", "ZH", "zh-CN", "zh-Hans"] {
            check(Some(asked), &["en"], "zh");
        }
        check(Some("en-GB"), &["zh"], "en");
        for unknown in ["", "de", "zho", "english", "-"] {
            check(Some(unknown), &["zh"], "zh");
            check(Some(unknown), &[], "en");
        }
    }

    #[test]
    fn the_browser_chooses() {
        check(None, &[], "en");
        check(None, &["de, zh-CN;q=0.9, en;q=0.8"], "zh");
        check(None, &["en;q=0.8, zh;q=0.9"], "zh");
        check(None, &["zh-TW;q=0.2, en;q=0.5, ZH-CN;q=0.9"], "zh");
        check(None, &["zh-Hans"], "zh");
        check(None, &["zh, en"], "zh");
        check(None, &["en, zh"], "en");
        check(None, &["zh;q=0, en;q=0.1"], "en");
        check(None, &["zh;q=0"], "en");
        check(None, &["en;q=0.3", "zh;q=0.4"], "zh");
        check(None, &["*, zh;q=0.5"], "en");
        check(None, &["zh, *"], "zh");
        check(None, &["en;q=0, *;q=0.5"], "zh");
        check(None, &["fr, *;q=0.1"], "en");
        check(None, &["zhx"], "en");
    }
}
