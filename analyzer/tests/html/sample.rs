//! Profiles made by hand, for the HTML report.

use std::time::Duration;

use analyzer::analysis::{Analysis, Stats};
use analyzer::names::FunctionNames;
use analyzer::profile::{CodeLine, FunctionCode, Profile, SourceLine, Stretch};
use analyzer::tree::{CallNode, CallTree};
use formats::report::{
    CostModelReport, Detail, Fuel, FunctionInterval, FunctionReport, LoopReport, Mode,
    OperatorReport, OutcomeKind, OutcomeReport, Range, Report, SCHEMA, SampleReport, TraceReport,
};

/// A function that wants to be markup.
pub(crate) const HOSTILE: &str = "</script><img src=x onerror=alert(1)>";

const NAMES: &[&str] = &[
    "_start",
    "__main_void",
    "std::rt::lang_start_internal",
    "markdown::main",
    "markdown::parser::Parser::parse_document",
    "markdown::parser::Parser::parse_block",
    "markdown::parser::Parser::parse_inline",
    "markdown::parser::Parser::parse_table",
    "markdown::parser::tokens::Tokenizer::next_token",
    "markdown::parser::tokens::Tokenizer::skip_whitespace",
    "markdown::render::html::HtmlRenderer::render_node",
    "markdown::render::html::HtmlRenderer::escape_into",
    "markdown::render::html::HtmlRenderer::render_table::{{closure}}",
    "markdown::links::resolve_references",
    "core::str::pattern::TwoWaySearcher::next::<core::str::pattern::MatchOnly>",
    "core::slice::sort::stable::drift::sort::<(alloc::string::String, usize), fn(&A, &A) -> bool>",
    "core::slice::sort::shared::smallsort::small_sort_general_with_scratch",
    "core::fmt::write",
    "core::fmt::Formatter::pad_integral",
    "core::fmt::num::imp::<impl core::fmt::Display for u64>::fmt",
    "core::str::converts::from_utf8",
    "core::hash::sip::Hasher::write",
    "alloc::raw_vec::RawVecInner::finish_grow",
    "alloc::raw_vec::RawVecInner::reserve::do_reserve_and_handle",
    "alloc::string::String::push_str",
    "alloc::collections::btree::map::BTreeMap<K,V>::insert",
    "alloc::collections::btree::node::Handle::split",
    "hashbrown::raw::RawTable<T,A>::reserve_rehash",
    "hashbrown::raw::RawTable<T,A>::find",
    "<alloc::vec::Vec<T> as core::iter::traits::collect::FromIterator<T>>::from_iter",
    "memchr::arch::generic::memchr::One::find_raw",
    "memchr::memmem::searcher::Searcher::find",
    "regex_automata::hybrid::search::find_fwd",
    "regex_automata::hybrid::dfa::Lazy::cache_next_state",
    "regex_automata::dfa::onepass::DFA::try_search_slots",
    "regex_syntax::hir::translate::TranslatorI::push",
    "serde_json::de::Deserializer<R>::parse_value",
    "serde_json::read::SliceRead::parse_str_bytes",
    "dlmalloc::dlmalloc::Dlmalloc<A>::malloc",
    "dlmalloc::dlmalloc::Dlmalloc<A>::free",
    "dlmalloc::dlmalloc::Dlmalloc<A>::unlink_chunk",
    "memcpy",
    "memmove",
    "memset",
    "memcmp",
    "strlen",
    "malloc",
    "free",
    "realloc",
    "qsort_r",
    "__wasi_fd_write",
    "__wasm_call_ctors",
    "std::io::Write::write_all",
    "std::io::buffered::bufwriter::BufWriter<W>::flush_buf",
    "std::sys::thread_local::destructors::run",
    "compiler_builtins::int::udiv::__udivti3",
    "compiler_builtins::float::div::__divdf3",
    "fib",
    "drop_in_place<alloc::vec::Vec<markdown::ast::Node>>",
    HOSTILE,
];

/// Random enough (xorshift64*, S. Vigna 2016), and the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit
    }
}

/// A program of some size, more than 2^64 fuel, counted.
pub(crate) fn exact() -> Profile {
    let tree = calls(4000);
    let functions = functions(&tree);
    let total: u128 = functions.iter().map(|found| found.self_fuel).sum();
    let loops = loops(&functions);
    let report = Report {
        schema: SCHEMA.to_string(),
        mode: Mode::Exact,
        cost_model: CostModelReport {
            name: "wasmtime-48".to_string(),
            hash: "4f6d1a0c9be27735".to_string(),
        },
        program: "markdown.wasm".to_string(),
        complete: true,
        fuel: Fuel { total, low: total, high: total, confidence: None },
        outcome: OutcomeReport {
            kind: OutcomeKind::Exit,
            code: 0,
            message: None,
            location: None,
            function: None,
        },
        trace: TraceReport {
            events: 18_204_113,
            segments: 312,
            streams: 2,
            bytes: 21_345_678,
            dropped_events: 0,
            nanoseconds: 1_562_000_000,
            detail: Detail::Full,
        },
        sample: None,
        functions,
        loops,
        operators: classes(total),
    };
    let stats = Stats { count_time: Duration::ZERO, ..Stats::default() };
    Profile {
        timeline: timeline(total),
        code: code(&report.functions),
        analysis: Analysis { report, notes: Vec::new(), stats },
        names: FunctionNames::default(),
        tree,
    }
}

/// The same, estimated from a part of a trace that is cut off.
pub(crate) fn estimate() -> Profile {
    let mut profile = exact();
    let report = &mut profile.analysis.report;
    let total = report.fuel.total;
    report.mode = Mode::Approx;
    report.complete = false;
    report.outcome.kind = OutcomeKind::Trap;
    report.outcome.message = Some("wasm trap: out of bounds memory access".to_string());
    report.fuel =
        Fuel { total, low: total - total / 130, high: total + total / 120, confidence: Some(0.95) };
    report.sample = Some(SampleReport {
        target: 0.01,
        met: true,
        seed: 7,
        segments: 41,
        bytes: 2_811_006,
        least: total / 9,
        most: Some(total * 7),
    });
    for (place, found) in report.functions.iter_mut().enumerate() {
        let range = |value: u128| Range { low: value - value / 50, high: value + value / 40 };
        let mut self_fuel = range(found.self_fuel);
        if place % 7 == 6 {
            self_fuel.high = u128::MAX;
        }
        found.total_fuel = None;
        found.interval = Some(FunctionInterval { calls: range(found.calls), self_fuel });
    }
    profile.analysis.notes = vec![
        "the trace is truncated after segment 312 at byte 21345678".to_string(),
        "the trap cut a path of func[12] short that has several ways to the trapping operator: \
         between 4 and 19 fuel of it ran"
            .to_string(),
    ];
    profile.tree = CallTree::default();
    profile.analysis.report.operators.clear();
    profile.code.clear();
    profile.timeline.clear();
    profile
}

/// Fifty thousand functions, a million contexts, and a chain of thirty thousand calls.
pub(crate) fn large() -> Profile {
    let mut profile = exact();
    let report = &mut profile.analysis.report;
    report.functions = (0..50_000_u32)
        .map(|index| FunctionReport {
            index,
            name: format!("library_{}::module_{}::function_{index}", index % 40, index % 999),
            calls: u128::from(index) + 1,
            self_fuel: u128::from((index * 7919) % 50_021) * 31,
            total_fuel: Some(u128::from(index) * 1000),
            interval: None,
        })
        .collect();
    let total = report.functions.iter().map(|found| found.self_fuel).sum();
    report.fuel = Fuel { total, low: total, high: total, confidence: None };
    let chain = (0..30_000_u32).map(|level| (level.checked_sub(1), level % 3 + 1));
    let bush = (30_000..1_000_000_u32).map(|index| {
        let parent = (index - 30_000).checked_sub(1).map(|place| 30_000 + place / 4);
        (parent, index % 50_000)
    });
    let node = |(parent, function)| CallNode { parent, function, calls: 2, fuel: 19_382 };
    profile.tree.nodes = chain.chain(bush).map(node).collect();
    profile
}

/// A program that did nothing.
pub(crate) fn empty() -> Profile {
    let mut profile = exact();
    let report = &mut profile.analysis.report;
    report.fuel = Fuel { total: 0, low: 0, high: 0, confidence: None };
    report.functions.clear();
    report.loops.clear();
    report.trace = TraceReport::default();
    profile.tree = CallTree::default();
    profile.timeline.clear();
    profile.analysis.report.operators.clear();
    profile.code.clear();
    profile
}

fn calls(contexts: u32) -> CallTree {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut nodes = vec![CallNode { parent: None, function: 0, calls: 1, fuel: 1 << 50 }];
    for function in 1..5 {
        let parent = Some(nodes.len() as u32 - 1);
        nodes.push(CallNode { parent, function, calls: 1, fuel: 1 << (48 + function) });
    }
    let fib = NAMES.iter().position(|name| *name == "fib").expect("it is there") as u32;
    for _ in 0..40 {
        let parent = Some(nodes.len() as u32 - 1);
        nodes.push(CallNode { parent, function: fib, calls: 3, fuel: 1 << 56 });
    }
    let mut depths = vec![5_u32; nodes.len()];
    while nodes.len() < contexts as usize {
        let parent = 4 + random.below(nodes.len() as u64 - 4) as usize;
        let function = 5 + random.below(NAMES.len() as u64 - 5) as u32;
        if depths[parent] > 28 || nodes[parent].function == fib || function == fib {
            continue;
        }
        let weight = random.below(1 << 20);
        let fuel = u128::from(weight * weight / (1 + random.below(30))) << 18;
        let calls = 1 + random.below(100_000);
        depths.push(depths[parent] + 1);
        nodes.push(CallNode { parent: Some(parent as u32), function, calls, fuel });
    }
    CallTree { nodes }
}

fn functions(tree: &CallTree) -> Vec<FunctionReport> {
    let inclusive = tree.inclusive();
    let mut functions: Vec<FunctionReport> = NAMES
        .iter()
        .enumerate()
        .map(|(index, name)| FunctionReport {
            index: index as u32,
            name: (*name).to_string(),
            calls: 0,
            self_fuel: 0,
            total_fuel: Some(0),
            interval: None,
        })
        .collect();
    for (node, total) in tree.nodes.iter().zip(inclusive) {
        let found = &mut functions[node.function as usize];
        found.calls += u128::from(node.calls);
        found.self_fuel += node.fuel;
        let is_recursion =
            node.parent.is_some_and(|parent| tree.nodes[parent as usize].function == node.function);
        if !is_recursion {
            found.total_fuel = found.total_fuel.map(|sum| sum + total);
        }
    }
    functions.retain(|found| found.calls > 0);
    functions.sort_by_key(|found| std::cmp::Reverse(found.self_fuel));
    functions
}

fn loops(functions: &[FunctionReport]) -> Vec<LoopReport> {
    let mut random = Random(77);
    let mut loops: Vec<LoopReport> = functions
        .iter()
        .take(34)
        .map(|found| LoopReport {
            function: found.index,
            operator: 3 + random.below(400) as u32,
            iterations: found.calls * u128::from(1 + random.below(500)),
            self_fuel: found.self_fuel / u128::from(1 + random.below(9)),
            interval: None,
        })
        .collect();
    loops.sort_by_key(|found| std::cmp::Reverse(found.self_fuel));
    loops
}

fn timeline(total: u128) -> Vec<Stretch> {
    let mut random = Random(4242);
    let weights: Vec<u64> = (0..300_u64)
        .map(|at| {
            let phase = if (90..130).contains(&at) { 2000 } else { 7000 + 4000 * (at / 40 % 3) };
            phase + random.below(3000)
        })
        .collect();
    let sum = u128::from(weights.iter().sum::<u64>());
    let mut now = 1_200_000;
    let stretch = |&weight: &u64| {
        let start_ns = now;
        now += 9_000_000 + weight * 300;
        Stretch { stream: 0, start_ns, end_ns: now, fuel: total * u128::from(weight) / sum }
    };
    let mut stretches: Vec<Stretch> = weights.iter().map(stretch).collect();
    stretches[100..140].iter_mut().for_each(|stretch| stretch.stream = 1);
    stretches
}

fn classes(total: u128) -> Vec<OperatorReport> {
    const CLASSES: [(&str, u128); 14] = [
        ("local", 310),
        ("constant", 150),
        ("integer", 140),
        ("load", 125),
        ("comparison", 80),
        ("control", 70),
        ("store", 55),
        ("call", 20),
        ("select", 6),
        ("float", 14),
        ("conversion", 9),
        ("memory", 6),
        ("function entry", 10),
        ("bytes and elements", 5),
    ];
    let class = |&(name, parts): &(&str, u128)| OperatorReport {
        class: name.to_string(),
        count: total * parts / 1000,
        fuel: total * parts / 1000,
    };
    CLASSES.iter().map(class).collect()
}

fn code(functions: &[FunctionReport]) -> Vec<FunctionCode> {
    const OPERATORS: [&str; 16] = [
        "local.get 0",
        "local.get 3",
        "i32.load offset=12",
        "i32.const 255",
        "i32.and",
        "local.tee 7",
        "i32.const 1048576",
        "i32.lt_u",
        "br_if 0",
        "local.get 2",
        "i32.const 1",
        "i32.add",
        "local.set 2",
        "call 38",
        "v128.const i32x4 0x00000000 0x00000001 0x00000002 0x00000003",
        "i64.store align=4 offset=40",
    ];
    let mut random = Random(99);
    let mut code = Vec::new();
    for (place, found) in functions.iter().take(6).enumerate() {
        let (mut depth, mut heat) = (0_u32, 40_u128);
        let lines = (0..120 + place as u32 * 230).map(|operator| {
            let (text, indent) = match random.below(14) {
                0 if depth < 9 => (["block", "loop", "if"][random.below(3) as usize], 1),
                1 if depth > 0 => ("end", -1),
                _ => (OPERATORS[random.below(16) as usize], 0),
            };
            depth = depth.saturating_sub(u32::from(indent < 0));
            let line_depth = depth;
            depth += u32::from(indent > 0);
            if indent != 0 {
                heat = [0, 1, 30, 400, 90][random.below(5) as usize];
            }
            CodeLine {
                operator,
                depth: line_depth,
                text: text.to_string(),
                count: found.self_fuel / 90_000 * heat,
                fuel: found.self_fuel / 90_000 * heat,
                source: Some(SourceLine {
                    file: "/home/ann/markdown/src/parser/tokens.rs".to_string(),
                    line: 120 + operator / 5 % 60,
                })
                .filter(|_| place < 4),
                callee: None,
            }
        });
        let lines = lines.collect();
        code.push(FunctionCode { function: found.index, lines, is_cut: place == 5 });
    }
    code
}
