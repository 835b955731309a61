//! Numbers that look random and are the same for the same seed on every machine (`SplitMix64`).

/// A sequence of such numbers.
#[derive(Clone, Copy, Debug)]
pub struct Random(u64);

impl Random {
    /// Begins the sequence of a seed, for one purpose: two purposes share no numbers.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mixed = purpose.bytes().fold(seed, |it, byte| Self(it ^ u64::from(byte)).next());
        Self(mixed)
    }

    /// Returns the next number.
    pub fn next(mut self) -> u64 {
        self.draw()
    }

    /// Draws a number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Draws a whole number below `end`, which is above zero.
    pub fn below(&mut self, end: i64) -> i64 {
        // The remainder is below `end`, so it fits.
        (self.draw() % end.unsigned_abs()).cast_signed()
    }

    /// Draws a share, `0.0 <= it < 1.0`.
    pub fn share(&mut self) -> f64 {
        // 53 bits are what an f64 holds exactly.
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let draw = |seed, purpose| {
            let mut random = Random::new(seed, purpose);
            [random.draw(), random.draw()]
        };
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
        let mut random = Random::new(7, "range");
        assert!((0..1000).all(|_| (0..5).contains(&random.below(5)) && (0.0..1.0).contains(&random.share())));
    }
}
