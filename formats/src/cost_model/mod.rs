//! Cost models: what operators, function entries and run-time units of work cost.
//!
//! A model is a table: it is looked up by the analyzer and never stored in a trace. Built-in
//! models carry the name of the engine and its version, because engines change their prices.

mod builtin;
mod bulk;
mod error;
mod read;
mod write;

use std::fmt;

pub use builtin::BUILTIN_NAMES;
pub use bulk::Bulk;
pub use error::CostModelError;

use crate::operators::{OPERATOR_COUNT, Opcode};

/// The prices of one engine, or of one's own.
#[derive(Clone, PartialEq, Eq)]
pub struct CostModel {
    /// Name of the model, for people.
    pub name: String,
    /// What entering a function costs, whether by a call, a tail call or from the host.
    pub function_entry: u32,
    operators: Box<[u32; OPERATOR_COUNT]>,
    per_unit: [u32; Bulk::COUNT],
}

impl CostModel {
    /// A model in which every operator costs `operator`, and everything else nothing.
    pub fn flat(name: impl Into<String>, operator: u32) -> CostModel {
        CostModel {
            name: name.into(),
            function_entry: 0,
            operators: Box::new([operator; OPERATOR_COUNT]),
            per_unit: [0; Bulk::COUNT],
        }
    }

    /// What executing `operator` costs, its run-time units apart.
    #[inline]
    pub fn operator(&self, operator: Opcode) -> u32 {
        self.operators[operator.index()]
    }

    /// Sets what executing `operator` costs.
    pub fn set_operator(&mut self, operator: Opcode, cost: u32) {
        self.operators[operator.index()] = cost;
    }

    /// What each unit of `bulk` costs, on top of the operator itself.
    #[inline]
    pub fn per_unit(&self, bulk: Bulk) -> u32 {
        self.per_unit[bulk.index()]
    }

    /// Sets what each unit of `bulk` costs.
    pub fn set_per_unit(&mut self, bulk: Bulk, cost: u32) {
        self.per_unit[bulk.index()] = cost;
    }

    /// A name for the prices: 16 hexadecimal digits that depend on every price, but neither on
    /// the model's name nor on the platform or the version of this crate.
    pub fn hash(&self) -> String {
        let mut hash = Fnv1a::new();
        hash.write_cost("function_entry", self.function_entry);
        for operator in Opcode::all() {
            hash.write_cost(operator.name(), self.operator(operator));
        }
        for bulk in Bulk::ALL {
            hash.write_cost(bulk.name(), self.per_unit(bulk));
        }
        format!("{:016x}", hash.0)
    }
}

impl fmt::Debug for CostModel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CostModel")
            .field("name", &self.name)
            .field("hash", &self.hash())
            .finish_non_exhaustive()
    }
}

/// FNV-1a, 64 bits (G. Fowler, L. C. Noll, K.-P. Vo): stable by definition, unlike `std`'s hash.
struct Fnv1a(u64);

impl Fnv1a {
    fn new() -> Self {
        Fnv1a(0xcbf2_9ce4_8422_2325)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn write_cost(&mut self, name: &str, cost: u32) {
        self.write(name.as_bytes());
        self.write(&[0]);
        self.write(&cost.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_depends_on_every_price_and_not_on_the_name() {
        let unit = CostModel::flat("unit", 1);
        let mut hashes = vec![unit.hash()];
        let mut changed = unit.clone();
        changed.function_entry = 1;
        hashes.push(changed.hash());
        for operator in Opcode::all() {
            let mut changed = unit.clone();
            changed.set_operator(operator, 2);
            hashes.push(changed.hash());
        }
        for bulk in Bulk::ALL {
            let mut changed = unit.clone();
            changed.set_per_unit(bulk, 1);
            hashes.push(changed.hash());
        }
        let count = hashes.len();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
        assert_eq!(CostModel::flat("another", 1).hash(), unit.hash());
    }
}
