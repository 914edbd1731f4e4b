//! The module around the rewritten bodies: the added import, memory, global, exports and types,
//! and the moved function indices everywhere else. Sections that name no function are copied.

use formats::plan::Plan;
use slicer::module::Module;
use wasm_encoder::reencode::Reencode;
use wasm_encoder::{
    BranchHint, BranchHints, CodeSection, ConstExpr, CustomSection, ElementSection, EntityType,
    ExportKind, ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection,
    MemArg, MemorySection, MemoryType, RawSection, SectionId, StartSection, TableSection,
    TypeSection, ValType,
};
use wasmparser::{CustomSectionReader, KnownCustom, Parser, Payload};

use super::push::FlushCheck;
use super::types::BlockTypes;
use super::{
    Additions, Body, FLUSH_IMPORT, InstrumentError, InstrumentOptions, PAGE_BYTES, ShiftFunctions,
};
use crate::limits::{MAX_ENTRIES, MAX_MEMORIES, MAX_SAVED_NARROW};

/// The sections of a module in the order that the binary format demands.
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

/// Puts the instrumented module together.
///
/// # Errors
///
/// [`InstrumentError::Limit`] when with what is added there is more of something than engines accept.
pub(super) fn rewrite(
    module: &Module<'_>,
    plan: &Plan,
    options: &InstrumentOptions,
    additions: &Additions,
    types: &BlockTypes,
    bodies: &[Body],
) -> Result<Vec<u8>, InstrumentError> {
    let shift = ShiftFunctions { imported: module.imported_functions };
    let mut sections = Sections {
        module,
        plan,
        options,
        additions,
        types,
        bodies,
        shift,
        output: wasm_encoder::Module::new(),
        written: 0,
    };
    for payload in Parser::new(0).parse_all(module.wasm) {
        sections.payload(payload?)?;
    }
    sections.add_missing(SECTION_ORDER.len())?;
    Ok(sections.output.finish())
}

struct Sections<'a> {
    module: &'a Module<'a>,
    plan: &'a Plan,
    options: &'a InstrumentOptions,
    additions: &'a Additions,
    types: &'a BlockTypes,
    bodies: &'a [Body],
    shift: ShiftFunctions,
    output: wasm_encoder::Module,
    /// How many of [`SECTION_ORDER`] are behind us.
    written: usize,
}

impl<'a> Sections<'a> {
    fn payload(&mut self, payload: Payload<'a>) -> Result<(), InstrumentError> {
        if let Payload::CustomSection(section) = &payload {
            self.custom(section);
            return Ok(());
        }
        let Some((id, range)) = payload.as_section() else { return Ok(()) };
        let Some(place) = SECTION_ORDER.iter().position(|&known| known as u8 == id) else {
            return Ok(());
        };
        self.add_missing(place)?;
        self.written = place + 1;
        match payload {
            Payload::TypeSection(reader) => self.types(Some(reader)),
            Payload::ImportSection(reader) => self.imports(Some(reader)),
            Payload::FunctionSection(reader) => self.functions(Some(reader)),
            Payload::TableSection(reader) => {
                let mut tables = TableSection::new();
                self.shift.parse_table_section(&mut tables, reader)?;
                self.output.section(&tables);
                Ok(())
            }
            Payload::MemorySection(reader) => self.memories(Some(reader)),
            Payload::GlobalSection(reader) => self.globals(Some(reader)),
            Payload::ExportSection(reader) => self.exports(Some(reader)),
            Payload::StartSection { .. } => {
                let function_index = self.start_wrapper();
                self.output.section(&StartSection { function_index });
                Ok(())
            }
            Payload::ElementSection(reader) => {
                let mut elements = ElementSection::new();
                self.shift.parse_element_section(&mut elements, reader)?;
                self.output.section(&elements);
                Ok(())
            }
            Payload::CodeSectionStart { .. } => {
                self.code();
                Ok(())
            }
            _ => {
                let data = &self.module.wasm[range];
                self.output.section(&RawSection { id, data });
                Ok(())
            }
        }
    }

    /// Writes the sections before the one at `place` that the original doesn't have and the
    /// instrumentation needs.
    fn add_missing(&mut self, place: usize) -> Result<(), InstrumentError> {
        for missing in SECTION_ORDER.get(self.written..place).unwrap_or_default() {
            match missing {
                SectionId::Type => self.types(None)?,
                SectionId::Import => self.imports(None)?,
                SectionId::Function => self.functions(None)?,
                SectionId::Memory => self.memories(None)?,
                SectionId::Global => self.globals(None)?,
                SectionId::Export => self.exports(None)?,
                SectionId::Code => self.code(),
                _ => {}
            }
        }
        self.written = self.written.max(place);
        Ok(())
    }

    /// Index of the function that is put around the start function.
    fn start_wrapper(&self) -> u32 {
        self.additions.empty_but_last_function + 1
    }

    fn types(
        &mut self,
        reader: Option<wasmparser::TypeSectionReader<'a>>,
    ) -> Result<(), InstrumentError> {
        let mut types = TypeSection::new();
        if let Some(reader) = reader {
            self.shift.parse_type_section(&mut types, reader)?;
        }
        for signature in self.types.appended() {
            let signature = self.shift.func_type(signature.clone())?;
            types.ty().func_type(&signature);
        }
        let first = self.types.flush() as usize;
        check_count("types", first + self.types.appended().len(), MAX_ENTRIES)?;
        self.output.section(&types);
        Ok(())
    }

    fn imports(
        &mut self,
        reader: Option<wasmparser::ImportSectionReader<'a>>,
    ) -> Result<(), InstrumentError> {
        let mut imports = ImportSection::new();
        if let Some(reader) = reader {
            self.shift.parse_import_section(&mut imports, reader)?;
        }
        let (module, name) = FLUSH_IMPORT;
        imports.import(module, name, EntityType::Function(self.types.flush()));
        self.output.section(&imports);
        Ok(())
    }

    fn functions(
        &mut self,
        reader: Option<wasmparser::FunctionSectionReader<'a>>,
    ) -> Result<(), InstrumentError> {
        let mut functions = FunctionSection::new();
        if let Some(reader) = reader {
            self.shift.parse_function_section(&mut functions, reader)?;
        }
        functions.function(self.types.empty());
        functions.function(self.types.empty_but_last());
        if self.module.start.is_some() {
            functions.function(self.types.start());
        }
        for &copied in &self.additions.copied {
            let index = self.plan.function_index(copied);
            functions.function(self.module.function_types[index as usize]);
        }
        let imported = self.module.imported_functions + 1;
        check_count("functions", (imported + functions.len()) as usize, MAX_ENTRIES)?;
        self.output.section(&functions);
        Ok(())
    }

    fn memories(
        &mut self,
        reader: Option<wasmparser::MemorySectionReader<'a>>,
    ) -> Result<(), InstrumentError> {
        let mut memories = MemorySection::new();
        if let Some(reader) = reader {
            self.shift.parse_memory_section(&mut memories, reader)?;
        }
        let pages = u64::from(self.options.ring_for(self.plan).div_ceil(PAGE_BYTES));
        memories.memory(MemoryType {
            minimum: pages,
            maximum: Some(pages),
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        check_count("memories", self.additions.ring_memory as usize + 1, MAX_MEMORIES)?;
        self.output.section(&memories);
        Ok(())
    }

    fn globals(
        &mut self,
        reader: Option<wasmparser::GlobalSectionReader<'a>>,
    ) -> Result<(), InstrumentError> {
        let mut globals = GlobalSection::new();
        if let Some(reader) = reader {
            self.shift.parse_global_section(&mut globals, reader)?;
        }
        let position = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
        globals.global(position, &ConstExpr::i32_const(0));
        let slots = self.bodies.iter().map(|body| body.saved).max().unwrap_or(0);
        let count = self.additions.position_global + 1 + slots;
        check_count("globals", count as usize, MAX_ENTRIES)?;
        for slot in 0..slots {
            let saved = |val_type| GlobalType { val_type, mutable: true, shared: false };
            match (slot as usize) < MAX_SAVED_NARROW {
                true => globals.global(saved(ValType::I32), &ConstExpr::i32_const(0)),
                false => globals.global(saved(ValType::I64), &ConstExpr::i64_const(0)),
            };
        }
        self.output.section(&globals);
        Ok(())
    }

    fn exports(
        &mut self,
        reader: Option<wasmparser::ExportSectionReader<'a>>,
    ) -> Result<(), InstrumentError> {
        let mut exports = ExportSection::new();
        if let Some(reader) = reader {
            self.shift.parse_export_section(&mut exports, reader)?;
        }
        let &Additions { ring_memory, position_global, .. } = self.additions;
        exports.export(&self.plan.ring_export, ExportKind::Memory, ring_memory);
        exports.export(&self.plan.position_export, ExportKind::Global, position_global);
        self.output.section(&exports);
        Ok(())
    }

    fn code(&mut self) {
        let mut code = CodeSection::new();
        for body in self.bodies {
            code.raw(&body.bytes);
        }
        code.function(&self.empty_ring());
        code.function(&self.empty_ring_but_last());
        if let Some(start) = self.module.start {
            let moved = if start >= self.module.imported_functions { start + 1 } else { start };
            let mut wrapper = Function::new([]);
            // Announces the instance to the host before any code of the program runs: a start
            // function that traps leaves nothing else behind to find the ring by.
            wrapper.instructions().i32_const(0).call(self.additions.flush_function);
            wrapper.instructions().call(moved).end();
            code.function(&wrapper);
        }
        // They name no function, so that nothing in them has moved.
        for &copied in &self.additions.copied {
            code.raw(&self.module.wasm[self.module.bodies[copied as usize].range()]);
        }
        self.branch_hints();
        self.output.section(&code);
    }

    /// Hands over what is in the ring, and returns where the next event goes: to its start. A function of its own, so
    /// that less code stands at each event.
    fn empty_ring(&self) -> Function {
        let &Additions { flush_function, position_global, .. } = self.additions;
        let mut empty = Function::new([]);
        let mut code = empty.instructions();
        code.global_get(position_global).call(flush_function);
        code.i32_const(0).global_set(position_global).i32_const(0).end();
        empty
    }

    /// Does so but for the last event, whose bytes the parameter `kept` says. That one is the first in the ring then, so
    /// that nothing is lost if the engine ends the program before it is pushed once more, to the same place. Between
    /// the flush and the end of the function engines end nothing: a position that is still the old one would have
    /// everything taken twice. So the event is copied without `memory.copy`, where some look for interrupts.
    fn empty_ring_but_last(&self) -> Function {
        let &Additions { flush_function, position_global, ring_memory, .. } = self.additions;
        let (kept, last) = (0, 1);
        let mut empty = Function::new([(1, ValType::I32)]);
        let mut code = empty.instructions();
        code.global_get(position_global).local_get(kept).i32_sub().local_tee(last);
        code.call(flush_function);
        // As much as the largest of these events has: where one was pushed there was room for any.
        let bytes = self.bodies.iter().map(|body| body.kept).max().unwrap_or(0);
        let place =
            |offset: u32| MemArg { offset: offset.into(), align: 1, memory_index: ring_memory };
        for offset in (0..bytes).step_by(2) {
            code.i32_const(0).local_get(last);
            code.i32_load16_u(place(offset)).i32_store16(place(offset));
        }
        code.local_get(kept).global_set(position_global).i32_const(0).end();
        empty
    }

    /// Says of each check of the ring that it's hardly ever full: `metadata.code.branch_hint`, which
    /// stands before the code section.
    fn branch_hints(&mut self) {
        let mut hints = BranchHints::new();
        for (function, body) in (self.additions.flush_function + 1..).zip(self.bodies) {
            let unlikely = |check: &FlushCheck| BranchHint {
                branch_func_offset: check.0,
                branch_hint_value: 0,
            };
            if !body.flush_checks.is_empty() {
                hints.function_hints(function, body.flush_checks.iter().map(unlikely));
            }
        }
        if !hints.is_empty() {
            self.output.section(&hints);
        }
    }

    /// Names move with their functions. Annotations of code offsets would be wrong, and are left
    /// out. Everything else is kept.
    fn custom(&mut self, section: &CustomSectionReader<'a>) {
        if section.name().starts_with("metadata.code.") {
            return;
        }
        if let KnownCustom::Name(names) = section.as_known()
            && let Ok(names) = self.shift.custom_name_section(names)
        {
            self.output.section(&names);
            return;
        }
        self.output
            .section(&CustomSection { name: section.name().into(), data: section.data().into() });
    }
}

fn check_count(what: &str, found: usize, limit: usize) -> Result<(), InstrumentError> {
    match found <= limit {
        true => Ok(()),
        false => Err(InstrumentError::Limit {
            what: format!("the number of {what}"),
            found: found as u64,
            limit: limit as u64,
        }),
    }
}
