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
