//! Exceptions: where one is caught a region starts, on the way to the label of its clause.

use slicer::cfg::catch_label;
use wasm_encoder::reencode::Reencode;
use wasmparser::TryTable;

use super::{Frame, Rewriter};
use crate::instrument::InstrumentError;

/// Where a caught exception goes on to.
pub(super) struct Landing {
    /// First event of the region that starts there.
    first_event: u32,
    /// Position of the label that the clause names.
    target: u32,
}

impl Rewriter<'_> {
    /// Wraps a reachable `try_table` in a block that its results leave, and one for each clause:
    ///
    /// ```text
    /// block $done
    ///   block $clause1
    ///     block $clause0
    ///       try_table (catch … $clause0) (catch … $clause1) … end
    ///       br $done
    ///     end
    ///     path = landing 0;  br label 0
    ///   end
    ///   path = landing 1;  br label 1
    /// end
    /// ```
    pub(super) fn try_table(
        &mut self,
        index: u32,
        try_table: &TryTable,
    ) -> Result<(), InstrumentError> {
        let (params, results) = self.module.block_signature(try_table.ty);
        let reachable = self.current.is_some();
        let mut landings = Vec::new();
        if reachable && !try_table.catches.is_empty() {
            landings = self.landings(index, try_table);
            self.open_block(&params, &results)?;
            for catch in try_table.catches.iter().rev() {
                let frame = self.frames.len() - 1 - catch_label(catch) as usize;
                let label_types = self.frames[frame].label_types.clone();
                self.open_block(&params, &label_types)?;
            }
        }
        let wrapped = !landings.is_empty();
        let catches = try_table.catches.iter().enumerate().map(|(clause, catch)| {
            let label = match wrapped {
                true => clause as u32,
                false => self.relative(self.position(catch_label(catch))),
            };
            relabelled(catch, label)
        });
        let catches: Vec<_> = catches.collect();
        let block_type = self.shift.block_type(try_table.ty)?;
        self.sink().try_table(block_type, catches);
        self.frames.push(Frame {
            position: self.depth,
            label_types: results,
            landings,
            reentry: None,
        });
        self.depth += 1;
        Ok(())
    }

    fn landings(&self, index: u32, try_table: &TryTable) -> Vec<Landing> {
        (0..)
            .zip(try_table.catches.iter())
            .map(|(clause, catch)| Landing {
                first_event: self.landing_events[&(index, clause)],
                target: self.position(catch_label(catch)),
            })
            .collect()
    }

    /// Behind a `try_table` that was wrapped: its results leave the blocks around it; then come the clauses.
    pub(super) fn land(&mut self, landings: Vec<Landing>) {
        let out_of_all = landings.len() as u32;
        self.sink().br(out_of_all);
        for landing in landings {
            self.close_block();
            self.push.load_position(&mut self.output.bytes);
            self.push.set_path(&mut self.output.bytes, landing.first_event);
            let depth = self.relative(landing.target);
            self.sink().br(depth);
        }
        self.close_block();
    }
}

fn relabelled(catch: &wasmparser::Catch, label: u32) -> wasm_encoder::Catch {
    use wasmparser::Catch;
    match *catch {
        Catch::One { tag, .. } => wasm_encoder::Catch::One { tag, label },
        Catch::OneRef { tag, .. } => wasm_encoder::Catch::OneRef { tag, label },
        Catch::All { .. } => wasm_encoder::Catch::All { label },
        Catch::AllRef { .. } => wasm_encoder::Catch::AllRef { label },
    }
}
