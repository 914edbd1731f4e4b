//! Names of functions, for people.

use std::collections::HashMap;
use std::fmt::Write;

use crate::limits::MAX_MANGLED_NAME;
use wasmparser::{ExternalKind, KnownCustom, Name, Parser, Payload};

/// The names of a module's functions.
#[derive(Clone, Debug, Default)]
pub struct FunctionNames {
    /// From the name section, demangled.
    debug: HashMap<u32, String>,
    /// From the exports: the first one of each function.
    exports: HashMap<u32, String>,
}

impl FunctionNames {
    /// Reads the names in `module`. A name section that is damaged gives the names before the
    /// damage: it is only there to help.
    pub fn read(module: &[u8]) -> FunctionNames {
        let mut names = FunctionNames::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload {
                Ok(Payload::ExportSection(exports)) => names.read_exports(exports),
                Ok(Payload::CustomSection(section)) => {
                    if let KnownCustom::Name(section) = section.as_known() {
                        names.read_name_section(section);
                    }
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
        names
    }

    fn read_exports(&mut self, exports: wasmparser::ExportSectionReader<'_>) {
        for export in exports.into_iter().map_while(Result::ok) {
            if matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact) {
                self.exports.entry(export.index).or_insert_with(|| export.name.to_string());
            }
        }
    }

    fn read_name_section(&mut self, section: wasmparser::NameSectionReader<'_>) {
        for subsection in section.into_iter().map_while(Result::ok) {
            if let Name::Function(names) = subsection {
                for naming in names.into_iter().map_while(Result::ok) {
                    self.debug.insert(naming.index, demangle(naming.name));
                }
            }
        }
    }

    /// Name of the function with the index `index`: that of the name section, else that of its
    /// first export, else `func[index]`.
    pub fn get(&self, index: u32) -> String {
        self.given(index).map_or_else(|| format!("func[{index}]"), str::to_string)
    }

    /// The name that the module gives to the function with the index `index`.
    pub fn given(&self, index: u32) -> Option<&str> {
        let given = self.debug.get(&index).or_else(|| self.exports.get(&index));
        given.map(String::as_str).filter(|name| !name.is_empty())
    }
}

/// Rust and C++ names as they stand in the source; other names unchanged.
fn demangle(name: &str) -> String {
    if let Ok(demangled) = rustc_demangle::try_demangle(name) {
        return format!("{demangled:#}");
    }
    let demangled = (name.len() <= MAX_MANGLED_NAME && name.starts_with("_Z"))
        .then(|| cpp_demangle::Symbol::new(name).ok()?.demangle().ok())
        .flatten();
    demangled.unwrap_or_else(|| name.to_string())
}

/// `text` with every character that could steer a terminal written as an escape.
pub fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if steers_terminal(character) {
            let _ = write!(printable, "\\u{{{:x}}}", u32::from(character));
        } else {
            printable.push(character);
        }
    }
    printable
}

/// Control characters, and those that change the direction of the text around them.
fn steers_terminal(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The first `limit` characters of `text`, with an ellipsis for what is left out.
pub fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_string();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_name_section_then_the_exports_then_the_index() {
        let wasm = wat::parse_str(
            r#"(module
                (func $named (export "other"))
                (func (export "exported"))
                (func)
                (func $_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE)
                (func $_ZNSt6vectorIiSaIiEE9push_backERKi)
                (func $_Z_))"#,
        )
        .expect("valid text");
        let names = FunctionNames::read(&wasm);
        assert_eq!(names.get(0), "named");
        assert_eq!(names.get(1), "exported");
        assert_eq!(names.get(2), "func[2]");
        assert_eq!(names.get(3), "core::fmt::Write::write_fmt");
        assert_eq!(names.get(4), "std::vector<int, std::allocator<int> >::push_back(int const&)");
        assert_eq!(names.get(5), "_Z_");
        assert_eq!(names.get(99), "func[99]");
    }

    #[test]
    fn names_can_not_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[31m\nb\u{202e}c"), "a\\u{1b}[31m\\u{a}b\\u{202e}c");
        assert_eq!(printable("größe::<T>"), "größe::<T>");
    }

    #[test]
    fn long_names_are_shortened_by_characters() {
        assert_eq!(shortened("äöüß", 4), "äöüß");
        assert_eq!(shortened("äöüß", 3), "äö…");
    }

    #[test]
    fn bytes_that_are_no_module_have_no_names() {
        assert_eq!(FunctionNames::read(b"nonsense").get(1), "func[1]");
    }
}
