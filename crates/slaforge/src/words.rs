//! Every sentence that on-call staff read, in both languages. No other file holds such a sentence.

use std::time::Duration;

use sla_model::{
    amount::{Amount, Unit},
    duration,
    limit::{Bound, Limit},
    text::Text,
    tier::Tier,
    window::{Period, Window},
};

/// Returns text from the specification so that Prometheus prints it as it stands: annotations and labels of
/// alerts are templates, and a title that holds `{{` would be run, or would make Prometheus refuse the file.
pub fn literal(text: &str) -> String {
    text.replace("{{", "{{\"{{\"}}")
}

fn both(text: &Text) -> Text {
    Text::new(literal(&text.zh), literal(&text.en))
}

/// Says a duration as people do: `10 分钟`, `10 min`.
pub fn span(length: Duration) -> Text {
    let units = [(86_400, "天", "d"), (3600, "小时", "h"), (60, "分钟", "min"), (1, "秒", "s")];
    let seconds = length.as_secs();
    let whole = units.iter().find(|(size, _, _)| seconds >= *size && seconds.is_multiple_of(*size));
    match whole {
        Some((size, zh, en)) => {
            let count = seconds / size;
            Text::new(format!("{count} {zh}"), format!("{count} {en}"))
        }
        None => Text::same(duration::text(length)),
    }
}

/// The summary of a journey that is down.
pub fn journey_down_summary(tier: &Tier, journey: &Text, window: Duration) -> Text {
    let (title, journey) = (both(&tier.title), both(journey));
    let window = span(window);
    Text::new(
        format!("【{}】{}中断：{}内没有一次成功", title.zh, journey.zh, window.zh),
        format!("[{}] {} is down: not one good run in {}", title.en, journey.en, window.en),
    )
}

/// What to do about a journey that is down.
pub fn journey_down_description(probe: &str) -> Text {
    Text::new(
        format!("先看面板「旅程步骤失败」：是哪一步、什么原因（{probe}）。再看最近的发布与依赖模块。"),
        format!(
            "First look at the panel “Failed journey steps”: which step, what reason ({probe}). Then at the last deployment and at what it depends on."
        ),
    )
}

/// The summary of a budget that burns too fast; `part` says by its labels which part of the objective.
pub fn burn_summary(tier: &Tier, objective: &Text, part: &str, window: Duration) -> Text {
    let (title, objective) = (both(&tier.title), both(objective));
    let objective = Text::new(format!("{}{part}", objective.zh), format!("{}{part}", objective.en));
    let window = span(window);
    Text::new(
        format!(
            "【{}】{}：错误预算消耗过快，过去 {}的失败率达到 {{{{ $value | humanizePercentage }}}}",
            title.zh, objective.zh, window.zh
        ),
        format!(
            "[{}] {}: the error budget burns too fast, {{{{ $value | humanizePercentage }}}} failed in the last {}",
            title.en, objective.en, window.en
        ),
    )
}

/// What the burn means: the promise, the threshold, and how long the budget lasts.
pub fn burn_description(target: &str, window: Window, threshold: &str, exhausted: Duration) -> Text {
    let (period, exhausted) = (period(window), span(exhausted));
    Text::new(
        format!(
            "目标 {target}（{}）。失败率超过 {threshold} 时，整个周期的预算最多 {}就会用完。",
            period.zh, exhausted.zh
        ),
        format!(
            "The promise is {target} over {}. Above {threshold} failed, the budget of the whole period is gone within {}.",
            period.en, exhausted.en
        ),
    )
}

/// Says a window as people do.
pub fn period(window: Window) -> Text {
    match window {
        Window::Rolling(length) => span(length),
        Window::Calendar(Period::Month) => Text::new("自然月", "the calendar month"),
        Window::Calendar(Period::Quarter) => Text::new("自然季度", "the calendar quarter"),
        Window::Calendar(Period::Year) => Text::new("自然年", "the calendar year"),
    }
}

/// What an objective says that counts nothing any more: summary and what to do.
pub fn vanished(tier: &Tier, objective: &Text) -> (Text, Text) {
    let (title, objective) = (both(&tier.title), both(objective));
    (
        Text::new(
            format!("【{}】{}：数据消失，已无法判断好坏", title.zh, objective.zh),
            format!(
                "[{}] {}: its data vanished, good and bad cannot be told any more",
                title.en, objective.en
            ),
        ),
        Text::new(
            "没有哪条目标告警或计划内维护能解释它。先看 Prometheus 的采集目标页：目标是否在列、是否能采集；都正常就看最近的发布：指标是否改名、标签是否变化。正在告警的错误预算紧急告警会保持到数据恢复（最长一天）；其余告警会自行解除，但这不代表已恢复。",
            "No alert of a target and no planned maintenance explains it. First look at the targets page of Prometheus: is the target listed, can it be scraped? If so, at the last deployment: was the metric renamed, did a label change? A burn page that stood stays until data are back, for a day at most; other alerts will be released by themselves; that does not mean recovery.",
        ),
    )
}

/// What an objective says that counted nothing for as long as anybody remembers.
pub fn never_seen(tier: &Tier, objective: &Text, remembered: Duration) -> (Text, Text) {
    let (title, objective) = (both(&tier.title), both(objective));
    let span = span(remembered);
    (
        Text::new(
            format!("【{}】{}：过去 {}没有任何数据", title.zh, objective.zh, span.zh),
            format!("[{}] {}: no data at all in the last {}", title.en, objective.en, span.en),
        ),
        Text::new(
            "这个承诺没有被测量。检查指标名与标签是否写对，以及目标是否在采集列表中。",
            "This promise is not measured. Check the metric's name and labels, and whether the target is scraped.",
        ),
    )
}

/// What an objective says that counts, but nothing happens.
pub fn idle(tier: &Tier, objective: &Text, quiet: Duration) -> (Text, Text) {
    let (title, objective) = (both(&tier.title), both(objective));
    let quiet = span(quiet);
    (
        Text::new(
            format!("【{}】{}：{}内没有任何事件", title.zh, objective.zh, quiet.zh),
            format!("[{}] {}: not one event in {}", title.en, objective.en, quiet.en),
        ),
        Text::new(
            "没有流量就没有失败，预算不会减少，但业务可能已经停了。先看入口：域名、网关、上游。",
            "Without traffic nothing fails and no budget is spent, but business may stand still. First look at the way in: name, gateway, upstream.",
        ),
    )
}

/// The summary of a crossed limit; `what` names the probe, step, route or machine by its labels.
pub fn limit_summary(tier: &Tier, limit: &Limit, what: &str) -> Text {
    let (title, name) = (both(&tier.title), both(&limit.title));
    let value = match limit.signal.unit() {
        Unit::Seconds => "{{ $value | humanizeDuration }}",
        Unit::Share => "{{ $value | humanizePercentage }}",
        Unit::Bytes => "{{ $value | humanize1024 }}B",
        Unit::BytesPerSecond => "{{ $value | humanize1024 }}B/s",
    };
    Text::new(
        format!("【{}】{}：{what} 达到 {value}", title.zh, name.zh),
        format!("[{}] {}: {what} reached {value}", title.en, name.en),
    )
}

/// What the limit is.
pub fn limit_description(limit: &Limit, bound: &Bound) -> Text {
    let above = match bound.above {
        Amount::Duration(it) => span(it),
        other if limit.signal.unit() == Unit::BytesPerSecond => Text::same(format!("{other}/s")),
        other => Text::same(other.to_string()),
    };
    let look = if limit.signal.is_of_host() {
        Text::new(
            "先看这台机器上占用最多的进程和最近的发布。",
            "First look at the processes that use most of this machine, and at the last deployment.",
        )
    } else {
        Text::new(
            "先看数据库、网络和最近的发布。",
            "First look at the database, the network, the last deployment.",
        )
    };
    Text::new(
        format!("5 分钟平均值超过 {}。{}", above.zh, look.zh),
        format!("The five-minute mean is above {}. {}", above.en, look.en),
    )
}

/// What a target says of which no instance can be scraped: summary and what it means.
pub fn target_down(tier: &Tier, job: &str) -> (Text, Text) {
    let title = both(&tier.title);
    (
        Text::new(
            format!("【{}】监控目标 {job} 无法采集", title.zh),
            format!("[{}] target {job} cannot be scraped", title.en),
        ),
        Text::new(
            format!("{job} 的所有实例都采集失败：依赖它的告警此刻看不见故障。先看进程和网络。"),
            format!(
                "Every instance of {job} fails its scrape: alerts that need it are blind now. First look at the process and the network."
            ),
        ),
    )
}

/// What a target says that nobody tries to scrape: summary and what it means.
pub fn target_missing(tier: &Tier, job: &str) -> (Text, Text) {
    let title = both(&tier.title);
    (
        Text::new(
            format!("【{}】Prometheus 没有在采集 {job}", title.zh),
            format!("[{}] Prometheus does not scrape {job}", title.en),
        ),
        Text::new(
            format!(
                "Prometheus 里没有 {job} 的任何实例：依赖它的告警此刻看不见故障。先看采集配置和服务发现。"
            ),
            format!(
                "Prometheus knows no instance of {job}: alerts that need it are blind now. First look at the scrape configuration and at service discovery."
            ),
        ),
    )
}

/// Titles and descriptions of the overview dashboard.
pub mod board {
    use sla_model::text::Text;

    macro_rules! texts {
        ($($name:ident: $zh:literal, $en:literal;)*) => { $(
            #[doc = $en]
            pub fn $name() -> Text {
                Text::new($zh, $en)
            }
        )* };
    }

    texts! {
        title: "SLA 总览", "SLA overview";
        about: "承诺是否守住、预算烧得多快、谁受影响。", "Is the promise kept, how fast is the budget spent, who is hurt.";
        firing: "正在告警", "Firing alerts";
        firing_about: "按级别统计；0 表示没有。", "By tier; 0 means none.";
        budget: "剩余错误预算", "Error budget left";
        budget_about: "低于 0 即违约。", "Below 0 the promise is broken.";
        achieved: "本周期达成", "Achieved in the period";
        achieved_about: "成功事件的比例，对照目标看。", "The share of good events; compare with the promise.";
        promised: "目标", "Promised";
        burn: "燃烧速度", "Burn rate";
        burn_about: "1 表示刚好用完预算；14.4 表示 30 天的预算两天用完。", "At 1 the budget lasts exactly the period; at 14.4 a 30 d budget is gone in two days.";
        errors: "失败率（5 分钟与 1 小时）", "Error ratio (5 minutes and 1 hour)";
        errors_about: "没有流量时没有曲线。", "No traffic, no line.";
        probes: "探测结果", "Probes";
        probes_about: "绿色：最近一次成功；红色：失败。", "Green: the last run was good; red: it failed.";
        steps: "旅程步骤失败", "Failed journey steps";
        steps_about: "哪一步、什么原因，每分钟次数。", "Which step and why, per minute.";
        response: "平均响应时间", "Mean response time";
        response_about: "探测、步骤与接口路由的 5 分钟平均值。", "Five-minute means of probes, steps and routes.";
        business: "业务数量（每分钟）", "Business numbers (per minute)";
        business_about: "来自业务数据库的计数。", "Counted in the shop's own database.";
        coverage: "观测覆盖率", "Observed share of the period";
        coverage_about: "低于 100 % 的部分没有数据，不代表正常。", "What is missing to 100 % was not observed; it was not necessarily good.";
        conditions: "告警条件与保持", "Conditions behind the alerts";
        conditions_about: "有值即条件成立；告警在最后一次之后保持 30 分钟。", "A value means that the condition holds; the alert is held for 30 minutes after the last one.";
        freshness: "数据新鲜度", "Age of the newest data";
        freshness_about: "大屏自己失明时要看得出来。", "A board must show when it is blind itself.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_no_template() {
        assert_eq!(literal("a {{ $x }}"), r#"a {{"{{"}} $x }}"#);
        assert_eq!(literal("支付 {x}"), "支付 {x}");
    }
}
