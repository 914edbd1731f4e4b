//! Instructions whose results nothing needs, and that do nothing else.

use crate::ir::effects::Effects;
use crate::ir::{Definition, Function, InstructionId, ValueId};

/// Removes dead instructions from the blocks, and from the function, which renumbers them.
pub(super) fn remove(function: &mut Function<'_>) {
    let live = live(function);
    let mut kept = vec![false; function.instructions.len()];
    for block in &mut function.blocks {
        block.instructions.retain(|instruction| live[instruction.0 as usize]);
        for instruction in &block.instructions {
            kept[instruction.0 as usize] = true;
        }
    }
    renumber(function, &kept);
}

/// Which instructions have an effect, or results that something needs. The arguments of targets all
/// count as needed: parameters that nothing reads are another pass's.
fn live(function: &Function<'_>) -> Vec<bool> {
    let mut live = vec![false; function.instructions.len()];
    let mut pending: Vec<ValueId> = Vec::new();
    for terminator in &function.terminators {
        pending.extend(terminator.arguments());
        for target in terminator.targets() {
            pending.extend(&target.arguments);
        }
    }
    for block in &function.blocks {
        for &id in &block.instructions {
            let instruction = function.instruction(id);
            if !Effects::of(&instruction.operator).is_removable() {
                live[id.0 as usize] = true;
                pending.extend(&instruction.arguments);
            }
        }
    }
    while let Some(value) = pending.pop() {
        if let Definition::Result { instruction, .. } = function.value(value).definition
            && !std::mem::replace(&mut live[instruction.0 as usize], true)
        {
            pending.extend(&function.instruction(instruction).arguments);
        }
    }
    live
}

/// Takes the instructions that are not kept out of the function. Values of those that go keep a
/// definition of no meaning: no list names them.
fn renumber(function: &mut Function<'_>, kept: &[bool]) {
    let mut new = Vec::with_capacity(kept.len());
    let mut count = 0;
    for &keep in kept {
        new.push(InstructionId(count));
        count += u32::from(keep);
    }
    let mut keep = kept.iter();
    function.instructions.retain(|_| keep.next() == Some(&true));
    for block in &mut function.blocks {
        for instruction in &mut block.instructions {
            *instruction = new[instruction.0 as usize];
        }
    }
    for (id, instruction) in (0..).map(InstructionId).zip(&function.instructions) {
        for (index, result) in (0..).zip(&instruction.results) {
            function.values[result.0 as usize].definition =
                Definition::Result { instruction: id, index };
        }
    }
}
