//! What each slice of a function requests and keeps, and why.

use formats::cost_model::CostModel;
use formats::plan::{Block, Plan, Recorded};

use super::Subject;
use super::page::{Indented, line};
use super::plan::counter_name;
use super::words::{Words, count, event_bytes, scalar};
use crate::Error;
use crate::bundles::{Slices, Verdict, verdicts};
use crate::cfg;
use crate::counted::Counted;
use crate::ir::graph::{Dominators, Graph, Loops};
use crate::ir::style::Sink;
use crate::ir::{ENTRY, Function, view};
use crate::slices::{Accounts, RESULT_BYTES, SliceInfo, SliceKey, SliceKind, Source, blocks};

/// Writes the slices of a function, recorded for `slices` by `plan` and priced by `model`: what
/// became of each loop, and for each region, nest and site what it requests and what it keeps.
///
/// # Errors
///
/// [`Error::PlanMismatch`] when `plan` is not a plan of the module for `slices`.
pub fn slices(
    subject: Subject<'_, '_>,
    plan: &Plan,
    slices: Slices,
    model: &CostModel,
    sink: &mut impl Sink,
) -> Result<(), Error> {
    let function = super::function_plan(subject, plan)?;
    let words = Words::new(subject, function)?;
    let cfg = cfg::build(subject.module, subject.function)?;
    let verdicts = verdicts(subject.module, subject.function, &cfg, slices)?;
    let source = Source::of(subject.module, plan, Accounts::Fuel(model), subject.function)?;
    subject.head(function.operators, sink);
    let text = SliceText { subject, plan, model, words, source };
    for (index, verdict) in (0..).zip(&verdicts) {
        text.verdict(index, verdict, sink);
    }
    for kind in text.parts() {
        line(sink, 0, "");
        text.part(kind, sink)?;
    }
    Ok(())
}

struct SliceText<'t, 'a> {
    subject: Subject<'t, 'a>,
    plan: &'t Plan,
    model: &'t CostModel,
    words: Words<'t, 'a>,
    source: Source<'t, 'a>,
}

impl SliceText<'_, '_> {
    /// What became of the loop number `index`, and why.
    fn verdict(&self, index: u32, verdict: &Verdict, sink: &mut impl Sink) {
        let name = self.words.loop_name(index);
        let text = match verdict {
            Verdict::SteppedOver(nest) if !nest.counters.is_empty() => {
                format!("{name}: counted, by {}", count(nest.counters.len() as u64, "counter"))
            }
            Verdict::SteppedOver(nest) => format!(
                "{name}: stepped over, for a price of {} operators replayed; told, its branches \
                 would cost {}",
                nest.price.stepped_over, nest.price.told
            ),
            Verdict::Within => format!("{name}: stepped over with the loop around it"),
            Verdict::Told(refusal) => {
                format!("{name}: told, because {}", self.words.refusal(refusal))
            }
        };
        line(sink, 2, &text);
    }

    /// The regions, nests and sites, in the order of their code.
    fn parts(&self) -> Vec<SliceKind> {
        let function = self.words.plan;
        let mut parts = Vec::new();
        for (index, region) in (0..).zip(&function.regions) {
            parts.push(((region.start, 0), SliceKind::Region(index)));
        }
        for (index, site) in (0..).zip(&function.sites) {
            parts.push(((site.block, 1 + site.operator), SliceKind::Site(index)));
        }
        for index in 0..function.nests.len() as u32 {
            parts.push(((function.nest_header(index), 0), SliceKind::Nest(index)));
        }
        parts.sort_unstable();
        parts.into_iter().map(|(_, kind)| kind).collect()
    }

    fn part(&self, kind: SliceKind, sink: &mut impl Sink) -> Result<(), Error> {
        let function = self.words.plan;
        let (title, values) = match kind {
            SliceKind::Region(index) => {
                let region = &function.regions[index as usize];
                let what = self.words.region(region.kind, region.start);
                (format!("region {index}: {what}"), &region.values)
            }
            SliceKind::Nest(index) => {
                let nest = &function.nests[index as usize];
                let name = self.words.loop_name(nest.outermost);
                (format!("nest {index}: {name}"), &nest.values)
            }
            SliceKind::Site(index) => {
                self.site(index, sink);
                return Ok(());
            }
        };
        line(sink, 2, &title);
        let key = SliceKey { function: self.subject.function, kind };
        line(sink, 4, &self.runs(&blocks(self.plan, key)?, kind));
        if let SliceKind::Nest(index) = kind
            && function.nests[index as usize].is_counted()
        {
            return self.shares(index, sink);
        }
        let (slice, info) = self.source.slice(self.plan, key)?;
        self.requests(kind, values, &slice, sink);
        if let SliceKind::Nest(_) = kind {
            line(sink, 4, &self.closed(&slice, &info));
        }
        line(sink, 4, "keeps");
        view::view_to(&slice, |_| Some("slice".to_string()), &mut Indented::new(sink, 6));
        self.results(&info, sink);
        Ok(())
    }

    /// How often each block of a counted nest ran, by its counters.
    fn shares(&self, nest: u32, sink: &mut impl Sink) -> Result<(), Error> {
        let function = self.words.plan;
        let counters = &function.nests[nest as usize].counters;
        line(sink, 4, &format!("requests {} bytes", 4 + 8 * counters.len()));
        for (index, counter) in counters.iter().enumerate() {
            line(sink, 6, &format!("c{index}  how often {} was taken", counter_name(*counter)));
        }
        line(sink, 4, "runs, for each entry e");
        for (block, text) in Counted::of(function, nest)?.formulas() {
            line(sink, 6, &format!("block {block}: {text}"));
        }
        Ok(())
    }

    /// What the slice runs through: blocks, and nests that it steps over.
    fn runs(&self, blocks: &[u32], kind: SliceKind) -> String {
        let is_nest = matches!(kind, SliceKind::Nest(_));
        let found = |block: u32| &self.words.plan.blocks[block as usize];
        let steps_over = |&block: &u32| !is_nest && found(block).nest.is_some();
        let (nests, blocks): (Vec<u32>, Vec<u32>) = blocks.iter().copied().partition(steps_over);
        let plural = if blocks.len() == 1 { "" } else { "s" };
        let mut text = format!("runs block{plural} {}", list(&blocks));
        for nest in nests.into_iter().filter_map(|block| found(block).nest) {
            text.push_str(&format!(", over nest {nest}"));
        }
        let counted = |nest: u32| self.words.plan.nests[nest as usize].is_counted();
        let computed =
            |block: &&Block| block.exit.is_computed() && !block.nest.is_some_and(counted);
        for block in blocks.into_iter().map(found).filter(computed) {
            let name = self.words.name(block.end_operator.saturating_sub(1));
            text.push_str(&format!(", computes {name}"));
        }
        text
    }

    /// What the slice is given: its parameters.
    fn requests(
        &self,
        kind: SliceKind,
        values: &[Recorded],
        slice: &Function<'_>,
        sink: &mut impl Sink,
    ) {
        line(sink, 4, &format!("requests {} bytes", event_bytes(values)));
        let parameters = &slice.block(ENTRY).parameters;
        if let (SliceKind::Region(index), Some(path)) = (kind, parameters.first()) {
            let paths = count(self.words.plan.regions[index as usize].paths.into(), "path");
            line(sink, 6, &format!("v{}: i64  which of {paths}", path.0));
        }
        for (value, parameter) in values.iter().zip(parameters.iter().skip(1)) {
            let what = self.words.recorded(value);
            line(sink, 6, &format!("v{}: {}  {what}", parameter.0, scalar(value.ty)));
        }
    }

    /// How many loops of a nest are left in its slice.
    fn closed(&self, slice: &Function<'_>, info: &SliceInfo) -> String {
        let graph = Graph::new(slice);
        let left = Loops::new(&graph, &Dominators::new(&graph)).loops.len();
        let loops = count(info.loops.len() as u64, "loop");
        match left {
            0 => format!("{loops}, replaced by closed forms"),
            _ if left >= info.loops.len() => format!("{loops}, run again when it is priced"),
            _ => format!("{loops}, of which {left} run again when it is priced"),
        }
    }

    /// What the slice leaves in its memory.
    fn results(&self, info: &SliceInfo, sink: &mut impl Sink) {
        let fuel = info.contexts.iter().map(|context| match context {
            Some(index) => format!("fuel in {}", self.words.loop_name(*index)),
            None => "fuel outside of loops".to_string(),
        });
        let iterations = info
            .loops
            .iter()
            .map(|&index| format!("iterations of {}", self.words.loop_name(index)));
        let callees = info.callees.iter();
        let calls = callees.map(|&callee| format!("silent calls of {}", self.words.callee(callee)));
        let end = match info.key.kind {
            SliceKind::Region(_) => {
                Some("where the path ends: 4 times the block, and 1 more at its exit".to_string())
            }
            _ => None,
        };
        line(sink, 4, "results");
        for (index, result) in (0..).zip(fuel.chain(iterations).chain(calls).chain(end)) {
            let place = match index {
                0 => "0".to_string(),
                _ => format!("0 + {}", index * RESULT_BYTES),
            };
            line(sink, 6, &format!("i64[{place}]  {result}"));
        }
    }

    fn site(&self, index: u32, sink: &mut impl Sink) {
        let site = &self.words.plan.sites[index as usize];
        let (ty, bytes) = if site.wide { ("i64", 12) } else { ("i32", 8) };
        let price = self.model.per_unit(site.bulk);
        line(sink, 2, &format!("site {index}: {}", self.words.name(site.operator)));
        line(sink, 4, &format!("requests {bytes} bytes"));
        line(sink, 6, &format!("{ty}  its {}s", site.bulk.unit()));
        line(sink, 4, &format!("keeps {price} for each of them"));
    }
}

/// Numbers in ascending order, as ranges that end before their second number.
fn list(numbers: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, end)) if *end == number => *end += 1,
            _ => ranges.push((number, number + 1)),
        }
    }
    let text = |(first, end): (u32, u32)| match end - first {
        1 => first.to_string(),
        _ => format!("{first}..{end}"),
    };
    ranges.into_iter().map(text).collect::<Vec<String>>().join(", ")
}
