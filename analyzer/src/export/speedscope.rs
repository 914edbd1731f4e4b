//! The JSON of speedscope, as <https://www.speedscope.app/file-format-schema.json> has it.
//!
//! An evented profile: each context is opened and closed once, at the fuel that was spent before
//! it. That takes no more room for deep trees than for flat ones.

use std::io::{self, Write};

use serde::Serialize;

use super::ExportError;
use super::contexts::{Contexts, Step};
use crate::profile::Profile;

/// Up to here every integer is a double, the only numbers that JavaScript reads JSON into.
pub(super) const MAX_EXACT_DOUBLE: u64 = 1 << 53;

#[derive(Serialize)]
struct File<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    name: &'a str,
    exporter: &'static str,
    shared: Shared<'a>,
    profiles: [Evented<'a>; 1],
}

#[derive(Serialize)]
struct Shared<'a> {
    frames: Vec<Frame<'a>>,
}

#[derive(Serialize)]
struct Frame<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Evented<'a> {
    r#type: &'static str,
    name: &'a str,
    unit: &'static str,
    start_value: u64,
    end_value: u64,
    events: Vec<Event>,
}

#[derive(Serialize)]
struct Event {
    r#type: &'static str,
    frame: u32,
    at: u64,
}

/// Writes the file. The fuel has to fit what JavaScript counts exactly.
pub(super) fn write(
    profile: &Profile,
    contexts: &Contexts<'_>,
    sink: &mut impl Write,
) -> Result<(), ExportError> {
    let total = contexts.total(MAX_EXACT_DOUBLE)?;
    let program = &profile.analysis.report.program;
    let frames = contexts.frames.iter().map(|frame| Frame {
        name: &frame.name,
        file: frame.file(),
        line: frame.start.map(|start| start.line),
    });
    let file = File {
        schema: "https://www.speedscope.app/file-format-schema.json",
        name: program,
        exporter: concat!("wf-analyze ", env!("CARGO_PKG_VERSION")),
        shared: Shared { frames: frames.collect() },
        profiles: [Evented {
            r#type: "evented",
            name: "fuel",
            unit: "none",
            start_value: 0,
            end_value: total,
            events: events(contexts),
        }],
    };
    Ok(serde_json::to_writer(sink, &file).map_err(io::Error::from)?)
}

/// A context spends its own fuel before it calls.
fn events(contexts: &Contexts<'_>) -> Vec<Event> {
    let mut at = 0;
    let mut events = Vec::with_capacity(contexts.nodes.len() * 2);
    for step in contexts.walk() {
        let (Step::Enter(node) | Step::Leave(node)) = step;
        let frame = contexts.frame_of[node as usize];
        if let Step::Enter(_) = step {
            events.push(Event { r#type: "O", frame, at });
            // The total fits, so that each part does.
            at += contexts.nodes[node as usize].fuel as u64;
        } else {
            events.push(Event { r#type: "C", frame, at });
        }
    }
    events
}
