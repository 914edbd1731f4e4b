//! The rows of a profile: functions and loops, with their figures.

use std::cmp::Reverse;

use formats::report::{FunctionInterval, FunctionReport, LoopInterval, LoopReport, Range};

use crate::analysis::Case;

/// The functions and loops that ran, those with most fuel first.
pub(crate) struct Rows {
    pub(crate) functions: Vec<FunctionReport>,
    pub(crate) loops: Vec<LoopReport>,
}

/// One number of a profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figure {
    pub(crate) value: u128,
    /// Where it was estimated: between what it lies.
    pub(crate) range: Option<Range>,
}

impl Figure {
    /// A number that was counted.
    pub(crate) fn exact(value: u128) -> Self {
        Figure { value, range: None }
    }
}

/// The rows of all functions and loops of which `figure` knows something, by the numbers of
/// [`crate::parts::Parts`]; `totals` is the inclusive fuel by defined function number.
pub(crate) fn rows(
    case: &Case<'_>,
    figure: impl Fn(u32) -> Figure,
    totals: Option<&[u128]>,
) -> Rows {
    let names = case.symbols.names();
    let (mut functions, mut loops) = (Vec::new(), Vec::new());
    for (number, function) in (0..).zip(&case.plan.functions) {
        let index = case.plan.function_index(number);
        let (calls, fuel) =
            (figure(case.parts.calls(number)), figure(case.parts.self_fuel(number)));
        if calls.value > 0 || fuel.value > 0 {
            functions.push(FunctionReport {
                index,
                name: names.get(index),
                calls: calls.value,
                self_fuel: fuel.value,
                total_fuel: totals.map(|totals| totals[number as usize]),
                interval: calls
                    .range
                    .zip(fuel.range)
                    .map(|(calls, self_fuel)| FunctionInterval { calls, self_fuel }),
            });
        }
        for (number_of_loop, found) in (0..).zip(&function.loops) {
            let iterations = figure(case.parts.iterations(number, number_of_loop));
            let fuel = figure(case.parts.loop_fuel(number, number_of_loop));
            if iterations.value > 0 || fuel.value > 0 {
                let interval = iterations.range.zip(fuel.range);
                loops.push(LoopReport {
                    function: index,
                    operator: found.operator,
                    iterations: iterations.value,
                    self_fuel: fuel.value,
                    interval: interval
                        .map(|(iterations, self_fuel)| LoopInterval { iterations, self_fuel }),
                });
            }
        }
    }
    // Both are sorted by place already, and the sorts are stable.
    functions.sort_by_key(|function| Reverse(function.self_fuel));
    loops.sort_by_key(|found| Reverse(found.self_fuel));
    Rows { functions, loops }
}
