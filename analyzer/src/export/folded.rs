//! Folded stacks: one line for each context with fuel of its own.

use std::io::Write;

use super::ExportError;
use super::contexts::Contexts;
use super::stacks::{LEFT_OUT, StackFrame, Stacks, foldable_names};

/// Writes the stacks in the order of the nodes. The fuel of all has to fit the 64 bits that its
/// readers count with.
pub(super) fn write(contexts: &Contexts<'_>, sink: &mut impl Write) -> Result<(), ExportError> {
    contexts.total(u64::MAX)?;
    let names = foldable_names(contexts);
    let stacks = Stacks::of(contexts);
    let mut frames = Vec::new();
    for (index, node) in contexts.nodes.iter().enumerate().filter(|(_, node)| node.fuel > 0) {
        stacks.innermost_first(index as u32, &mut frames);
        for (place, frame) in frames.iter().rev().enumerate() {
            if place > 0 {
                sink.write_all(b";")?;
            }
            let name = match *frame {
                StackFrame::Of(frame) => &names[frame as usize],
                StackFrame::LeftOut => LEFT_OUT,
            };
            sink.write_all(name.as_bytes())?;
        }
        writeln!(sink, " {}", node.fuel)?;
    }
    Ok(())
}
