//! Writes a cost model as TOML: complete, so that it can be edited into another one.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Bulk, CostModel};
use crate::operators::Opcode;

impl CostModel {
    /// The model as TOML that [`CostModel::from_toml`] reads back to an equal one. Lists every
    /// operator and every unit.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        self.write(&mut text).expect("writing to a string cannot fail");
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        writeln!(
            text,
            "# A cost model: what executed WebAssembly operators cost. Costs are integers"
        )?;
        writeln!(text, "# from 0 to {}.", u32::MAX)?;
        writeln!(text, "name = {}", toml::Value::from(self.name.as_str()))?;
        writeln!(text, "\n# Entering a function, by any kind of call or from the host.")?;
        writeln!(text, "function_entry = {}", self.function_entry)?;
        writeln!(text, "\n# Every operator that is not listed below.")?;
        writeln!(text, "default = {}", self.most_frequent_cost())?;
        writeln!(text, "\n# Operators, whenever control flows through them.")?;
        writeln!(text, "[operators]")?;
        for operator in Opcode::all() {
            writeln!(text, "\"{}\" = {}", operator.name(), self.operator(operator))?;
        }
        writeln!(text, "\n# What each byte, page or element costs in addition.")?;
        writeln!(text, "[per_unit]")?;
        for bulk in Bulk::ALL {
            let cost = self.per_unit(bulk);
            writeln!(text, "\"{}\" = {cost} # per {}", bulk.name(), bulk.unit())?;
        }
        Ok(())
    }

    /// The best `default` for somebody who deletes lines; the smallest of equally frequent ones.
    fn most_frequent_cost(&self) -> u32 {
        let mut counts = BTreeMap::new();
        for &cost in self.operators.iter() {
            *counts.entry(cost).or_insert(0usize) += 1;
        }
        let best = counts.into_iter().rev().max_by_key(|&(_, count)| count);
        best.map_or(0, |(cost, _)| cost)
    }
}
