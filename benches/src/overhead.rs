//! What recording costs: each program plain, with Wasmtime's own fuel counter, and recorded, in
//! turns in one process. The drain, its compression and the writing (to nowhere) are included in
//! the recorded time; compilation is not included in any.

use std::time::{Duration, Instant};

use clap::Args;
use recorder::{Recorder, RecorderBuilder, UnknownImports};
use wasmtime::{Engine, Linker, Module, Store};
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p2::pipe::SinkOutputStream;

use crate::programs::{Program, Selection};

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    selection: Selection,
    /// How often each program runs in each way, after one run to warm up.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
}

/// Figures of one program: medians of the runs.
struct Row {
    name: String,
    plain: Duration,
    fuel: Duration,
    recorded: Duration,
    events: u64,
    trace_bytes: u64,
    /// Operators executed, as the engine's default prices count them.
    fuel_used: u64,
    code_growth: f64,
}

impl Row {
    fn fuel_ratio(&self) -> f64 {
        self.fuel.as_secs_f64() / self.plain.as_secs_f64()
    }

    fn recorded_ratio(&self) -> f64 {
        self.recorded.as_secs_f64() / self.plain.as_secs_f64()
    }

    fn bytes_per_million(&self) -> f64 {
        self.trace_bytes as f64 / (self.fuel_used as f64 / 1e6)
    }
}

pub(crate) fn run(options: &Options) -> wasmtime::Result<()> {
    let programs = options.selection.programs()?;
    println!("| program | plain s | fuel | recorded | events | trace bytes | bytes/Mop | code |");
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    let mut rows = Vec::new();
    for program in &programs {
        let row = measure(program, options.runs)?;
        println!(
            "| {} | {:.4} | {:.2} | {:.2} | {} | {} | {:.0} | {:.2} |",
            row.name,
            row.plain.as_secs_f64(),
            row.fuel_ratio(),
            row.recorded_ratio(),
            row.events,
            row.trace_bytes,
            row.bytes_per_million(),
            row.code_growth,
        );
        rows.push(row);
    }
    println!(
        "| **geometric mean** | | {:.3} | {:.3} | | | {:.0} | {:.2} |",
        geometric_mean(rows.iter().map(Row::fuel_ratio)),
        geometric_mean(rows.iter().map(Row::recorded_ratio)),
        geometric_mean(rows.iter().map(Row::bytes_per_million)),
        geometric_mean(rows.iter().map(|row| row.code_growth)),
    );
    Ok(())
}

fn geometric_mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    (values.map(f64::ln).sum::<f64>() / count).exp()
}

pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn measure(program: &Program, runs: u32) -> wasmtime::Result<Row> {
    let plain = Compiled::new(program, false)?;
    let metered = Compiled::new(program, true)?;
    let (mut plain_times, mut fuel_times, mut recorded_times) = (vec![], vec![], vec![]);
    let mut row = None;
    for run in 0..=runs {
        let (plain_time, _) = plain.run(program)?;
        let (fuel_time, fuel_used) = metered.run(program)?;
        let recorder = recorder(program)?;
        let grown = recorder.instrumented().wasm.len() as f64;
        let receipt = recorder.run(std::io::sink())?;
        if run == 0 {
            let report = receipt.report();
            row = Some((report.events, report.trace_bytes, fuel_used, grown));
            continue;
        }
        plain_times.push(plain_time);
        fuel_times.push(fuel_time);
        recorded_times.push(receipt.guest_time);
    }
    let (events, trace_bytes, fuel_used, grown) = row.expect("there is a run to warm up");
    Ok(Row {
        name: program.name.clone(),
        plain: median(plain_times),
        fuel: median(fuel_times),
        recorded: median(recorded_times),
        events,
        trace_bytes,
        fuel_used,
        code_growth: grown / program.wasm.len() as f64,
    })
}

fn silence(context: &mut WasiCtxBuilder) {
    context.stdout(SinkOutputStream).stderr(SinkOutputStream);
}

fn recorder(program: &Program) -> wasmtime::Result<Recorder> {
    Ok(builder(program).build()?)
}

/// A recorder of `program` that prints nothing.
pub(crate) fn builder(program: &Program) -> RecorderBuilder {
    Recorder::builder()
        .module(program.wasm.clone())
        .program(program.name.clone())
        .directory(program.directory())
        .deterministic(0)
        .unknown_imports(UnknownImports::Default)
        .wasi(silence)
}

/// A program that is ready to run without being recorded.
pub(crate) struct Compiled {
    engine: Engine,
    module: Module,
    metered: bool,
}

impl Compiled {
    pub(crate) fn new(program: &Program, metered: bool) -> wasmtime::Result<Compiled> {
        let mut config = recorder::engine::config();
        config.consume_fuel(metered);
        let engine = Engine::new(&config)?;
        let module = Module::new(&engine, &program.wasm)?;
        Ok(Compiled { engine, module, metered })
    }

    /// Runs the program; gives its wall time and the fuel that the engine counted.
    pub(crate) fn run(&self, program: &Program) -> wasmtime::Result<(Duration, u64)> {
        let mut context = program.wasi().context()?;
        silence(&mut context);
        let mut store: Store<WasiP1Ctx> = Store::new(&self.engine, context.build_p1());
        if self.metered {
            store.set_fuel(u64::MAX)?;
        }
        let mut linker = Linker::new(&self.engine);
        recorder::wasi::define(&mut linker, |context| context)?;
        linker.define_unknown_imports_as_default_values(&mut store, &self.module)?;
        let start = Instant::now();
        let instance = linker.instantiate(&mut store, &self.module)?;
        let main = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
        // Programs end by `proc_exit` as well; either way the time is that of the whole program.
        let _ = main.call(&mut store, ());
        let time = start.elapsed();
        let used = if self.metered { u64::MAX - store.get_fuel()? } else { 0 };
        Ok((time, used))
    }
}
