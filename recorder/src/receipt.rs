//! What a recorded run was.

use std::time::Duration;

use formats::trace::{Outcome, OutcomeKind};
use serde_json::{Value, json};

use crate::drain::{DrainFailure, DrainReport};
use crate::outcome::Crash;

/// What a recorded run was.
#[derive(Debug)]
pub struct Receipt {
    /// How the program ended.
    pub outcome: Outcome,
    /// The results of the function that was invoked, in text form.
    pub results: Vec<String>,
    /// What to tell a person about a trap, an exception or a failed host function.
    pub crash: Option<Crash>,
    /// Wall time from instantiation to the end of the program.
    pub guest_time: Duration,
    /// What was written, or why it couldn't be.
    pub drain: Result<DrainReport, Box<DrainFailure>>,
}

impl Receipt {
    /// What was written, whether or not it's everything.
    pub fn report(&self) -> &DrainReport {
        match &self.drain {
            Ok(report) => report,
            Err(failure) => &failure.report,
        }
    }

    /// Whether the whole run was recorded; what a sample leaves out, it leaves out on purpose.
    fn is_complete(&self) -> bool {
        let is_ended = self.outcome.kind != OutcomeKind::Unknown;
        self.drain.is_ok() && self.report().dropped.is_none() && is_ended
    }

    /// The receipt as JSON, schema `wf-receipt/1`. `trace` is where the trace is.
    pub fn to_json(&self, trace: &str) -> Value {
        let report = self.report();
        json!({
            "schema": "wf-receipt/1",
            "guest_seconds": self.guest_time.as_secs_f64(),
            "stalled_seconds": report.stalled.as_secs_f64(),
            "outcome": {
                "kind": self.outcome.kind,
                "code": self.outcome.code,
                "message": self.outcome.message,
            },
            "trace": {
                "path": trace,
                "bytes": report.trace_bytes,
                "events": report.events,
                "segments": report.segments,
                "kept_segments": report.segments - report.unkept_segments,
                "ring_bytes": report.ring_bytes,
                "dropped_events": report.dropped.events,
                "dropped_bytes": report.dropped.bytes,
                "limit_reached": report.limit_reached,
                "complete": self.is_complete(),
                "error": self.drain.as_ref().err().map(|failure| failure.to_string()),
            },
        })
    }
}
