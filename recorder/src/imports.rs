//! What becomes of imports that nobody provides.

use wasmtime::{ExternType, ImportType, Linker, Module, Store};

use crate::Error;
use crate::error::Import;
use crate::instrument::FLUSH_IMPORT;

/// What an import that WASI doesn't define becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownImports {
    /// An error that lists every such import, before anything runs.
    #[default]
    Deny,
    /// A function that ends the program when it's called. Other kinds are denied.
    Trap,
    /// A function that returns zeros and null references; an empty memory, table or global.
    Default,
}

/// Defines in `linker` what `module` imports and `linker` lacks, as `policy` says. The import of
/// the recorder itself is left alone.
///
/// # Errors
///
/// [`Error::UnknownImports`] with everything that stays undefined, and [`Error::Link`] when an
/// import has no default value.
pub fn define_unknown<T: 'static>(
    linker: &mut Linker<T>,
    store: &mut Store<T>,
    module: &Module,
    policy: UnknownImports,
) -> Result<(), Error> {
    let unknown: Vec<ImportType<'_>> = module
        .imports()
        .filter(|import| !is_flush(import) && linker.get_by_import(&mut *store, import).is_none())
        .collect();
    let mut undefined = Vec::new();
    for import in unknown {
        // The same import may stand in a module twice.
        if linker.get_by_import(&mut *store, &import).is_some() {
            continue;
        }
        match (policy, import.ty()) {
            (UnknownImports::Default, ty) => define_default(linker, store, &import, &ty)?,
            (UnknownImports::Trap, ExternType::Func(ty)) => {
                let message = format!("unknown import called: {}", describe(&import));
                linker
                    .func_new(import.module(), import.name(), ty, move |_, _, _| {
                        Err(wasmtime::Error::msg(message.clone()))
                    })
                    .map_err(Error::link)?;
            }
            _ => undefined.push(describe(&import)),
        }
    }
    if undefined.is_empty() { Ok(()) } else { Err(Error::UnknownImports(undefined)) }
}

/// Whether `import` is the one that instrumentation adds.
pub(crate) fn is_flush(import: &ImportType<'_>) -> bool {
    (import.module(), import.name()) == FLUSH_IMPORT
}

fn define_default<T: 'static>(
    linker: &mut Linker<T>,
    store: &mut Store<T>,
    import: &ImportType<'_>,
    ty: &ExternType,
) -> Result<(), Error> {
    let value = ty.default_value(&mut *store).map_err(|error| {
        Error::Link(format!("{} has no default: {}", describe(import), error.root_cause()))
    })?;
    linker.define(&*store, import.module(), import.name(), value).map_err(Error::link)?;
    Ok(())
}

fn describe(import: &ImportType<'_>) -> Import {
    let kind = match import.ty() {
        ExternType::Func(_) => "function",
        ExternType::Global(_) => "global",
        ExternType::Table(_) => "table",
        ExternType::Memory(_) => "memory",
        ExternType::Tag(_) => "tag",
    };
    Import { module: import.module().to_owned(), name: import.name().to_owned(), kind }
}
