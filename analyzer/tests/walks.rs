//! Random runs of a program with every kind of control flow: the analyzer finds what they used.

mod support;

use analyzer::{Analysis, AnalyzeOptions, analyze};
use formats::cost_model::CostModel;
use formats::trace::{Detail, Trace};
use support::{PROGRAM, Program, Random, Truth, odd_prices, record};

const RUNS: u64 = 300;

fn analyzed(bytes: Vec<u8>, model: &CostModel, jobs: usize) -> Analysis {
    let trace = Trace::from_bytes(bytes).expect("a trace");
    let options = AnalyzeOptions { jobs: Some(jobs), ..AnalyzeOptions::default() };
    analyze(&trace, model, &options).expect("priced")
}

/// What the report says, in the form of the truth.
fn found(program: &Program, analysis: &Analysis) -> Truth {
    let first = program.plan.imported_functions;
    let report = &analysis.report;
    let mut truth = Truth { fuel: report.fuel.total, ..Truth::default() };
    for function in &report.functions {
        let sums = (function.calls, function.self_fuel, function.total_fuel.unwrap_or(0));
        truth.functions.insert(function.index - first, sums);
    }
    for found in &report.loops {
        let function = found.function - first;
        let loops = &program.plan.functions[function as usize].loops;
        let index = loops.iter().position(|each| each.operator == found.operator);
        let index = index.expect("a loop of the plan") as u32;
        truth.loops.insert((function, index), (found.iterations, found.self_fuel));
    }
    truth
}

#[test]
fn fuel_calls_iterations_and_inclusive_fuel_are_exact() {
    for (model, name) in [(odd_prices(), "odd"), (unit(), "unit"), (wasmtime(), "wasmtime")] {
        let program = Program::new(PROGRAM, model);
        let (mut exact, mut cut_short) = (0, 0);
        for seed in 0..RUNS {
            let mut random = Random(seed);
            let (bytes, truth, _) = record(&program, &mut random, Detail::Full, 2, 600);
            let analysis = analyzed(bytes, &program.model, 2);
            let fuel = analysis.report.fuel;
            assert!(
                fuel.low <= truth.fuel && truth.fuel <= fuel.high,
                "{name} {seed}: {} is not in {}..={}",
                truth.fuel,
                fuel.low,
                fuel.high
            );
            assert_eq!(fuel.total, fuel.low);
            if truth.cut_short {
                cut_short += 1;
                continue;
            }
            exact += 1;
            assert_eq!(fuel.low, fuel.high, "{name} {seed}");
            assert_eq!(found(&program, &analysis), truth, "{name} {seed}");
        }
        assert!(exact > RUNS / 10 && cut_short > RUNS / 10, "{exact} exact, {cut_short} cut short");
    }
}

#[test]
fn counts_give_the_same_without_inclusive_fuel() {
    let program = Program::new(PROGRAM, odd_prices());
    for seed in 0..RUNS / 3 {
        let (full, truth, _) = record(&program, &mut Random(seed), Detail::Full, 2, 600);
        let (counts, _, _) = record(&program, &mut Random(seed), Detail::Counts, 2, 600);
        let counts = analyzed(counts, &program.model, 1).report;
        assert!(counts.fuel.low <= truth.fuel && truth.fuel <= counts.fuel.high, "{seed}");
        assert!(counts.functions.iter().all(|function| function.total_fuel.is_none()));
        if !truth.cut_short {
            let full = analyzed(full, &program.model, 1).report;
            assert_eq!(counts.fuel, full.fuel);
            assert_eq!(counts.loops, full.loops);
        }
    }
}

#[test]
fn the_report_is_the_same_for_any_number_of_threads() {
    let program = Program::new(PROGRAM, odd_prices());
    for seed in 0..20 {
        let (bytes, _, _) = record(&program, &mut Random(seed), Detail::Full, 3, 3000);
        let one = analyzed(bytes.clone(), &program.model, 1);
        for jobs in [2, 3, 7] {
            let several = analyzed(bytes.clone(), &program.model, jobs);
            assert_eq!((several.report, several.notes), (one.report.clone(), one.notes.clone()));
        }
    }
}

#[test]
fn truths_of_traps_are_tight_where_one_path_leads_to_the_trap() {
    let program = Program::new(PROGRAM, odd_prices());
    let (mut tight, mut wide) = (0, 0);
    for seed in 0..RUNS {
        let (bytes, truth, _) = record(&program, &mut Random(seed), Detail::Full, 1, 100);
        let analysis = analyzed(bytes, &program.model, 1);
        let fuel = analysis.report.fuel;
        if truth.cut_short && fuel.low == fuel.high {
            assert_eq!(truth.fuel, fuel.low);
            let own = |truth: Truth| truth.functions.into_iter().map(|(key, sums)| (key, sums.1));
            let found = found(&program, &analysis);
            assert!(own(found).eq(own(truth)), "{seed}");
            tight += 1;
        } else if truth.cut_short {
            wide += 1;
        }
    }
    assert!(tight > wide, "{tight} tight, {wide} wide");
}

#[test]
fn a_switch_with_very_many_targets_is_priced() {
    const TARGETS: usize = 20_000;
    let labels: String = (0..TARGETS).map(|label| format!("{label} ")).collect();
    let text = format!(
        "(module (func (param i32) {} (br_table {labels} (local.get 0)) {}))",
        "(block ".repeat(TARGETS),
        " nop)".repeat(TARGETS)
    );
    let program = Program::new(&text, odd_prices());
    for seed in 0..3 {
        let (bytes, truth, _) = record(&program, &mut Random(seed), Detail::Full, 1, 100_000);
        let analysis = analyzed(bytes, &program.model, 2);
        assert_eq!(analysis.report.fuel.low, truth.fuel);
    }
}

fn unit() -> CostModel {
    CostModel::builtin("unit").expect("built in")
}

fn wasmtime() -> CostModel {
    CostModel::builtin("wasmtime").expect("built in")
}
