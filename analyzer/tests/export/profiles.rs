//! Profiles made by hand.

use std::collections::BTreeMap;
use std::fmt::Write;

use analyzer::names::FunctionNames;
use analyzer::profile::{CodeLine, FunctionCode, Profile, SourceLine, Stretch};
use analyzer::tree::{CallNode, CallTree};
use analyzer::{Analysis, Stats};
use formats::report::{
    CostModelReport, Fuel, FunctionReport, Mode, OperatorReport, OutcomeKind, OutcomeReport,
    Report, SCHEMA, TraceReport,
};

/// Nested calls of [`deep`].
pub(crate) const DEPTH: u32 = 30_000;

/// Fuel of the contexts of [`small`] that are not told apart.
pub(crate) const FOLDED_FUEL: u128 = 6;

/// Builds a profile, call by call.
pub(crate) struct Profiles {
    names: Vec<String>,
    nodes: Vec<CallNode>,
}

impl Profiles {
    pub(crate) fn new() -> Profiles {
        Profiles { names: Vec::new(), nodes: Vec::new() }
    }

    /// A new function. Gives its index.
    pub(crate) fn function(&mut self, name: &str) -> u32 {
        self.names.push(name.to_string());
        self.names.len() as u32 - 1
    }

    /// A new context. Gives its node.
    pub(crate) fn call(
        &mut self,
        parent: Option<u32>,
        function: u32,
        calls: u64,
        fuel: u128,
    ) -> Option<u32> {
        self.nodes.push(CallNode { parent, function, calls, fuel });
        Some(self.nodes.len() as u32 - 1)
    }

    pub(crate) fn build(self) -> Profile {
        let names = FunctionNames::read(&self.module());
        let tree = CallTree { nodes: self.nodes };
        let total = tree.nodes.iter().fold(0, |sum: u128, node| sum.saturating_add(node.fuel));
        let analysis = Analysis {
            report: report(&names, &tree, total),
            notes: vec![],
            stats: Stats::default(),
        };
        Profile {
            analysis,
            names,
            tree,
            timeline: vec![Stretch { stream: 0, start_ns: 0, end_ns: 1_500_000, fuel: total }],
            code: Vec::new(),
        }
    }

    /// A module whose functions have the names.
    fn module(&self) -> Vec<u8> {
        let mut text = String::from("(module");
        for name in &self.names {
            text.push_str("(func (@name \"");
            for byte in name.bytes() {
                let _ = write!(text, "\\{byte:02x}");
            }
            text.push_str("\"))");
        }
        text.push(')');
        wat::parse_str(text).expect("valid text")
    }
}

fn report(names: &FunctionNames, tree: &CallTree, total: u128) -> Report {
    let mut functions: BTreeMap<u32, (u128, u128)> = BTreeMap::new();
    for node in tree.nodes.iter().filter(|node| node.function != CallTree::FOLDED) {
        let (calls, fuel) = functions.entry(node.function).or_default();
        *calls += u128::from(node.calls);
        *fuel = fuel.saturating_add(node.fuel);
    }
    let function = |(index, (calls, self_fuel))| FunctionReport {
        index,
        name: names.get(index),
        calls,
        self_fuel,
        total_fuel: None,
        interval: None,
    };
    Report {
        schema: SCHEMA.to_string(),
        mode: Mode::Exact,
        cost_model: CostModelReport { name: "unit".into(), hash: "0123".into() },
        program: "demo.wasm".into(),
        complete: true,
        fuel: Fuel { total, low: total, high: total, confidence: None },
        outcome: OutcomeReport {
            kind: OutcomeKind::Return,
            code: 0,
            message: None,
            location: None,
            function: None,
        },
        trace: TraceReport::default(),
        sample: None,
        functions: functions.into_iter().map(function).collect(),
        loops: Vec::new(),
        operators: vec![OperatorReport { class: "load".into(), count: 3, fuel: total }],
    }
}

/// Two entries, a function with two callers, recursion, and contexts that are not told apart:
///
/// ```text
/// main 100
///   parse 20
///     parse 30
///       leaf 40
///   leaf 7
///     [folded] 6
/// start 0
///   parse 5
/// ```
pub(crate) fn small() -> Profile {
    let mut profiles = Profiles::new();
    let main = profiles.function("main");
    let parse = profiles.function("parse");
    let leaf = profiles.function("leaf");
    let start = profiles.function("start");
    let in_main = profiles.call(None, main, 1, 100);
    let in_start = profiles.call(None, start, 1, 0);
    let parsed = profiles.call(in_main, parse, 2, 20);
    let nested = profiles.call(parsed, parse, 3, 30);
    profiles.call(nested, leaf, 4, 40);
    profiles.call(in_start, parse, 1, 5);
    let direct = profiles.call(in_main, leaf, 1, 7);
    profiles.call(direct, CallTree::FOLDED, 9, FOLDED_FUEL);
    profiles.build()
}

/// [`small`] with lines of source code: of `parse` three in two files and 10 of its 55 at none of them,
/// and of `leaf` one with more fuel than the function has. The third line of `parse` calls `leaf`, and the
/// first two `parse`.
pub(crate) fn with_lines() -> Profile {
    let mut profile = small();
    let mut parse = code(1, &[("b.rs", 7, 20), ("a.rs", 3, 10), ("b.rs", 8, 15)]);
    for (line, callee) in parse.lines.iter_mut().zip([1, 1, 2]) {
        (line.callee, line.count) = (Some(callee), 4);
    }
    profile.code = vec![parse, code(2, &[("c.rs", 1, 48)])];
    profile
}

/// The code of a function: the file, line and fuel of its operators.
pub(crate) fn code(function: u32, lines: &[(&str, u32, u128)]) -> FunctionCode {
    let line = |&(file, line, fuel): &(&str, u32, u128)| CodeLine {
        fuel,
        source: Some(SourceLine { file: file.to_string(), line }),
        ..CodeLine::default()
    };
    FunctionCode { function, lines: lines.iter().map(line).collect(), is_cut: false }
}

/// Names that mean something to the formats.
pub(crate) fn nasty_names() -> Vec<String> {
    let names = [
        "a;b",
        "two words",
        "count 12",
        "counts 3 4.5",
        "# comment",
        "line\nbreak\r\n\u{2028}",
        "tab\t\u{1b}[31m\u{7f}",
        "\u{202e}turned",
        "<b>&amp;\"quoted\"</b>'",
        "]]>",
        "cfn=(2) x",
        "calls=1 1",
        "(1) x",
        "=cmd,\"x\"",
        " spaces ",
        "ünïcödé 函数",
        "core::ops::function::FnOnce<[u8; 4]>::call_once",
    ];
    names.iter().map(|name| name.to_string()).chain(["x".repeat(1 << 20)]).collect()
}

/// A chain of calls of functions with such names, each with fuel of its own.
pub(crate) fn nasty() -> Profile {
    let mut profiles = Profiles::new();
    let mut caller = None;
    for (index, name) in nasty_names().iter().enumerate() {
        let function = profiles.function(name);
        let called = profiles.call(caller, function, 1, 10 + index as u128);
        if index % 3 > 0 {
            caller = called;
        }
    }
    profiles.build()
}

/// Two functions that call each other, very deep.
pub(crate) fn deep() -> Profile {
    let mut profiles = Profiles::new();
    let functions = [profiles.function("even"), profiles.function("odd")];
    let mut caller = None;
    for level in 0..DEPTH {
        caller = profiles.call(caller, functions[level as usize % 2], 1, 1);
    }
    profiles.build()
}

/// So much fuel, in one function that calls another.
pub(crate) fn vast(fuel: u128) -> Profile {
    let mut profiles = Profiles::new();
    let main = profiles.function("main");
    let callee = profiles.function("callee");
    let in_main = profiles.call(None, main, 1, fuel / 3);
    profiles.call(in_main, callee, 1, fuel - fuel / 3);
    profiles.build()
}

/// The stacks with fuel of their own, outermost function first, with names as `name` has them.
pub(crate) fn stacks(
    profile: &Profile,
    name: impl Fn(&str) -> String,
) -> BTreeMap<Vec<String>, u128> {
    let mut stacks = BTreeMap::new();
    for node in profile.tree.nodes.iter().filter(|node| node.fuel > 0) {
        let mut stack = Vec::new();
        let mut next = Some(node);
        while let Some(node) = next {
            stack.push(match node.function {
                CallTree::FOLDED => "[folded]".to_string(),
                function => name(&profile.names.get(function)),
            });
            next = node.parent.map(|parent| &profile.tree.nodes[parent as usize]);
        }
        stack.reverse();
        *stacks.entry(stack).or_default() += node.fuel;
    }
    stacks
}
