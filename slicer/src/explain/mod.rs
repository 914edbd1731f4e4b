//! What a person wants to read about a function: what the slicer sees in it, and what it decides.
//!
//! Takes a [`Subject`] and what was made of it, writes text to a [`Sink`]; a `String` is one.
//!
//! | function | what it writes |
//! |---|---|
//! | [`ir()`] | the SSA form, in the text form that can be read back |
//! | [`view()`] | the SSA form for reading |
//! | [`plan`](plan()) | blocks, loops, regions, nests and sites |
//! | [`slices`](slices()) | what each slice requests and keeps, what became of each loop, and why |
//!
//! Operators are named by their index: `br_if @12`. Ranges end before their second number. The same
//! input gives the same text, and its size is linear in the function's.

mod page;
mod plan;
mod slices;
mod words;

pub use plan::plan;
pub use slices::slices;

use formats::plan::{FunctionPlan, Plan};

use crate::Error;
use crate::ir;
use crate::ir::style::{Sink, Style};
use crate::module::Module;

/// A function to explain.
#[derive(Clone, Copy)]
pub struct Subject<'s, 'a> {
    /// The module.
    pub module: &'s Module<'a>,
    /// The function, counted from the first defined one.
    pub function: u32,
    /// Names of the functions, by function index.
    pub names: &'s dyn Fn(u32) -> Option<String>,
}

impl<'s, 'a> Subject<'s, 'a> {
    /// The defined function number `function` of `module`, without a name.
    ///
    /// # Panics
    ///
    /// What is written about a function that the module doesn't have panics.
    pub fn new(module: &'s Module<'a>, function: u32) -> Subject<'s, 'a> {
        Subject { module, function, names: &|_| None }
    }

    /// `func 3 sum: 17 operators`
    fn head(&self, operators: u32, sink: &mut impl Sink) {
        let index = self.module.imported_functions + self.function;
        sink.write(Style::Keyword, "func");
        sink.write(Style::Name, &format!(" {index}"));
        if let Some(name) = (self.names)(index).filter(|name| !name.is_empty()) {
            sink.write(Style::Name, &format!(" {name}"));
        }
        let plural = if operators == 1 { "" } else { "s" };
        sink.write(Style::Plain, &format!(": {operators} operator{plural}\n"));
    }

    fn operators(&self) -> Result<u32, Error> {
        let mut operators = 0;
        self.module.for_each_operator(self.function, |_, _, _| {
            operators += 1;
            Ok(())
        })?;
        Ok(operators)
    }
}

/// The part of `plan` that is about `subject`.
fn function_plan<'p>(subject: Subject<'_, '_>, plan: &'p Plan) -> Result<&'p FunctionPlan, Error> {
    let found = plan.functions.get(subject.function as usize);
    let fits = found.filter(|_| plan.functions.len() == subject.module.bodies.len());
    fits.ok_or_else(|| Error::PlanMismatch(format!("no function {}", subject.function)))
}

/// Writes the function's SSA form, in the form that [`ir::text::parse`] reads.
///
/// # Errors
///
/// [`Error::Limit`] when a named limit is exceeded.
pub fn ir(subject: Subject<'_, '_>, sink: &mut impl Sink) -> Result<(), Error> {
    let function = ir::build::build(subject.module, subject.function)?;
    sink.write(Style::Plain, ";; ");
    subject.head(subject.operators()?, sink);
    ir::text::print_to(&function, sink);
    Ok(())
}

/// Writes the function's SSA form for reading.
///
/// # Errors
///
/// [`Error::Limit`] when a named limit is exceeded.
pub fn view(subject: Subject<'_, '_>, sink: &mut impl Sink) -> Result<(), Error> {
    let function = ir::build::build(subject.module, subject.function)?;
    sink.write(Style::Plain, ";; ");
    subject.head(subject.operators()?, sink);
    ir::view::view_to(&function, subject.names, sink);
    Ok(())
}
