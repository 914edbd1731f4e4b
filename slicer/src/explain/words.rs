//! The words for what a function is made of.

use formats::plan::{FunctionPlan, Origin, Place, Recorded, RegionKind, Scalar};
use wasmparser::Operator;

use super::Subject;
use crate::Error;
use crate::bundles::Refusal;
use crate::ir;
use crate::ir::text::operators::immediates;
use crate::limits::{MAX_NEST_BLOCKS, MAX_NEST_VALUES};
use crate::opcode;

/// What the words of one function's text are made from.
pub(super) struct Words<'w, 'a> {
    pub(super) plan: &'w FunctionPlan,
    operators: Vec<Operator<'a>>,
    names: &'w dyn Fn(u32) -> Option<String>,
}

impl<'w, 'a> Words<'w, 'a> {
    /// The words for `subject`, whose plan is `plan`.
    ///
    /// # Errors
    ///
    /// Never for a module that was parsed.
    pub(super) fn new(
        subject: Subject<'w, 'a>,
        plan: &'w FunctionPlan,
    ) -> Result<Words<'w, 'a>, Error> {
        let mut operators = Vec::with_capacity(plan.operators as usize);
        subject.module.for_each_operator(subject.function, |_, _, operator| {
            operators.push(operator);
            Ok(())
        })?;
        Ok(Words { plan, operators, names: subject.names })
    }

    /// `br_if @12`
    pub(super) fn name(&self, operator: u32) -> String {
        let name = self.operators.get(operator as usize).map_or("", opcode::name);
        format!("{name} @{operator}")
    }

    /// `i32.load offset=4 @12`, `call sum @17`
    pub(super) fn operator(&self, operator: u32) -> String {
        let Some(found) = self.operators.get(operator as usize) else {
            return self.name(operator);
        };
        let callee = match found {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                (self.names)(*function_index)
            }
            _ => None,
        };
        let immediates = callee.map_or_else(|| immediates(found), |name| format!(" {name}"));
        format!("{}{immediates} @{operator}", opcode::name(found))
    }

    /// The function that is called by silent calls of the defined function number `callee`.
    pub(super) fn callee(&self, callee: u32) -> String {
        let call = self.plan.silent_calls.iter().find(|call| call.callee == callee);
        match call.and_then(|call| self.operators.get(call.operator as usize)) {
            Some(Operator::Call { function_index: index }) => {
                (self.names)(*index).unwrap_or_else(|| format!("function {index}"))
            }
            _ => format!("defined function {callee}"),
        }
    }

    /// `loop @3`
    pub(super) fn loop_name(&self, index: u32) -> String {
        format!("loop @{}", self.plan.loops[index as usize].operator)
    }

    /// Where `value` comes from.
    pub(super) fn origin(&self, value: Origin) -> String {
        match value {
            Origin::Parameter(index) => format!("parameter {index}"),
            Origin::Operator { operator, index: 0 } => self.operator(operator),
            Origin::Operator { operator, index } => {
                format!("result {index} of {}", self.operator(operator))
            }
            Origin::Local { operator, local } => {
                format!("local {local} {}", self.meeting_point(operator))
            }
            Origin::Stack { operator, depth } => {
                format!("stack slot {depth} {}", self.meeting_point(operator))
            }
            Origin::Global(global) => format!("global {global}"),
        }
    }

    /// Where `value` of the SSA form comes from.
    pub(super) fn ir_origin(&self, value: ir::Origin) -> String {
        match (value.name(), value) {
            (Some(name), _) => self.origin(name),
            (None, ir::Origin::Zero(local)) => format!("the initial value of local {local}"),
            (None, _) => "a value that is made while slicing".to_string(),
        }
    }

    fn meeting_point(&self, operator: u32) -> String {
        let header = self
            .plan
            .loops
            .iter()
            .find(|found| self.plan.blocks[found.header as usize].first_operator == operator);
        match header {
            Some(found) => format!("as an iteration of loop @{} begins", found.operator),
            None => format!("where ways meet at @{operator}"),
        }
    }

    /// What `recorded` is, and where it is found.
    pub(super) fn recorded(&self, recorded: &Recorded) -> String {
        let origin = self.origin(recorded.value);
        match recorded.place {
            Place::Local(local) => format!("{origin}, found in local {local}"),
            Place::Global(_) => origin,
            Place::Kept => format!("{origin}, kept aside"),
        }
    }

    /// Why a region starts where it does.
    pub(super) fn region(&self, kind: RegionKind, start: u32) -> String {
        let first = self.plan.blocks[start as usize].first_operator;
        match kind {
            RegionKind::Entry => "a call of the function".to_string(),
            RegionKind::Header => {
                let mut loops = (0..).zip(&self.plan.loops);
                let found = loops.find(|(_, found)| found.header == start);
                let name = found.map_or("a loop".to_string(), |(index, _)| self.loop_name(index));
                format!("an iteration of {name}")
            }
            RegionKind::Join => format!("on from @{first}, where ways meet"),
            RegionKind::Resume => {
                let call = first.saturating_sub(1);
                format!("on from @{first}, behind {}", self.operator(call))
            }
            RegionKind::Landing { operator, clause } => {
                format!("on from clause {clause} of {}", self.name(operator))
            }
        }
    }

    /// Why a loop is not stepped over.
    pub(super) fn refusal(&self, refusal: &Refusal) -> String {
        match refusal {
            Refusal::NotAsked => "min slices step over no loop".to_string(),
            Refusal::NeverRepeats => "it never starts over".to_string(),
            Refusal::NeverLeft => "it is never left".to_string(),
            Refusal::EndsPath(operator) => format!("it contains {}", self.operator(*operator)),
            Refusal::EntersElsewhere(operator) => {
                format!("it is entered at @{operator} when an exception was caught")
            }
            Refusal::TooManyBlocks => format!("it has more than {MAX_NEST_BLOCKS} blocks"),
            Refusal::TestsReference => "a branch within it tests a reference".to_string(),
            Refusal::TooManyValues(count) => {
                format!("its branches depend on {count} values, more than {MAX_NEST_VALUES}")
            }
            Refusal::DependsOn(value) => {
                format!("a branch depends on {}, within it", self.ir_origin(*value))
            }
            Refusal::Hidden(Some(value)) => {
                format!("a branch depends on {}, which can't be recorded", self.ir_origin(*value))
            }
            Refusal::Hidden(None) => {
                "its branches depend on values that can't be recorded".to_string()
            }
            Refusal::TooManyWords(words) => format!(
                "its branches depend on {words} words, more than {}",
                formats::plan::MAX_PAYLOAD_WORDS
            ),
            Refusal::RecordsWithin(operator) => {
                format!("it contains {}, which records how much it does", self.operator(*operator))
            }
            Refusal::TooManyCounters(counters) => format!(
                "counting it takes {counters} counters, more than {}",
                formats::plan::MAX_COUNTERS
            ),
            Refusal::TooDearToCount(otherwise, price) => format!(
                "{}; counting it costs {} instead of {}",
                self.refusal(otherwise),
                price.stepped_over,
                price.told
            ),
            Refusal::TooDear(price) => {
                format!("that costs {}, and stepping over it {}", price.told, price.stepped_over)
            }
        }
    }
}

/// `1 path`, `2 paths`
pub(super) fn count(number: u64, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// Bytes of an event's words in a segment when it carries `values`, its id included.
pub(super) fn event_bytes(values: &[Recorded]) -> u64 {
    let words: usize = values.iter().map(|value| value.ty.words()).sum();
    4 * (1 + words as u64)
}

/// The name of a type.
pub(super) fn scalar(ty: Scalar) -> &'static str {
    match ty {
        Scalar::I32 => "i32",
        Scalar::I64 => "i64",
        Scalar::F32 => "f32",
        Scalar::F64 => "f64",
    }
}
