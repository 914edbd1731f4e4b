//! The text of callgrind, as <https://valgrind.org/docs/manual/cl-format.html> has it.
//!
//! Costs stand at line 0 of the module. A call's inclusive fuel is that of the contexts in which
//! the callee is not open already, so that what arrives at a function, added up over its callers,
//! is its inclusive fuel with recursion counted once. What the host calls is called by `[host]`,
//! which has no fuel of its own.

use std::collections::BTreeMap;
use std::io::Write;

use super::ExportError;
use super::contexts::{Contexts, Step};
use crate::names::printable;
use crate::profile::Profile;

/// The function that calls what nobody calls.
const HOST: &str = "[host]";

/// What one function calls of another.
#[derive(Clone, Copy, Default)]
struct Calls {
    count: u64,
    inclusive: u128,
}

/// Writes the profile. Numbers have to fit 64 bits.
pub(super) fn write(
    profile: &Profile,
    contexts: &Contexts<'_>,
    sink: &mut impl Write,
) -> Result<(), ExportError> {
    let total = contexts.total(u64::MAX)?;
    contexts.calls(u64::MAX)?;
    let report = &profile.analysis.report;
    writeln!(sink, "# callgrind format")?;
    writeln!(sink, "version: 1")?;
    writeln!(sink, "creator: wf-analyze {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(sink, "cmd: {}", line_of(&report.program))?;
    writeln!(sink, "desc: Cost model: {}", line_of(&report.cost_model.name))?;
    for note in &profile.analysis.notes {
        writeln!(sink, "desc: Note: {}", line_of(note))?;
    }
    writeln!(sink, "positions: line")?;
    writeln!(sink, "events: Fuel")?;
    writeln!(sink, "summary: {total}\n")?;
    writeln!(sink, "fl=(1) {}", line_of(&report.program))?;
    write_functions(contexts, sink)?;
    writeln!(sink, "\ntotals: {total}")?;
    Ok(())
}

fn write_functions(contexts: &Contexts<'_>, sink: &mut impl Write) -> Result<(), ExportError> {
    let own = own_fuel(contexts);
    let calls = calls(contexts);
    let mut names = Names { contexts, is_written: vec![false; contexts.frames.len() + 1] };
    for caller in 0..=contexts.frames.len() as u32 {
        writeln!(sink, "\nfn={}", names.get(caller))?;
        writeln!(sink, "0 {}", own.get(caller as usize).unwrap_or(&0))?;
        for (&(_, callee), edge) in calls.range((caller, 0)..=(caller, u32::MAX)) {
            writeln!(sink, "cfn={}", names.get(callee))?;
            writeln!(sink, "calls={} 0", edge.count)?;
            writeln!(sink, "0 {}", edge.inclusive)?;
        }
    }
    Ok(())
}

/// For each frame its own fuel in all contexts.
fn own_fuel(contexts: &Contexts<'_>) -> Vec<u128> {
    let mut own = vec![0; contexts.frames.len()];
    for (node, &frame) in contexts.nodes.iter().zip(&contexts.frame_of) {
        own[frame as usize] += node.fuel;
    }
    own
}

/// The calls between frames, by caller and callee. The host is the frame after the last one.
fn calls(contexts: &Contexts<'_>) -> BTreeMap<(u32, u32), Calls> {
    let inclusive = contexts.inclusive();
    let host = contexts.frames.len() as u32;
    let mut calls: BTreeMap<(u32, u32), Calls> = BTreeMap::new();
    let mut open = vec![0_u32; contexts.frames.len()];
    for step in contexts.walk() {
        match step {
            Step::Enter(index) => {
                let node = &contexts.nodes[index as usize];
                let callee = contexts.frame_of[index as usize];
                let caller = node.parent.map_or(host, |parent| contexts.frame_of[parent as usize]);
                let edge = calls.entry((caller, callee)).or_default();
                edge.count += node.calls;
                if open[callee as usize] == 0 {
                    edge.inclusive += inclusive[index as usize];
                }
                open[callee as usize] += 1;
            }
            Step::Leave(index) => open[contexts.frame_of[index as usize] as usize] -= 1,
        }
    }
    calls
}

/// Names in brief: whole where they first appear, by their number afterwards.
struct Names<'a> {
    contexts: &'a Contexts<'a>,
    is_written: Vec<bool>,
}

impl Names<'_> {
    fn get(&mut self, frame: u32) -> String {
        let number = frame + 1;
        if std::mem::replace(&mut self.is_written[frame as usize], true) {
            return format!("({number})");
        }
        let frame = self.contexts.frames.get(frame as usize);
        format!("({number}) {}", line_of(frame.map_or(HOST, |frame| &frame.name)))
    }
}

/// `text` as the rest of a line.
fn line_of(text: &str) -> String {
    let text = printable(text);
    let text = text.trim();
    if text.is_empty() { "_".to_string() } else { text.to_string() }
}
