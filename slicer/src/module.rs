//! A validated module: where its function bodies are, and the types that slicing needs.
//!
//! Takes the bytes of a core module, gives a [`Module`] that borrows them. Function bodies are
//! validated in parallel.

use std::collections::HashMap;

use rayon::prelude::*;
use wasmparser::types::CoreTypeId;
use wasmparser::{
    BlockType, CompositeInnerType, FuncToValidate, FuncType, FuncValidator, FunctionBody, HeapType,
    Operator, OperatorsReader, Parser, Payload, RefType, UnpackedIndex, ValType, ValidPayload,
    Validator, ValidatorResources, WasmFeatures, WasmModuleResources,
};

use crate::{Error, silent};

/// The proposals that are supported: all of WebAssembly 3.0, and those beside it that neither
/// add control flow nor shared state that the slicer doesn't know.
pub const FEATURES: WasmFeatures = WasmFeatures::WASM3
    .union(WasmFeatures::THREADS)
    .union(WasmFeatures::WIDE_ARITHMETIC)
    .union(WasmFeatures::CUSTOM_PAGE_SIZES);

/// A valid core module.
pub struct Module<'a> {
    /// The module's bytes.
    pub wasm: &'a [u8],
    /// Signatures by type index; `None` for types that are not function types.
    pub types: Vec<Option<FuncType>>,
    /// Type index of each function, imported functions first.
    pub function_types: Vec<u32>,
    /// Number of imported functions.
    pub imported_functions: u32,
    /// Bodies of the defined functions.
    pub bodies: Vec<FunctionBody<'a>>,
    /// For each memory whether it is addressed with 64 bits, imported ones first.
    pub memory64: Vec<bool>,
    /// For each table whether it is indexed with 64 bits, imported ones first.
    pub table64: Vec<bool>,
    /// Number of globals, imported ones included.
    pub globals: u32,
    /// Names of all exports.
    pub exports: Vec<&'a str>,
    /// The start function.
    pub start: Option<u32>,
    /// For each defined function whether its direct calls need no event.
    silent: Vec<bool>,
    /// What the validator knows of the module; `None` when it has no function bodies.
    resources: Option<ValidatorResources>,
    /// For each type the first index that means it: several can mean the same.
    type_indices: HashMap<CoreTypeId, u32>,
}

impl<'a> Module<'a> {
    /// Parses and validates a binary module.
    ///
    /// # Errors
    ///
    /// [`Error::NotWasm`], [`Error::Component`], or [`Error::Invalid`] with the offset.
    pub fn parse(wasm: &'a [u8]) -> Result<Module<'a>, Error> {
        if !wasm.starts_with(b"\0asm") {
            return Err(Error::NotWasm);
        }
        if Parser::is_component(wasm) {
            return Err(Error::Component);
        }
        let mut module = Module::empty(wasm);
        let mut validator = Validator::new_with_features(FEATURES);
        let mut unchecked = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let ValidPayload::Func(check, body) = validator.payload(&payload)? {
                if module.resources.is_none() {
                    module.resources = Some(check.resources.clone());
                }
                unchecked.push((check, body));
            }
            module.read(payload)?;
        }
        validate_bodies(unchecked)?;
        module.index_types();
        module.silent = silent::functions(&module);
        Ok(module)
    }

    fn empty(wasm: &'a [u8]) -> Self {
        Module {
            wasm,
            types: Vec::new(),
            function_types: Vec::new(),
            imported_functions: 0,
            bodies: Vec::new(),
            memory64: Vec::new(),
            table64: Vec::new(),
            globals: 0,
            exports: Vec::new(),
            start: None,
            silent: Vec::new(),
            resources: None,
            type_indices: HashMap::new(),
        }
    }

    fn index_types(&mut self) {
        for index in 0..self.types.len() as u32 {
            if let Some(ValType::Ref(reference)) = self.validator_type(concrete(index))
                && let Some(id) = type_id(reference)
            {
                self.type_indices.entry(id).or_insert(index);
            }
        }
    }

    fn read(&mut self, payload: Payload<'a>) -> Result<(), Error> {
        match payload {
            Payload::TypeSection(reader) => {
                for group in reader {
                    for sub_type in group?.into_types() {
                        self.types.push(match sub_type.composite_type.inner {
                            CompositeInnerType::Func(signature) => Some(signature),
                            _ => None,
                        });
                    }
                }
            }
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    self.read_import(import?.ty);
                }
                self.imported_functions = self.function_types.len() as u32;
            }
            Payload::FunctionSection(reader) => {
                for type_index in reader {
                    self.function_types.push(type_index?);
                }
            }
            Payload::TableSection(reader) => {
                for table in reader {
                    self.table64.push(table?.ty.table64);
                }
            }
            Payload::MemorySection(reader) => {
                for memory in reader {
                    self.memory64.push(memory?.memory64);
                }
            }
            Payload::GlobalSection(reader) => self.globals += reader.count(),
            Payload::ExportSection(reader) => {
                for export in reader {
                    self.exports.push(export?.name);
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            _ => {}
        }
        Ok(())
    }

    fn read_import(&mut self, ty: wasmparser::TypeRef) {
        use wasmparser::TypeRef;
        match ty {
            TypeRef::Func(index) | TypeRef::FuncExact(index) => self.function_types.push(index),
            TypeRef::Table(table) => self.table64.push(table.table64),
            TypeRef::Memory(memory) => self.memory64.push(memory.memory64),
            TypeRef::Global(_) => self.globals += 1,
            TypeRef::Tag(_) => {}
        }
    }

    /// Signature of the function with the index `function`.
    ///
    /// # Panics
    ///
    /// When there is no such function: a valid module names none.
    pub fn signature(&self, function: u32) -> &FuncType {
        self.function_type(self.function_types[function as usize])
    }

    /// The function type with the index `type_index`.
    ///
    /// # Panics
    ///
    /// When there is no such function type: a valid module names none.
    pub fn function_type(&self, type_index: u32) -> &FuncType {
        self.types[type_index as usize].as_ref().expect("validated as a function type")
    }

    /// Whether the function with the index `function` is [`silent`].
    pub fn is_silent(&self, function: u32) -> bool {
        let number = function.checked_sub(self.imported_functions);
        number.is_some_and(|number| self.silent.get(number as usize) == Some(&true))
    }

    /// What the validator knows of the module: for questions about types and subtypes, which have
    /// to be asked with [`Module::validator_type`]s. `None` when the module has no function bodies.
    pub fn resources(&self) -> Option<&ValidatorResources> {
        self.resources.as_ref()
    }

    /// A validator at the start of the defined function number `function`: it has read no locals and
    /// no operators.
    ///
    /// # Panics
    ///
    /// When there is no such function.
    pub fn function_validator(&self, function: u32) -> FuncValidator<ValidatorResources> {
        let index = self.imported_functions + function;
        let check = FuncToValidate {
            resources: self.resources.clone().expect("kept with the first function body"),
            index,
            ty: self.function_types[index as usize],
            features: FEATURES,
        };
        check.into_validator(Default::default())
    }

    /// The type `ty` of the module or of its validator in the one form that names each type by the
    /// first index of the module that means it: equal types are then the same.
    ///
    /// # Panics
    ///
    /// When the type is not one of this module.
    pub fn named_type(&self, ty: ValType) -> ValType {
        let Some(ValType::Ref(reference)) = self.validator_type(ty) else { return ty };
        let Some(id) = type_id(reference) else { return ty };
        let index = UnpackedIndex::Module(self.type_indices[&id]);
        let heap_type = match reference.heap_type() {
            HeapType::Exact(_) => HeapType::Exact(index),
            _ => HeapType::Concrete(index),
        };
        let named = RefType::new(reference.is_nullable(), heap_type);
        ValType::Ref(named.expect("the index is in the module already"))
    }

    /// The type `ty` of the module in the form that the validator uses. `None` when the module has
    /// no function bodies.
    pub fn validator_type(&self, ty: ValType) -> Option<ValType> {
        let resources = self.resources.as_ref()?;
        let ValType::Ref(reference) = ty else { return Some(ty) };
        let mut heap_type = reference.heap_type();
        if let HeapType::Concrete(UnpackedIndex::Module(_))
        | HeapType::Exact(UnpackedIndex::Module(_)) = heap_type
        {
            resources.check_heap_type(&mut heap_type, 0).ok()?;
        }
        Some(ValType::Ref(RefType::new(reference.is_nullable(), heap_type)?))
    }

    /// Types of the values that exceptions with the tag `tag` carry; `None` when there is no such tag,
    /// or the module has no function bodies.
    pub fn tag_parameters(&self, tag: u32) -> Option<&[ValType]> {
        Some(self.resources.as_ref()?.tag_at(tag)?.params())
    }

    /// Types that a block of type `block_type` takes and gives.
    pub fn block_signature(&self, block_type: BlockType) -> (Vec<ValType>, Vec<ValType>) {
        match block_type {
            BlockType::Empty => (Vec::new(), Vec::new()),
            BlockType::Type(result) => (Vec::new(), vec![result]),
            BlockType::FuncType(index) => {
                let signature = self.function_type(index);
                (signature.params().to_vec(), signature.results().to_vec())
            }
        }
    }

    /// Operators of the defined function number `function`, from the first after the locals.
    ///
    /// # Errors
    ///
    /// Never for a module that was parsed: the result is the reader's own.
    pub fn operators(&self, function: u32) -> Result<OperatorsReader<'a>, Error> {
        Ok(self.bodies[function as usize].get_operators_reader()?)
    }

    /// Calls `visit` with the index of each operator of the defined function number `function`,
    /// its offset in the module, and the operator.
    ///
    /// # Errors
    ///
    /// What `visit` returns.
    pub fn for_each_operator(
        &self,
        function: u32,
        mut visit: impl FnMut(u32, usize, Operator<'a>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let reader = self.operators(function)?;
        for (index, operator) in reader.into_iter_with_offsets().enumerate() {
            let (operator, offset) = operator?;
            visit(index as u32, offset, operator)?;
        }
        Ok(())
    }
}

fn concrete(index: u32) -> ValType {
    let heap_type = HeapType::Concrete(UnpackedIndex::Module(index));
    ValType::Ref(RefType::new(true, heap_type).expect("validated as a type index"))
}

fn type_id(reference: RefType) -> Option<CoreTypeId> {
    match reference.heap_type() {
        HeapType::Concrete(UnpackedIndex::Id(id)) | HeapType::Exact(UnpackedIndex::Id(id)) => {
            Some(id)
        }
        _ => None,
    }
}

fn validate_bodies(
    unchecked: Vec<(FuncToValidate<ValidatorResources>, FunctionBody<'_>)>,
) -> Result<(), Error> {
    // The first error in program order, so that the message doesn't depend on the number of
    // threads.
    let first_error = unchecked.into_par_iter().find_map_first(|(check, body)| {
        check.into_validator(Default::default()).validate(&body).err()
    });
    first_error.map_or(Ok(()), |error| Err(error.into()))
}
