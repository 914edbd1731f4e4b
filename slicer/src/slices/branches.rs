//! How the branches of a function are written: what its graph doesn't say.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use wasmparser::Operator;

use crate::Error;
use crate::module::Module;

/// Them, by the operator.
#[derive(Debug, Default)]
pub(crate) struct Branches {
    /// The `if` operators: their edges are in the other order than those of `br_if`.
    ifs: BTreeSet<u32>,
    /// The locals that are written.
    assigned: BTreeSet<u32>,
    /// For each `br_table` the edge that each entry takes, the default last.
    tables: BTreeMap<u32, Vec<usize>>,
}

impl Branches {
    /// Reads those of the defined function number `function`.
    ///
    /// # Errors
    ///
    /// Never for a module that was parsed.
    pub(crate) fn read(module: &Module<'_>, function: u32) -> Result<Branches, Error> {
        let mut branches = Branches::default();
        module.for_each_operator(function, |index, _, operator| {
            match operator {
                Operator::If { .. } => {
                    branches.ifs.insert(index);
                }
                Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                    branches.assigned.insert(local_index);
                }
                Operator::BrTable { targets } => {
                    let mut numbers = HashMap::new();
                    let mut entries = Vec::new();
                    for depth in targets.targets().chain([Ok(targets.default())]) {
                        let next = numbers.len();
                        entries.push(*numbers.entry(depth?).or_insert(next));
                    }
                    branches.tables.insert(index, entries);
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(branches)
    }

    /// Whether the function writes to its local `local`.
    pub(crate) fn assigns(&self, local: u32) -> bool {
        self.assigned.contains(&local)
    }

    /// Whether the branch at `operator` is a `br_table`.
    pub(crate) fn is_table(&self, operator: u32) -> bool {
        self.tables.contains_key(&operator)
    }

    /// For each target of the branch at `operator`, in the order of the SSA form, the edge that it
    /// takes.
    pub(crate) fn edges(&self, operator: u32) -> Vec<usize> {
        match self.tables.get(&operator) {
            Some(entries) => entries.clone(),
            None if self.ifs.contains(&operator) => vec![1, 0],
            None => vec![0, 1],
        }
    }
}
