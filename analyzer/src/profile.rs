//! A post-mortem profile: everything that there is to be shown of one trace, priced by one model.

use formats::cost_model::CostModel;
use formats::trace::Trace;

use crate::Error;
use crate::analysis::{self, Analysis, AnalyzeOptions};
use crate::names::FunctionNames;
use crate::tree::CallTree;

/// Everything that there is to be shown.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Totals, functions and loops, and what a reader has to know.
    pub analysis: Analysis,
    /// Names of the functions, demangled.
    pub names: FunctionNames,
    /// Every chain of calls; empty when the events are not there in order.
    pub tree: CallTree,
    /// Fuel against time, in the order of time.
    pub timeline: Vec<Stretch>,
    /// The code of the functions with most fuel, those with most first.
    pub code: Vec<FunctionCode>,
}

impl Profile {
    /// A profile that tells only of `analysis`.
    pub fn of(analysis: Analysis, names: FunctionNames) -> Profile {
        let (tree, timeline, code) = Default::default();
        Profile { analysis, names, tree, timeline, code }
    }
}

/// What was spent between two moments of the recorded run, on one stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// The instance that ran.
    pub stream: u32,
    /// Nanoseconds since the recording started.
    pub start_ns: u64,
    /// Nanoseconds since the recording started.
    pub end_ns: u64,
    /// The fuel.
    pub fuel: u128,
}

/// The code of one function, with what each part of it cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionCode {
    /// Index in the module's function index space.
    pub function: u32,
    /// Its operators in the text format, in order.
    pub lines: Vec<CodeLine>,
    /// Whether there are more operators, which were left out.
    pub is_cut: bool,
}

/// One operator of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeLine {
    /// Index of the operator in the function's body.
    pub operator: u32,
    /// Depth of nesting, for indentation.
    pub depth: u32,
    /// The operator in the text format.
    pub text: String,
    /// How often it was executed.
    pub count: u128,
    /// What it cost altogether, without dynamic parts.
    pub fuel: u128,
    /// Where it comes from, when the module has debug information.
    pub source: Option<SourceLine>,
    /// The function that it calls, where it names one.
    pub callee: Option<u32>,
}

/// A line of source code.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceLine {
    /// Path of the file, as the debug information has it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

/// Prices `trace` by `model` and finds out where the fuel went: what [`crate::analyze`] tells, the call
/// tree, the classes of operators, and what each operator of the hottest functions cost. An
/// estimate tells of the analysis alone.
///
/// # Errors
///
/// Those of [`crate::analyze`].
pub fn profile(
    trace: &Trace,
    model: &CostModel,
    options: &AnalyzeOptions<'_>,
) -> Result<Profile, Error> {
    analysis::in_threads(options.jobs, || analysis::Job::new(trace, model)?.profile(options))
}
