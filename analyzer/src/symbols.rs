//! Where names and source lines come from: the module in the trace, or a twin of it that wasn't
//! stripped.

use slicer::module::Module;

use crate::Error;
use crate::names::FunctionNames;
use crate::sources::Sources;

/// The module that has the symbols.
pub(crate) struct Symbols<'a> {
    wasm: &'a [u8],
    /// Whether its code is that of the module in the trace: else it has the names alone.
    has_same_code: bool,
}

impl<'a> Symbols<'a> {
    /// Those of `twin`, if there is one, else those of `module`.
    ///
    /// # Errors
    ///
    /// [`Error::Symbols`] when `twin` has other functions than `module`.
    pub(crate) fn of(module: &Module<'a>, twin: Option<&'a [u8]>) -> Result<Symbols<'a>, Error> {
        let Some(wasm) = twin else {
            return Ok(Symbols { wasm: module.wasm, has_same_code: true });
        };
        let twin = Module::parse(wasm).map_err(|error| Error::Symbols(error.to_string()))?;
        let functions = |module: &Module<'_>| (module.imported_functions, module.bodies.len());
        let (found, expected) = (functions(&twin), functions(module));
        if found != expected {
            return Err(Error::Symbols(format!(
                "it imports {} functions and defines {}, that of the trace imports {} and defines {}",
                found.0, found.1, expected.0, expected.1
            )));
        }
        let same = |(left, right): (&wasmparser::FunctionBody<'_>, _)| {
            let right: &wasmparser::FunctionBody<'_> = right;
            left.as_bytes() == right.as_bytes()
        };
        let has_same_code = twin.bodies.iter().zip(&module.bodies).all(same);
        Ok(Symbols { wasm, has_same_code })
    }

    /// Names of the functions.
    pub(crate) fn names(&self) -> FunctionNames {
        FunctionNames::read(self.wasm)
    }

    /// Lines of the code.
    pub(crate) fn sources(&self) -> Sources<'a> {
        if self.has_same_code { Sources::read(self.wasm) } else { Sources::default() }
    }
}
