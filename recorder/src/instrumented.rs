//! A program ready to be recorded: the original module, its plan, and the instrumented module.

use formats::plan::Plan;
use formats::trace::Location;
use slicer::bundles::Slices;
use slicer::module::Module;

use crate::Error;
use crate::instrument::{self, InstrumentOptions};
use crate::limits::MAX_RING_BYTES;

/// An instrumented program.
#[derive(Clone, Debug)]
pub struct Instrumented {
    /// The module as it was given.
    pub original: Vec<u8>,
    /// What was instrumented.
    pub plan: Plan,
    /// The module to run.
    pub wasm: Vec<u8>,
    /// Size of its ring. Its memory has as many whole pages.
    pub ring_bytes: u32,
    /// Whether the original module has a start function.
    pub has_start: bool,
}

impl Instrumented {
    /// Validates `original`, plans and rewrites it for `slices`, with a ring of at least `ring_bytes`
    /// bytes.
    ///
    /// # Errors
    ///
    /// When the module is not valid or not supported, or the ring size is out of range.
    ///
    /// # Examples
    ///
    /// ```
    /// let program = b"\0asm\x01\0\0\0".to_vec();
    /// let slices = recorder::Slices::Chosen;
    /// let instrumented =
    ///     recorder::Instrumented::new(program, slices, recorder::DEFAULT_RING_BYTES)?;
    /// assert!(instrumented.plan.functions.is_empty());
    /// # Ok::<(), recorder::Error>(())
    /// ```
    pub fn new(original: Vec<u8>, slices: Slices, ring_bytes: u32) -> Result<Instrumented, Error> {
        if !(1..=MAX_RING_BYTES).contains(&ring_bytes) {
            return Err(Error::RingSize { bytes: ring_bytes.into(), limit: MAX_RING_BYTES });
        }
        let module = Module::parse(&original)?;
        let has_start = module.start.is_some();
        let plan = slicer::plan::plan(&module, slices)?;
        let options = InstrumentOptions { ring_bytes };
        let wasm = instrument::instrument(&module, &plan, &options)?;
        Ok(Instrumented { ring_bytes: options.ring_for(&plan), original, plan, wasm, has_start })
    }

    /// What maps places in the instrumented module back to the original one.
    pub fn locator(&self) -> Locator<'_> {
        let module = Module::parse(&self.original).expect("it was parsed when it was instrumented");
        Locator { instrumented: self, module }
    }
}

/// Maps places in an instrumented module back to the original one.
pub struct Locator<'a> {
    instrumented: &'a Instrumented,
    module: Module<'a>,
}

impl Locator<'_> {
    /// Index in the original module of the function with this index in the instrumented one, or
    /// `None` when only instrumentation added it.
    pub fn original_function(&self, function: u32) -> Option<u32> {
        let plan = &self.instrumented.plan;
        let flush = plan.imported_functions;
        let end = plan.function_index(plan.functions.len() as u32);
        match function {
            _ if function < flush => Some(function),
            _ if function == flush || function > end => None,
            _ => Some(function - 1),
        }
    }

    /// The operator of the original module that the byte at `offset` of the instrumented module
    /// belongs to, or `None` for functions that only instrumentation added.
    pub fn locate(&self, offset: usize) -> Option<Location> {
        let Instrumented { plan, wasm, ring_bytes, .. } = self.instrumented;
        let options = InstrumentOptions { ring_bytes: *ring_bytes };
        instrument::locate(&self.module, plan, &options, wasm, offset)
            .expect("the module was instrumented by these arguments")
    }
}
