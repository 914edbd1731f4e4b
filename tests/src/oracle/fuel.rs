//! Oracle (a): Wasmtime's own fuel, with its cost table set from a cost model.
//!
//! Takes a cost model and a program, gives what `get_fuel` says each invocation consumed. The
//! program's start function is exported and called explicitly, because Wasmtime also charges for
//! instantiation, in a platform-dependent way.

use anyhow::{Context, Result};
use formats::cost_model::{Bulk, CostModel};
use wasmtime::{Config, Instance, OperatorCost, Store, Trap, VariableOperatorCost};

use super::{counter, opcode};
use crate::engine::{self, End, Host, Observer};
use crate::observation::{Ending, Observation};
use crate::program::Program;

/// What Wasmtime charges for entering a function: its table has no entry for it.
pub const FUNCTION_ENTRY: u64 = 1;

/// Wasmtime saturates the charge of a bulk operator at `i64::MAX`, and the tank cannot hold more
/// than two of them: nothing above this is compared.
const SATURATION: u64 = 1 << 62;

/// One run under the fuel oracle.
#[derive(Clone, Debug)]
pub struct FuelRun {
    /// What the program did.
    pub observation: Observation,
    /// Fuel of each invocation, in the order of [`Observation::endings`].
    pub fuel: Vec<u64>,
}

impl FuelRun {
    /// Whether a bulk operator of astronomical length, which failed, has upset the count.
    pub fn is_saturated(&self) -> bool {
        self.fuel.iter().any(|&fuel| fuel >= SATURATION)
    }
}

/// Wasmtime's cost table for `model`, or `None` when a price does not fit its `u8`s. The price
/// of a function entry is not part of it.
pub fn operator_cost(model: &CostModel) -> Option<OperatorCost> {
    let mut costs = opcode::flat_costs(|opcode| u8::try_from(model.operator(opcode)).ok())?;
    costs.variable = variable_cost(model)?;
    Some(costs)
}

fn variable_cost(model: &CostModel) -> Option<VariableOperatorCost> {
    let price = |bulk| u8::try_from(model.per_unit(bulk)).ok();
    Some(VariableOperatorCost {
        memory_copy_per_byte: price(Bulk::MemoryCopy)?,
        memory_fill_per_byte: price(Bulk::MemoryFill)?,
        memory_init_per_byte: price(Bulk::MemoryInit)?,
        memory_grow_per_page: price(Bulk::MemoryGrow)?,
        table_copy_per_element: price(Bulk::TableCopy)?,
        table_fill_per_element: price(Bulk::TableFill)?,
        table_init_per_element: price(Bulk::TableInit)?,
        table_grow_per_element: price(Bulk::TableGrow)?,
        array_copy_per_element: price(Bulk::ArrayCopy)?,
        array_fill_per_element: price(Bulk::ArrayFill)?,
        array_new_per_element: price(Bulk::ArrayNew)?,
        array_new_default_per_element: price(Bulk::ArrayNewDefault)?,
        array_new_data_per_element: price(Bulk::ArrayNewData)?,
        array_new_elem_per_element: price(Bulk::ArrayNewElem)?,
        array_init_data_per_element: price(Bulk::ArrayInitData)?,
        array_init_elem_per_element: price(Bulk::ArrayInitElem)?,
    })
}

/// Makes an engine consume fuel by `costs`.
pub fn consume_fuel(config: &mut Config, costs: OperatorCost) {
    config.consume_fuel(true).operator_cost(costs);
}

/// Fills the tank of a store whose engine consumes fuel.
///
/// # Errors
///
/// When the engine does not consume fuel.
pub fn fill<T>(store: &mut Store<T>) -> Result<()> {
    store.set_fuel(u64::MAX).map_err(engine::failure)
}

/// Fuel consumed since [`fill`].
///
/// # Errors
///
/// When the engine does not consume fuel.
pub fn consumed<T>(store: &Store<T>) -> Result<u64> {
    Ok(u64::MAX - store.get_fuel().map_err(engine::failure)?)
}

/// Whether what Wasmtime reads after this ending is what was executed: it saves its count before
/// calls, throws and `unreachable`, and when functions end. After any other trap it has lost the
/// work since the last save.
pub fn is_exact_after(ending: &Ending) -> bool {
    match ending {
        Ending::Return(_) | Ending::Exit(_) | Ending::Exception => true,
        Ending::Trap(trap) => matches!(
            trap,
            Trap::UnreachableCodeReached | Trap::IndirectCallToNull | Trap::BadSignature
        ),
        Ending::Other(_) => false,
    }
}

/// The fuel that Wasmtime would have read if it charged the model's price for each of `calls`
/// function entries, instead of [`FUNCTION_ENTRY`].
pub fn with_entries(fuel: u64, calls: u64, model: &CostModel) -> u64 {
    fuel.wrapping_sub(calls.wrapping_mul(FUNCTION_ENTRY))
        .wrapping_add(calls.wrapping_mul(u64::from(model.function_entry)))
}

/// Runs `program` with its fuel priced by `model`; `None` when the table cannot hold the prices.
///
/// # Errors
///
/// When the program cannot be compiled or instantiated.
pub fn run(program: &Program, model: &CostModel) -> Result<Option<FuelRun>> {
    let Some(costs) = operator_cost(model) else { return Ok(None) };
    let exposed = counter::rewrite(&program.wasm, &[]).context("exposing the start function")?;
    let engine = engine::engine(|config| {
        consume_fuel(config, costs);
        if program.is_brief {
            engine::compile_hastily(config);
        }
    })?;
    let mut meter = Meter::default();
    let observation =
        engine::run(&engine, &exposed.wasm, exposed.start.as_deref(), program, &mut meter)?;
    Ok(Some(FuelRun { observation, fuel: meter.fuel }))
}

/// Reads the tank after each invocation.
#[derive(Default)]
struct Meter {
    before: u64,
    fuel: Vec<u64>,
}

impl Observer for Meter {
    fn ready(&mut self, store: &mut Store<Host>, _: &Instance) -> Result<()> {
        self.before = consumed(store)?;
        Ok(())
    }

    fn ended(&mut self, store: &mut Store<Host>, _: &End<'_>) -> Result<()> {
        let now = consumed(store)?;
        self.fuel.push(now.wrapping_sub(self.before));
        self.before = now;
        Ok(())
    }
}
