//! Heaps: bytes in a memory before a run, as data segments added to the module. Every run has an
//! instance of its own, so what it writes there is gone after it.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use wasmparser::{MemoryType, Parser, Payload};
use wast::lexer::{Lexer, TokenKind};

use crate::directives::Heap;

/// Heaps start at multiples of this.
const ALIGNMENT: u64 = 16;

/// Where the heaps of a file lie.
pub(crate) struct Heaps {
    addresses: BTreeMap<String, u64>,
    segments: String,
}

impl Heaps {
    /// Places `heaps` one after the other, in each memory of `wasm` from 0.
    ///
    /// # Errors
    ///
    /// When a heap does not fit into its memory's first pages, with its line in the file `name`.
    pub(crate) fn place(heaps: &[Heap], name: &str, wasm: &[u8]) -> Result<Heaps> {
        let memories = memories(wasm)?;
        let mut next = vec![0u64; memories.len()];
        let mut placed = Heaps { addresses: BTreeMap::new(), segments: String::new() };
        for heap in heaps {
            placed
                .add(heap, &memories, &mut next)
                .with_context(|| format!("{name}:{}: heap {}", heap.line, heap.name))?;
        }
        Ok(placed)
    }

    fn add(&mut self, heap: &Heap, memories: &[MemoryType], next: &mut [u64]) -> Result<()> {
        let memory = memories.get(heap.memory as usize);
        let memory = memory.with_context(|| format!("the module has no memory {}", heap.memory))?;
        let address = next[heap.memory as usize];
        let bytes = memory.initial << memory.page_size_log2.unwrap_or(16);
        let end = address.checked_add(heap.size).filter(|&end| end <= bytes);
        let end = end.with_context(|| {
            format!("its {} bytes from {address} do not fit: give the memory pages", heap.size)
        })?;
        next[heap.memory as usize] = end.next_multiple_of(ALIGNMENT);
        self.segments.push_str(&segment(heap, address, memory.memory64));
        let before = self.addresses.insert(heap.name.clone(), address);
        ensure!(before.is_none(), "another one has this name");
        Ok(())
    }

    /// The address of the heap `name`.
    pub(crate) fn address(&self, name: &str) -> Option<u64> {
        self.addresses.get(name).copied()
    }

    /// The text of a module with a data segment for each heap, before its last parenthesis.
    pub(crate) fn with_data(&self, text: &str) -> String {
        let lexer = Lexer::new(text);
        let tokens = lexer.iter(0).filter_map(Result::ok);
        let last = tokens.filter(|token| token.kind == TokenKind::RParen).last();
        let end = last.map_or(text.len(), |token| token.offset);
        format!("{}\n{}{}", &text[..end], self.segments, &text[end..])
    }
}

/// The memories that a module defines.
fn memories(wasm: &[u8]) -> Result<Vec<MemoryType>> {
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::MemorySection(section) = payload? {
            return Ok(section.into_iter().collect::<Result<_, _>>()?);
        }
    }
    Ok(Vec::new())
}

fn segment(heap: &Heap, address: u64, memory64: bool) -> String {
    let ty = if memory64 { "i64" } else { "i32" };
    let bytes: String = heap.data.iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!("(data (memory {}) ({ty}.const {address}) \"{bytes}\")\n", heap.memory)
}
