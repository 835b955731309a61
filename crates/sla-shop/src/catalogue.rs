//! What a new shop sells.

/// Articles in stock at the start: customers at 20 orders a second need 14 hours to sell one article out.
const STOCK: i64 = 1_000_000;

/// An article that a new shop starts with.
pub struct Article {
    /// Name on the pages.
    pub name: &'static str,
    /// Price of one.
    pub price_cents: i64,
    /// How many there are.
    pub stock: i64,
}

/// The articles of a new shop; the first has id 1.
pub const CATALOGUE: &[Article] = &[
    article("布洛芬缓释胶囊 0.3g×24粒", 2_680),
    article("维生素C片 100mg×100片", 1_290),
    article("板蓝根颗粒 10g×20袋", 1_850),
    article("蒙脱石散 3g×10袋", 1_560),
    article("医用外科口罩 50只装", 1_990),
    article("碘伏消毒液 500ml", 1_180),
    article("电子体温计 1支", 3_900),
    article("防水创可贴 100片装", 990),
];

const fn article(name: &'static str, price_cents: i64) -> Article {
    Article { name, price_cents, stock: STOCK }
}
