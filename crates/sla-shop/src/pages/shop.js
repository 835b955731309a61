// The cart lives in the browser; the shop hears of it when it is paid.
"use strict";
const key = "cart";
const cart = () => JSON.parse(localStorage.getItem(key) || "{}");
const keep = (goods) => localStorage.setItem(key, JSON.stringify(goods));
const yuan = (cents) => "¥" + (cents / 100).toFixed(2);

async function call(method, path, token, body) {
  const headers = { "content-type": "application/json" };
  if (token) headers.authorization = "Bearer " + token;
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error || String(answer.status));
  return value;
}

function count() {
  const total = Object.values(cart()).reduce((sum, quantity) => sum + quantity, 0);
  document.getElementById("count").textContent = total;
}

async function show(list) {
  const goods = cart();
  list.replaceChildren();
  let total = 0;
  for (const id of Object.keys(goods)) {
    const article = await call("GET", "/api/goods/" + id);
    const line = document.createElement("li");
    line.textContent = article.name + " × " + goods[id] + "  " + yuan(article.price_cents * goods[id]);
    list.append(line);
    total += article.price_cents * goods[id];
  }
  document.getElementById("total").textContent = yuan(total);
}

async function pay(user, password) {
  const { token } = await call("POST", "/api/login", "", { user, password });
  const goods = cart();
  for (const id of Object.keys(goods)) {
    const order = await call("POST", "/api/orders", token, { goods: Number(id), quantity: goods[id] });
    await call("POST", "/api/orders/" + order.id + "/payment", token);
    delete goods[id];
    keep(goods);
  }
}

count();
const add = document.getElementById("add");
if (add) add.addEventListener("click", () => {
  const goods = cart();
  goods[add.dataset.goods] = (goods[add.dataset.goods] || 0) + 1;
  keep(goods);
  count();
});
const list = document.getElementById("cart");
if (list) show(list);
const form = document.getElementById("checkout");
if (form) form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = document.getElementById("said");
  try {
    await pay(form.elements.user.value, form.elements.password.value);
    said.textContent = "支付成功";
  } catch (error) {
    said.textContent = "支付失败:" + error.message;
  }
  count();
  show(list);
});
