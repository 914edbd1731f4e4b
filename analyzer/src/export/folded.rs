//! Folded stacks: one line for each context with fuel of its own.

use std::io::Write;

use super::ExportError;
use super::contexts::Contexts;
use super::stacks::{self, LEFT_OUT, StackFrame, foldable_names};

/// Writes the stacks in the order of the nodes. The fuel of all has to fit the 64 bits that its
/// readers count with.
pub(super) fn write(contexts: &Contexts<'_>, sink: &mut impl Write) -> Result<(), ExportError> {
    contexts.total(u64::MAX)?;
    contexts.calls(u64::MAX)?;
    let names = foldable_names(contexts);
    stacks::each(contexts, |frames, spent| {
        if spent.fuel == 0 {
            return Ok(());
        }
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
        Ok(writeln!(sink, " {}", spent.fuel)?)
    })
}
