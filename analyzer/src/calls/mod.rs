//! Rebuilds the calls of a stream from its events, in program order.
//!
//! Every call ends a path, so each event but the first of an activation must follow from the last
//! event of an open activation. The activations above that one are gone: an exception, caught
//! further down or by the host, ended them without events of their own.
//!
//! A segment is walked by itself (`partial`), in parallel with others: what it doesn't know is the
//! stack that it began with. Whenever it comes to an activation from before, an *episode* begins,
//! which says how; the activations that begin in it are known. The segments are then joined in their
//! order (`join`), with the stack at hand: that takes a step for each episode and for each calling
//! context in it, not for each event.

mod join;
mod partial;

pub(crate) use join::{Calls, Tail};
pub(crate) use partial::{Partial, Walker};

use crate::steps::{Begin, End, Step, Steps};

/// Whether `next` is where the activation with the last event `last` goes on.
fn follows(steps: &Steps, last: &Step, next: &Step) -> bool {
    last.function == next.function
        && match last.end {
            End::Arrival { region } | End::Call { region, .. } => region == next.region,
            End::Left { nest } => steps.exits(last.function, nest).contains(&next.region),
            End::TailCall { .. } | End::Return | End::Throw { .. } | End::Trap { .. } => false,
        }
}

/// Whether `next`, which isn't the first of its activation, can come after `last` in one.
fn goes_on(steps: &Steps, last: &Step, next: &Step) -> bool {
    match &next.begin {
        Begin::Landing(body) => may_catch(last, next.function, body),
        Begin::Entry | Begin::Onward => follows(steps, last, next),
    }
}

/// Whether an exception that reached the end of `last` comes to the `try_table` of `function` that
/// spans `body`.
pub(crate) fn may_catch(last: &Step, function: u32, body: &std::ops::Range<u32>) -> bool {
    let thrower = match last.end {
        End::Call { operator, .. } | End::Throw { operator } => Some(operator),
        End::Arrival { .. }
        | End::Left { .. }
        | End::TailCall { .. }
        | End::Return
        | End::Trap { .. } => None,
    };
    last.function == function && thrower.is_some_and(|operator| body.contains(&operator))
}

/// Whether the activation whose last event is `last` is over when `next` comes: it threw, and ends
/// unless the next event shows that it caught. So says any event that isn't a landing.
fn threw_before(last: &Step, next: &Step) -> bool {
    matches!(last.end, End::Throw { .. }) && !matches!(next.begin, Begin::Landing(_))
}

/// Whether an activation ends with `step`.
fn ends(step: &Step) -> bool {
    matches!(step.end, End::Return | End::TailCall { .. })
}

#[cfg(test)]
mod tests;
