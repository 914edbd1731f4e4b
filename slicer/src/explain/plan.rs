//! What was instrumented in a function.

use std::collections::BTreeMap;

use formats::plan::{Block, Counter, Edge, Exit, Plan, Recorded};

use super::Subject;
use super::page::line;
use super::words::{Words, count, scalar};
use crate::Error;
use crate::ir::style::Sink;
use crate::slices::branches::Branches;

/// Columns that a block's regions, loops and nests take, unless they are more.
const MARKS_WIDTH: usize = 28;

/// Writes the plan of a function: its blocks and what follows them, loops, regions, nests, sites
/// and silent calls.
///
/// An edge that adds to the path number says so: `to 4 +2`.
///
/// # Errors
///
/// [`Error::PlanMismatch`] when `plan` is not a plan of the module.
pub fn plan(subject: Subject<'_, '_>, plan: &Plan, sink: &mut impl Sink) -> Result<(), Error> {
    let function = super::function_plan(subject, plan)?;
    let words = Words::new(subject, function)?;
    let branches = Branches::read(subject.module, subject.function)?;
    subject.head(function.operators, sink);
    let text = PlanText { words, branches };
    text.blocks(sink);
    text.loops(sink);
    text.regions(sink);
    text.nests(sink);
    text.sites(sink);
    text.silent_calls(sink);
    Ok(())
}

struct PlanText<'p, 'a> {
    words: Words<'p, 'a>,
    branches: Branches,
}

impl PlanText<'_, '_> {
    fn blocks(&self, sink: &mut impl Sink) {
        line(sink, 2, "blocks");
        let blocks = &self.words.plan.blocks;
        let digits = blocks.len().saturating_sub(1).to_string().len();
        let range = |block: &Block| format!("@{}..{}", block.first_operator, block.end_operator);
        let range_width = blocks.iter().map(|block| range(block).len()).max().unwrap_or(0);
        for (index, block) in blocks.iter().enumerate() {
            let marks = self.marks(block);
            let (range, exit) = (range(block), self.exit(block));
            let text =
                format!("{index:<digits$}  {range:<range_width$}  {marks:<MARKS_WIDTH$}  {exit}");
            line(sink, 4, &text);
        }
    }

    /// What a block is part of, and starts.
    fn marks(&self, block: &Block) -> String {
        let region = block.region.map(|region| format!("region {region}"));
        let nest = block.nest.map(|nest| format!("nest {nest}"));
        let around = block.innermost_loop.map(|index| self.words.loop_name(index));
        [region, nest, around].into_iter().flatten().collect::<Vec<String>>().join(", ")
    }

    fn exit(&self, block: &Block) -> String {
        let last = block.end_operator.saturating_sub(1);
        match &block.exit {
            Exit::Branch(edges) if edges.len() == 1 => format!("to {}", edges[0].target),
            Exit::Branch(edges) => {
                let is_computed = block.exit.is_computed();
                let computed = if is_computed { ", computed" } else { "" };
                let ways = self.ways(last, edges, is_computed);
                format!("{}{computed}: {}", self.words.name(last), ways.join(", "))
            }
            Exit::Call { resume } => format!("{}, then {resume}", self.words.operator(last)),
            Exit::TailCall | Exit::Throw => self.words.operator(last),
            Exit::Unreachable => self.words.name(last),
            Exit::Return => "return".to_string(),
        }
    }

    /// For each of `edges`, which leave the branch at `operator`, when it is taken, and what it adds.
    fn ways(&self, operator: u32, edges: &[Edge], is_computed: bool) -> Vec<String> {
        let conditions = self.conditions(operator);
        let way = |(index, edge): (usize, &Edge)| {
            let condition = conditions.get(&index).map_or("", String::as_str);
            let value = match is_computed {
                true => String::new(),
                false => format!(" +{}", edge.value),
            };
            format!("{condition}to {}{value}", edge.target)
        };
        edges.iter().enumerate().map(way).collect()
    }

    /// When each edge of the branch at `operator` is taken.
    fn conditions(&self, operator: u32) -> BTreeMap<usize, String> {
        let edges = self.branches.edges(operator);
        if !self.branches.is_table(operator) {
            let names = ["taken ", "otherwise "].map(String::from);
            return edges.into_iter().zip(names).collect();
        }
        let last = edges.len() - 1;
        let mut ranges: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
        for (entry, edge) in edges.into_iter().enumerate() {
            let of_edge = ranges.entry(edge).or_default();
            match of_edge.last_mut() {
                Some((_, end)) if *end + 1 == entry => *end = entry,
                _ => of_edge.push((entry, entry)),
            }
        }
        let text = |&(first, end): &(usize, usize)| match (first, end) {
            _ if first == last => "else".to_string(),
            _ if end == last => format!("{first} or more"),
            _ if first == end => first.to_string(),
            _ => format!("{first}..{}", end + 1),
        };
        let of_edge = |ranges: Vec<(usize, usize)>| {
            let texts: Vec<String> = ranges.iter().map(text).collect();
            format!("[{}] ", texts.join(", "))
        };
        ranges.into_iter().map(|(edge, ranges)| (edge, of_edge(ranges))).collect()
    }

    fn loops(&self, sink: &mut impl Sink) {
        let loops = &self.words.plan.loops;
        if !loops.is_empty() {
            line(sink, 2, "loops");
        }
        for found in loops {
            let parent =
                found.parent.map(|parent| format!(", in {}", self.words.loop_name(parent)));
            let parent = parent.unwrap_or_default();
            line(sink, 4, &format!("loop @{}: block {}{parent}", found.operator, found.header));
        }
    }

    fn regions(&self, sink: &mut impl Sink) {
        line(sink, 2, "regions");
        for (index, region) in self.words.plan.regions.iter().enumerate() {
            let what = self.words.region(region.kind, region.start);
            let paths = count(region.paths.into(), "path");
            let events = match region.paths {
                1 => format!("event {}", region.first_event),
                paths => {
                    format!("events {}..{}", region.first_event, region.first_event + paths)
                }
            };
            let start = region.start;
            line(sink, 4, &format!("{index}  block {start}: {what}; {paths}, {events}"));
            self.carries(&region.values, sink);
        }
    }

    fn carries(&self, values: &[Recorded], sink: &mut impl Sink) {
        for value in values {
            let what = self.words.recorded(value);
            line(sink, 7, &format!("carries {}  {what}", scalar(value.ty)));
        }
    }

    fn nests(&self, sink: &mut impl Sink) {
        let nests = &self.words.plan.nests;
        if !nests.is_empty() {
            line(sink, 2, "nests");
        }
        for (index, nest) in (0..).zip(nests) {
            let name = self.words.loop_name(nest.outermost);
            let header = self.words.plan.nest_header(index);
            let after = match nest.after {
                Some(after) => format!("then {after}"),
                None => {
                    let exits = self.words.plan.nest_exits(index);
                    let exits: Vec<String> = exits.iter().map(u32::to_string).collect();
                    format!("then one of {}", exits.join(", "))
                }
            };
            let event = nest.event;
            line(sink, 4, &format!("{index}  block {header}: {name}, {after}; event {event}"));
            self.carries(&nest.values, sink);
            for counter in &nest.counters {
                line(sink, 7, &format!("counts {}", counter_name(*counter)));
            }
        }
    }

    fn silent_calls(&self, sink: &mut impl Sink) {
        let calls = &self.words.plan.silent_calls;
        if !calls.is_empty() {
            line(sink, 2, "silent calls");
        }
        for call in calls {
            let name = self.words.operator(call.operator);
            line(sink, 4, &format!("block {}: {name}", call.block));
        }
    }

    fn sites(&self, sink: &mut impl Sink) {
        let sites = &self.words.plan.sites;
        if !sites.is_empty() {
            line(sink, 2, "sites");
        }
        for (index, site) in sites.iter().enumerate() {
            let name = self.words.name(site.operator);
            let (block, event) = (site.block, site.event);
            let ty = if site.wide { "i64" } else { "i32" };
            line(sink, 4, &format!("{index}  block {block}: {name}; event {event}"));
            line(sink, 7, &format!("carries {ty}  its {}s", site.bulk.unit()));
        }
    }
}

/// What is counted, in words.
pub(super) fn counter_name(counter: Counter) -> String {
    match counter {
        Counter::Block(block) => format!("block {block}"),
        Counter::Edge { block, edge } => format!("edge {edge} of block {block}"),
    }
}
