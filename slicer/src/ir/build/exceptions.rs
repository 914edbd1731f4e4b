//! What is thrown inside of a `try_table`, and where it is caught.

use std::collections::HashSet;

use wasmparser::{Catch, Operator, TryTable, ValType};

use super::{Builder, FrameKind};
use crate::Error;
use crate::ir::{BlockId, Handler, Target, TerminatorKind};

/// A clause that can catch something.
#[derive(Clone, Copy)]
pub(super) struct Clause {
    tag: Option<u32>,
    reference: bool,
    /// The `try_table` operator, and the clause's index in it.
    operator: u32,
    index: u32,
    /// The frame whose label it branches to.
    frame: u32,
}

impl<'a> Builder<'_, 'a> {
    pub(super) fn open_try_table(&mut self, try_table: &TryTable) -> Result<(), Error> {
        let clauses = match self.current {
            Some(_) => self.clauses(&try_table.catches)?,
            None => Vec::new(),
        };
        self.push_frame(FrameKind::TryTable(clauses), try_table.ty);
        Ok(())
    }

    /// The clauses that can catch inside of a `try_table` with the clauses `catches`: its own, then
    /// those around it, but none that comes behind one that catches the same.
    fn clauses(&mut self, catches: &[Catch]) -> Result<Vec<Clause>, Error> {
        let around: &[Clause] = match self.catching().map(|frame| &self.frames[frame as usize].kind)
        {
            Some(FrameKind::TryTable(clauses)) => clauses,
            _ => &[],
        };
        let own = (0..).zip(catches).map(|(index, catch)| self.clause(index, catch));
        let mut tags = HashSet::new();
        let mut clauses = Vec::new();
        for clause in own.chain(around.iter().copied()) {
            if tags.insert(clause.tag) {
                clauses.push(clause);
            }
            if clause.tag.is_none() {
                break;
            }
        }
        self.charge(clauses.len())?;
        Ok(clauses)
    }

    fn clause(&self, index: u32, catch: &Catch) -> Clause {
        let (tag, reference, depth) = match *catch {
            Catch::One { tag, label } => (Some(tag), false, label),
            Catch::OneRef { tag, label } => (Some(tag), true, label),
            Catch::All { label } => (None, false, label),
            Catch::AllRef { label } => (None, true, label),
        };
        // Labels of clauses are counted from outside of the construct.
        let frame = self.frame(depth) as u32;
        Clause { tag, reference, operator: self.index, index, frame }
    }

    /// The clauses that catch what `operator` throws.
    fn catching_clauses(&self, operator: &Operator<'_>) -> Vec<Clause> {
        let Some(frame) = self.catching() else { return Vec::new() };
        let FrameKind::TryTable(clauses) = &self.frames[frame as usize].kind else {
            return Vec::new();
        };
        let surely = match operator {
            Operator::Throw { tag_index } => {
                clauses.iter().position(|clause| clause.tag == Some(*tag_index))
            }
            _ => None,
        };
        clauses[..surely.map_or(clauses.len(), |last| last + 1)].to_vec()
    }

    /// Where the clauses lead. What they make are results of the operator from `first` on.
    fn handlers(&mut self, clauses: &[Clause], mut first: u32) -> Result<Vec<Handler>, Error> {
        let mut handlers = Vec::with_capacity(clauses.len());
        for clause in clauses {
            let made = self.carried(clause);
            self.charge(made.len() + 1)?;
            let target = self.handler_target(clause.frame as usize, &made, first);
            first += made.len() as u32;
            let &Clause { tag, reference, operator, index: clause, .. } = clause;
            handlers.push(Handler { tag, reference, operator, clause, target });
        }
        Ok(handlers)
    }

    fn handler_target(&mut self, frame: usize, made: &[ValType], first: u32) -> Target {
        match made {
            [] => self.target(frame, Vec::new()),
            made => self.making_target(frame, Vec::new(), made, first),
        }
    }

    /// Types of the values that a clause passes to its label: those of the label's.
    fn carried(&self, clause: &Clause) -> Vec<ValType> {
        let mut types = match clause.tag {
            Some(tag) => self.module.tag_parameters(tag).expect("validated").to_vec(),
            None => Vec::new(),
        };
        if clause.reference {
            types.push(ValType::Ref(wasmparser::RefType::EXN));
        }
        types
    }

    pub(super) fn throw(&mut self, operator: Operator<'a>, takes: usize) -> Result<(), Error> {
        let arguments = self.pop_many(takes);
        let clauses = self.catching_clauses(&operator);
        let kind = match clauses[..] {
            [] => TerminatorKind::Throw { operator, arguments },
            _ => {
                let handlers = self.handlers(&clauses, 0)?;
                TerminatorKind::Try { operator, arguments, normal: None, handlers }
            }
        };
        self.leave(kind);
        Ok(())
    }

    /// A call, after the validator saw it.
    pub(super) fn call(
        &mut self,
        block: BlockId,
        operator: Operator<'a>,
        takes: usize,
        gives: usize,
    ) -> Result<(), Error> {
        let clauses = self.catching_clauses(&operator);
        if clauses.is_empty() {
            self.instruction(block, operator, takes, gives);
            return Ok(());
        }
        let results = self.top_types(gives);
        let arguments = self.pop_many(takes);
        let next = self.block_after();
        let normal = Some(self.make_values(next, &results, 0));
        let handlers = self.handlers(&clauses, gives as u32)?;
        self.stack.extend(&self.function.block(next).parameters);
        self.leave(TerminatorKind::Try { operator, arguments, normal, handlers });
        self.go_on(next);
        Ok(())
    }
}
