//! Which values can be recorded, and where they are found.

use std::collections::HashMap;

use formats::plan::{Origin, Place, Recorded, Scalar};
use wasmparser::{Operator, ValType};

use crate::ir::{Definition, ValueId};
use crate::slices::flow::Flow;
use crate::slices::skeleton::Skeleton;

/// The type as one that can be recorded.
pub(super) fn scalar(ty: ValType) -> Option<Scalar> {
    match ty {
        ValType::I32 => Some(Scalar::I32),
        ValType::I64 => Some(Scalar::I64),
        ValType::F32 => Some(Scalar::F32),
        ValType::F64 => Some(Scalar::F64),
        ValType::V128 | ValType::Ref(_) => None,
    }
}

/// Payload words that `values` take.
pub(super) fn words(values: &[Recorded]) -> usize {
    values.iter().map(|value| value.ty.words()).sum()
}

/// How `value` is recorded, found at `place` if that is given; `None` when it can't be: it is no
/// number, it has no name, or nothing can be inserted where it is defined.
pub(super) fn recorded(flow: &Flow<'_>, value: ValueId, place: Option<Place>) -> Option<Recorded> {
    let found = flow.original.value(value);
    let (ty, name) = (scalar(found.ty)?, found.origin.name()?);
    let can_be_kept = match (name, found.definition) {
        (Origin::Parameter(_) | Origin::Local { .. }, Definition::Parameter { .. }) => true,
        (Origin::Operator { .. }, Definition::Result { instruction, .. }) => {
            flow.original.instruction(instruction).results.len() == 1
        }
        _ => false,
    };
    let unchanged = match name {
        Origin::Parameter(local) if !flow.is_assigned(local) => Some(Place::Local(local)),
        _ => can_be_kept.then_some(Place::Kept),
    };
    Some(Recorded { value: name, ty, place: place.or(unchanged)? })
}

/// The reads within `skeleton` of globals that nothing in it writes, each with its global.
pub(super) fn constant_globals(skeleton: &Skeleton<'_>, flow: &Flow<'_>) -> HashMap<ValueId, u32> {
    let mut reads = HashMap::new();
    let mut written = Vec::new();
    for instruction in flow.instructions(skeleton) {
        match instruction.operator {
            Operator::GlobalGet { global_index } => {
                reads.insert(instruction.results[0], global_index);
            }
            Operator::GlobalSet { global_index } => written.push(global_index),
            _ => {}
        }
    }
    reads.retain(|_, global| !written.contains(global));
    reads
}
