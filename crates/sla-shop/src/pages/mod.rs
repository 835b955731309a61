//! The pages that people see, in Chinese, and what a browser loads with them.

use std::fmt::Write;

use http::{HeaderValue, StatusCode, header};

use crate::{
    answer::{self, Answer},
    route::Route,
    store::{Goods, Store},
};

/// Answers a request for a page.
pub async fn respond(store: &Store, route: Route) -> Answer {
    if let Some(asset) = asset(route) {
        return asset;
    }
    let page = match route {
        Route::Cart => Ok(Some(cart())),
        Route::Home => store.goods().await.map(|goods| Some(home(&goods))),
        Route::GoodsPage(id) => store.article(id).await.map(|it| it.as_ref().map(detail)),
        _ => Ok(None),
    };
    match page {
        Ok(Some(page)) => answer::html(StatusCode::OK, page),
        Ok(None) => {
            let text = "<p>没有找到这个页面。<a href=\"/\">回到首页</a></p>";
            answer::html(StatusCode::NOT_FOUND, layout("页面不存在", text))
        }
        Err(error) => {
            tracing::error!(%error, "database failed");
            let text = "<p>系统繁忙,请稍后再试。</p>";
            answer::html(StatusCode::INTERNAL_SERVER_ERROR, layout("系统繁忙", text))
        }
    }
}

/// Answers with a part of a page.
fn asset(route: Route) -> Option<Answer> {
    let (kind, text) = match route {
        Route::Style => ("text/css; charset=utf-8", include_str!("style.css")),
        Route::Script => ("text/javascript; charset=utf-8", include_str!("shop.js")),
        Route::Logo => ("image/svg+xml", include_str!("logo.svg")),
        _ => return None,
    };
    let mut answer = answer::typed(StatusCode::OK, kind, text);
    // A browser asks each time, so that a page load is what a new visitor sees.
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Some(answer)
}

fn cart() -> String {
    let text = "<ul id=\"cart\" class=\"cart\"></ul>\n\
         <p>合计 <span id=\"total\" class=\"price\">¥0.00</span></p>\n\
         <form id=\"checkout\">\n<input name=\"user\" autocomplete=\"username\" placeholder=\"用户名\" required>\n\
         <input name=\"password\" type=\"password\" autocomplete=\"current-password\" \
         placeholder=\"密码\" required>\n\
         <button>结算并支付</button>\n</form>\n<p id=\"said\"></p>\n<p><a href=\"/\">回到首页</a></p>";
    layout("购物车", text)
}

fn home(goods: &[Goods]) -> String {
    let mut list = String::from("<ul class=\"goods\">\n");
    for article in goods {
        let (name, price) = (escape(&article.name), price(article.price_cents));
        // Writing to a string cannot fail.
        let _ = writeln!(
            list,
            "<li><a href=\"/goods/{}\">{name}</a> <span class=\"price\">{price}</span></li>",
            article.id
        );
    }
    list.push_str("</ul>");
    layout("安康大药房", &list)
}

fn detail(article: &Goods) -> String {
    let stock = if article.stock > 0 { "有货" } else { "暂时缺货" };
    let (name, price) = (escape(&article.name), price(article.price_cents));
    let text = format!(
        "<p class=\"price\">{price}</p>\n<p>{stock}(库存 {} 件)</p>\n\
         <p>请仔细阅读说明书,并按说明使用或在药师指导下购买和使用。</p>\n\
         <p><button id=\"add\" data-goods=\"{}\">加入购物车</button></p>\n\
         <p><a href=\"/\">回到首页</a></p>",
        article.stock, article.id
    );
    layout(&name, &text)
}

/// Puts text, already escaped, into the frame of every page.
fn layout(title: &str, text: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n\
         <link rel=\"icon\" href=\"/assets/logo.svg\">\n\
         <link rel=\"stylesheet\" href=\"/assets/style.css\">\n\
         <script src=\"/assets/shop.js\" defer></script>\n\
         </head>\n<body>\n<header><a href=\"/\"><img src=\"/assets/logo.svg\" alt=\"安康大药房\" width=\"48\" \
         height=\"48\"></a><a href=\"/cart\">购物车(<span id=\"count\">0</span>)</a></header>\n\
         <h1>{title}</h1>\n{text}\n</body>\n</html>\n"
    )
}

fn price(cents: i64) -> String {
    format!("¥{}.{:02}", cents / 100, cents % 100)
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_text_and_never_markup() {
        let article = Goods { id: 1, name: "<b onclick='x'>\"A&B\"".to_owned(), price_cents: 105, stock: 0 };
        let escaped = "&lt;b onclick=&#39;x&#39;&gt;&quot;A&amp;B&quot;";
        for page in [home(std::slice::from_ref(&article)), detail(&article)] {
            assert!(page.contains(escaped) && !page.contains("<b "), "{page}");
            assert!(page.contains("¥1.05"), "{page}");
        }
        assert!(detail(&article).contains("暂时缺货"));
    }
}
