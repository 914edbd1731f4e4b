//! The calling context tree: every chain of calls that occurred, with its calls and its fuel.

/// The calling context tree of a trace.
///
/// The nodes stand in an order in which parents come before their children. There are no names in it:
/// a function is its index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallTree {
    /// The contexts.
    pub nodes: Vec<CallNode>,
}

/// A calling context: a function, called by the functions of the nodes above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallNode {
    /// Index of the caller's node; `None` for what the host called.
    pub parent: Option<u32>,
    /// Index in the module's function index space; [`CallTree::FOLDED`] for all contexts of the
    /// parent that are not told apart.
    pub function: u32,
    /// How often the function was entered in this context.
    pub calls: u64,
    /// Fuel of the function's own operators in this context.
    pub fuel: u128,
}

impl CallTree {
    /// The function of a node that stands for the contexts that there was no more room for.
    pub const FOLDED: u32 = u32::MAX;

    /// For each node its own fuel and that of all nodes below it.
    pub fn inclusive(&self) -> Vec<u128> {
        inclusive(&self.nodes)
    }
}

/// For each of `nodes` its own fuel and that of all nodes below it.
pub(crate) fn inclusive(nodes: &[CallNode]) -> Vec<u128> {
    let mut fuel: Vec<u128> = nodes.iter().map(|node| node.fuel).collect();
    for (index, node) in nodes.iter().enumerate().rev() {
        if let Some(parent) = node.parent {
            fuel[parent as usize] = fuel[parent as usize].saturating_add(fuel[index]);
        }
    }
    fuel
}
