//! What may go wrong around wf: processes that are killed, disks that are full or slow, files that are
//! damaged, programs that are hostile.
//!
//! A file for each row of `RELIABILITY.md`, which has the figures. Each test takes seconds, and minutes
//! with `WF_RELIABILITY=long`; what it measured is on its standard output:
//!
//! ```text
//! WF_RELIABILITY=long cargo test --workspace --release --test reliability -- --nocapture --test-threads 1
//! ```

#![cfg(unix)]

#[path = "../cli/binaries.rs"]
#[allow(dead_code, reason = "the tests of the command lines use the rest")]
mod binaries;
#[path = "../cli/folder.rs"]
#[allow(dead_code, reason = "the tests of the command lines use the rest")]
mod folder;

mod child;
mod frames;
mod load;

mod corruption;
mod disks;
mod interrupts;
mod kill;
mod limits;
mod memory;
mod power_cut;
mod sandbox;
mod slow_disk;
mod threads;
