//! Persistent maps from variables to values.
//!
//! Each block has a map of its own that starts as a copy of another block's. A map is a tree of nodes
//! with 16 places; a copy is the copy of its root's number, and a node is copied when a block
//! that didn't make it changes it.

use super::{BlockId, ValueId, Variable};

/// Bits of a variable's number that choose the place in a node: 16 places are one cache line.
const BITS: u32 = 4;
const PLACES: usize = 1 << BITS;

/// Stands for no node and for no value.
const NONE: u32 = u32::MAX;

/// The nodes of all maps of a function.
#[derive(Default)]
pub(super) struct Versions {
    nodes: Vec<[u32; PLACES]>,
    /// The block that each node belongs to: it alone changes it.
    owners: Vec<BlockId>,
}

/// A map.
#[derive(Clone, Copy)]
pub(super) struct Version {
    root: u32,
    /// Number of levels of nodes.
    height: u32,
}

impl Default for Version {
    fn default() -> Version {
        Version { root: NONE, height: 0 }
    }
}

impl Version {
    pub(super) fn is_empty(self) -> bool {
        self.root == NONE
    }

    fn holds(self, variable: Variable) -> bool {
        u64::from(variable.0) >> (BITS * self.height) == 0
    }
}

fn place(variable: Variable, level: u32) -> usize {
    (variable.0 >> (BITS * level)) as usize % PLACES
}

impl Versions {
    /// What `variable` is in `version`.
    pub(super) fn get(&self, version: Version, variable: Variable) -> Option<ValueId> {
        if !version.holds(variable) {
            return None;
        }
        let mut found = version.root;
        for level in (0..version.height).rev() {
            if found == NONE {
                return None;
            }
            found = self.nodes[found as usize][place(variable, level)];
        }
        (found != NONE).then_some(ValueId(found))
    }

    /// Changes the map `version` of the block `owner`.
    pub(super) fn set(
        &mut self,
        version: &mut Version,
        owner: BlockId,
        variable: Variable,
        value: ValueId,
    ) {
        while version.height == 0 || !version.holds(variable) {
            let below = std::mem::replace(&mut version.root, NONE);
            version.root = self.own(NONE, owner);
            self.nodes[version.root as usize][0] = below;
            version.height += 1;
        }
        version.root = self.own(version.root, owner);
        let mut node = version.root;
        for level in (1..version.height).rev() {
            let place = place(variable, level);
            let below = self.own(self.nodes[node as usize][place], owner);
            self.nodes[node as usize][place] = below;
            node = below;
        }
        self.nodes[node as usize][place(variable, 0)] = value.0;
    }

    /// The node `node`, or if it belongs to another block a copy.
    fn own(&mut self, node: u32, owner: BlockId) -> u32 {
        let copy = match node {
            NONE => [NONE; PLACES],
            node if self.owners[node as usize] == owner => return node,
            node => self.nodes[node as usize],
        };
        self.nodes.push(copy);
        self.owners.push(owner);
        self.nodes.len() as u32 - 1
    }
}
