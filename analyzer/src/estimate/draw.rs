//! Random numbers, and shuffled decks of units to draw from.
//!
//! The generator is part of the contract that the same seed gives the same answer: it is written
//! out here so that no update of a dependency can change it.

/// SplitMix64: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014, with the constants of its reference implementation.
pub(super) struct SplitMix64(u64);

impl SplitMix64 {
    pub(super) fn new(seed: u64) -> Self {
        SplitMix64(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`. The high half of a product is uniform to one part in 2^64 / `end`.
    fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// Puts `items` into a random order (Fisher and Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (2..=items.len()).rev() {
            items.swap(end - 1, self.below(end));
        }
    }
}

/// The units of one stratum that can be read, in the order in which they are drawn. Each is drawn
/// at most once.
#[derive(Clone, Debug, Default)]
pub(super) struct Deck {
    units: Vec<usize>,
    drawn: usize,
}

impl Deck {
    pub(super) fn shuffled(mut units: Vec<usize>, random: &mut SplitMix64) -> Self {
        random.shuffle(&mut units);
        Deck { units, drawn: 0 }
    }

    /// Number of units, drawn or not.
    pub(super) fn len(&self) -> usize {
        self.units.len()
    }

    pub(super) fn drawn(&self) -> usize {
        self.drawn
    }

    /// Draws until `drawn` units are.
    pub(super) fn draw_up_to(&mut self, drawn: usize) -> &[usize] {
        let from = self.drawn;
        self.drawn = drawn.clamp(from, self.units.len());
        &self.units[from..self.drawn]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_reference_implementation() {
        let mut random = SplitMix64::new(1_234_567);
        let found = [random.next(), random.next(), random.next()];
        assert_eq!(
            found,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn a_deck_gives_each_unit_once() {
        let mut deck = Deck::shuffled((0..100).collect(), &mut SplitMix64::new(7));
        let mut drawn = deck.draw_up_to(30).to_vec();
        assert!(deck.draw_up_to(10).is_empty());
        drawn.extend(deck.draw_up_to(1000));
        assert_eq!(deck.drawn(), 100);
        assert_ne!(drawn, (0..100).collect::<Vec<_>>());
        drawn.sort_unstable();
        assert_eq!(drawn, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn every_place_is_equally_likely() {
        let mut counts = [0; 5];
        for seed in 0..10_000 {
            let mut deck = Deck::shuffled((0..5).collect(), &mut SplitMix64::new(seed));
            counts[deck.draw_up_to(1)[0]] += 1;
        }
        assert!(counts.iter().all(|count| (1800..2200).contains(count)), "{counts:?}");
    }
}
