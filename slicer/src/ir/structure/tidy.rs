//! The second pass over constructs that are to be emitted.
//!
//! Drops the blocks that no branch leads to, gives the label of a block to the `if` that ends with it
//! when only the `if` branches there, and closes loops right behind the last branch that repeats them.

use std::collections::HashMap;

use super::super::{BlockId, Function};
use super::{Arrival, Item};

/// How a construct is used. Constructs are named by the index of the item that opens them.
#[derive(Clone, Copy)]
struct Use {
    /// The first item that branches to it; `usize::MAX` when none does.
    first: usize,
    /// The last item that branches to it.
    last: usize,
    /// The item that closes it.
    end: usize,
}

/// The same constructs, tidied.
pub(super) fn tidy(function: &Function<'_>, items: &[Item]) -> Vec<Item> {
    let uses = uses(function, items);
    let if_labels = if_labels(items, &uses);
    let mut is_dropped = vec![false; items.len()];
    let mut tidied = Vec::with_capacity(items.len());
    let mut open: Vec<usize> = Vec::new();
    for (index, &item) in items.iter().enumerate() {
        let used = &uses[index];
        match item {
            Item::Block(label) => {
                let is_if = if_labels.get(&used.end).is_some_and(|&(_, of_if)| of_if == label);
                is_dropped[used.end] = is_if || used.first == usize::MAX;
                is_dropped[index] = is_dropped[used.end];
            }
            Item::Loop(_) => is_dropped[used.end] = true,
            _ => {}
        }
        if !is_dropped[index] {
            tidied.push(match item {
                Item::If { source, inverted, .. } => {
                    let label = if_labels.get(&(used.end + 1)).filter(|(of, _)| *of == index);
                    Item::If { source, inverted, label: label.map(|&(_, label)| label) }
                }
                item => item,
            });
            match item {
                Item::Block(_) | Item::Loop(_) | Item::If { .. } => open.push(index),
                Item::End => drop(open.pop()),
                _ => {}
            }
        }
        while let Some(&innermost) = open.last()
            && matches!(items[innermost], Item::Loop(_))
            && uses[innermost].last <= index
        {
            tidied.push(Item::End);
            open.pop();
        }
    }
    tidied
}

/// The ifs that get the label of a block, by the item that closes the block: right behind that which
/// closes the `if`.
fn if_labels(items: &[Item], uses: &[Use]) -> HashMap<usize, (usize, BlockId)> {
    let mut labels = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        if let Item::If { .. } = item {
            labels.insert(uses[index].end + 1, index);
        }
    }
    let blocks = items.iter().zip(uses);
    let label = |(item, used): (&Item, &Use)| match *item {
        Item::Block(label) if used.first != usize::MAX => {
            let inner = *labels.get(&used.end)?;
            (used.first > inner).then_some((used.end, (inner, label)))
        }
        _ => None,
    };
    blocks.filter_map(label).collect()
}

/// How each construct is used.
fn uses(function: &Function<'_>, items: &[Item]) -> Vec<Use> {
    let mut uses = vec![Use { first: usize::MAX, last: 0, end: 0 }; items.len()];
    let mut open: Vec<usize> = Vec::new();
    // The open construct with each label.
    let mut construct = vec![usize::MAX; function.blocks.len()];
    for (index, item) in items.iter().enumerate() {
        let mut branch = |label: BlockId| {
            let used = &mut uses[construct[label.0 as usize]];
            used.first = used.first.min(index);
            used.last = index;
        };
        match *item {
            Item::Block(label) | Item::Loop(label) => {
                construct[label.0 as usize] = index;
                open.push(index);
            }
            Item::If { .. } => open.push(index),
            Item::End => {
                let closed = open.pop().expect("constructs are well nested");
                uses[closed].end = index;
            }
            Item::Jump(edge, Arrival::Break | Arrival::Continue) => branch(edge.to),
            Item::Leave { source, .. } => {
                function.terminator(source).targets().iter().for_each(|to| branch(to.block));
            }
            _ => {}
        }
    }
    uses
}
