//! Seeded choices: the same seed makes the same test.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub(crate) fn any(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// 0 up to, not including, `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next_u64() % end.max(1) as u64).unwrap()
    }

    pub(crate) fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub(crate) fn word(&mut self) -> String {
        let words = [
            "井盖松动",
            "a",
            "路灯不亮",
            "楼道堆物",
            "ok",
            "",
            "坡道诉求",
            "x y z",
        ];
        format!("{}{}", self.pick(&words), self.below(20))
    }
}

/// How often a sampled test repeats: `LINLI_SOAK=n` multiplies the normal number by n.
pub(crate) fn times(normal: usize) -> usize {
    let soak = std::env::var("LINLI_SOAK")
        .ok()
        .and_then(|value| value.parse().ok());
    normal * soak.unwrap_or(1).max(1)
}
