//! A post-mortem profile: everything that there is to be shown of one trace, priced by one model.

use crate::analysis::Analysis;
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
    /// What each class of operators cost, in the order of the classes. Their fuel and that of
    /// [`Profile::rest`] add up to the total.
    pub operators: Vec<OperatorClass>,
    /// Fuel that no operator accounts for: entering functions, and the dynamic part of bulk operators.
    pub rest: Vec<OperatorClass>,
    /// The code of the functions with most fuel, those with most first.
    pub code: Vec<FunctionCode>,
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

/// What the operators of one class cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperatorClass {
    /// Name, such as `load`.
    pub name: &'static str,
    /// How many were executed.
    pub count: u128,
    /// What they cost.
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
}

/// A line of source code.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceLine {
    /// Path of the file, as the debug information has it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}
