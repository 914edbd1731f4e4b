//! Recordings that keep only a share of their segments.

use serde::{Deserialize, Serialize};

use crate::random::SplitMix64;

/// Which segments a recording keeps: each with the same probability, by its number alone and never
/// by what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The share of the segments that is kept, in parts of 2^32: 1 to 2^32.
    pub share: u64,
    /// What the choice follows from.
    pub seed: u64,
}

/// All segments.
const WHOLE: u64 = 1 << 32;

impl Sample {
    /// Keeps `rate` of the segments; `None` unless that is above 0 and at most 1.
    pub fn of_rate(rate: f64, seed: u64) -> Option<Sample> {
        let possible = rate > 0.0 && rate <= 1.0;
        possible.then(|| Sample { share: ((rate * WHOLE as f64) as u64).max(1), seed })
    }

    /// The share of the segments that is kept, above 0 and at most 1.
    pub fn rate(&self) -> f64 {
        self.share as f64 / WHOLE as f64
    }

    /// Whether segment `number` of `stream` is kept; the first one of a stream has number 0.
    pub fn keeps(&self, stream: u32, number: u32) -> bool {
        let segment = u64::from(stream) << 32 | u64::from(number);
        let seed = SplitMix64::new(self.seed).next_u64();
        SplitMix64::new(seed ^ segment).next_u64() >> 32 < self.share
    }

    /// Checks what readers rely on.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        match self.share {
            1..=WHOLE => Ok(()),
            _ => Err("the share of the segments that is kept is impossible"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_kept_of_every_stream() {
        for (rate, seed) in [(0.05, 0), (0.5, 1), (0.9, u64::MAX)] {
            let sample = Sample::of_rate(rate, seed).unwrap();
            for stream in [0, 1, u32::MAX] {
                let kept = (0..10_000).filter(|&number| sample.keeps(stream, number)).count();
                // Four standard deviations are at most 200.
                let expected = rate * 10_000.0;
                assert!((kept as f64 - expected).abs() < 200.0, "{rate} {stream}: {kept}");
            }
        }
    }

    #[test]
    fn a_rate_of_one_keeps_all_and_others_are_refused() {
        let all = Sample::of_rate(1.0, 7).unwrap();
        assert!((0..1000).all(|number| all.keeps(3, number)));
        assert_eq!(Sample::of_rate(1e-30, 7).unwrap().share, 1);
        for rate in [0.0, -0.5, 1.000_001, f64::NAN, f64::INFINITY] {
            assert_eq!(Sample::of_rate(rate, 7), None, "{rate}");
        }
    }

    #[test]
    fn another_seed_is_another_sample() {
        let kept = |seed| {
            let sample = Sample::of_rate(0.5, seed).unwrap();
            (0..64).filter(|&number| sample.keeps(0, number)).collect::<Vec<_>>()
        };
        assert_eq!(kept(1), kept(1));
        assert_ne!(kept(1), kept(2));
    }
}
