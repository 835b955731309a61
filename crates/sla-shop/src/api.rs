//! The JSON API: logging in, goods, orders, payments.

use std::{sync::Arc, time::Instant};

use http::{HeaderMap, Method, Request, StatusCode, header};
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};

use crate::{
    answer::{self, Answer},
    fault::Gateway,
    order::{self, QUANTITY_MAX},
    payment,
    refusal::Refusal,
    route::Route,
    shop::Shop,
    store::User,
};

/// Marks an order as the test payer's.
const SYNTHETIC: &str = "x-synthetic";

/// Answers a request to the API whose method fits its path.
pub async fn respond(shop: &Arc<Shop>, route: Route, request: Request<Incoming>) -> Result<Answer, Refusal> {
    match route {
        Route::Login => log_in(shop, request).await,
        Route::GoodsList => Ok(answer::json(StatusCode::OK, &shop.store.goods().await?)),
        Route::Goods(id) => goods(shop, id).await,
        Route::Orders => place(shop, request).await,
        Route::Order(id) if request.method() == Method::DELETE => cancel(shop, request.headers(), id).await,
        Route::Order(id) => show(shop, request.headers(), id).await,
        Route::Payment(id) => pay(shop, request.headers(), id).await,
        _ => Err(Refusal::missing("no such path")),
    }
}

async fn log_in(shop: &Shop, request: Request<Incoming>) -> Result<Answer, Refusal> {
    #[derive(Deserialize)]
    struct Login {
        user: String,
        password: String,
    }
    #[derive(Serialize)]
    struct Token<'a> {
        token: &'a str,
    }
    let login: Login = answer::read_json(request.into_body()).await?;
    let Some(user) = shop.store.user(&login.user, &login.password).await? else {
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, "wrong user or password"));
    };
    let token = shop.random.token();
    let answer = answer::json(StatusCode::OK, &Token { token: &token });
    shop.sessions.insert(token, user, Instant::now());
    Ok(answer)
}

async fn goods(shop: &Shop, id: i64) -> Result<Answer, Refusal> {
    match shop.store.article(id).await? {
        Some(goods) => Ok(answer::json(StatusCode::OK, &goods)),
        None => Err(Refusal::missing("there are no such goods")),
    }
}

async fn place(shop: &Arc<Shop>, request: Request<Incoming>) -> Result<Answer, Refusal> {
    #[derive(Deserialize)]
    struct Wish {
        goods: i64,
        quantity: i64,
    }
    let user = authorize(shop, request.headers())?;
    let wish: Wish = answer::read_json(request.into_body()).await?;
    if !(1..=QUANTITY_MAX).contains(&wish.quantity) {
        return Err(Refusal::bad(format!("`quantity` must be from 1 to {QUANTITY_MAX}")));
    }
    let shop = Arc::clone(shop);
    let order = to_the_end(async move { order::place(&shop.store, &user, wish.goods, wish.quantity).await });
    Ok(answer::json(StatusCode::CREATED, &order.await?))
}

async fn show(shop: &Shop, headers: &HeaderMap, id: i64) -> Result<Answer, Refusal> {
    let user = authorize(shop, headers)?;
    let order = order::find(&shop.store, &user, id).await?;
    Ok(answer::json(StatusCode::OK, &order))
}

async fn cancel(shop: &Arc<Shop>, headers: &HeaderMap, id: i64) -> Result<Answer, Refusal> {
    let user = authorize(shop, headers)?;
    let shop = Arc::clone(shop);
    let order = to_the_end(async move { order::cancel(&shop.store, &user, id).await });
    Ok(answer::json(StatusCode::OK, &order.await?))
}

async fn pay(shop: &Arc<Shop>, headers: &HeaderMap, id: i64) -> Result<Answer, Refusal> {
    #[derive(Serialize)]
    struct Outcome {
        status: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<&'static str>,
    }
    let user = authorize(shop, headers)?;
    let shop = Arc::clone(shop);
    let gateway = to_the_end(async move { payment::pay(&shop.store, &user, id).await });
    let (code, status, error) = match gateway.await? {
        Gateway::Paid => (StatusCode::OK, "paid", None),
        Gateway::Declined => (StatusCode::PAYMENT_REQUIRED, "failed", Some("the payment was declined")),
        Gateway::Down => {
            (StatusCode::SERVICE_UNAVAILABLE, "failed", Some("the payment gateway does not answer"))
        }
        Gateway::Hangs => {
            (StatusCode::GATEWAY_TIMEOUT, "pending", Some("the payment gateway has not answered yet"))
        }
    };
    Ok(answer::json(code, &Outcome { status, error }))
}

/// Returns whose token the request carries. Only the test payer may call itself synthetic: else a
/// customer's order could escape the books.
fn authorize(shop: &Shop, headers: &HeaderMap) -> Result<User, Refusal> {
    let user = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .and_then(|(_, token)| shop.sessions.user(token.trim(), Instant::now()))
        .ok_or_else(|| {
            Refusal::new(
                StatusCode::UNAUTHORIZED,
                "log in with `POST /api/login` and send `Authorization: Bearer TOKEN`",
            )
        })?;
    let synthetic = headers.get(SYNTHETIC).is_some_and(|value| !value.as_bytes().trim_ascii().is_empty());
    if synthetic && !user.is_probe() {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            format!("only the test payer may send `{SYNTHETIC}`"),
        ));
    }
    Ok(user)
}

/// Runs a change in a task of its own: a client that hangs up does not take back what it asked for.
async fn to_the_end<T: Send + 'static>(
    change: impl Future<Output = Result<T, Refusal>> + Send + 'static,
) -> Result<T, Refusal> {
    tokio::spawn(change).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a change panicked");
        Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "internal error"))
    })
}
