//! Shuffled decks of units to draw from.

use formats::random::SplitMix64;

/// A number below `end`. The high half of a product is uniform to one part in 2^64 / `end`.
fn below(random: &mut SplitMix64, end: usize) -> usize {
    ((u128::from(random.next_u64()) * end as u128) >> 64) as usize
}

/// Puts `items` into a random order (Fisher and Yates).
pub(super) fn shuffle<T>(random: &mut SplitMix64, items: &mut [T]) {
    for end in (2..=items.len()).rev() {
        items.swap(end - 1, below(random, end));
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
        shuffle(random, &mut units);
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
