//! Types for the constructs of emitted bodies that have results: they are appended to the module's
//! type section, so that no type index changes.

use std::collections::HashMap;

use wasm_encoder::reencode::Error;
use wasm_encoder::{BlockType, FuncType as EncodedType, ValType as Encoded};
use wasmparser::{FuncType, ValType};

use super::unencodable;
use crate::ir::{Function, Target, TerminatorKind};
use crate::module::Module;

/// The function types that block types can name.
#[derive(Clone, Debug)]
pub struct BlockTypes {
    /// Index of the first appended type.
    first: u32,
    appended: Vec<EncodedType>,
    indices: HashMap<FuncType, u32>,
}

impl BlockTypes {
    /// The types of `module`.
    pub fn new(module: &Module<'_>) -> BlockTypes {
        let mut indices = HashMap::new();
        for (index, signature) in (0..).zip(&module.types) {
            if let Some(signature) = signature {
                indices.entry(signature.clone()).or_insert(index);
            }
        }
        BlockTypes { first: module.types.len() as u32, appended: Vec::new(), indices }
    }

    /// Appends the types that are missing for `function`.
    ///
    /// # Errors
    ///
    /// [`Error::Unencodable`](crate::Error::Unencodable) when a type has no encoding.
    pub fn add(&mut self, function: &Function<'_>) -> Result<(), crate::Error> {
        self.add_all(function).map_err(|error| unencodable(function, &error))
    }

    fn add_all(&mut self, function: &Function<'_>) -> Result<(), Error> {
        for terminator in &function.terminators {
            let TerminatorKind::Try { arguments, normal, handlers, .. } = &terminator.kind else {
                continue;
            };
            let parameters = arguments.iter().map(|value| function.value(*value).ty);
            let results = normal.as_ref().map_or(Vec::new(), |target| made(function, target));
            self.add_type(parameters.collect(), results)?;
            for handler in handlers {
                self.add_type(Vec::new(), made(function, &handler.target))?;
            }
        }
        Ok(())
    }

    fn add_type(&mut self, parameters: Vec<ValType>, results: Vec<ValType>) -> Result<(), Error> {
        let signature = FuncType::new(parameters, results);
        let fits = signature.params().is_empty() && signature.results().len() <= 1;
        if !fits && !self.indices.contains_key(&signature) {
            let next = self.first + self.appended.len() as u32;
            self.appended.push(EncodedType::try_from(signature.clone())?);
            self.indices.insert(signature, next);
        }
        Ok(())
    }

    /// The appended types, in the order of their indices.
    pub fn appended(&self) -> &[EncodedType] {
        &self.appended
    }

    /// The type of a construct that takes `parameters` and gives `results`.
    ///
    /// # Panics
    ///
    /// When the function that it is for was not [added](BlockTypes::add).
    pub(super) fn block_type(
        &self,
        parameters: Vec<ValType>,
        results: Vec<ValType>,
    ) -> Result<BlockType, Error> {
        Ok(match (&parameters[..], &results[..]) {
            ([], []) => BlockType::Empty,
            ([], [result]) => BlockType::Result(encode_type(*result)?),
            _ => {
                let signature = FuncType::new(parameters, results);
                let index = self.indices.get(&signature).expect("was added for the function");
                BlockType::FunctionType(*index)
            }
        })
    }
}

/// The type for the encoder.
pub(super) fn encode_type(ty: ValType) -> Result<Encoded, Error> {
    Encoded::try_from(ty)
}

/// Types of what the terminator makes for a target.
pub(super) fn made(function: &Function<'_>, target: &Target) -> Vec<ValType> {
    let parameters = &function.block(target.block).parameters;
    parameters[..target.made as usize].iter().map(|value| function.value(*value).ty).collect()
}
