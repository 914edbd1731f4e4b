//! Branches: labels are counted anew, and what a path or a counter needs stands on the edges.

use std::collections::HashMap;

use formats::plan::{Counter, Edge, Exit};
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{Encode, Instruction};
use wasmparser::Operator;

use super::Rewriter;
use crate::instrument::InstrumentError;

impl<'a> Rewriter<'a> {
    /// The edges that leave the current block, in the order in which the operator names them.
    fn edges(&self) -> &'a [Edge] {
        match self.current_block().map(|block| &block.exit) {
            Some(Exit::Branch(edges)) => edges,
            _ => &[],
        }
    }

    /// Takes the fall-through edge of a conditional branch, or the edge into the then-arm of an `if`.
    pub(super) fn add_fallthrough(&mut self) {
        if let [_, fallthrough] = self.edges() {
            self.take_edge(1, fallthrough.value);
        }
    }

    /// Takes the edge number `edge` of the current block: adds its value, or counts it.
    fn take_edge(&mut self, edge: u32, value: u32) {
        self.push.add_path(&mut self.output.bytes, value);
        if let Some(block) = self.current {
            self.count(Counter::Edge { block, edge });
        }
    }

    /// Whether code stands on edges of the current block.
    fn marks_edges(&self) -> bool {
        let Some(block) = self.current else { return false };
        let is_counted = |edge| self.counters.contains_key(&Counter::Edge { block, edge });
        let edges = self.edges();
        edges.iter().any(|edge| edge.value != 0) || (1..edges.len() as u32).any(is_counted)
    }

    /// A branch with one label; what stands on its edges comes behind it.
    pub(super) fn branch(
        &mut self,
        operator: &Operator<'a>,
        original: &[u8],
    ) -> Result<(), InstrumentError> {
        let mut moved = self.shift.instruction(operator.clone())?;
        let label = match &mut moved {
            Instruction::Br(label)
            | Instruction::BrIf(label)
            | Instruction::BrOnNull(label)
            | Instruction::BrOnNonNull(label)
            | Instruction::BrOnCast { relative_depth: label, .. }
            | Instruction::BrOnCastFail { relative_depth: label, .. } => label,
            _ => unreachable!("called for branches with one label"),
        };
        let new_label = self.relative(self.position(*label));
        if new_label == *label {
            self.copy(original);
        } else {
            *label = new_label;
            moved.encode(&mut self.output.bytes);
        }
        Ok(())
    }

    /// A `br_table`, through pads if something stands on its edges.
    pub(super) fn br_table(
        &mut self,
        targets: &wasmparser::BrTable<'_>,
    ) -> Result<(), InstrumentError> {
        let mut entries = targets.targets().collect::<Result<Vec<u32>, _>>()?;
        entries.push(targets.default());
        let edges = self.edges();
        if !self.marks_edges() {
            let entries = entries.iter().map(|&entry| self.relative(self.position(entry)));
            let entries = entries.collect();
            self.emit_br_table(entries);
            return Ok(());
        }
        let table = Switch::new(&entries, edges);
        let default = self.frames.len() - 1 - targets.default() as usize;
        if self.frames[default].label_types.is_empty() {
            self.switch_through_pads(&entries, &table);
        } else {
            self.switch_twice(&entries, &table);
        }
        Ok(())
    }

    fn emit_br_table(&mut self, mut entries: Vec<u32>) {
        let default = entries.pop().expect("a br_table has a default");
        self.sink().br_table(entries, default);
    }

    /// Each target but the first gets a pad, where its value is added:
    ///
    /// ```text
    /// local.set $scratch
    /// block
    ///   block
    ///     local.get $scratch  br_table …
    ///   end
    ///   path += value of target 1;  br target 1
    /// end
    /// path += value of target 2;  br target 2
    /// ```
    fn switch_through_pads(&mut self, entries: &[u32], table: &Switch) {
        let scratch = self.push.locals.scratch;
        let pads = table.labels.len() as u32 - 1;
        self.sink().local_set(scratch);
        for _ in 0..pads {
            self.sink().block(wasm_encoder::BlockType::Empty);
        }
        self.depth += pads;
        self.sink().local_get(scratch);
        let through_pads = entries
            .iter()
            .map(|entry| match table.numbers[entry] {
                0 => self.relative(self.position(*entry)),
                number => number - 1,
            })
            .collect();
        self.emit_br_table(through_pads);
        for (edge, (&label, &value)) in (0..).zip(table.labels.iter().zip(&table.values)).skip(1) {
            self.close_block();
            self.take_edge(edge, value);
            let target = self.relative(self.position(label));
            self.sink().br(target);
        }
    }

    /// Branches that carry values can't go through pads without naming the values' types. So the
    /// index is looked at twice: first to add the value, then to branch.
    fn switch_twice(&mut self, entries: &[u32], table: &Switch) {
        let scratch = self.push.locals.scratch;
        let pads = table.labels.len() as u32 - 1;
        self.sink().local_tee(scratch);
        for _ in 0..=pads {
            self.sink().block(wasm_encoder::BlockType::Empty);
        }
        self.sink().local_get(scratch);
        let to_pads = entries.iter().map(|entry| table.numbers[entry]).map(|number| match number {
            0 => pads,
            number => number - 1,
        });
        let to_pads = to_pads.collect();
        self.emit_br_table(to_pads);
        for (number, &value) in (1..).zip(&table.values[1..]) {
            self.sink().end();
            self.take_edge(number, value);
            self.sink().br(pads - number);
        }
        self.sink().end();
        let unchanged = entries.iter().map(|&entry| self.relative(self.position(entry))).collect();
        self.emit_br_table(unchanged);
    }
}

/// The distinct labels of a `br_table`, in the order of its edges.
struct Switch {
    labels: Vec<u32>,
    values: Vec<u32>,
    /// For each label its place in `labels`.
    numbers: HashMap<u32, u32>,
}

impl Switch {
    fn new(entries: &[u32], edges: &[Edge]) -> Self {
        let mut switch = Switch {
            labels: Vec::with_capacity(edges.len()),
            values: edges.iter().map(|edge| edge.value).collect(),
            numbers: HashMap::new(),
        };
        for &entry in entries {
            let next = switch.labels.len() as u32;
            switch.numbers.entry(entry).or_insert_with(|| {
                switch.labels.push(entry);
                next
            });
        }
        switch
    }
}
