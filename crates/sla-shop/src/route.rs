//! The paths of the shop: what they are called in metrics, and which methods they know.

use http::Method;

/// A path of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The home page.
    Home,
    /// The page of an article.
    GoodsPage(i64),
    /// The cart.
    Cart,
    /// What pages look like.
    Style,
    /// What pages do.
    Script,
    /// The shop's sign on the pages.
    Logo,
    /// Logging in.
    Login,
    /// All goods.
    GoodsList,
    /// One article.
    Goods(i64),
    /// Placing orders.
    Orders,
    /// One order.
    Order(i64),
    /// The payment of an order.
    Payment(i64),
    /// The metrics page.
    Metrics,
    /// Whether the shop is up.
    Healthy,
    /// Anything else.
    Other,
}

impl Route {
    /// Returns the route of a path.
    pub fn of(path: &str) -> Self {
        let mut parts = path.strip_prefix('/').unwrap_or(path).split('/');
        let parts: [Option<&str>; 5] = std::array::from_fn(|_| parts.next());
        match parts {
            [Some(""), None, ..] => Self::Home,
            [Some("cart"), None, ..] => Self::Cart,
            [Some("assets"), Some("style.css"), None, ..] => Self::Style,
            [Some("assets"), Some("shop.js"), None, ..] => Self::Script,
            [Some("assets"), Some("logo.svg"), None, ..] => Self::Logo,
            [Some("goods"), Some(goods), None, ..] => Self::GoodsPage(id(goods)),
            [Some("api"), Some("login"), None, ..] => Self::Login,
            [Some("api"), Some("goods"), None, ..] => Self::GoodsList,
            [Some("api"), Some("goods"), Some(goods), None, _] => Self::Goods(id(goods)),
            [Some("api"), Some("orders"), None, ..] => Self::Orders,
            [Some("api"), Some("orders"), Some(order), None, _] => Self::Order(id(order)),
            [Some("api"), Some("orders"), Some(order), Some("payment"), None] => Self::Payment(id(order)),
            [Some("metrics"), None, ..] => Self::Metrics,
            [Some("-"), Some("healthy"), None, ..] => Self::Healthy,
            _ => Self::Other,
        }
    }

    /// Returns the pattern of the path: a bounded set, whatever is asked for.
    pub fn pattern(self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::GoodsPage(_) => "/goods/{id}",
            Self::Cart => "/cart",
            Self::Style => "/assets/style.css",
            Self::Script => "/assets/shop.js",
            Self::Logo => "/assets/logo.svg",
            Self::Login => "/api/login",
            Self::GoodsList => "/api/goods",
            Self::Goods(_) => "/api/goods/{id}",
            Self::Orders => "/api/orders",
            Self::Order(_) => "/api/orders/{id}",
            Self::Payment(_) => "/api/orders/{id}/payment",
            Self::Metrics => "/metrics",
            Self::Healthy => "/-/healthy",
            Self::Other => "other",
        }
    }

    /// Returns the methods that the path knows, as in an `Allow` header.
    pub fn allowed(self) -> &'static str {
        match self {
            Self::Login | Self::Orders | Self::Payment(_) => "POST",
            Self::Order(_) => "GET, HEAD, DELETE",
            _ => "GET, HEAD",
        }
    }

    /// Whether the path knows the method. A path that is not there knows all: it answers 404 to each.
    pub fn allows(self, method: &Method) -> bool {
        self == Self::Other || self.allowed().split(", ").any(|allowed| allowed == method.as_str())
    }

    /// Returns the business module that the path belongs to, as logs are sorted by.
    pub fn module(self) -> &'static str {
        match self {
            Self::Home | Self::GoodsPage(_) | Self::GoodsList | Self::Goods(_) => "goods",
            Self::Cart | Self::Orders | Self::Order(_) => "order",
            Self::Payment(_) => "payment",
            Self::Login => "user",
            _ => "site",
        }
    }

    /// Whether it is a part of pages, never a page itself.
    pub fn is_asset(self) -> bool {
        matches!(self, Self::Style | Self::Script | Self::Logo)
    }

    /// Whether requests are counted: those of customers are, those of the monitoring are not.
    pub fn is_counted(self) -> bool {
        !matches!(self, Self::Metrics | Self::Healthy)
    }
}

/// Reads an id; what is no number names nothing, like 0, which no row has.
fn id(text: &str) -> i64 {
    text.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn pattern(path: &str, expected: &str) {
        assert_eq!(Route::of(path).pattern(), expected);
    }

    #[test]
    fn patterns() {
        pattern("/", "/");
        pattern("/goods/3", "/goods/{id}");
        pattern("/cart", "/cart");
        pattern("/assets/shop.js", "/assets/shop.js");
        pattern("/assets/other.js", "other");
        pattern("/api/login", "/api/login");
        pattern("/api/goods", "/api/goods");
        pattern("/api/goods/x", "/api/goods/{id}");
        pattern("/api/orders", "/api/orders");
        pattern("/api/orders/12", "/api/orders/{id}");
        pattern("/api/orders/12/payment", "/api/orders/{id}/payment");
        pattern("/metrics", "/metrics");
        pattern("/-/healthy", "/-/healthy");
        for other in ["//", "/goods", "/api", "/api/orders/1/payment/2", "/api/orders/1/x", "*"] {
            pattern(other, "other");
        }
    }

    #[test]
    fn methods() {
        assert!(Route::Home.allows(&Method::HEAD));
        assert!(!Route::Home.allows(&Method::POST));
        assert!(Route::Order(1).allows(&Method::DELETE));
        assert!(!Route::Login.allows(&Method::GET));
        assert!(Route::Other.allows(&Method::PATCH));
    }
}
