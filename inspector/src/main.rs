//! `wf-slice`: what the slicer sees in a module and what it decides, for people and for tests.
//!
//! The texts are the library's: [`slicer::explain`]. Functions are written one by one.

mod args;
mod cost_model;
mod input;
mod output;

use std::process::ExitCode;

use analyzer::names::{FunctionNames, printable};
use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use formats::cost_model::CostModel;
use formats::plan::Plan;
use recorder::{DEFAULT_RING_BYTES, Instrumented};
use slicer::explain::{self, Subject};
use slicer::module::Module;

use args::{Args, Emit};
use output::Output;

/// Exit status for usage errors and for modules that can't be sliced.
const FAILURE: u8 = 2;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has seen enough of it: as for other tools, that is no failure.
        Err(error) if output::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("{error:#}"), args.color);
            ExitCode::from(FAILURE)
        }
    }
}

fn run(args: &Args) -> Result<()> {
    if args.view && args.emit != Emit::Ir {
        bail!("--view is for --emit ir");
    }
    let name = input::name(&args.module);
    let wasm = input::read(&args.module)?;
    if args.emit == Emit::Instrumented {
        return instrumented(args, wasm).context(name);
    }
    let model = cost_model::load(&args.cost_model)?;
    let module = Module::parse(&wasm).context(name.clone())?;
    let names = FunctionNames::read(&wasm);
    let functions = match &args.function {
        None => (0..module.bodies.len() as u32).collect(),
        Some(wanted) => vec![function(&module, &names, wanted).context(name.clone())?],
    };
    let plan = match args.emit {
        Emit::Ir => Plan::default(),
        _ => slicer::plan::plan(&module, args.slices()).context(name.clone())?,
    };
    let mut output = Output::open(args)?;
    let names = |index: u32| names.given(index).map(printable);
    for (place, &function) in functions.iter().enumerate() {
        if place > 0 {
            output.text("\n");
        }
        let subject = Subject { module: &module, function, names: &names };
        explain(args, subject, &plan, &model, &mut output).context(name.clone())?;
        output.check()?;
    }
    output.finish()
}

fn explain(
    args: &Args,
    subject: Subject<'_, '_>,
    plan: &Plan,
    model: &CostModel,
    output: &mut Output,
) -> Result<(), slicer::Error> {
    match args.emit {
        Emit::Ir if args.view => explain::view(subject, output),
        Emit::Ir => explain::ir(subject, output),
        Emit::Plan => explain::plan(subject, plan, output),
        Emit::Slices => explain::slices(subject, plan, args.slices(), model, output),
        Emit::Instrumented => Ok(()),
    }
}

/// The number of the defined function that `wanted` is the index or the name of.
fn function(module: &Module<'_>, names: &FunctionNames, wanted: &str) -> Result<u32> {
    let count = module.function_types.len() as u32;
    let named = || (0..count).find(|&index| names.given(index) == Some(wanted));
    let index = wanted.parse::<u32>().ok().or_else(named);
    let index = index.ok_or_else(|| anyhow!("no function is called `{wanted}`"))?;
    if index >= count {
        bail!("there is no function {index}: the module has {count}");
    }
    index
        .checked_sub(module.imported_functions)
        .ok_or_else(|| anyhow!("function {index} is imported: it has no body to look at"))
}

fn instrumented(args: &Args, wasm: Vec<u8>) -> Result<()> {
    if args.function.is_some() {
        bail!("an instrumented module is shown as a whole: leave out --function");
    }
    let instrumented = Instrumented::new(wasm, args.slices(), DEFAULT_RING_BYTES)?;
    let mut output = Output::open(args)?;
    if args.output.is_some() {
        output.bytes(&instrumented.wasm);
    } else {
        let print = wasmprinter::print_bytes(&instrumented.wasm);
        output.text(&print.map_err(|error| anyhow!("can't be printed: {error}"))?);
    }
    output.finish()
}
