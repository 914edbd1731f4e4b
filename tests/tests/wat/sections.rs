//! What instrumentation must carry over although no run shows it: names and custom sections.

use std::collections::BTreeMap;

use anyhow::Result;
use recorder::{DEFAULT_RING_BYTES, Instrumented, Slices};
use wasmparser::{ExternalKind, KnownCustom, Name, Parser, Payload};

/// Custom sections but the names, in order; and the name of each exported function, by its export.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sections {
    module_name: Option<String>,
    custom: Vec<(String, Vec<u8>)>,
    exported: BTreeMap<String, Option<String>>,
}

fn sections(wasm: &[u8]) -> Result<Sections> {
    let mut sections = Sections::default();
    let (mut exports, mut names) = (Vec::new(), BTreeMap::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ExportSection(reader) => {
                for export in reader {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        exports.push((export.name.to_owned(), export.index));
                    }
                }
            }
            Payload::CustomSection(section) => match section.as_known() {
                KnownCustom::Name(reader) => {
                    for name in reader {
                        match name? {
                            Name::Module { name, .. } => {
                                sections.module_name = Some(name.to_owned());
                            }
                            Name::Function(map) => {
                                for naming in map {
                                    let naming = naming?;
                                    names.insert(naming.index, naming.name.to_owned());
                                }
                            }
                            _ => {}
                        }
                    }
                }
                _ => sections.custom.push((section.name().to_owned(), section.data().to_vec())),
            },
            _ => {}
        }
    }
    let named = |(export, index)| (export, names.get(&index).cloned());
    sections.exported = exports.into_iter().map(named).collect();
    Ok(sections)
}

#[test]
fn names_and_custom_sections_survive_instrumentation() -> Result<()> {
    let wasm = wat::parse_file(crate::folder().join("names.wat"))?;
    let instrumented = Instrumented::new(wasm.clone(), Slices::Chosen, DEFAULT_RING_BYTES)?;
    let original = sections(&wasm)?;
    assert_eq!(original.custom.len(), 3);
    assert_eq!(original.exported["wf.ring"].as_deref(), Some("one \"quoted\""));
    let mut found = sections(&instrumented.wasm)?;
    // The instrumentation's own: how likely its branches are.
    found.custom.retain(|(name, _)| name != "metadata.code.branch_hint");
    assert_eq!(found, original);
    Ok(())
}
