//! The cost models that need no file.

use super::{Bulk, CostModel};
use crate::operators::Opcode;

/// The names that [`CostModel::builtin`] knows, the default one first.
pub const BUILTIN_NAMES: &[&str] = &["wasmtime", "wasmtime-48", "wasmtime-45", "unit"];

/// What Wasmtime does not charge for: `OperatorCost::default` of wasmtime-environ, every version
/// that has prices.
const FREE_IN_WASMTIME: &[&str] =
    &["nop", "drop", "block", "loop", "unreachable", "return", "else", "end"];

impl CostModel {
    /// The built-in model with this name: one of [`BUILTIN_NAMES`].
    ///
    /// * `wasmtime-48`, also called `wasmtime`: what Cranelift charges in Wasmtime 48. Entering a
    ///   function costs 1, `nop drop block loop unreachable return else end` nothing, every other
    ///   operator 1; each byte of `memory.copy`, `memory.fill` and `memory.init` and each element
    ///   of `table.*` and `array.*` bulk operators costs 1 more, each page of `memory.grow`
    ///   nothing.
    /// * `wasmtime-45`: the same, with no charge for bytes and elements.
    /// * `unit`: every executed operator 1, and nothing else.
    pub fn builtin(name: &str) -> Option<CostModel> {
        match name {
            "wasmtime" | "wasmtime-48" => Some(wasmtime_48()),
            "wasmtime-45" => Some(wasmtime_45()),
            "unit" => Some(CostModel::flat("unit", 1)),
            _ => None,
        }
    }
}

fn wasmtime_45() -> CostModel {
    let mut model = CostModel::flat("wasmtime-45", 1);
    model.function_entry = 1;
    for name in FREE_IN_WASMTIME {
        let operator = Opcode::from_name(name).expect("the table above names operators");
        model.set_operator(operator, 0);
    }
    model
}

fn wasmtime_48() -> CostModel {
    let mut model = wasmtime_45();
    model.name = "wasmtime-48".to_owned();
    for bulk in Bulk::ALL {
        model.set_per_unit(bulk, u32::from(bulk != Bulk::MemoryGrow));
    }
    model
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(model: &CostModel, name: &str) -> u32 {
        model.operator(Opcode::from_name(name).unwrap())
    }

    #[test]
    fn wasmtime_48_charges_as_cranelift_does() {
        let model = CostModel::builtin("wasmtime-48").unwrap();
        assert_eq!(model.name, "wasmtime-48");
        assert_eq!(model.function_entry, 1);
        let free: Vec<_> =
            Opcode::all().filter(|&operator| model.operator(operator) == 0).collect();
        let mut names: Vec<_> = free.iter().map(|operator| operator.name()).collect();
        names.sort_unstable();
        assert_eq!(names, ["block", "drop", "else", "end", "loop", "nop", "return", "unreachable"]);
        assert_eq!(cost(&model, "i32.add"), 1);
        assert_eq!(cost(&model, "memory.copy"), 1);
        assert_eq!(model.per_unit(Bulk::MemoryCopy), 1);
        assert_eq!(model.per_unit(Bulk::MemoryGrow), 0);
        assert_eq!(model.per_unit(Bulk::TableGrow), 1);
        assert_eq!(model.per_unit(Bulk::ArrayInitElem), 1);
    }

    #[test]
    fn wasmtime_45_has_flat_bulk_operators() {
        let mut model = CostModel::builtin("wasmtime-45").unwrap();
        assert!(Bulk::ALL.into_iter().all(|bulk| model.per_unit(bulk) == 0));
        for bulk in Bulk::ALL {
            model.set_per_unit(bulk, u32::from(bulk != Bulk::MemoryGrow));
        }
        assert_eq!(model.hash(), CostModel::builtin("wasmtime-48").unwrap().hash());
    }

    #[test]
    fn unit_charges_one_for_every_operator_and_nothing_else() {
        let model = CostModel::builtin("unit").unwrap();
        assert_eq!(model.function_entry, 0);
        assert!(Opcode::all().all(|operator| model.operator(operator) == 1));
        assert!(Bulk::ALL.into_iter().all(|bulk| model.per_unit(bulk) == 0));
    }

    #[test]
    fn every_listed_name_is_known_and_wasmtime_is_an_alias() {
        assert!(BUILTIN_NAMES.iter().all(|name| CostModel::builtin(name).is_some()));
        assert_eq!(CostModel::builtin("wasmtime"), CostModel::builtin("wasmtime-48"));
        assert_eq!(CostModel::builtin("wasmtime-47"), None);
    }
}
