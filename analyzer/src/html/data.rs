//! What the scripts of the page read: a profile as compact JSON.
//!
//! Fuel and counts are strings of decimal digits, because a script's numbers are exact only up to
//! 2^53. Names stand once, in a list, and are referred to by their place in it. The long lists hold
//! tuples.

use std::collections::HashMap;

use formats::operators::CLASSES;
use formats::report::{Detail, Mode, OperatorReport, OutcomeKind, Range, Report};
use serde::{Serialize, Serializer};

use super::flame::{self, Flame, Kind};
use super::timeline::{self, Timeline};
use crate::limits::{
    LEAST_FRAME_PARTS, MAX_DIRECT_RECURSION, MAX_FRAME_DEPTH, MAX_NAME_CHARACTERS,
};
use crate::names::{printable, shortened};
use crate::profile::{FunctionCode, Profile};
use crate::render::{facts, grouped, precision};

/// Everything on the page.
#[derive(Serialize)]
pub(super) struct Data {
    summary: Summary,
    /// Index and name of each function that occurs.
    names: Vec<(u32, String)>,
    functions: Vec<FunctionRow>,
    loops: Vec<LoopRow>,
    operators: Vec<ClassRow>,
    rest: Vec<ClassRow>,
    flame: FlameData,
    timeline: Option<TimelineData>,
    /// Source files of the code.
    files: Vec<String>,
    code: Vec<Code>,
}

/// A number of any size, as text.
#[derive(Clone, Copy)]
struct Exact(u128);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[derive(Serialize)]
struct Summary {
    program: String,
    total: Exact,
    /// What stands before the total when it is not exactly that.
    relation: &'static str,
    badges: Vec<Badge>,
    facts: Vec<(&'static str, String)>,
    notes: Vec<String>,
    is_estimate: bool,
    version: &'static str,
}

/// How far to trust the page, in a word or two.
#[derive(Serialize)]
struct Badge {
    /// `good`, `fair` or `bad`.
    tone: &'static str,
    text: String,
}

/// Low and high end of an interval; the high one is `null` where there is none.
type Ends = (Exact, Option<Exact>);

/// Name, calls, own fuel, inclusive fuel, and the intervals of calls and own fuel.
type FunctionRow = (usize, Exact, Exact, Option<Exact>, Option<(Ends, Ends)>);

/// Name of the function, operator, iterations, fuel, and their intervals.
type LoopRow = (usize, u32, Exact, Exact, Option<(Ends, Ends)>);

/// Name, count, fuel.
type ClassRow = (String, Exact, Exact);

/// Parent, kind, name, calls, own fuel, inclusive fuel, contexts, and how many of those are folded
/// recursion.
type FrameRow = (u32, Kind, Option<usize>, Exact, Exact, Exact, u64, u64);

#[derive(Serialize)]
struct FlameData {
    /// Why there is nothing to be seen.
    missing: Option<&'static str>,
    frames: Vec<FrameRow>,
    /// What is left out, in sentences.
    left_out: Vec<String>,
}

#[derive(Serialize)]
struct TimelineData {
    start_ns: Exact,
    end_ns: Exact,
    streams: usize,
    fuel: Vec<Exact>,
    by_stream: Vec<(u32, Vec<Exact>)>,
}

#[derive(Serialize)]
struct Code {
    name: usize,
    is_cut: bool,
    lines: Vec<Line>,
}

/// Operator, depth, text, count, fuel, source file, source line.
type Line = (u32, u32, String, Exact, Exact, Option<usize>, Option<u32>);

/// What the page says of `profile`.
pub(super) fn data(profile: &Profile) -> Data {
    let report = &profile.analysis.report;
    let mut names = Names::new(profile);
    let mut files = Files::default();
    let flame = match why_no_tree(profile) {
        Some(missing) => {
            FlameData { missing: Some(missing), frames: Vec::new(), left_out: Vec::new() }
        }
        None => flame_data(profile, &mut names),
    };
    Data {
        summary: summary(profile),
        functions: function_rows(report, &mut names),
        loops: loop_rows(report, &mut names),
        operators: class_rows(report, true),
        rest: class_rows(report, false),
        flame,
        timeline: timeline::timeline(&profile.timeline).map(TimelineData::from),
        code: profile.code.iter().map(|code| code_data(code, &mut names, &mut files)).collect(),
        names: names.list,
        files: files.list,
    }
}

/// Names of functions, each once.
struct Names<'a> {
    profile: &'a Profile,
    reported: HashMap<u32, &'a str>,
    places: HashMap<u32, usize>,
    list: Vec<(u32, String)>,
}

impl<'a> Names<'a> {
    fn new(profile: &'a Profile) -> Self {
        let functions = &profile.analysis.report.functions;
        let reported = functions.iter().map(|found| (found.index, found.name.as_str())).collect();
        Names { profile, reported, places: HashMap::new(), list: Vec::new() }
    }

    /// Place of the name of the function with the index `function`.
    fn place(&mut self, function: u32) -> usize {
        if let Some(&place) = self.places.get(&function) {
            return place;
        }
        let reported = self.reported.get(&function).map(|name| name.to_string());
        let name = reported.unwrap_or_else(|| self.profile.names.get(function));
        self.list.push((function, shown(&name)));
        self.places.insert(function, self.list.len() - 1);
        self.list.len() - 1
    }
}

/// Paths of source files, each once.
#[derive(Default)]
struct Files {
    places: HashMap<String, usize>,
    list: Vec<String>,
}

impl Files {
    fn place(&mut self, file: &str) -> usize {
        if let Some(&place) = self.places.get(file) {
            return place;
        }
        self.list.push(shown(file));
        self.places.insert(file.to_string(), self.list.len() - 1);
        self.list.len() - 1
    }
}

fn shown(text: &str) -> String {
    shortened(&printable(text), MAX_NAME_CHARACTERS)
}

fn summary(profile: &Profile) -> Summary {
    let report = &profile.analysis.report;
    let facts = facts(&profile.analysis);
    // The page has a place of its own for these; an exact total needs no words.
    let is_exact =
        report.mode == Mode::Exact && report.complete && report.fuel.low == report.fuel.high;
    let is_elsewhere = |label| matches!(label, "program" | "note") || label == "fuel" && is_exact;
    let facts = facts.into_iter().filter(|(label, _)| !is_elsewhere(*label));
    Summary {
        program: shown(&report.program),
        total: Exact(report.fuel.total),
        relation: match report.mode {
            Mode::Approx => "≈ ",
            Mode::Exact if is_exact => "",
            Mode::Exact => "≥ ",
        },
        badges: badges(report),
        facts: facts.map(|(label, value)| (label, printable(&value))).collect(),
        notes: profile.analysis.notes.iter().map(|note| printable(note)).collect(),
        is_estimate: report.mode == Mode::Approx,
        version: env!("CARGO_PKG_VERSION"),
    }
}

fn badges(report: &Report) -> Vec<Badge> {
    let fuel = &report.fuel;
    let badge = |tone, text: &str| Badge { tone, text: text.to_string() };
    let mut badges = Vec::new();
    if report.mode == Mode::Approx {
        badges.push(match fuel.high {
            u128::MAX => badge("bad", "estimate without an upper bound"),
            high => {
                let below = fuel.total.saturating_sub(fuel.low);
                let off = below.max(high.saturating_sub(fuel.total));
                badge("fair", &format!("estimate ±{} %", precision(off, fuel.total)))
            }
        });
    } else if fuel.low < fuel.high {
        badges.push(badge("fair", "interval"));
    } else if report.complete {
        badges.push(badge("good", "exact"));
    }
    if !report.complete {
        badges.push(badge("bad", "incomplete"));
    }
    match report.outcome.kind {
        OutcomeKind::Trap => badges.push(badge("bad", "trapped")),
        OutcomeKind::Exception => badges.push(badge("bad", "uncaught exception")),
        _ => {}
    }
    badges
}

fn ends(range: Range) -> Ends {
    (Exact(range.low), Some(range.high).filter(|&high| high < u128::MAX).map(Exact))
}

fn function_rows(report: &Report, names: &mut Names<'_>) -> Vec<FunctionRow> {
    let row = |found: &formats::report::FunctionReport| {
        let interval = found.interval.map(|found| (ends(found.calls), ends(found.self_fuel)));
        let total = found.total_fuel.map(Exact);
        (names.place(found.index), Exact(found.calls), Exact(found.self_fuel), total, interval)
    };
    report.functions.iter().map(row).collect()
}

fn loop_rows(report: &Report, names: &mut Names<'_>) -> Vec<LoopRow> {
    let row = |found: &formats::report::LoopReport| {
        let interval = found.interval.map(|found| (ends(found.iterations), ends(found.self_fuel)));
        let (iterations, fuel) = (Exact(found.iterations), Exact(found.self_fuel));
        (names.place(found.function), found.operator, iterations, fuel, interval)
    };
    report.loops.iter().map(row).collect()
}

/// The classes of operators, or what no operator accounts for.
fn class_rows(report: &Report, are_operators: bool) -> Vec<ClassRow> {
    let is_wanted =
        |found: &&OperatorReport| CLASSES.contains(&found.class.as_str()) == are_operators;
    let row = |found: &OperatorReport| (found.class.clone(), Exact(found.count), Exact(found.fuel));
    report.operators.iter().filter(is_wanted).map(row).collect()
}

/// Why the page has no flame graph.
fn why_no_tree(profile: &Profile) -> Option<&'static str> {
    let report = &profile.analysis.report;
    if profile.tree.nodes.iter().any(|node| node.fuel > 0) {
        return None;
    }
    Some(if !profile.tree.nodes.is_empty() {
        "no call cost any fuel"
    } else if report.trace.detail == Detail::Counts {
        "the trace holds only counts (wf-record --detail counts), so who called whom is not known"
    } else if report.mode == Mode::Approx {
        "an estimate reads only a part of the trace, so who called whom is not known"
    } else if report.trace.dropped_events > 0 {
        "the recorder dropped events, so who called whom is not known"
    } else if report.functions.is_empty() {
        "nothing was called"
    } else {
        "it takes all events in order, which are not in the trace or were not asked for"
    })
}

fn flame_data(profile: &Profile, names: &mut Names<'_>) -> FlameData {
    let flame = flame::flame(&profile.tree);
    let left_out = left_out(&flame, profile);
    let frames = flame.frames.iter().map(|frame| {
        let name = (frame.kind == Kind::Function).then(|| names.place(frame.function));
        (
            frame.parent,
            frame.kind,
            name,
            Exact(frame.calls),
            Exact(frame.self_fuel),
            Exact(frame.total_fuel),
            frame.contexts,
            frame.recursions,
        )
    });
    FlameData { missing: None, frames: frames.collect(), left_out }
}

/// What the flame graph doesn't show, in sentences without a full stop.
fn left_out(flame: &Flame, profile: &Profile) -> Vec<String> {
    let mut sentences = Vec::new();
    let whole = flame.frames[0].total_fuel;
    let (total, left_out) = (profile.analysis.report.fuel.total, flame.left_out);
    let share = |fuel: u128| format!("{} % of all fuel", precision(fuel, whole));
    let contexts = |count: u64| grouped(u128::from(count));
    let (count, fuel) = left_out.smaller;
    if count > 0 {
        sentences.push(format!(
            "{} of {} contexts are too small to be shown one by one (below 1/{} of the fuel, or \
             not among the largest); frames named “[n smaller]” hold their fuel, {}",
            contexts(count),
            contexts(profile.tree.nodes.len() as u64),
            grouped(LEAST_FRAME_PARTS),
            share(fuel)
        ));
    }
    let (count, fuel) = left_out.deeper;
    if count > 0 {
        sentences.push(format!(
            "{} contexts lie deeper than {MAX_FRAME_DEPTH} frames; frames named “[n deeper]” hold \
             their fuel, {}",
            contexts(count),
            share(fuel)
        ));
    }
    if left_out.folded > 0 {
        sentences.push(format!(
            "a function that calls itself is shown {MAX_DIRECT_RECURSION} times below itself, \
             recursion by a detour {MAX_FRAME_DEPTH} frames deep; what lies below, {} contexts, \
             counts for the last frame of the function, which is marked ↻",
            contexts(left_out.folded)
        ));
    }
    if whole != total {
        sentences.push(format!(
            "the calls account for {} of {} fuel",
            grouped(whole),
            grouped(total)
        ));
    }
    sentences
}

impl From<Timeline> for TimelineData {
    fn from(timeline: Timeline) -> Self {
        let exact = |fuel: Vec<u128>| fuel.into_iter().map(Exact).collect();
        let by_stream = timeline.by_stream.into_iter();
        TimelineData {
            start_ns: Exact(u128::from(timeline.start_ns)),
            end_ns: Exact(u128::from(timeline.end_ns)),
            streams: timeline.streams,
            fuel: exact(timeline.fuel),
            by_stream: by_stream.map(|(stream, fuel)| (stream, exact(fuel))).collect(),
        }
    }
}

fn code_data(code: &FunctionCode, names: &mut Names<'_>, files: &mut Files) -> Code {
    let line = |line: &crate::profile::CodeLine| {
        let source = line.source.as_ref();
        (
            line.operator,
            line.depth,
            shown(&line.text),
            Exact(line.count),
            Exact(line.fuel),
            source.map(|source| files.place(&source.file)),
            source.map(|source| source.line),
        )
    };
    let lines = code.lines.iter().map(line).collect();
    Code { name: names.place(code.function), is_cut: code.is_cut, lines }
}
