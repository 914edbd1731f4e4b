//! Cost models to check with: the built-in ones, and random tables in which every operator has a
//! price of its own, so that a miscounted operator shows.

use formats::cost_model::{BUILTIN_NAMES, Bulk, CostModel};
use formats::operators::Opcode;

/// The built-in models, each once though it may have several names.
pub fn builtin() -> Vec<CostModel> {
    let mut models: Vec<CostModel> =
        BUILTIN_NAMES.iter().filter_map(|name| CostModel::builtin(name)).collect();
    models.dedup_by(|a, b| a.name == b.name);
    models
}

/// A random table. Every price fits the `u8`s of Wasmtime's own table; entering a function may
/// cost more, because that table has no entry for it.
///
/// # Panics
///
/// When there is no built-in model `unit` to start from.
pub fn random(seed: u64) -> CostModel {
    let mut random = SplitMix(seed);
    let mut model = CostModel::builtin("unit").expect("a built-in model");
    model.name = format!("random-{seed}");
    model.function_entry = random.below(1000);
    for opcode in Opcode::all() {
        model.set_operator(opcode, random.below(256));
    }
    for bulk in Bulk::ALL {
        model.set_per_unit(bulk, random.below(256));
    }
    model
}

/// The built-in models and `count` random ones.
pub fn all(count: u64) -> Vec<CostModel> {
    builtin().into_iter().chain((1..=count).map(random)).collect()
}

/// Sebastiano Vigna's splitmix64: small, seeded, good enough to draw prices and arguments.
pub struct SplitMix(pub u64);

impl SplitMix {
    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number smaller than `bound`.
    pub fn below(&mut self, bound: u32) -> u32 {
        (self.bits() % u64::from(bound)) as u32
    }
}
