//! The report, every chain of calls and fuel against time as JSON, schema `wf-profile/1`.
//!
//! Fields are added, never changed in meaning. As in `wf-report/1`, numbers are integers of
//! arbitrary length.
//!
//! - `schema`: `"wf-profile/1"`;
//! - `report`: the report, schema `wf-report/1`, see [`formats::report`];
//! - `notes`: what a reader has to know, as sentences;
//! - `functions`: `index` and `name` of each function in the report or in `nodes`, by index;
//! - `nodes`: the contexts, callers first: `parent` (a position in this list, or `null`),
//!   `function` (an index, or `null` for contexts that are not told apart), `calls`, `self` and `total`;
//! - `timeline`: `stream`, `start_ns`, `end_ns` and `fuel` of each stretch, in the order of time.

use std::collections::BTreeMap;
use std::io::{self, Write};

use formats::report::Report;
use serde::Serialize;

use super::contexts::Contexts;
use super::{ExportError, JSON_SCHEMA};
use crate::profile::{Profile, Stretch};

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    report: &'a Report,
    notes: &'a [String],
    functions: Vec<FunctionRow>,
    nodes: Vec<NodeRow>,
    timeline: Vec<StretchRow>,
}

#[derive(Serialize)]
struct FunctionRow {
    index: u32,
    name: String,
}

#[derive(Serialize)]
struct NodeRow {
    parent: Option<u32>,
    function: Option<u32>,
    calls: u64,
    #[serde(rename = "self")]
    own: u128,
    total: u128,
}

#[derive(Serialize)]
struct StretchRow {
    stream: u32,
    start_ns: u64,
    end_ns: u64,
    fuel: u128,
}

/// Writes the document, and a line feed after it.
pub(super) fn write(
    profile: &Profile,
    contexts: &Contexts<'_>,
    sink: &mut impl Write,
) -> Result<(), ExportError> {
    let document = Document {
        schema: JSON_SCHEMA,
        report: &profile.analysis.report,
        notes: &profile.analysis.notes,
        functions: functions(profile, contexts),
        nodes: nodes(contexts),
        timeline: profile.timeline.iter().map(stretch).collect(),
    };
    serde_json::to_writer(&mut *sink, &document).map_err(io::Error::from)?;
    Ok(sink.write_all(b"\n")?)
}

fn functions(profile: &Profile, contexts: &Contexts<'_>) -> Vec<FunctionRow> {
    let reported = profile.analysis.report.functions.iter();
    let mut names: BTreeMap<u32, &str> =
        reported.map(|found| (found.index, found.name.as_str())).collect();
    for frame in &contexts.frames {
        if let Some(index) = frame.function {
            names.entry(index).or_insert(&frame.name);
        }
    }
    let row = |(index, name): (u32, &str)| FunctionRow { index, name: name.to_string() };
    names.into_iter().map(row).collect()
}

fn nodes(contexts: &Contexts<'_>) -> Vec<NodeRow> {
    let row = |(index, total): (usize, u128)| {
        let node = &contexts.nodes[index];
        NodeRow {
            parent: node.parent,
            function: contexts.frame(index as u32).function,
            calls: node.calls,
            own: node.fuel,
            total,
        }
    };
    contexts.inclusive().into_iter().enumerate().map(row).collect()
}

fn stretch(stretch: &Stretch) -> StretchRow {
    let &Stretch { stream, start_ns, end_ns, fuel } = stretch;
    StretchRow { stream, start_ns, end_ns, fuel }
}
