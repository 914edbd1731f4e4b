//! `select` whose outcome is known, or whose condition is one of another value.

use wasmparser::Operator::*;

use super::comparisons::is_truth;
use super::rewrite::{Less, Subject};

/// The rule.
pub(super) fn rule<'a>(subject: &Subject<'_, 'a>) -> Option<Less<'a>> {
    let (Select | TypedSelect { .. }, &[yes, no, condition]) =
        (subject.operator(), subject.operands())
    else {
        return None;
    };
    if yes == no {
        return Some(Less::Value(yes));
    }
    if let Some(number) = subject.number(condition) {
        return Some(Less::Value(if number != 0 { yes } else { no }));
    }
    match (subject.number(yes), subject.number(no)) {
        (Some(1), Some(0)) if is_truth(subject, condition) && !subject.is_wide() => {
            return Some(Less::Value(condition));
        }
        (Some(0), Some(1)) if !subject.is_wide() => return subject.other(I32Eqz, &[condition]),
        _ => {}
    }
    match subject.source(condition)? {
        (I32Eqz, &[x]) => subject.other(subject.operator().clone(), &[no, yes, x]),
        (I32Ne, &[x, y]) if subject.number(y) == Some(0) => {
            subject.other(subject.operator().clone(), &[yes, no, x])
        }
        _ => None,
    }
}
