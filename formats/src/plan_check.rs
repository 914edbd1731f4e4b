//! Checks that a plan keeps the promises of its documentation.
//!
//! A plan in a trace may come from anywhere. What has been checked here can be used without
//! looking again: every index points at something, every path number leads along one way through
//! its region, no region has a cycle, and every event id below [`Plan::events`] has exactly one
//! meaning. Takes time and memory in proportion to the plan.

use crate::plan::{Block, Exit, FunctionPlan, Plan, RegionKind};

/// What is wrong with a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plan contradicts itself at function {function}: {what}")]
pub struct PlanError {
    /// Which of [`Plan::functions`]; their number when it is none of them.
    pub function: usize,
    /// What is wrong.
    pub what: &'static str,
}

/// Checks `plan`.
///
/// # Errors
///
/// When it contradicts itself.
pub fn check(plan: &Plan) -> Result<(), PlanError> {
    let mut next_event = 0;
    for (number, function) in plan.functions.iter().enumerate() {
        next_event = check_function(function, next_event)
            .map_err(|what| PlanError { function: number, what })?;
    }
    let whole = |what| PlanError { function: plan.functions.len(), what };
    if next_event != u64::from(plan.path_events) {
        return Err(whole("the regions have other paths than there are path events"));
    }
    let imported = plan.imported_functions as usize;
    if imported.checked_add(plan.functions.len()).is_none_or(|count| u32::try_from(count).is_err())
    {
        return Err(whole("there are more functions than 32 bits can count"));
    }
    check_site_events(plan).map_err(whole)
}

type Check = Result<(), &'static str>;

fn ensure(condition: bool, what: &'static str) -> Check {
    if condition { Ok(()) } else { Err(what) }
}

/// Checks one function, whose regions start at `next_event`; returns the event after them.
fn check_function(function: &FunctionPlan, next_event: u64) -> Result<u64, &'static str> {
    check_loops(function)?;
    for (number, block) in function.blocks.iter().enumerate() {
        check_block(function, number, block)?;
    }
    check_sites(function)?;
    let paths = count_paths(function)?;
    check_regions(function, &paths, next_event)
}

fn check_loops(function: &FunctionPlan) -> Check {
    for (number, found) in function.loops.iter().enumerate() {
        ensure(found.operator < function.operators, "a loop is no operator of the function")?;
        ensure(is_index(found.header, &function.blocks), "a loop has no header")?;
        let parent_first = found.parent.is_none_or(|parent| (parent as usize) < number);
        ensure(parent_first, "a loop comes before the one around it")?;
    }
    Ok(())
}

fn check_block(function: &FunctionPlan, number: usize, block: &Block) -> Check {
    let FunctionPlan { blocks, loops, regions, .. } = function;
    let ordered =
        block.first_operator <= block.end_operator && block.end_operator <= function.operators;
    ensure(ordered, "the operators of a block are out of range")?;
    ensure(block.innermost_loop.is_none_or(|found| is_index(found, loops)), "a block has no loop")?;
    ensure(block.region.is_some() || !block.cut_on_arrival, "a cut starts no region")?;
    if let Some(region) = block.region {
        let start = regions.get(region as usize).map(|region| region.start as usize);
        ensure(start == Some(number), "a block starts a region that starts elsewhere")?;
    }
    match &block.exit {
        Exit::Branch(edges) => {
            ensure(!edges.is_empty(), "a block branches nowhere")?;
            let inside = edges.iter().all(|edge| is_index(edge.target, blocks));
            ensure(inside, "an edge leads out of the function")
        }
        Exit::Call { resume } => {
            let resumed = blocks.get(*resume as usize);
            ensure(resumed.is_some_and(|block| block.region.is_some()), "a call has no successor")
        }
        Exit::TailCall | Exit::Return | Exit::Throw | Exit::Unreachable => Ok(()),
    }
}

fn check_sites(function: &FunctionPlan) -> Check {
    let mut next_operator = 0;
    for site in &function.sites {
        ensure(site.operator >= next_operator, "the sites are out of order")?;
        next_operator = site.operator.checked_add(1).ok_or("a site is out of range")?;
        let block = function.blocks.get(site.block as usize).ok_or("a site has no block")?;
        let inside = (block.first_operator..block.end_operator).contains(&site.operator);
        ensure(inside, "a site is outside its block")?;
    }
    Ok(())
}

fn is_index<T>(index: u32, list: &[T]) -> bool {
    (index as usize) < list.len()
}

/// Counts the ways from each block to the next cut, and checks that edge values number them
/// densely: that each is the number of ways along the edges before it.
fn count_paths(function: &FunctionPlan) -> Result<Vec<u64>, &'static str> {
    let blocks = &function.blocks;
    let order = topological_order(blocks)?;
    let mut paths = vec![1u64; blocks.len()];
    for &number in order.iter().rev() {
        let Exit::Branch(edges) = &blocks[number].exit else {
            continue;
        };
        let mut sum = 0u64;
        for edge in edges {
            ensure(u64::from(edge.value) == sum, "edge values do not number the paths")?;
            let target = edge.target as usize;
            sum += if blocks[target].cut_on_arrival { 1 } else { paths[target] };
            ensure(sum <= u64::from(u32::MAX), "a region has more paths than 32 bits can count")?;
        }
        paths[number] = sum;
    }
    Ok(paths)
}

/// The blocks in an order in which every edge that stays in its region leads forward
/// (A. B. Kahn, "Topological sorting of large networks", CACM 5, 1962).
fn topological_order(blocks: &[Block]) -> Result<Vec<usize>, &'static str> {
    let mut incoming = vec![0usize; blocks.len()];
    for target in blocks.iter().flat_map(|block| inner_targets(blocks, block)) {
        incoming[target] += 1;
    }
    let mut order: Vec<usize> = (0..blocks.len()).filter(|&block| incoming[block] == 0).collect();
    let mut next = 0;
    while let Some(&number) = order.get(next) {
        next += 1;
        for target in inner_targets(blocks, &blocks[number]) {
            incoming[target] -= 1;
            if incoming[target] == 0 {
                order.push(target);
            }
        }
    }
    ensure(order.len() == blocks.len(), "a region has a cycle")?;
    Ok(order)
}

/// Where the edges lead that stay in the region of `block`.
fn inner_targets<'a>(blocks: &'a [Block], block: &'a Block) -> impl Iterator<Item = usize> + 'a {
    let edges = match &block.exit {
        Exit::Branch(edges) => edges.as_slice(),
        _ => &[],
    };
    edges.iter().map(|edge| edge.target as usize).filter(|&target| !blocks[target].cut_on_arrival)
}

fn check_regions(
    function: &FunctionPlan,
    paths: &[u64],
    mut next_event: u64,
) -> Result<u64, &'static str> {
    if let Some(entry) = function.regions.first() {
        let at_entry = entry.start == 0 && entry.kind == RegionKind::Entry;
        ensure(at_entry, "the first region does not start at the entry")?;
    }
    for region in &function.regions {
        ensure(u64::from(region.first_event) == next_event, "event ids are not dense")?;
        let found = paths.get(region.start as usize).copied().ok_or("a region has no start")?;
        ensure(u64::from(region.paths) == found, "a region has another number of paths")?;
        next_event += found;
    }
    Ok(next_event)
}

/// Checks that the sites have the ids after the paths, one each.
fn check_site_events(plan: &Plan) -> Check {
    let first = u64::from(plan.path_events);
    let count = u64::from(plan.narrow_sites) + u64::from(plan.wide_sites);
    ensure(first + count <= u64::from(u32::MAX), "there are more events than 32 bits can count")?;
    let sites = plan.functions.iter().flat_map(|function| &function.sites);
    ensure(sites.clone().count() as u64 == count, "the sites are not as many as their events")?;
    let mut seen = vec![false; count as usize];
    for site in sites {
        let place =
            u64::from(site.event).checked_sub(first).and_then(|id| seen.get_mut(id as usize));
        let place = place.ok_or("the event of a site is out of range")?;
        ensure(!*place, "two sites have the same event")?;
        *place = true;
    }
    Ok(())
}
