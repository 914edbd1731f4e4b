//! Functions as directives name them.

use analyzer::names::FunctionNames;
use anyhow::{Context as _, Result, ensure};
use slicer::module::Module;
use wasmparser::{ExternalKind, Parser, Payload};

/// The number of the defined function that `wanted` is the number, the `$name` or an export of.
///
/// # Errors
///
/// When there is none.
pub(crate) fn find(module: &Module<'_>, wanted: &str) -> Result<u32> {
    let count = module.bodies.len() as u32;
    let number = match (wanted.parse(), wanted.strip_prefix('$')) {
        (Ok(number), _) => Some(number),
        (_, Some(name)) => {
            let names = FunctionNames::read(module.wasm);
            (0..count).find(|number| names.given(module.imported_functions + number) == Some(name))
        }
        _ => exported(module.wasm, wanted)?
            .and_then(|index| index.checked_sub(module.imported_functions)),
    };
    let number = number.with_context(|| {
        format!("no defined function `{wanted}`: write its number, its $name or an export")
    })?;
    ensure!(number < count, "no function {number}: the module defines {count}, from 0");
    Ok(number)
}

/// The index of the function that is exported as `name`.
fn exported(wasm: &[u8], name: &str) -> Result<Option<u32>> {
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ExportSection(exports) = payload? {
            for export in exports {
                let export = export?;
                if export.kind == ExternalKind::Func && export.name == name {
                    return Ok(Some(export.index));
                }
            }
        }
    }
    Ok(None)
}
