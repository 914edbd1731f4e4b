//! How fast modules become SSA forms, plans and instrumented modules, per operator and as a whole.

use std::time::{Duration, Instant};

use clap::Args;
use recorder::{Instrumented, Slices};
use slicer::ir::build;
use slicer::module::Module;
use wasm_encoder::{CodeSection, FunctionSection, RawSection};
use wasmparser::{Parser, Payload};
use wasmtime::error::Context;

use crate::programs::{Program, Selection};

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    selection: Selection,
    /// The largest program is measured once more with its functions repeated up to this size.
    #[arg(long, value_name = "MB", default_value_t = 30)]
    enlarged_to: usize,
    /// The best of so many turns counts.
    #[arg(long, default_value_t = 3)]
    turns: usize,
}

/// Bytes of a megabyte.
const MEGABYTE: usize = 1_000_000;

pub(crate) fn run(options: &Options) -> wasmtime::Result<()> {
    let programs = options.selection.programs()?;
    let largest = programs.iter().max_by_key(|program| program.wasm.len());
    let largest = largest.context("there is no program")?;
    println!(
        "| program | bytes | operators | SSA, one core | SSA, all cores | plan | instrumented |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for program in &programs {
        row(&program.name, &program.wasm, options.turns)?;
    }
    let enlarged = enlarged(largest, options.enlarged_to * MEGABYTE)?;
    row(&format!("{}, repeated", largest.name), &enlarged, options.turns)
}

fn row(name: &str, wasm: &[u8], turns: usize) -> wasmtime::Result<()> {
    let module = Module::parse(wasm)?;
    let bodies = module.bodies.len() as u32;
    let mut operators = 0_u64;
    for function in 0..bodies {
        module.for_each_operator(function, |_, _, _| {
            operators += 1;
            Ok(())
        })?;
    }
    let alone = best(turns, || {
        (0..bodies).try_for_each(|function| build::build(&module, function).map(drop))
    })?;
    let together = best(turns, || build::build_all(&module).map(drop))?;
    let planned = best(turns, || slicer::plan::plan(&module, Slices::Chosen).map(drop))?;
    let instrumented =
        best(turns, || Instrumented::new(wasm.to_vec(), Slices::Chosen, 1 << 16).map(drop))?;
    let rate = |time: Duration| {
        let millions = operators as f64 / 1e6 / time.as_secs_f64();
        format!("{:.3} s, {millions:.1} M/s", time.as_secs_f64())
    };
    println!(
        "| {name} | {} | {operators} | {} | {} | {} | {} |",
        wasm.len(),
        rate(alone),
        rate(together),
        rate(planned),
        rate(instrumented),
    );
    Ok(())
}

fn best<E>(turns: usize, mut work: impl FnMut() -> Result<(), E>) -> Result<Duration, E> {
    let mut best = Duration::MAX;
    for _ in 0..turns.max(1) {
        let start = Instant::now();
        work()?;
        best = best.min(start.elapsed());
    }
    Ok(best)
}

/// The program with its functions repeated until their code has at least `bytes`.
fn enlarged(program: &Program, bytes: usize) -> wasmtime::Result<Vec<u8>> {
    let mut types = Vec::new();
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(&program.wasm) {
        match payload? {
            Payload::FunctionSection(section) => {
                types = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.range()),
            _ => {}
        }
    }
    let code: usize = bodies.iter().map(|range| range.len()).sum();
    let times = bytes.div_ceil(code.max(1));
    let mut output = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(&program.wasm) {
        let payload = payload?;
        match (&payload, payload.as_section()) {
            (Payload::FunctionSection(_), _) => {
                let mut section = FunctionSection::new();
                for _ in 0..times {
                    types.iter().for_each(|&index| {
                        section.function(index);
                    });
                }
                output.section(&section);
            }
            (Payload::CodeSectionStart { .. }, _) => {
                let mut section = CodeSection::new();
                for _ in 0..times {
                    bodies.iter().for_each(|range| {
                        section.raw(&program.wasm[range.clone()]);
                    });
                }
                output.section(&section);
            }
            (Payload::CustomSection(_), _) => {}
            (_, Some((id, range))) => {
                output.section(&RawSection { id, data: &program.wasm[range] });
            }
            _ => {}
        }
    }
    Ok(output.finish())
}
