//! Slices: functions, as WebAssembly, that compute what recorded bundles cost.
//!
//! Takes module, plan, cost model and the [`SliceKey`]s that are wanted, gives a [`SliceModule`]:
//! a core module with one exported function for each key.
//!
//! A slice is a function `(func (param i64 …))`: the path number, then the recorded values. It runs
//! through the blocks of its region or nest (the *skeleton*), goes at each branch as the path
//! number or the branch's own condition says, and adds up what the blocks on
//! the way cost, kept apart by the innermost loop around the block; or counts the blocks themselves. Loops of a nest are also
//! counted; where a closed form exists, it takes their place ([`crate::ir::closed`]). Silent calls are
//! counted by their callees, and cost what the `call` operator costs. The results
//! are left in the exported memory `fuel`. The slice of a site multiplies the recorded units by
//! their price. Counted nests have no slice: [`crate::counted`].

pub(crate) mod branches;
mod build;
pub(crate) mod flow;
pub(crate) mod needs;
pub(crate) mod skeleton;

use std::cell::OnceCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use formats::cost_model::CostModel;
use formats::plan::{Block, Plan, Recorded, RegionKind, Scalar};
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, FunctionSection, InstructionSink, MemArg,
    MemorySection, MemoryType, Module as Encoder, TypeSection, ValType,
};

use self::build::{Built, Parts};
use self::flow::Flow;
use self::skeleton::Skeleton;
use crate::Error;
use crate::costs::Costs;
use crate::ir::{self, Function, emit};
use crate::module::Module;

pub use self::skeleton::region_blocks;

/// Name under which a slice module exports the memory with the results.
pub const FUEL_EXPORT: &str = "fuel";

/// Bytes of a result in the memory `fuel`.
pub const RESULT_BYTES: u32 = 8;

/// What a slice prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SliceKey {
    /// Index into [`Plan::functions`].
    pub function: u32,
    /// Which part of the function.
    pub kind: SliceKind,
}

/// Which part of a function a slice prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SliceKind {
    /// The region with this index: the first parameter is the path number. Results, each an u64:
    /// for each of [`SliceInfo::contexts`] the fuel spent there, for each of [`SliceInfo::loops`] its
    /// iterations, for each of [`SliceInfo::callees`] its calls, and the code of the [`PathEnd`].
    Region(u32),
    /// The site with this index: the second parameter is the number of units. Results: two u64 `a`
    /// and `b`; the fuel is `a + (b << 32)`.
    Site(u32),
    /// The nest with this index. Results: for each of [`SliceInfo::contexts`] the fuel spent there,
    /// for each of [`SliceInfo::loops`] its iterations.
    Nest(u32),
}

/// How a path ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathEnd {
    /// Control arrives at this block, where a region of its own begins.
    Arrival(u32),
    /// The exit of this block ends the path: a call, a return, a throw or a trap.
    Exit(u32),
    /// Control leaves the nest with this index, which has several blocks behind it.
    Nest(u32),
}

impl PathEnd {
    /// The end as a number.
    pub fn encode(self) -> u64 {
        let (kind, index) = match self {
            PathEnd::Arrival(block) => (0, block),
            PathEnd::Exit(block) => (1, block),
            PathEnd::Nest(nest) => (2, nest),
        };
        u64::from(index) << 2 | kind
    }

    /// The end whose number is `code`, one that [`PathEnd::encode`] made.
    pub fn decode(code: u64) -> PathEnd {
        let index = (code >> 2) as u32;
        match code & 3 {
            0 => PathEnd::Arrival(index),
            1 => PathEnd::Exit(index),
            _ => PathEnd::Nest(index),
        }
    }
}

/// What slices add up.
#[derive(Clone, Copy, Debug)]
pub enum Accounts<'m> {
    /// Fuel by this cost model, with an account for each innermost loop.
    Fuel(&'m CostModel),
    /// How often each block ran.
    Blocks,
}

/// One slice of a [`SliceModule`].
#[derive(Clone, Debug)]
pub struct SliceInfo {
    /// What it prices.
    pub key: SliceKey,
    /// Name of the exported function.
    pub export: String,
    /// Types of its parameters behind the path number: the recorded values.
    pub parameters: Vec<Scalar>,
    /// The loops (`None`: outside of all loops) whose fuel the first results are, in their order; or
    /// the blocks whose runs they are. For [`Accounts::Blocks`] the memory has to hold 0 there before
    /// the slice runs.
    pub contexts: Vec<Option<u32>>,
    /// The loops whose iterations the next results are, in their order.
    pub loops: Vec<u32>,
    /// The defined functions whose silent calls the next results count, in their order: the memory has to hold
    /// 0 there before the slice runs. None for [`Accounts::Blocks`].
    pub callees: Vec<u32>,
    /// What all blocks of the slice add, each once: for every iteration that it counts, a slice adds
    /// at most this much.
    pub bound: u64,
}

impl SliceInfo {
    /// Number of results that it may leave in the memory `fuel`.
    pub fn results(&self) -> usize {
        let site = 2;
        (self.contexts.len() + self.loops.len() + self.callees.len() + 1).max(site)
    }
}

/// A module of slices.
#[derive(Clone, Debug)]
pub struct SliceModule {
    /// The binary module.
    pub wasm: Vec<u8>,
    /// Its slices, in the order of the keys that were asked for.
    pub slices: Vec<SliceInfo>,
}

impl SliceModule {
    /// Generates the slices for `keys`. Sites have no blocks: for [`Accounts::Blocks`] they add nothing.
    ///
    /// # Errors
    ///
    /// [`Error::PlanMismatch`] when the plan has no such region, site or nest, or isn't one of this
    /// module.
    pub fn generate(
        module: &Module<'_>,
        plan: &Plan,
        accounts: Accounts<'_>,
        keys: &[SliceKey],
    ) -> Result<SliceModule, Error> {
        let mut functions = BTreeMap::new();
        let types = emit::BlockTypes::new(module);
        let mut code = CodeSection::new();
        let mut signatures = Vec::with_capacity(keys.len());
        let mut slices = Vec::with_capacity(keys.len());
        for (number, &key) in keys.iter().enumerate() {
            let slice = match key.kind {
                SliceKind::Site(site) => {
                    let (body, slice) = site_slice(plan, key, site, accounts)?;
                    code.function(&body);
                    slice
                }
                SliceKind::Region(_) | SliceKind::Nest(_) => {
                    let source = match functions.entry(key.function) {
                        Entry::Occupied(entry) => entry.into_mut(),
                        Entry::Vacant(entry) => {
                            entry.insert(Source::of(module, plan, accounts, key.function)?)
                        }
                    };
                    let (mut function, slice) = source.build(plan, key)?;
                    // The others run once for each path: `benches analyze` is faster without.
                    if !slice.parameters.is_empty() {
                        ir::simplify::simplify(&mut function);
                    }
                    code.function(&emit::emit(&function, &types, &EMIT)?);
                    slice
                }
            };
            signatures.push(parameter_types(&slice.parameters));
            slices.push(SliceInfo { export: number.to_string(), ..slice });
        }
        Ok(SliceModule { wasm: encode(&slices, signatures, &code), slices })
    }
}

/// The slice of `key` in SSA form, and what its parameters and results are.
///
/// # Errors
///
/// [`Error::PlanMismatch`] when the plan has no such region or nest, or isn't one of this module.
pub fn slice_function<'a>(
    module: &Module<'a>,
    plan: &Plan,
    model: &CostModel,
    key: SliceKey,
) -> Result<(Function<'a>, SliceInfo), Error> {
    Source::of(module, plan, Accounts::Fuel(model), key.function)?.slice(plan, key)
}

/// The blocks that the slice of `key` is made of, by index into
/// [`FunctionPlan::blocks`](formats::plan::FunctionPlan::blocks). Empty for sites.
///
/// # Errors
///
/// [`Error::PlanMismatch`] when the plan has no such part.
pub fn blocks(plan: &Plan, key: SliceKey) -> Result<Vec<u32>, Error> {
    let function = plan.functions.get(key.function as usize);
    let function = function.ok_or_else(|| mismatch("no function", key.function))?;
    Ok(Skeleton::new(function, key.kind)?.map_or(Vec::new(), |skeleton| skeleton.blocks))
}

/// What the slices of one function are made from.
pub(crate) struct Source<'m, 'a> {
    module: &'m Module<'a>,
    number: u32,
    prices: Prices,
    /// The values. Most slices only follow their path number, and do without.
    flow: OnceCell<Flow<'a>>,
}

impl<'m, 'a> Source<'m, 'a> {
    /// What the slices of the function number `number` are made from.
    ///
    /// # Errors
    ///
    /// As [`slice_function`].
    pub(crate) fn of(
        module: &'m Module<'a>,
        plan: &Plan,
        accounts: Accounts<'_>,
        number: u32,
    ) -> Result<Source<'m, 'a>, Error> {
        let is_there = plan.functions.len().min(module.bodies.len()) > number as usize;
        is_there.then_some(()).ok_or_else(|| mismatch("no function", number))?;
        let prices = match accounts {
            Accounts::Fuel(model) => Prices::Fuel {
                costs: Costs::of(module, number, model)?,
                function_entry: model.function_entry.into(),
            },
            Accounts::Blocks => Prices::Blocks,
        };
        Ok(Source { module, number, prices, flow: OnceCell::new() })
    }

    /// The values of the function.
    fn flow(&self) -> Result<&Flow<'a>, Error> {
        if let Some(flow) = self.flow.get() {
            return Ok(flow);
        }
        let flow = Flow::of(self.module, self.number)?;
        Ok(self.flow.get_or_init(|| flow))
    }

    /// The slice of `key`, a region or nest of this function.
    ///
    /// # Errors
    ///
    /// As [`slice_function`].
    pub(crate) fn slice(
        &self,
        plan: &Plan,
        key: SliceKey,
    ) -> Result<(Function<'a>, SliceInfo), Error> {
        let (mut function, slice) = self.build(plan, key)?;
        ir::simplify::simplify(&mut function);
        Ok((function, slice))
    }

    /// The same before it is simplified.
    fn build(&self, plan: &Plan, key: SliceKey) -> Result<(Function<'a>, SliceInfo), Error> {
        let function = &plan.functions[key.function as usize];
        let skeleton = Skeleton::new(function, key.kind)?
            .ok_or_else(|| mismatch("no such part of function", key.function))?;
        let (recorded, enters) = match key.kind {
            SliceKind::Region(region) => {
                let region = &function.regions[region as usize];
                (&region.values, region.kind == RegionKind::Entry)
            }
            SliceKind::Nest(nest) => {
                let nest = &function.nests[nest as usize];
                if nest.is_counted() {
                    return Err(mismatch("no slice, but counters, of function", key.function));
                }
                (&nest.values, false)
            }
            SliceKind::Site(_) => unreachable!("a site has no skeleton"),
        };
        let amounts = self.prices.amounts(enters);
        let mut bound = amounts.entry();
        for &block in skeleton.blocks.iter().filter(|&&block| skeleton.runs(block)) {
            bound += amounts.of(skeleton.block(block))?;
        }
        let computes = !recorded.is_empty() || skeleton.computed().next().is_some();
        let flow = if computes { Some(self.flow()?) } else { None };
        let built = of_skeleton(&skeleton, flow, recorded, amounts)?;
        let parameters = recorded.iter().map(|recorded| recorded.ty).collect();
        let Built { function, contexts, loops, callees } = built;
        let export = String::new();
        Ok((function, SliceInfo { key, export, parameters, contexts, loops, callees, bound }))
    }
}

/// What the blocks of a function add to the accounts.
pub(crate) enum Prices {
    Fuel { costs: Costs, function_entry: u64 },
    Blocks,
}

impl Prices {
    /// What the blocks of a slice add that begins with the function's entry or not.
    fn amounts(&self, enters: bool) -> Amounts<'_> {
        match self {
            Prices::Fuel { costs, function_entry } => {
                Amounts::Fuel { costs, entry: if enters { *function_entry } else { 0 } }
            }
            Prices::Blocks => Amounts::Blocks,
        }
    }
}

/// What the blocks of a slice add to the accounts.
#[derive(Clone, Copy)]
pub(crate) enum Amounts<'p> {
    /// Their cost, and that of the function's entry, if it begins there.
    Fuel { costs: &'p Costs, entry: u64 },
    /// One each, to an account of its own.
    Blocks,
}

impl Amounts<'_> {
    /// What a run of `block` adds.
    fn of(self, block: &Block) -> Result<u64, Error> {
        match self {
            Amounts::Fuel { costs, .. } => costs.range(block.first_operator, block.end_operator),
            Amounts::Blocks => Ok(1),
        }
    }

    /// What the start adds.
    fn entry(self) -> u64 {
        match self {
            Amounts::Fuel { entry, .. } => entry,
            Amounts::Blocks => 0,
        }
    }
}

/// The slice of `skeleton` that starts from `recorded`, with its loops closed where they can be, but
/// not yet simplified.
///
/// # Errors
///
/// [`Error::PlanMismatch`] when a computed branch depends on something else.
pub(crate) fn of_skeleton<'a>(
    skeleton: &Skeleton<'_>,
    flow: Option<&Flow<'a>>,
    recorded: &[Recorded],
    amounts: Amounts<'_>,
) -> Result<Built<'a>, Error> {
    let values = match flow {
        Some(flow) => flow.recorded(skeleton, recorded)?,
        None => Vec::new(),
    };
    let mut built = build::build(&Parts { skeleton, flow, values, amounts })?;
    if skeleton.nest.is_some() {
        ir::closed::close_loops(&mut built.function);
    }
    Ok(built)
}

/// How slices are emitted: wasmi 2.0.0 gives `i32.const 1, local.get 0, local.get 0, i32.eqz,
/// select` the value 0 where the local is 0, so they have no `select`.
const EMIT: emit::Options = emit::Options { select_as_branch: true };

fn recorded_type(ty: Scalar) -> wasmparser::ValType {
    match ty {
        Scalar::I32 => wasmparser::ValType::I32,
        Scalar::I64 => wasmparser::ValType::I64,
        Scalar::F32 => wasmparser::ValType::F32,
        Scalar::F64 => wasmparser::ValType::F64,
    }
}

fn parameter_types(recorded: &[Scalar]) -> Vec<ValType> {
    let recorded = recorded.iter().map(|ty| match ty {
        Scalar::I32 => ValType::I32,
        Scalar::I64 => ValType::I64,
        Scalar::F32 => ValType::F32,
        Scalar::F64 => ValType::F64,
    });
    [ValType::I64].into_iter().chain(recorded).collect()
}

fn mismatch(what: &str, index: u32) -> Error {
    Error::PlanMismatch(format!("{what} {index}"))
}

/// The module around the functions.
fn encode(slices: &[SliceInfo], signatures: Vec<Vec<ValType>>, code: &CodeSection) -> Vec<u8> {
    let mut types = TypeSection::new();
    let mut known: HashMap<Vec<ValType>, u32> = HashMap::new();
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    for (index, (slice, parameters)) in (0..).zip(slices.iter().zip(signatures)) {
        let next = known.len() as u32;
        let number = *known.entry(parameters).or_insert_with_key(|parameters| {
            types.ty().function(parameters.iter().copied(), []);
            next
        });
        functions.function(number);
        exports.export(&slice.export, ExportKind::Func, index);
    }
    exports.export(FUEL_EXPORT, ExportKind::Memory, 0);
    let results = slices.iter().map(SliceInfo::results).max().unwrap_or(0);
    let pages = (results as u64 * u64::from(RESULT_BYTES)).div_ceil(1 << 16);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: pages,
        maximum: Some(pages),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut module = Encoder::new();
    module.section(&types).section(&functions).section(&memories).section(&exports).section(code);
    module.finish()
}

/// The parameter of a site's slice with the units.
const UNITS: u32 = 1;

fn site_slice(
    plan: &Plan,
    key: SliceKey,
    site: u32,
    accounts: Accounts<'_>,
) -> Result<(wasm_encoder::Function, SliceInfo), Error> {
    let function = plan.functions.get(key.function as usize);
    let function = function.ok_or_else(|| mismatch("no function", key.function))?;
    let site = function.sites.get(site as usize).ok_or_else(|| mismatch("no site", site))?;
    let block =
        function.blocks.get(site.block as usize).ok_or_else(|| mismatch("no block", site.block))?;
    let price = match accounts {
        Accounts::Fuel(model) => model.per_unit(site.bulk).into(),
        Accounts::Blocks => 0,
    };
    let mut body = wasm_encoder::Function::new([]);
    let mut code = body.instructions();
    let units = |code: &mut InstructionSink<'_>| {
        code.local_get(UNITS);
        if !site.wide {
            code.i64_extend_i32_u();
        }
    };
    // Both halves of the units times a 32-bit price fit in 64 bits.
    code.i32_const(0);
    units(&mut code);
    code.i64_const(0xffff_ffff).i64_and().i64_const(price).i64_mul().i64_store(result(0));
    code.i32_const(0);
    units(&mut code);
    code.i64_const(32).i64_shr_u().i64_const(price).i64_mul().i64_store(result(1));
    code.end();
    let slice = SliceInfo {
        key,
        export: String::new(),
        parameters: vec![if site.wide { Scalar::I64 } else { Scalar::I32 }],
        contexts: vec![block.innermost_loop],
        loops: Vec::new(),
        callees: Vec::new(),
        bound: 0,
    };
    Ok((body, slice))
}

/// Where a slice leaves its result number `index`.
fn result(index: usize) -> MemArg {
    MemArg { offset: index as u64 * u64::from(RESULT_BYTES), align: 3, memory_index: 0 }
}
