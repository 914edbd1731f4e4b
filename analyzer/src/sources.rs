//! From places in a module to lines of source code, by its debug information (DWARF).

use std::borrow::Cow;

use addr2line::Context;
use addr2line::gimli::{Dwarf, EndianSlice, LittleEndian, SectionId};
use wasmparser::{Parser, Payload};

use crate::profile::SourceLine;

type Reader<'a> = EndianSlice<'a, LittleEndian>;

/// The lines that a module's code comes from.
#[derive(Default)]
pub(crate) struct Sources<'a> {
    /// `None` when the module has no debug information that can be read: it is only there to help.
    context: Option<Context<Reader<'a>>>,
}

/// Where the contents of the code section of `module` start: addresses count from there.
pub(crate) fn code_start(module: &[u8]) -> usize {
    let mut payloads = Parser::new(0).parse_all(module).map_while(Result::ok);
    let start = payloads.find_map(|payload| match payload {
        Payload::CodeSectionStart { range, .. } => Some(range.start),
        _ => None,
    });
    start.unwrap_or(0)
}

impl<'a> Sources<'a> {
    /// Reads the debug information of `module`.
    pub(crate) fn read(module: &'a [u8]) -> Self {
        let mut sections = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            match payload {
                Ok(Payload::CustomSection(section)) if section.name().starts_with(".debug_") => {
                    sections.push((section.name(), section.data()));
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
        let load = |id: SectionId| -> Result<Reader<'a>, addr2line::gimli::Error> {
            let found = sections.iter().find(|(name, _)| *name == id.name());
            Ok(EndianSlice::new(found.map_or(&[], |(_, data)| data), LittleEndian))
        };
        let context = match sections.is_empty() {
            true => None,
            false => Dwarf::load(load).ok().and_then(|dwarf| Context::from_dwarf(dwarf).ok()),
        };
        Sources { context }
    }

    /// The line of the operator at `address`, counted from the [start of the code](code_start), if that
    /// is known.
    pub(crate) fn line(&self, address: usize) -> Option<SourceLine> {
        let location = self.context.as_ref()?.find_location(address as u64).ok()??;
        Some(SourceLine {
            file: Cow::from(location.file?).into_owned(),
            line: location.line.filter(|&line| line > 0)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use slicer::module::Module;
    use wasmparser::Operator;

    use super::*;

    /// Made of `lines.c` beside it by clang 22 with `-g -O1`.
    const WASM: &[u8] = include_bytes!("../tests/lines/lines.wasm");
    const SOURCE: &str = include_str!("../tests/lines/lines.c");

    #[test]
    fn operators_know_the_lines_that_they_come_from() {
        let module = Module::parse(WASM).expect("a module");
        let (sources, start) = (Sources::read(WASM), code_start(WASM));
        let mut found = Vec::new();
        for function in 0..module.bodies.len() as u32 {
            let visit = |_, offset: usize, operator: Operator<'_>| {
                let what = match operator {
                    Operator::I32Shl | Operator::I32Mul => "x + x",
                    Operator::Call { .. } => "twice(i)",
                    _ => return Ok(()),
                };
                found.push((what, sources.line(offset - start).expect("a line")));
                Ok(())
            };
            module.for_each_operator(function, visit).expect("read before");
        }
        assert!(found.iter().any(|(what, _)| *what == "twice(i)"), "{found:?}");
        assert!(found.iter().any(|(what, _)| *what == "x + x"), "{found:?}");
        for (what, line) in found {
            let text = SOURCE.lines().nth(line.line as usize - 1).expect("a line of the file");
            assert!(text.contains(what) && line.file.ends_with("lines.c"), "{line:?} is {text:?}");
        }
    }

    #[test]
    fn damaged_debug_information_tells_nothing() {
        for cut in 0..WASM.len() {
            let mut damaged = WASM.to_vec();
            damaged[cut] ^= 0xff;
            let sources = Sources::read(&damaged);
            (0..200).for_each(|address| drop(sources.line(address)));
        }
        assert!(Sources::read(b"no module").line(0).is_none());
    }
}
