//! Function types for the blocks that instrumentation adds.
//!
//! They are appended to the module's type section, so that no type index changes.

use std::collections::HashMap;

use slicer::module::Module;
use wasm_encoder::BlockType;
use wasmparser::{FuncType, ValType};

/// The types that are appended to a module's own.
pub(super) struct BlockTypes {
    /// Index of the first appended type.
    first: u32,
    appended: Vec<FuncType>,
    indices: HashMap<FuncType, u32>,
}

impl BlockTypes {
    /// Starts with the types that every instrumented module needs: those of the flush function, of
    /// the function around the start function, and of those that empty the ring.
    pub(super) fn new(module: &Module<'_>) -> Self {
        let first = module.types.len() as u32;
        let mut types = BlockTypes { first, appended: Vec::new(), indices: HashMap::new() };
        types.add(FuncType::new([ValType::I32], []));
        types.add(FuncType::new([], []));
        types.add(FuncType::new([], [ValType::I32]));
        types.add(FuncType::new([ValType::I32], [ValType::I32]));
        types
    }

    /// Index of the type `(func (param i32))`.
    pub(super) fn flush(&self) -> u32 {
        self.first
    }

    /// Index of the type `(func)`.
    pub(super) fn start(&self) -> u32 {
        self.first + 1
    }

    /// Index of the type `(func (result i32))`.
    pub(super) fn empty(&self) -> u32 {
        self.first + 2
    }

    /// Index of the type `(func (param i32) (result i32))`.
    pub(super) fn empty_but_last(&self) -> u32 {
        self.first + 3
    }

    /// Appends a type unless it is there already.
    pub(super) fn add(&mut self, signature: FuncType) {
        let next = self.first + self.appended.len() as u32;
        self.indices.entry(signature.clone()).or_insert_with(|| {
            self.appended.push(signature);
            next
        });
    }

    /// The appended types, in the order of their indices.
    pub(super) fn appended(&self) -> &[FuncType] {
        &self.appended
    }

    /// The block type that takes `params` and gives `results`, or the function type that is
    /// missing for it.
    pub(super) fn block(
        &self,
        params: &[ValType],
        results: &[ValType],
    ) -> Result<BlockType, FuncType> {
        if params.is_empty() && results.is_empty() {
            return Ok(BlockType::Empty);
        }
        if let ([], [result]) = (params, results)
            && let Ok(BlockType::Result(result)) =
                BlockType::try_from(wasmparser::BlockType::Type(*result))
        {
            return Ok(BlockType::Result(result));
        }
        let signature = FuncType::new(params.iter().copied(), results.iter().copied());
        match self.indices.get(&signature) {
            Some(&index) => Ok(BlockType::FunctionType(index)),
            None => Err(signature),
        }
    }
}
