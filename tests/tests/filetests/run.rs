//! The runs of a file: each plainly, under the oracles and recorded, and once more on the module
//! that went through the IR and back.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use tests::exact::{self, Options, Summary};
use tests::program::{Call, Program};
use wasmtime::FuncType;

use crate::directives::{File, Fuel, Run};
use crate::heap::Heaps;
use crate::values;

/// Checks all runs of the file that is called `name`, on the module with its heaps.
///
/// # Errors
///
/// With the line of the first run that does not do what it should.
pub(crate) fn check(file: &File, name: &str, wasm: &[u8], heaps: &Heaps) -> Result<()> {
    let engine = tests::engine::engine(|_| ())?;
    let module = wasmtime::Module::new(&engine, wasm).map_err(tests::engine::failure)?;
    let types = module
        .exports()
        .filter_map(|export| Some((export.name().to_owned(), export.ty().func()?.clone())))
        .collect();
    let back = match file.one_way {
        true => None,
        false => Some(slicer::ir::round_trip::module(wasm).context("through the IR and back")?),
    };
    let runner = Runner { file, name, wasm, back: back.as_deref(), heaps, types };
    for run in &file.runs {
        runner.run(run).with_context(|| format!("{name}:{}", run.line))?;
    }
    Ok(())
}

struct Runner<'a> {
    file: &'a File,
    name: &'a str,
    wasm: &'a [u8],
    /// The module that went through the IR.
    back: Option<&'a [u8]>,
    heaps: &'a Heaps,
    /// By export.
    types: BTreeMap<String, FuncType>,
}

impl Runner<'_> {
    fn run(&self, run: &Run) -> Result<()> {
        let ty = self.types.get(&run.export);
        let ty = ty.with_context(|| format!("the module exports no function {}", run.export))?;
        let call = self.call(run, ty)?;
        let results: Vec<_> = ty.results().collect();
        let program = Program::calls(self.name, self.wasm.to_vec(), vec![call.clone()]);
        let options = Options { slices: self.file.slices.clone(), ..Options::default() };
        let (summary, differences) = exact::check(&program, &options)?;
        ensure!(differences.is_empty(), "not exact\n{differences}");
        let ending = summary.recorded.endings.last().context("it did not end")?;
        values::check(ending, &run.ending, &results)?;
        for fuel in &run.fuel {
            costs(fuel, &summary).with_context(|| format!("fuel of line {}", fuel.line))?;
        }
        if let Some(back) = self.back {
            let program = Program::calls(self.name, back.to_vec(), vec![call]);
            let plain = tests::engine::run_plain(&program)?;
            let ending = plain.endings.last().context("it did not end")?;
            values::check(ending, &run.ending, &results).context("through the IR and back")?;
        }
        Ok(())
    }

    fn call(&self, run: &Run, ty: &FuncType) -> Result<Call> {
        let parameters: Vec<_> = ty.params().collect();
        ensure!(run.arguments.len() == parameters.len(), "it takes {} arguments", parameters.len());
        let arguments = run.arguments.iter().zip(&parameters).map(|(text, ty)| {
            if !text.starts_with('<') {
                return values::value(text, ty);
            }
            let address = self.heaps.address(text);
            let address = address.with_context(|| format!("no `;; heap: {text} size=N`"))?;
            values::value(&address.to_string(), ty)
        });
        Ok(Call::new(&run.export, &arguments.collect::<Result<Vec<_>>>()?))
    }
}

/// That the run costs `expected`.
fn costs(expected: &Fuel, summary: &Summary) -> Result<()> {
    let report =
        summary.reports.iter().find(|report| report.cost_model.name == expected.model.name);
    let found = &report.context("the model was not asked")?.fuel;
    ensure!(
        (found.low, found.high) == (expected.low, expected.high),
        "it costs {} by {}, derived by hand {}: one of them is wrong",
        interval(found.low, found.high),
        expected.model.name,
        interval(expected.low, expected.high)
    );
    Ok(())
}

fn interval(low: u128, high: u128) -> String {
    if low == high { low.to_string() } else { format!("{low}..{high}") }
}
