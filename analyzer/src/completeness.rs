//! Whether a trace holds everything that the program did.

use formats::trace::{Kept, OutcomeKind, Trace};

use crate::Error;
use crate::streams::Streams;

/// What is missing from `trace`, in words; nothing when it is complete.
pub fn gaps(trace: &Trace) -> Vec<String> {
    gaps_of(trace, &Streams::of(trace))
}

/// The same of a trace whose streams are known.
pub(crate) fn gaps_of(trace: &Trace, streams: &Streams) -> Vec<String> {
    let mut gaps = Vec::new();
    if let Err(error) = trace.require_complete() {
        gaps.push(error.to_string());
    }
    if !trace.drops().is_empty() {
        let bytes: u64 = trace.drops().iter().map(|drop| drop.bytes).sum();
        gaps.push(format!(
            "the recorder dropped {} events ({bytes} bytes) in {} places",
            trace.dropped_events(),
            trace.drops().len()
        ));
    }
    if trace.outcomes().is_empty() {
        gaps.push("it does not tell how the program ended".to_string());
    }
    let mut early: Vec<u32> = trace
        .outcomes()
        .iter()
        .filter(|entry| entry.outcome.kind == OutcomeKind::Unknown)
        .map(|entry| entry.stream)
        .collect();
    early.dedup();
    for stream in early {
        gaps.push(format!("the recording of stream {stream} ended before the program"));
    }
    if !trace.outcomes().is_empty() {
        let open = streams.open();
        gaps.extend(open.map(|stream| format!("it does not tell how stream {stream} ended")));
    }
    gaps
}

/// Why a recording of only some of its segments has no exact total; `None` if it has all of them.
pub(crate) fn sample_error(trace: &Trace) -> Option<Error> {
    let segments = trace.segments();
    let unkept = segments.iter().filter(|entry| entry.kept == Kept::Nothing).count();
    let (kept, segments) = (segments.len() - unkept, segments.len());
    (unkept > 0).then_some(Error::Sample { kept, segments })
}

/// Whether the events of `trace` stand in program order, without gaps between them.
pub(crate) fn is_ordered(trace: &Trace) -> bool {
    trace.drops().is_empty() && trace.segments().iter().all(|segment| segment.kept == Kept::Events)
}
