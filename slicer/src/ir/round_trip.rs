//! A module with all its bodies through the SSA form and back: the proof that nothing is lost.
//!
//! Takes a binary module and gives one that does the same. Types that new bodies need are appended;
//! no index changes. Of the custom sections only `name` stays: the others may speak of operators.

use rayon::prelude::*;
use wasm_encoder::{CodeSection, Encode, FuncType, Module as Encoder, RawSection};
use wasmparser::{BinaryReader, Parser, Payload};

use super::emit::{self, BlockTypes, Options};
use super::{Function, build};
use crate::Error;
use crate::module::Module;

/// Takes the module `wasm` through the SSA form and back.
///
/// # Errors
///
/// Those of [`Module::parse`], [`build::build`] and [`emit::emit`].
pub fn module(wasm: &[u8]) -> Result<Vec<u8>, Error> {
    module_with(wasm, &Options::default(), |_, _| ())
}

/// Takes the module `wasm` through the SSA form and back, with each function changed by `change`
/// on the way.
///
/// # Errors
///
/// Those of [`Module::parse`], [`build::build`] and [`emit::emit`].
pub fn module_with(
    wasm: &[u8],
    options: &Options,
    change: impl Fn(&Module<'_>, &mut Function<'_>) + Sync,
) -> Result<Vec<u8>, Error> {
    let module = Module::parse(wasm)?;
    let functions: Vec<Function<'_>> = (0..module.bodies.len() as u32)
        .into_par_iter()
        .map(|number| {
            let mut function = build::build(&module, number)?;
            change(&module, &mut function);
            Ok(function)
        })
        .collect::<Result<_, Error>>()?;
    let mut types = BlockTypes::new(&module);
    for function in &functions {
        types.add(function)?;
    }
    let bodies: Vec<wasm_encoder::Function> = functions
        .par_iter()
        .map(|function| emit::emit(function, &types, options))
        .collect::<Result<_, Error>>()?;
    assemble(wasm, types.appended(), &bodies)
}

/// The module with other bodies and more types.
fn assemble(
    wasm: &[u8],
    types: &[FuncType],
    bodies: &[wasm_encoder::Function],
) -> Result<Vec<u8>, Error> {
    let mut output = Encoder::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        if let Payload::CustomSection(section) = &payload
            && section.name() != "name"
        {
            continue;
        }
        match (&payload, payload.as_section()) {
            (Payload::TypeSection(_), Some((id, range))) => {
                let data = with_types(&wasm[range], types)?;
                output.section(&RawSection { id, data: &data });
            }
            (Payload::CodeSectionStart { .. }, _) => {
                let mut code = CodeSection::new();
                for body in bodies {
                    code.function(body);
                }
                output.section(&code);
            }
            (_, Some((id, range))) => {
                output.section(&RawSection { id, data: &wasm[range] });
            }
            _ => {}
        }
    }
    Ok(output.finish())
}

/// What a function type starts with.
const FUNCTION_TYPE: u8 = 0x60;

/// The contents of a type section with more types.
fn with_types(section: &[u8], types: &[FuncType]) -> Result<Vec<u8>, Error> {
    let mut reader = BinaryReader::new(section, 0);
    let count = reader.read_var_u32()?;
    let mut data = Vec::with_capacity(section.len());
    (count + types.len() as u32).encode(&mut data);
    data.extend_from_slice(&section[reader.current_position()..]);
    for signature in types {
        data.push(FUNCTION_TYPE);
        for list in [signature.params(), signature.results()] {
            list.encode(&mut data);
        }
    }
    Ok(data)
}
