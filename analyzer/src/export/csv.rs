//! The contexts as a table in CSV (RFC 4180).

use std::io::Write;

use super::ExportError;
use super::contexts::Contexts;
use crate::limits::MAX_REPEATED_NAME;
use crate::names::shortened;
use crate::render::push_csv_line;

/// The columns. The parent is empty for what the host called, the function for what isn't told
/// apart.
pub(super) const COLUMNS: [&str; 7] =
    ["node", "parent", "function", "name", "calls", "self", "total"];

/// Writes a row for each context.
pub(super) fn write(contexts: &Contexts<'_>, sink: &mut impl Write) -> Result<(), ExportError> {
    let names: Vec<String> =
        contexts.frames.iter().map(|frame| shortened(&frame.name, MAX_REPEATED_NAME)).collect();
    let inclusive = contexts.inclusive();
    let number = |found: Option<u32>| found.map_or(String::new(), |number| number.to_string());
    let mut line = String::new();
    push_csv_line(&mut line, COLUMNS.into_iter().map(str::to_string));
    for (index, node) in contexts.nodes.iter().enumerate() {
        sink.write_all(line.as_bytes())?;
        line.clear();
        let cells = [
            index.to_string(),
            number(node.parent),
            number(contexts.frame(index as u32).function),
            names[contexts.frame_of[index] as usize].clone(),
            node.calls.to_string(),
            node.fuel.to_string(),
            inclusive[index].to_string(),
        ];
        push_csv_line(&mut line, cells.into_iter());
    }
    Ok(sink.write_all(line.as_bytes())?)
}
