//! Slices: functions, as WebAssembly, that compute what recorded bundles cost.
//!
//! Takes module, plan, cost model and the [`SliceKey`]s that are wanted, gives a [`SliceModule`]:
//! a core module of the first WebAssembly version with one exported function for each key.
//!
//! The slice of a region is its *min slice*: the part of the function that decides which way
//! control went, with the branch outcomes as input. Its parameter is the path number; at each
//! branch the slice takes the edge that the number names, and it adds up what the blocks on the
//! way cost. Costs are kept apart by the innermost loop around the block, and left in the exported
//! memory `fuel`. The slice of a site multiplies the recorded units by their price.

use std::collections::BTreeMap;

use formats::cost_model::CostModel;
use formats::plan::{Edge, Exit, FunctionPlan, Plan, RegionKind};
use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, InstructionSink,
    MemArg, MemorySection, MemoryType, Module as Encoder, TypeSection, ValType,
};

use crate::Error;
use crate::costs::Costs;
use crate::module::Module;

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
    /// The region with this index: the parameter is the path number. Results: for each of
    /// [`SliceInfo::contexts`] the fuel spent there, as u64.
    Region(u32),
    /// The site with this index: the parameter is the number of units. Results: two u64 `a` and
    /// `b`; the fuel is `a + (b << 32)`.
    Site(u32),
}

/// One slice of a [`SliceModule`].
#[derive(Clone, Debug)]
pub struct SliceInfo {
    /// What it prices.
    pub key: SliceKey,
    /// Name of the exported function `(func (param i64))`.
    pub export: String,
    /// The loops (`None`: outside of all loops) whose fuel the results are, in the order of the
    /// results.
    pub contexts: Vec<Option<u32>>,
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
    /// Generates the slices for `keys`.
    ///
    /// # Errors
    ///
    /// [`Error::PlanMismatch`] when the plan has no such region or site, or isn't one of this
    /// module.
    pub fn generate(
        module: &Module<'_>,
        plan: &Plan,
        model: &CostModel,
        keys: &[SliceKey],
    ) -> Result<SliceModule, Error> {
        let mut costs = BTreeMap::new();
        let mut code = CodeSection::new();
        let mut slices = Vec::with_capacity(keys.len());
        for (number, &key) in keys.iter().enumerate() {
            let function = plan
                .functions
                .get(key.function as usize)
                .filter(|_| (key.function as usize) < module.bodies.len())
                .ok_or_else(|| mismatch("no function", key.function))?;
            let (body, contexts) = match key.kind {
                SliceKind::Region(region) => {
                    let costs = match costs.entry(key.function) {
                        std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                        std::collections::btree_map::Entry::Vacant(entry) => {
                            entry.insert(Costs::of(module, key.function, model)?)
                        }
                    };
                    region_slice(function, region, costs, model)?
                }
                SliceKind::Site(site) => site_slice(function, site, model)?,
            };
            code.function(&body);
            slices.push(SliceInfo { key, export: number.to_string(), contexts });
        }
        Ok(SliceModule { wasm: encode(&slices, &code), slices })
    }
}

fn mismatch(what: &str, index: u32) -> Error {
    Error::PlanMismatch(format!("{what} {index}"))
}

/// The module around the functions.
fn encode(slices: &[SliceInfo], code: &CodeSection) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I64], []);
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    for (index, slice) in slices.iter().enumerate() {
        functions.function(0);
        exports.export(&slice.export, ExportKind::Func, index as u32);
    }
    exports.export(FUEL_EXPORT, ExportKind::Memory, 0);
    let results = slices.iter().map(|slice| slice.contexts.len().max(2)).max().unwrap_or(2);
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

/// The parameter of every slice.
const INPUT: u32 = 0;

fn site_slice(
    function: &FunctionPlan,
    site: u32,
    model: &CostModel,
) -> Result<(Function, Vec<Option<u32>>), Error> {
    let site = function.sites.get(site as usize).ok_or_else(|| mismatch("no site", site))?;
    let block =
        function.blocks.get(site.block as usize).ok_or_else(|| mismatch("no block", site.block))?;
    let price = i64::from(model.per_unit(site.bulk));
    let mut body = Function::new([]);
    let mut code = body.instructions();
    // Both halves of the units times a 32-bit price fit in 64 bits.
    code.i32_const(0).local_get(INPUT).i64_const(0xffff_ffff).i64_and();
    code.i64_const(price).i64_mul().i64_store(result(0));
    code.i32_const(0).local_get(INPUT).i64_const(32).i64_shr_u();
    code.i64_const(price).i64_mul().i64_store(result(1));
    code.end();
    Ok((body, vec![block.innermost_loop]))
}

/// Where a slice leaves its result number `index`.
fn result(index: usize) -> MemArg {
    MemArg { offset: index as u64 * u64::from(RESULT_BYTES), align: 3, memory_index: 0 }
}

/// The blocks of one region, and where its results go.
struct RegionSlice<'a> {
    function: &'a FunctionPlan,
    /// The region's blocks in topological order, its start first.
    blocks: Vec<u32>,
    /// Loops around the blocks, each with the local that adds up its fuel.
    accumulators: BTreeMap<Option<u32>, u32>,
}

fn region_slice(
    function: &FunctionPlan,
    region: u32,
    costs: &Costs,
    model: &CostModel,
) -> Result<(Function, Vec<Option<u32>>), Error> {
    let region =
        function.regions.get(region as usize).ok_or_else(|| mismatch("no region", region))?;
    let blocks = region_blocks(function, region.start)?;
    let mut accumulators = BTreeMap::new();
    for &block in &blocks {
        accumulators.insert(function.blocks[block as usize].innermost_loop, 0);
    }
    for (local, value) in (INPUT + 1..).zip(accumulators.values_mut()) {
        *value = local;
    }
    let slice = RegionSlice { function, blocks, accumulators };
    let entry_cost = match region.kind {
        RegionKind::Entry => u64::from(model.function_entry),
        _ => 0,
    };
    let body = slice.body(costs, entry_cost)?;
    Ok((body, slice.accumulators.keys().copied().collect()))
}

/// The blocks that paths from `start` run through, in ascending order, which is a topological one.
///
/// # Errors
///
/// [`Error::PlanMismatch`] when an edge leads nowhere or backward without a cut point.
pub fn region_blocks(function: &FunctionPlan, start: u32) -> Result<Vec<u32>, Error> {
    let mut found = std::collections::BTreeSet::from([start]);
    let mut pending = vec![start];
    while let Some(index) = pending.pop() {
        let block =
            function.blocks.get(index as usize).ok_or_else(|| mismatch("no block", index))?;
        let Exit::Branch(edges) = &block.exit else {
            continue;
        };
        for edge in edges {
            let target = function
                .blocks
                .get(edge.target as usize)
                .ok_or_else(|| mismatch("no block", edge.target))?;
            if target.cut_on_arrival {
                continue;
            }
            if edge.target <= index {
                return Err(mismatch("a backward edge to block", edge.target));
            }
            if found.insert(edge.target) {
                pending.push(edge.target);
            }
        }
    }
    Ok(found.into_iter().collect())
}

impl RegionSlice<'_> {
    /// The slice: one `block` construct for each block but the first, nested so that each ends
    /// where the code of its block begins, in one that ends behind them all.
    fn body(&self, costs: &Costs, entry_cost: u64) -> Result<Function, Error> {
        let mut body = Function::new([(self.accumulators.len() as u32, ValType::I64)]);
        let mut code = body.instructions();
        for _ in &self.blocks {
            code.block(BlockType::Empty);
        }
        for (position, &index) in self.blocks.iter().enumerate() {
            let block = &self.function.blocks[index as usize];
            let mut cost = costs.range(block.first_operator, block.end_operator)?;
            if position == 0 {
                cost += entry_cost;
            } else {
                code.end();
            }
            self.add(&mut code, block.innermost_loop, cost);
            self.leave(&mut code, position, &block.exit);
        }
        code.end();
        for (index, &local) in self.accumulators.values().enumerate() {
            code.i32_const(0).local_get(local).i64_store(result(index));
        }
        code.end();
        Ok(body)
    }

    fn add(&self, code: &mut InstructionSink<'_>, innermost_loop: Option<u32>, cost: u64) {
        if cost > 0 {
            let local = self.accumulators[&innermost_loop];
            code.local_get(local).i64_const(cost as i64).i64_add().local_set(local);
        }
    }

    /// Goes on from the block at `position` along the edge that the path number names: the one
    /// with the largest value that is not above it.
    fn leave(&self, code: &mut InstructionSink<'_>, position: usize, exit: &Exit) {
        let Exit::Branch(edges) = exit else {
            code.br(self.depth(position, None));
            return;
        };
        if edges.len() > 2 && edges.iter().zip(0..).all(|(edge, value)| edge.value == value) {
            self.switch(code, position, edges);
            return;
        }
        for edge in edges.iter().skip(1).rev() {
            code.local_get(INPUT).i64_const(i64::from(edge.value)).i64_ge_u();
            code.if_(BlockType::Empty);
            code.local_get(INPUT).i64_const(i64::from(edge.value)).i64_sub().local_set(INPUT);
            code.br(self.depth(position, Some(edge)) + 1);
            code.end();
        }
        code.br(self.depth(position, edges.first()));
    }

    /// Every edge but the last stands for one path: the path number is the edge's index, and only
    /// behind the last edge is there anything left to decide.
    fn switch(&self, code: &mut InstructionSink<'_>, position: usize, edges: &[Edge]) {
        let depths: Vec<u32> = edges.iter().map(|edge| self.depth(position, Some(edge))).collect();
        let (last, others) = depths.split_last().expect("more than two edges");
        code.local_get(INPUT).i32_wrap_i64();
        code.local_get(INPUT).i64_const(others.len() as i64).i64_sub().local_set(INPUT);
        code.br_table(others.iter().copied(), *last);
    }

    /// Depth of the label that leads from the block at `position` along `edge`, or to the slice's
    /// end when the edge leads to a cut point or there is none.
    fn depth(&self, position: usize, edge: Option<&Edge>) -> u32 {
        let target = edge
            .filter(|edge| !self.function.blocks[edge.target as usize].cut_on_arrival)
            .map_or(self.blocks.len(), |edge| {
                self.blocks.binary_search(&edge.target).expect("region_blocks collected it")
            });
        (target - position - 1) as u32
    }
}
