//! The runs of a file: each plainly, under the oracles and recorded, and once more on the module
//! that went through the IR and back.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use tests::exact::{self, Options, Summary};
use tests::program::{Call, Program};
use wasmtime::FuncType;

use crate::directives::{File, Run};
use crate::values;

/// Checks all runs.
///
/// # Errors
///
/// With the line of the first run that does not do what it should.
pub(crate) fn check(
    file: &File,
    name: &str,
    wasm: &[u8],
    addresses: &BTreeMap<String, u64>,
) -> Result<()> {
    let engine = tests::engine::engine(|_| ())?;
    let module = wasmtime::Module::new(&engine, wasm).map_err(tests::engine::failure)?;
    let types: BTreeMap<String, FuncType> = module
        .exports()
        .filter_map(|export| Some((export.name().to_owned(), export.ty().func()?.clone())))
        .collect();
    let back = match file.round_trip {
        true => Some(slicer::ir::round_trip::module(wasm).context("through the IR and back")?),
        false => None,
    };
    for run in &file.runs {
        one(file, run, name, wasm, back.as_deref(), addresses, &types)
            .with_context(|| format!("{name}:{}", run.line))?;
    }
    Ok(())
}

fn one(
    file: &File,
    run: &Run,
    name: &str,
    wasm: &[u8],
    back: Option<&[u8]>,
    addresses: &BTreeMap<String, u64>,
    types: &BTreeMap<String, FuncType>,
) -> Result<()> {
    let ty = types.get(&run.export).with_context(|| format!("no function {}", run.export))?;
    let call = call(run, ty, addresses)?;
    let results: Vec<_> = ty.results().collect();
    let program = Program::calls(name, wasm.to_vec(), vec![call.clone()]);
    let options = Options { slices: file.slices.clone(), ..Options::default() };
    let (summary, differences) = exact::check(&program, &options)?;
    ensure!(differences.is_empty(), "not exact\n{differences}");
    let ending = summary.recorded.endings.last().context("it did not end")?;
    values::check(ending, &run.ending, &results)?;
    fuel(run, &summary)?;
    if let Some(back) = back {
        let plain = tests::engine::run_plain(&Program::calls(name, back.to_vec(), vec![call]))?;
        let ending = plain.endings.last().context("it did not end")?;
        values::check(ending, &run.ending, &results).context("through the IR and back")?;
    }
    Ok(())
}

fn call(run: &Run, ty: &FuncType, addresses: &BTreeMap<String, u64>) -> Result<Call> {
    let parameters: Vec<_> = ty.params().collect();
    ensure!(run.arguments.len() == parameters.len(), "it takes {} arguments", parameters.len());
    let arguments = run.arguments.iter().zip(&parameters).map(|(text, ty)| {
        if !text.starts_with('<') {
            return values::value(text, ty);
        }
        let address = addresses.get(text).with_context(|| format!("no heap {text}"))?;
        values::value(&address.to_string(), ty)
    });
    Ok(Call::new(&run.export, &arguments.collect::<Result<Vec<_>>>()?))
}

fn fuel(run: &Run, summary: &Summary) -> Result<()> {
    for (expected, model) in &run.fuel {
        let name = if model == "wasmtime" { "wasmtime-48" } else { model };
        let report = summary.reports.iter().find(|report| report.cost_model.name == name);
        let Some(report) = report else { bail!("no cost model {model}") };
        let (low, high) = (report.fuel.low, report.fuel.high);
        let expected = u128::from(*expected);
        ensure!(low == expected && high == expected, "fuel {low}..{high}, expected {expected}");
    }
    Ok(())
}
