//! The report as JSON, schema `wf-report/1`: what `wf-analyze --format json` prints.
//!
//! Fields are added, never changed in meaning. All numbers are JSON integers of arbitrary
//! length: fuel may exceed what a 64-bit integer, let alone a double, can hold, so read them with
//! a parser that keeps integers exact. A list is sorted as its field says, so that equal traces
//! give equal bytes.

use serde::{Deserialize, Serialize};

use crate::trace::Outcome;
pub use crate::trace::{Detail, Location, OutcomeKind};

/// The value of [`Report::schema`].
pub const SCHEMA: &str = "wf-report/1";

/// Everything that one analysis found out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Whether the fuel was counted or estimated.
    pub mode: Mode,
    /// The prices.
    pub cost_model: CostModelReport,
    /// Name of the program as it was recorded.
    pub program: String,
    /// Whether the trace was closed and holds everything that was recorded: `false` when it is
    /// truncated, damaged or lossy.
    pub complete: bool,
    /// The total.
    pub fuel: Fuel,
    /// How the program ended. The last one, when the trace holds several invocations.
    pub outcome: OutcomeReport,
    /// What was read.
    pub trace: TraceReport,
    /// Which part of the trace was read. Only in approximate mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<SampleReport>,
    /// The functions that were called, as the command line asks for them.
    pub functions: Vec<FunctionReport>,
    /// The loops that were entered, as the command line asks for them.
    pub loops: Vec<LoopReport>,
    /// What the fuel was spent on, as far as it was asked for and can be told: classes of operators,
    /// and what no operator accounts for. Their fuel adds up to the total.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operators: Vec<OperatorReport>,
}

/// Whether the fuel was counted or estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Counted.
    Exact,
    /// Estimated from a sample.
    Approx,
}

/// Which cost model priced the trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostModelReport {
    /// Its name.
    pub name: String,
    /// [`crate::cost_model::CostModel::hash`] of its contents.
    pub hash: String,
}

/// The fuel of the whole trace.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fuel {
    /// The total. The lower bound where `low` and `high` differ in exact mode; the estimate in
    /// approximate mode.
    pub total: u128,
    /// The total is at least this.
    pub low: u128,
    /// The total is at most this. In exact mode it differs from `low` only after a trap whose
    /// place in the innermost frame leaves several possible paths.
    pub high: u128,
    /// In approximate mode, how likely the total lies between `low` and `high`: 0.95 is 95 %.
    pub confidence: Option<f64>,
}

/// How the program ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeReport {
    /// What kind of end.
    pub kind: OutcomeKind,
    /// Exit status that the recorder passed on.
    pub code: i32,
    /// What the engine said, if anything.
    pub message: Option<String>,
    /// Where the program trapped, if that is known.
    pub location: Option<Location>,
    /// Index of the function that trapped, where that is all that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<u32>,
}

impl From<&Outcome> for OutcomeReport {
    fn from(outcome: &Outcome) -> Self {
        OutcomeReport {
            kind: outcome.kind,
            code: outcome.code,
            message: outcome.message.clone(),
            location: outcome.location,
            function: outcome.function,
        }
    }
}

/// What was read of the trace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceReport {
    /// Recorded events.
    pub events: u64,
    /// Segments.
    pub segments: u64,
    /// Streams: instances that recorded.
    pub streams: u64,
    /// Bytes of the trace file.
    pub bytes: u64,
    /// Wall time of the recorded run up to its last segment.
    #[serde(default)]
    pub nanoseconds: u64,
    /// Events that the recorder dropped.
    pub dropped_events: u64,
    /// Whether the segments hold ordered events or only counts.
    pub detail: Detail,
}

/// Which part of a trace an estimate rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SampleReport {
    /// How far the ends of the interval were allowed to be from the estimate, in parts of it: 0.01
    /// is 1 %.
    pub target: f64,
    /// Whether they are no farther.
    pub met: bool,
    /// What the sample follows from.
    pub seed: u64,
    /// Segments that were drawn and read.
    pub segments: u64,
    /// Bytes of the file that were read of them.
    pub bytes: u64,
    /// The least that the total can be, whatever was not read: as if each event there were the
    /// cheapest of the program.
    pub least: u128,
    /// The most that it can be; `null` if a single event has no bound, or the trace ends before the program.
    pub most: Option<u128>,
}

/// What something that a program does cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorReport {
    /// A class of operators, such as `load`, or a few words.
    pub class: String,
    /// How often it was done.
    pub count: u128,
    /// What that cost.
    pub fuel: u128,
}

/// Between what a number lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// It is at least this.
    pub low: u128,
    /// It is at most this.
    pub high: u128,
}

/// Between what the figures of a function lie, each for itself with the confidence of the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionInterval {
    /// How often it was entered.
    pub calls: Range,
    /// Fuel of its own operators.
    #[serde(rename = "self")]
    pub self_fuel: Range,
}

/// Between what the figures of a loop lie, each for itself with the confidence of the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoopInterval {
    /// How often its header was reached.
    pub iterations: Range,
    /// Fuel of its operators.
    #[serde(rename = "self")]
    pub self_fuel: Range,
}

/// One function that was called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionReport {
    /// Index in the module's function index space.
    pub index: u32,
    /// Name: from the name section, else an export, else made from the index.
    pub name: String,
    /// How often it was entered.
    pub calls: u128,
    /// Fuel of its own operators.
    #[serde(rename = "self")]
    pub self_fuel: u128,
    /// Fuel of its own operators and of everything that it called; recursion counts once. `null`
    /// when it is not known: the trace holds only counts, has very many events, or was estimated.
    #[serde(rename = "total")]
    pub total_fuel: Option<u128>,
    /// Between what calls and own fuel lie. Only in approximate mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<FunctionInterval>,
}

/// One loop that was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoopReport {
    /// Index of its function in the module's function index space.
    pub function: u32,
    /// Index of its `loop` operator in the function's body.
    pub operator: u32,
    /// How often its header was reached: once on entry and once for each branch back.
    pub iterations: u128,
    /// Fuel of the operators inside it that are in no inner loop.
    #[serde(rename = "self")]
    pub self_fuel: u128,
    /// Between what iterations and fuel lie. Only in approximate mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<LoopInterval>,
}

impl Report {
    /// The report as indented JSON that ends in a line feed.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self)
            .expect("the report has string keys only and no value that refuses to be written");
        json.push('\n');
        json
    }

    /// Reads a report.
    ///
    /// # Errors
    ///
    /// When `json` is no JSON, or lacks a field, or says that it has another schema.
    pub fn from_json(json: &str) -> Result<Report, ReportError> {
        let report: Report = serde_json::from_str(json)?;
        if report.schema != SCHEMA {
            return Err(ReportError::OtherSchema { found: report.schema });
        }
        Ok(report)
    }
}

/// Why a report could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// No JSON, or not the fields of a report.
    #[error("not a report: {0}")]
    Json(#[from] serde_json::Error),
    /// A report of another schema.
    #[error("the report has the schema {found:?}, this version reads {SCHEMA:?}")]
    OtherSchema {
        /// The schema that it names.
        found: String,
    },
}
