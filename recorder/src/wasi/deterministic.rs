//! Clocks and random numbers that are the same in every run.
//!
//! Both clocks advance by a fixed step at each reading, so that a program that waits for time to
//! pass gets on. Random numbers come from SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast
//! splittable pseudorandom number generators", OOPSLA 2014): fast, seeded, and not secret.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rand_core::TryRng;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtxBuilder};

/// Seed of `--deterministic` without a value.
pub const DEFAULT_SEED: u64 = 0;

/// Time that passes at each reading of a clock.
pub const CLOCK_STEP_NS: u64 = 1_000_000;

/// What the wall clock shows at first, in seconds since 1970: 2025-01-01 00:00:00 UTC.
pub const WALL_CLOCK_START_S: u64 = 1_735_689_600;

/// Makes clocks and random numbers of `context` functions of `seed` and of how often they were
/// asked before.
pub fn apply(context: &mut WasiCtxBuilder, seed: u64) {
    context
        .wall_clock(SteppingClock::default())
        .monotonic_clock(SteppingClock::default())
        .secure_random(SplitMix64::new(seed))
        .insecure_random(SplitMix64::new(!seed))
        .insecure_random_seed(u128::from(seed));
}

/// A clock that advances by [`CLOCK_STEP_NS`] at each reading.
#[derive(Debug, Default)]
struct SteppingClock {
    readings: AtomicU64,
}

impl SteppingClock {
    fn next_ns(&self) -> u64 {
        let reading = self.readings.fetch_add(1, Ordering::Relaxed) + 1;
        reading.saturating_mul(CLOCK_STEP_NS)
    }
}

impl HostMonotonicClock for SteppingClock {
    fn resolution(&self) -> u64 {
        CLOCK_STEP_NS
    }

    fn now(&self) -> u64 {
        self.next_ns()
    }
}

impl HostWallClock for SteppingClock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(CLOCK_STEP_NS)
    }

    fn now(&self) -> Duration {
        Duration::from_secs(WALL_CLOCK_START_S) + Duration::from_nanos(self.next_ns())
    }
}

/// SplitMix64: a 64-bit counter and a mixing function.
#[derive(Clone, Debug)]
pub struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    /// A generator whose numbers are a function of `seed`.
    pub fn new(seed: u64) -> SplitMix64 {
        SplitMix64 { state: seed }
    }

    /// The next number.
    pub fn next_number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl TryRng for SplitMix64 {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next_number() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next_number())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(size_of::<u64>()) {
            chunk.copy_from_slice(&self.next_number().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix64_gives_the_published_numbers() {
        let mut random = SplitMix64::new(1234567);
        let numbers: Vec<u64> = (0..3).map(|_| random.next_number()).collect();
        assert_eq!(
            numbers,
            [6457827717110365317, 3203168211198807973, 9817491932198370423],
            "the first numbers of the reference implementation for this seed"
        );
    }

    #[test]
    fn filled_bytes_are_a_function_of_the_seed() {
        let bytes = |seed| {
            let mut bytes = [0; 13];
            SplitMix64::new(seed).try_fill_bytes(&mut bytes).expect("infallible");
            bytes
        };
        assert_eq!(bytes(7), bytes(7));
        assert_ne!(bytes(7), bytes(8));
    }

    #[test]
    fn clocks_advance_by_one_step_at_each_reading() {
        let monotonic: Box<dyn HostMonotonicClock> = Box::new(SteppingClock::default());
        assert_eq!((monotonic.now(), monotonic.now()), (CLOCK_STEP_NS, 2 * CLOCK_STEP_NS));
        let wall: Box<dyn HostWallClock> = Box::new(SteppingClock::default());
        assert_eq!(wall.now().as_secs(), WALL_CLOCK_START_S);
        assert_eq!(wall.now().subsec_nanos(), 2 * CLOCK_STEP_NS as u32);
    }
}
