//! Oracle (b): the counting module of [`super::counter`] under Wasmtime.

use anyhow::{Context, Result};
use wasmtime::{AsContextMut, Instance, Store};

use super::counter::{Count, Counted, CountedRun};
use crate::engine::{self, End, Host, Observer};
use crate::program::Program;

/// Runs the counting module `counted` of `program`.
///
/// # Errors
///
/// When the module cannot be compiled or lacks an import.
pub fn run(program: &Program, counted: &Counted) -> Result<CountedRun> {
    let engine = engine::of_oracles(program)?;
    let mut reader = Reader { counted, counts: Vec::new(), totals: Vec::new(), calls: Vec::new() };
    let observation =
        engine::run(engine, &counted.wasm, counted.start.as_deref(), program, &mut reader)?;
    let Reader { counts, totals, calls, .. } = reader;
    Ok(CountedRun { observation, counts, totals, calls })
}

/// Reads the counters after each invocation.
struct Reader<'a> {
    counted: &'a Counted,
    counts: Vec<Count>,
    totals: Vec<Vec<u64>>,
    calls: Vec<u64>,
}

impl Observer for Reader<'_> {
    fn ended(&mut self, store: &mut Store<Host>, end: &End<'_>) -> Result<()> {
        let instance = end.instance.context("a rewritten module has no start section")?;
        self.counts = read(store, instance, self.counted)?;
        self.totals.push(self.counts.iter().map(|count| count.total).collect());
        self.calls.push(self.counts.first().map_or(0, Count::all_calls));
        Ok(())
    }
}

/// What an instance of `counted` has counted so far.
///
/// # Errors
///
/// When it is not an instance of `counted`.
pub fn read(
    mut store: impl AsContextMut,
    instance: &Instance,
    counted: &Counted,
) -> Result<Vec<Count>> {
    counted.counts(|name| engine::read_global(&mut store, instance, name))
}
