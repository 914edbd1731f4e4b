//! What the constants of the slicer's choice stand on: the price of a recorded word, to the program
//! and to the analysis, and that of an operator that is replayed.

use std::time::{Duration, Instant};

use analyzer::{Analysis, AnalyzeOptions, analyze};
use clap::Args;
use formats::cost_model::CostModel;
use formats::trace::Trace;
use recorder::{Recorder, SharedBytes, Slices};
use wasmtime::error::Context;
use wasmtime::{Engine, Instance, Module, Store};

#[derive(Args)]
pub(crate) struct Options {
    /// How often a nest with recorded values is run.
    #[arg(long, default_value_t = 10_000_000)]
    nests: u32,
    /// How many iterations of a loop are replayed.
    #[arg(long, default_value_t = 30_000_000)]
    iterations: u32,
    /// The best of so many turns counts.
    #[arg(long, default_value_t = 5)]
    turns: u32,
}

/// Values that the narrow and the wide nest record: `i64`s, of two words each.
const NARROW: u32 = 1;
const WIDE: u32 = 7;

pub(crate) fn run(options: &Options) -> wasmtime::Result<()> {
    let words = f64::from((WIDE - NARROW) * 2) * f64::from(options.nests);
    let per_word = |wide: Duration, narrow: Duration| {
        (wide.as_secs_f64() - narrow.as_secs_f64()) / words * 1e9
    };
    let narrow = times(&values(NARROW, options.nests), options.turns)?;
    let wide = times(&values(WIDE, options.nests), options.turns)?;
    let recording = per_word(wide.recorded, narrow.recorded) - per_word(wide.plain, narrow.plain);
    let analysis = per_word(wide.analysis, narrow.analysis);
    let replay = times(&recurrence(options.iterations), options.turns)?;
    let step = replay.analysis.as_secs_f64() / replay.steps as f64 * 1e9;
    println!("a word, while the program runs: {recording:.2} ns");
    println!("a word, to read and count:      {analysis:.2} ns");
    println!("an operator that is replayed:   {step:.2} ns");
    println!("a word is worth {:.1} operators", (recording + analysis) / step);
    Ok(())
}

/// A module whose export `run` goes `times` times through a nest that records this many values. A
/// loop inside of it makes stepping over it worth the words; each runs once.
fn values(count: u32, times: u32) -> String {
    let parameters = "i64 ".repeat(count as usize);
    let sum = (1..count)
        .fold("(local.get 0)".into(), |sum, index| format!("(i64.add {sum} (local.get {index}))"));
    let again = format!("(br_if 0 (i64.lt_s {sum} (i64.const 0)))");
    let argument = "(i64.and (i64.extend_i32_u (local.get 0)) (i64.const 63))";
    let arguments = argument.repeat(count as usize);
    format!(
        "(module
           (func $nest (param {parameters}) (loop (loop {again}) {again}))
           (func (export \"run\") (local i32)
             (loop (call $nest {arguments})
               (local.set 0 (i32.add (local.get 0) (i32.const 1)))
               (br_if 0 (i32.lt_u (local.get 0) (i32.const {times}))))))"
    )
}

/// A module whose export `run` goes through a nest without a closed form: the highest bits of the
/// numbers of a linear congruential generator are added up until they are enough.
fn recurrence(iterations: u32) -> String {
    format!(
        "(module (func (export \"run\") (local i32 i32)
           (loop
             (loop
               (local.set 0
                 (i32.add (i32.mul (local.get 0) (i32.const 1664525)) (i32.const 1013904223)))
               (local.set 1 (i32.add (local.get 1) (i32.shr_u (local.get 0) (i32.const 31))))
               (br_if 0 (i32.lt_u (local.get 1) (i32.const {}))))
             (br_if 0 (i32.lt_u (local.get 1) (i32.const 1))))))",
        iterations / 2
    )
}

/// Times of one program: each the best of the turns.
struct Times {
    plain: Duration,
    recorded: Duration,
    analysis: Duration,
    steps: u64,
}

fn times(text: &str, turns: u32) -> wasmtime::Result<Times> {
    let wasm = wat::parse_str(text)?;
    let model = CostModel::builtin("unit").context("there is no such model")?;
    let mut best: Option<Times> = None;
    for _ in 0..turns.max(1) {
        let plain = plain(&wasm)?;
        let trace = SharedBytes::default();
        let recorder = Recorder::builder().module(wasm.clone()).slices(Slices::Chosen);
        let receipt = recorder.invoke("run").build()?.run(trace.clone())?;
        let trace = Trace::from_bytes(trace.take())?;
        let start = Instant::now();
        let Analysis { stats, .. } = analyze(&trace, &model, &AnalyzeOptions::default())?;
        let this = Times {
            plain,
            recorded: receipt.guest_time,
            analysis: start.elapsed(),
            steps: stats.steps,
        };
        best = Some(match best {
            None => this,
            Some(best) => Times {
                plain: best.plain.min(this.plain),
                recorded: best.recorded.min(this.recorded),
                analysis: best.analysis.min(this.analysis),
                steps: this.steps,
            },
        });
    }
    best.context("there is no turn")
}

fn plain(wasm: &[u8]) -> wasmtime::Result<Duration> {
    let engine = Engine::new(&recorder::engine::config())?;
    let module = Module::new(&engine, wasm)?;
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
    let start = Instant::now();
    run.call(&mut store, ())?;
    Ok(start.elapsed())
}
