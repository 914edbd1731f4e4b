//! The header: everything about a recording that is known before it starts.

use serde::{Deserialize, Serialize};

use super::sample::Sample;
use crate::codec;
use crate::plan::Plan;

/// Everything about a recording that is known before it starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The recorder and its version, such as `wf-record 0.1.0`.
    pub tool: String,
    /// The engine and its version, such as `wasmtime 48.0.8`.
    pub engine: String,
    /// What the segments hold.
    pub detail: Detail,
    /// Which segments are kept; `None` for all.
    pub sample: Option<Sample>,
    /// The program, as it was named on the command line.
    pub program: String,
    /// The arguments of the program, its own name not included.
    pub arguments: Vec<String>,
    /// The original module, before instrumentation.
    #[serde(with = "codec::bytes")]
    pub module: Vec<u8>,
    /// What was instrumented.
    pub plan: Plan,
}

/// What the segments of a trace hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Detail {
    /// Every event, in program order.
    #[default]
    Full,
    /// How often each event occurred.
    Counts,
}
