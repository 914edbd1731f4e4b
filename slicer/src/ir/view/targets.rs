//! What is to be known about a block where ways lead to it.

use super::super::Function;
use super::super::structure::{Arrival, Item, Structure};

/// What ways lead to.
pub(super) struct Targets {
    /// For each block whether something breaks out to it.
    pub(super) broken_to: Vec<bool>,
    /// For each block whether it is the header of a loop.
    pub(super) is_header: Vec<bool>,
    /// For each block how many of its parameters the terminator before it makes.
    pub(super) made: Vec<u32>,
}

impl Targets {
    pub(super) fn new(function: &Function<'_>, structure: &Structure) -> Targets {
        let count = function.blocks.len();
        let mut targets = Targets {
            broken_to: vec![false; count],
            is_header: vec![false; count],
            made: vec![0; count],
        };
        for target in function.terminators.iter().flat_map(|terminator| terminator.targets()) {
            targets.made[target.block.0 as usize] = target.made;
        }
        for item in &structure.items {
            match item {
                Item::Jump(edge, Arrival::Break) => targets.broken_to[edge.to.0 as usize] = true,
                Item::Loop(header) => targets.is_header[header.0 as usize] = true,
                _ => {}
            }
        }
        targets
    }
}
