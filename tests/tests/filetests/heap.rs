//! Heaps: bytes in a memory before a run, as data segments added to the module.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use wasmparser::{Parser, Payload};

use crate::directives::Heap;

/// Heaps start at multiples of this.
const ALIGNMENT: u64 = 16;

/// The address of each heap, by name: one after the other, in each memory from 0.
///
/// # Errors
///
/// When a heap does not fit into its memory's first pages.
pub(crate) fn addresses(heaps: &[Heap], wasm: &[u8]) -> Result<BTreeMap<String, u64>> {
    let sizes = memory_sizes(wasm)?;
    let mut next = vec![0u64; sizes.len()];
    let mut addresses = BTreeMap::new();
    for heap in heaps {
        let memory = heap.memory as usize;
        let address = next.get(memory).copied().context("a heap in no memory")?;
        let end = address.checked_add(heap.size).context("a heap's end")?;
        ensure!(end <= sizes[memory], "heap {} does not fit: it ends at {end}", heap.name);
        next[memory] = end.next_multiple_of(ALIGNMENT);
        ensure!(addresses.insert(heap.name.clone(), address).is_none(), "{} twice", heap.name);
    }
    Ok(addresses)
}

fn memory_sizes(wasm: &[u8]) -> Result<Vec<u64>> {
    let mut sizes = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::MemorySection(section) = payload? {
            for memory in section {
                let memory = memory?;
                sizes.push(memory.initial << memory.page_size_log2.unwrap_or(16));
            }
        }
    }
    Ok(sizes)
}

/// The module's text with a data segment for each heap, before its last parenthesis.
pub(crate) fn with_data(text: &str, heaps: &[Heap], addresses: &BTreeMap<String, u64>) -> String {
    let end = text.rfind(')').unwrap_or(text.len());
    let data: String = heaps.iter().map(|heap| segment(heap, addresses[&heap.name])).collect();
    format!("{}\n{data}{}", &text[..end], &text[end..])
}

fn segment(heap: &Heap, address: u64) -> String {
    let bytes: String = heap.data.iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!("(data (memory {}) (i32.const {address}) \"{bytes}\")\n", heap.memory)
}
