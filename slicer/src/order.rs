//! Topological orders of graphs without cycles.

/// The blocks `0..count`, each behind all that `targets` leads to from it. Of a graph with cycles the
/// order is some order.
pub fn successors_first<'a>(count: usize, targets: impl Fn(u32) -> Vec<u32> + 'a) -> Vec<u32> {
    let mut order = Vec::with_capacity(count);
    let mut begun = vec![false; count];
    for root in (0..count as u32).rev() {
        let mut pending = vec![(root, false)];
        while let Some((block, is_done)) = pending.pop() {
            if is_done {
                order.push(block);
            } else if !std::mem::replace(&mut begun[block as usize], true) {
                pending.push((block, true));
                let targets = targets(block).into_iter();
                let ahead = targets.filter(|&target| begun.get(target as usize) == Some(&false));
                pending.extend(ahead.map(|target| (target, false)));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_stands_behind_its_successors() {
        let targets = |block: u32| match block {
            0 => vec![3, 2],
            3 => vec![1],
            2 => vec![1, 3],
            _ => vec![],
        };
        assert_eq!(successors_first(5, targets), [4, 1, 3, 2, 0]);
    }

    #[test]
    fn neither_depth_nor_cycles_matter() {
        let count = 1_000_000;
        let order = successors_first(count, |block| vec![(block + 1) % count as u32, u32::MAX]);
        assert_eq!(order.len(), count);
    }
}
