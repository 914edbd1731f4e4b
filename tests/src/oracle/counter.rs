//! Oracles (b) and (c): a naive rewrite of a module that counts what it executes.
//!
//! Takes a module and cost models, gives a module that adds the cost of every operator to
//! mutable `i64` globals: for each defined function its calls, and for each cost model what its
//! own operators cost. The original operators are copied byte by byte, nothing is renumbered:
//! globals, exports and locals are only appended.
//!
//! An operator counts when it starts. The cost of operators that can neither trap nor branch is
//! carried forward to the next operator that may, and added just before that one runs together
//! with its own cost. So an `end` counts when control falls into it, an `else` when the `then` arm
//! falls into it, a `loop` on entry only, and code that is never reached never counts. Bulk
//! operators add units times the price of a unit before they run, also when they fail.
//!
//! The start section is removed and the start function exported, so that it is called
//! explicitly after instantiation. Sums wrap at 2^64.

use anyhow::{Context, Result, bail};
use formats::cost_model::{Bulk, CostModel};
use wasm_encoder::{Encode, Instruction, Module, RawSection, SectionId};
use wasmparser::{BinaryReader, FunctionBody, Operator, Parser, Payload, TypeRef};

use super::opcode::opcode;
use crate::observation::Observation;

/// What the names of the exports that are added start with, unless the program has such names too.
const EXPORT_PREFIX: &str = "wf.oracle.";

/// An `(mut i64)` global that is initially zero.
const COUNTER_GLOBAL: [u8; 5] = [0x7e, 0x01, 0x42, 0x00, 0x0b];
/// Local declarations of one `i32` and one `i64`, and how many declarations that is.
const SCRATCH_LOCALS: ([u8; 4], u32) = ([0x01, 0x7f, 0x01, 0x7e], 2);
/// Custom sections whose contents are code offsets, which a rewrite would leave stale.
const OFFSET_SECTIONS: &str = "metadata.code.";

/// A rewritten module.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The module.
    pub wasm: Vec<u8>,
    /// Name to call the start function by, when the module has one.
    pub start: Option<String>,
    /// What the names of all added exports start with.
    prefix: String,
    /// Number of defined functions.
    pub functions: u32,
    /// Number of cost models.
    pub models: usize,
}

/// One run of a rewritten module.
#[derive(Clone, Debug)]
pub struct CountedRun {
    /// What the program did.
    pub observation: Observation,
    /// What the whole run cost, one for each cost model.
    pub counts: Vec<Count>,
    /// What each model had counted at the end of each invocation, since the start of the run:
    /// one list for each of [`Observation::endings`].
    pub totals: Vec<Vec<u64>>,
    /// How many calls of functions there had been at the end of each invocation.
    pub calls: Vec<u64>,
}

/// What one cost model says a run cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// The whole run, modulo 2^64.
    pub total: u64,
    /// The own cost of each defined function.
    pub functions: Vec<u64>,
    /// The calls of each defined function.
    pub calls: Vec<u64>,
}

impl Count {
    /// Calls of all functions together.
    pub fn all_calls(&self) -> u64 {
        self.calls.iter().sum()
    }
}

impl Counted {
    /// What was counted so far, one [`Count`] for each cost model; `read` gives the value of an
    /// exported global.
    ///
    /// # Errors
    ///
    /// When `read` does not know a global.
    pub fn counts(&self, mut read: impl FnMut(&str) -> Option<i64>) -> Result<Vec<Count>> {
        let mut counts = vec![Count::default(); self.models];
        if counts.is_empty() {
            return Ok(counts);
        }
        for function in 0..self.functions {
            let mut global = |slot| {
                let name = global_name(&self.prefix, function, slot);
                read(&name).map(|value| value as u64).with_context(|| format!("no global {name}"))
            };
            let calls = global(0)?;
            for (model, count) in counts.iter_mut().enumerate() {
                let own = global(model + 1)?;
                count.total = count.total.wrapping_add(own);
                count.functions.push(own);
                count.calls.push(calls);
            }
        }
        Ok(counts)
    }
}

/// Slot 0 of a function is the number of its calls, slot `1 + m` its cost by model `m`.
fn global_name(prefix: &str, function: u32, slot: usize) -> String {
    format!("{prefix}{function}.{slot}")
}

/// Name of the export of the start function.
fn start_name(prefix: &str) -> String {
    format!("{prefix}start")
}

/// Rewrites `wasm` so that it counts by each of `models`. Without models it counts nothing and
/// only its start function is turned into an export.
///
/// # Errors
///
/// When the module cannot be parsed or has an operator without a price.
pub fn rewrite(wasm: &[u8], models: &[CostModel]) -> Result<Counted> {
    let shape = Shape::read(wasm)?;
    let slots = if models.is_empty() { 0 } else { models.len() as u32 + 1 };
    let functions = shape.bodies.len() as u32;
    let added = Added { globals: functions * slots, slots, shape: &shape };
    let mut module = Module::new();
    let (mut globals_done, mut exports_done) = (added.globals == 0, !added.has_exports());
    for section in &shape.sections {
        let rank = rank(section.id);
        if !globals_done && rank >= GLOBAL_RANK {
            globals_done = true;
            let existing = (section.id == SectionId::Global as u8).then_some(section.bytes);
            append_items(
                &mut module,
                SectionId::Global,
                existing,
                added.globals,
                &added.globals(),
            )?;
        }
        if !exports_done && rank >= EXPORT_RANK {
            exports_done = true;
            let existing = (section.id == SectionId::Export as u8).then_some(section.bytes);
            let (count, items) = added.exports();
            append_items(&mut module, SectionId::Export, existing, count, &items)?;
        }
        if section.id == SectionId::Code as u8 {
            let data = code_section(&shape, models, slots)?;
            module.section(&RawSection { id: section.id, data: &data });
        } else if !added.replaces(section.id) {
            module.section(&RawSection { id: section.id, data: section.bytes });
        }
    }
    if !exports_done {
        let (count, items) = added.exports();
        append_items(&mut module, SectionId::Export, None, count, &items)?;
    }
    Ok(Counted {
        wasm: module.finish(),
        start: shape.start.map(|_| start_name(&shape.prefix)),
        prefix: shape.prefix,
        functions,
        models: models.len(),
    })
}

/// Places of the known sections, in the order in which a module must have them. Custom sections
/// may stand anywhere.
const SECTION_ORDER: [SectionId; 13] = [
    SectionId::Type,
    SectionId::Import,
    SectionId::Function,
    SectionId::Table,
    SectionId::Memory,
    SectionId::Tag,
    SectionId::Global,
    SectionId::Export,
    SectionId::Start,
    SectionId::Element,
    SectionId::DataCount,
    SectionId::Code,
    SectionId::Data,
];
const GLOBAL_RANK: usize = 6;
const EXPORT_RANK: usize = 7;

/// Custom sections rank lowest: nothing has to stand before them.
fn rank(id: u8) -> usize {
    SECTION_ORDER.iter().position(|&known| known as u8 == id).unwrap_or(0)
}

/// Writes a section that has the items of an existing one, and `count` more.
fn append_items(
    module: &mut Module,
    id: SectionId,
    existing: Option<&[u8]>,
    count: u32,
    items: &[u8],
) -> Result<()> {
    let mut reader = BinaryReader::new(existing.unwrap_or(&[0]), 0);
    let before = reader.read_var_u32()?;
    let mut data = Vec::new();
    (before + count).encode(&mut data);
    data.extend_from_slice(reader.read_bytes(reader.bytes_remaining())?);
    data.extend_from_slice(items);
    module.section(&RawSection { id: id as u8, data: &data });
    Ok(())
}

/// The globals and exports that a rewrite adds.
struct Added<'a> {
    globals: u32,
    slots: u32,
    shape: &'a Shape<'a>,
}

impl Added<'_> {
    fn has_exports(&self) -> bool {
        self.globals > 0 || self.shape.start.is_some()
    }

    fn replaces(&self, id: u8) -> bool {
        id == SectionId::Start as u8
            || (id == SectionId::Global as u8 && self.globals > 0)
            || (id == SectionId::Export as u8 && self.has_exports())
    }

    fn globals(&self) -> Vec<u8> {
        COUNTER_GLOBAL.repeat(self.globals as usize)
    }

    fn exports(&self) -> (u32, Vec<u8>) {
        let mut items = Vec::new();
        for global in 0..self.globals {
            let (function, slot) = (global / self.slots, (global % self.slots) as usize);
            let name = global_name(&self.shape.prefix, function, slot);
            name.encode(&mut items);
            items.push(wasm_encoder::ExportKind::Global as u8);
            (self.shape.globals + global).encode(&mut items);
        }
        if let Some(start) = self.shape.start {
            start_name(&self.shape.prefix).encode(&mut items);
            items.push(wasm_encoder::ExportKind::Func as u8);
            start.encode(&mut items);
        }
        (self.globals + u32::from(self.shape.start.is_some()), items)
    }
}

struct Section<'a> {
    id: u8,
    bytes: &'a [u8],
}

/// What the rewrite has to know of a module.
#[derive(Default)]
struct Shape<'a> {
    sections: Vec<Section<'a>>,
    /// Number of parameters of each type; 0 for types that are no functions.
    parameters: Vec<u32>,
    /// Type of each defined function.
    functions: Vec<u32>,
    /// Whether each memory, and each table, is indexed by `i64`.
    memories: Vec<bool>,
    tables: Vec<bool>,
    /// Number of globals, the imported ones included.
    globals: u32,
    start: Option<u32>,
    bodies: Vec<FunctionBody<'a>>,
    /// What the name of no export starts with.
    prefix: String,
}

impl<'a> Shape<'a> {
    fn read(wasm: &'a [u8]) -> Result<Self> {
        let mut shape = Shape { prefix: EXPORT_PREFIX.to_owned(), ..Shape::default() };
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            let stale = matches!(&payload, Payload::CustomSection(section)
                if section.name().starts_with(OFFSET_SECTIONS));
            if let Some((id, range)) = payload.as_section()
                && !stale
            {
                shape.sections.push(Section { id, bytes: &wasm[range] });
            }
            shape.note(payload)?;
        }
        Ok(shape)
    }

    fn note(&mut self, payload: Payload<'a>) -> Result<()> {
        match payload {
            Payload::TypeSection(groups) => {
                for group in groups {
                    self.parameters.extend(group?.types().map(|ty| {
                        use wasmparser::CompositeInnerType::Func;
                        match &ty.composite_type.inner {
                            Func(function) => function.params().len() as u32,
                            _ => 0,
                        }
                    }));
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    match import?.ty {
                        TypeRef::Memory(ty) => self.memories.push(ty.memory64),
                        TypeRef::Table(ty) => self.tables.push(ty.table64),
                        TypeRef::Global(_) => self.globals += 1,
                        _ => {}
                    }
                }
            }
            Payload::FunctionSection(types) => {
                self.functions = types.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    self.memories.push(memory?.memory64);
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    self.tables.push(table?.ty.table64);
                }
            }
            Payload::GlobalSection(globals) => self.globals += globals.count(),
            Payload::ExportSection(exports) => {
                let exports = exports.into_iter().collect::<Result<Vec<_>, _>>()?;
                while exports.iter().any(|export| export.name.starts_with(&self.prefix)) {
                    self.prefix.push('.');
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::Version { encoding: wasmparser::Encoding::Component, .. } => {
                bail!("components are not counted")
            }
            _ => {}
        }
        Ok(())
    }

    /// Bulk kind of an operator, and whether its number of units is an `i64`. The number of units
    /// is always on top of the stack.
    fn bulk(&self, operator: &Operator<'_>) -> Option<(Bulk, bool)> {
        let memory = |index: u32| self.memories.get(index as usize).is_some_and(|&wide| wide);
        let table = |index: u32| self.tables.get(index as usize).is_some_and(|&wide| wide);
        Some(match *operator {
            Operator::MemoryCopy { dst_mem, src_mem } => {
                (Bulk::MemoryCopy, memory(dst_mem) && memory(src_mem))
            }
            Operator::MemoryFill { mem } => (Bulk::MemoryFill, memory(mem)),
            Operator::MemoryInit { .. } => (Bulk::MemoryInit, false),
            Operator::MemoryGrow { mem } => (Bulk::MemoryGrow, memory(mem)),
            Operator::TableCopy { dst_table, src_table } => {
                (Bulk::TableCopy, table(dst_table) && table(src_table))
            }
            Operator::TableFill { table: index } => (Bulk::TableFill, table(index)),
            Operator::TableInit { .. } => (Bulk::TableInit, false),
            Operator::TableGrow { table: index } => (Bulk::TableGrow, table(index)),
            Operator::ArrayCopy { .. } => (Bulk::ArrayCopy, false),
            Operator::ArrayFill { .. } => (Bulk::ArrayFill, false),
            Operator::ArrayNew { .. } => (Bulk::ArrayNew, false),
            Operator::ArrayNewDefault { .. } => (Bulk::ArrayNewDefault, false),
            Operator::ArrayNewData { .. } => (Bulk::ArrayNewData, false),
            Operator::ArrayNewElem { .. } => (Bulk::ArrayNewElem, false),
            Operator::ArrayInitData { .. } => (Bulk::ArrayInitData, false),
            Operator::ArrayInitElem { .. } => (Bulk::ArrayInitElem, false),
            _ => return None,
        })
    }
}

fn code_section(shape: &Shape<'_>, models: &[CostModel], slots: u32) -> Result<Vec<u8>> {
    let mut data = Vec::new();
    (shape.bodies.len() as u32).encode(&mut data);
    for (number, body) in shape.bodies.iter().enumerate() {
        if models.is_empty() {
            body.as_bytes().encode(&mut data);
            continue;
        }
        let ty = *shape.functions.get(number).context("a body without a function")?;
        let parameters = *shape.parameters.get(ty as usize).context("an unknown type")?;
        let mut declared = 0;
        for declaration in body.get_locals_reader()? {
            declared += declaration?.0;
        }
        let mut counting = Counting {
            shape,
            models,
            calls_global: shape.globals + number as u32 * slots,
            scratch: parameters + declared,
            scratch_used: false,
            pending: models.iter().map(|model| u64::from(model.function_entry)).collect(),
            code: Vec::new(),
        };
        counting.body(body)?;
        counting.finish(body)?.encode(&mut data);
    }
    Ok(data)
}

/// The rewriting of one function body.
struct Counting<'a> {
    shape: &'a Shape<'a>,
    models: &'a [CostModel],
    /// The function's first global: its calls. One for each model follows.
    calls_global: u32,
    /// Index of the first of the two scratch locals.
    scratch: u32,
    scratch_used: bool,
    /// For each model, the cost of what has started to run but has not been added yet.
    pending: Vec<u64>,
    code: Vec<u8>,
}

impl Counting<'_> {
    fn body(&mut self, body: &FunctionBody<'_>) -> Result<()> {
        self.add_constant(self.calls_global, 1);
        let bytes = body.as_bytes();
        let origin = body.range().start;
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let start = operators.original_position() - origin;
            let operator = operators.read()?;
            let end = operators.original_position() - origin;
            let opcode = opcode(&operator)
                .with_context(|| format!("no price for {operator:?} at {:#x}", origin + start))?;
            for (pending, model) in self.pending.iter_mut().zip(self.models) {
                *pending += u64::from(model.operator(opcode));
            }
            if let Some((bulk, wide)) = self.shape.bulk(&operator) {
                self.add_units(bulk, wide);
            }
            if !can_neither_trap_nor_branch(&operator) {
                self.add_pending();
            }
            self.code.extend_from_slice(&bytes[start..end]);
        }
        Ok(())
    }

    /// Adds what is pending. Leaves the operand stack as it is.
    fn add_pending(&mut self) {
        for model in 0..self.pending.len() {
            let cost = std::mem::take(&mut self.pending[model]);
            if cost != 0 {
                self.add_constant(self.cost_global(model), cost);
            }
        }
    }

    fn cost_global(&self, model: usize) -> u32 {
        self.calls_global + 1 + model as u32
    }

    fn add_constant(&mut self, global: u32, cost: u64) {
        self.emit(&[
            Instruction::GlobalGet(global),
            Instruction::I64Const(cost as i64),
            Instruction::I64Add,
            Instruction::GlobalSet(global),
        ]);
    }

    /// Adds the units on top of the stack, times their price. Leaves the stack as it is.
    fn add_units(&mut self, bulk: Bulk, wide: bool) {
        let length = self.scratch + u32::from(wide);
        self.scratch_used = true;
        self.emit(&[Instruction::LocalTee(length)]);
        for (model, prices) in self.models.iter().enumerate() {
            let price = i64::from(prices.per_unit(bulk));
            let global = self.cost_global(model);
            self.emit(&[Instruction::GlobalGet(global), Instruction::LocalGet(length)]);
            if !wide {
                self.emit(&[Instruction::I64ExtendI32U]);
            }
            self.emit(&[
                Instruction::I64Const(price),
                Instruction::I64Mul,
                Instruction::I64Add,
                Instruction::GlobalSet(global),
            ]);
        }
    }

    fn emit(&mut self, instructions: &[Instruction<'_>]) {
        for instruction in instructions {
            instruction.encode(&mut self.code);
        }
    }

    /// The new body: the original local declarations, two more if they are needed, the code.
    fn finish(self, body: &FunctionBody<'_>) -> Result<Vec<u8>> {
        let code_start = body.get_operators_reader()?.original_position() - body.range().start;
        let mut locals = BinaryReader::new(&body.as_bytes()[..code_start], 0);
        let declarations = locals.read_var_u32()?;
        let (scratch, added) = if self.scratch_used { SCRATCH_LOCALS } else { ([0; 4], 0) };
        let mut bytes = Vec::with_capacity(self.code.len() + code_start + scratch.len());
        (declarations + added).encode(&mut bytes);
        bytes.extend_from_slice(locals.read_bytes(locals.bytes_remaining())?);
        bytes.extend_from_slice(if added > 0 { &scratch } else { &[] });
        bytes.extend_from_slice(&self.code);
        Ok(bytes)
    }
}

/// A short list of operators that always run to their end and go on with the next one. Whatever
/// is not on it is counted just before it runs.
fn can_neither_trap_nor_branch(operator: &Operator<'_>) -> bool {
    use Operator::*;
    matches!(
        operator,
        Nop | Drop
            | Select
            | LocalGet { .. }
            | LocalSet { .. }
            | LocalTee { .. }
            | GlobalGet { .. }
            | I32Const { .. }
            | I64Const { .. }
            | F32Const { .. }
            | F64Const { .. }
            | I32Eqz
            | I32Eq
            | I32Ne
            | I32LtS
            | I32LtU
            | I32GtS
            | I32GtU
            | I32LeS
            | I32LeU
            | I32GeS
            | I32GeU
            | I32Add
            | I32Sub
            | I32Mul
            | I32And
            | I32Or
            | I32Xor
            | I32Shl
            | I32ShrS
            | I32ShrU
            | I64Eqz
            | I64Eq
            | I64Ne
            | I64LtS
            | I64LtU
            | I64GtS
            | I64GtU
            | I64Add
            | I64Sub
            | I64Mul
            | I64And
            | I64Or
            | I64Xor
            | I64Shl
            | I64ShrS
            | I64ShrU
            | I32WrapI64
            | I64ExtendI32S
            | I64ExtendI32U
            | F64Add
            | F64Sub
            | F64Mul
    )
}
