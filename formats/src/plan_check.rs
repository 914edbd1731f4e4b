//! Checks that a plan keeps the promises of its documentation.
//!
//! A plan in a trace may come from anywhere. What has been checked here can be used without
//! looking again: every index points at something, no two blocks share an operator, every path
//! number leads along one way through its region (up to what computed branches decide), no region
//! has a cycle, nests are entered at their header and left to where they say, and every event id
//! below [`Plan::events`] has exactly one meaning and one number of payload words. Takes time and
//! memory in proportion to the plan.
//!
//! What needs the module to be seen is not checked here: that blocks, branches and values are those
//! of the code.

use crate::plan::{
    Block, Counter, Edge, Exit, FunctionPlan, MAX_COUNTERS, MAX_PAYLOAD_WORDS, Nest, Plan,
    Recorded, Region, RegionKind, Steps,
};

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
    for (number, function) in plan.functions.iter().enumerate() {
        check_function(function)
            .and_then(|()| check_silent_calls(plan, function))
            .map_err(|what| PlanError { function: number, what })?;
    }
    let whole = |what| PlanError { function: plan.functions.len(), what };
    let imported = plan.imported_functions as usize;
    if imported.checked_add(plan.functions.len()).is_none_or(|count| u32::try_from(count).is_err())
    {
        return Err(whole("there are more functions than 32 bits can count"));
    }
    check_events(plan).map_err(whole)
}

type Check = Result<(), &'static str>;

fn ensure(condition: bool, what: &'static str) -> Check {
    if condition { Ok(()) } else { Err(what) }
}

fn check_function(function: &FunctionPlan) -> Check {
    check_loops(function)?;
    check_nests(function)?;
    for (number, block) in function.blocks.iter().enumerate() {
        check_block(function, number, block)?;
    }
    check_order(&function.blocks)?;
    check_nests_end(function)?;
    check_sites(function)?;
    let paths = count_paths(function)?;
    check_regions(function, &paths)
}

fn check_loops(function: &FunctionPlan) -> Check {
    let mut next_operator = 0;
    for (number, found) in function.loops.iter().enumerate() {
        ensure(found.operator < function.operators, "a loop is no operator of the function")?;
        ensure(found.operator >= next_operator, "the loops are out of order")?;
        next_operator = found.operator + 1;
        ensure(is_index(found.header, &function.blocks), "a loop has no header")?;
        let parent_first = found.parent.is_none_or(|parent| (parent as usize) < number);
        ensure(parent_first, "a loop comes before the one around it")?;
    }
    Ok(())
}

fn check_nests(function: &FunctionPlan) -> Check {
    let mut next_loop = 0;
    for (number, nest) in (0..).zip(&function.nests) {
        let outermost = function.loops.get(nest.outermost as usize).ok_or("a nest has no loop")?;
        ensure(nest.outermost >= next_loop, "the nests are out of order")?;
        next_loop = nest.outermost + 1;
        let header = &function.blocks[outermost.header as usize];
        ensure(header.nest == Some(number), "the header of a nest is outside of it")?;
        ensure(payload_words(&nest.values) <= MAX_PAYLOAD_WORDS, "a payload is too large")?;
        check_counters(function, number, nest)?;
    }
    // The block behind a nest may be the header of another one: of those all are known now.
    for (number, nest) in (0..).zip(&function.nests) {
        let Some(after) = nest.after else { continue };
        let behind = function.blocks.get(after as usize);
        let outside = behind.is_some_and(|block| block.nest != Some(number));
        ensure(outside && is_entry(function, after), "a nest has no block behind it")?;
    }
    Ok(())
}

/// Checks that a nest counts what it contains, each once, and not more than it should.
fn check_counters(function: &FunctionPlan, number: u32, nest: &Nest) -> Check {
    if !nest.is_counted() {
        return Ok(());
    }
    ensure(nest.counters.len() <= MAX_COUNTERS, "a nest has too many counters")?;
    ensure(nest.values.is_empty(), "a counted nest carries values")?;
    ensure(nest.counters.is_sorted_by(|one, next| one < next), "counters are out of order")?;
    let inside = |block: u32| {
        let found = function.blocks.get(block as usize);
        found.filter(|block| block.nest == Some(number)).ok_or("a nest counts another one's blocks")
    };
    for counter in &nest.counters {
        match *counter {
            Counter::Block(block) => drop(inside(block)?),
            Counter::Edge { block, edge } => {
                let Exit::Branch(edges) = &inside(block)?.exit else {
                    return Err("a path ends in a nest");
                };
                ensure(edge > 0 && is_index(edge, edges), "a nest counts no edge")?;
            }
        }
    }
    Ok(())
}

/// Whether control can come to `block` from outside of the nest that it lies in, if it lies in one:
/// nests are entered at their header.
fn is_entry(function: &FunctionPlan, block: u32) -> bool {
    let Some(nest) = function.blocks[block as usize].nest else { return true };
    is_index(nest, &function.nests) && function.nest_header(nest) == block
}

/// Checks a block of a nest: whichever way control goes, it stays, or leads to where the nest says.
fn check_nest_block(function: &FunctionPlan, block: &Block, number: u32) -> Check {
    let nest = function.nests.get(number as usize).ok_or("a block has no nest")?;
    ensure(block.region.is_none(), "a region starts in a nest")?;
    let Exit::Branch(edges) = &block.exit else {
        return Err("a path ends in a nest");
    };
    for edge in edges {
        ensure(edge.value == 0, "an edge of a nest has a value")?;
        let Some(target) = function.blocks.get(edge.target as usize) else { continue };
        let stays = target.nest == Some(number);
        let leaves = match nest.after {
            Some(after) => after == edge.target,
            None => target.cut_on_arrival,
        };
        ensure(stays || leaves, "a nest is left to another block")?;
    }
    Ok(())
}

/// Checks that there is a way out of each nest: without one, its slice would never end.
fn check_nests_end(function: &FunctionPlan) -> Check {
    let mut seen = vec![false; function.blocks.len()];
    for nest in 0..function.nests.len() as u32 {
        let mut is_left = false;
        let mut pending = vec![function.nest_header(nest)];
        while let Some(number) = pending.pop() {
            let block = &function.blocks[number as usize];
            if block.nest != Some(nest) {
                is_left = true;
            } else if !std::mem::replace(&mut seen[number as usize], true)
                && let Exit::Branch(edges) = &block.exit
            {
                pending.extend(edges.iter().map(|edge| edge.target));
            }
        }
        ensure(is_left, "a nest is never left")?;
    }
    Ok(())
}

fn payload_words(values: &[Recorded]) -> usize {
    values.iter().map(|recorded| recorded.ty.words()).sum()
}

fn check_block(function: &FunctionPlan, number: usize, block: &Block) -> Check {
    let FunctionPlan { blocks, loops, regions, .. } = function;
    if let Some(nest) = block.nest {
        check_nest_block(function, block, nest)?;
    }
    let ordered =
        block.first_operator <= block.end_operator && block.end_operator <= function.operators;
    ensure(ordered, "the operators of a block are out of range")?;
    ensure(block.innermost_loop.is_none_or(|found| is_index(found, loops)), "a block has no loop")?;
    ensure(block.region.is_some() || !block.cut_on_arrival, "a cut starts no region")?;
    if let Some(region) = block.region {
        let start = regions.get(region as usize).map(|region| region.start as usize);
        ensure(start == Some(number), "a block starts a region that starts elsewhere")?;
    }
    ensure(!ends_with_operator(block) || !is_empty(block), "a block ends without an operator")?;
    match &block.exit {
        Exit::Branch(edges) => {
            ensure(!edges.is_empty(), "a block branches nowhere")?;
            let inside = edges.iter().all(|edge| is_index(edge.target, blocks));
            ensure(inside, "an edge leads out of the function")?;
            let stays =
                |target: u32| block.nest.is_some() && blocks[target as usize].nest == block.nest;
            let enters = |edge: &Edge| stays(edge.target) || is_entry(function, edge.target);
            ensure(edges.iter().all(enters), "an edge leads into the middle of a nest")
        }
        Exit::Call { resume } => {
            let resumed = blocks.get(*resume as usize);
            ensure(resumed.is_some_and(|block| block.region.is_some()), "a call has no successor")
        }
        Exit::TailCall | Exit::Return | Exit::Throw | Exit::Unreachable => Ok(()),
    }
}

fn is_empty(block: &Block) -> bool {
    block.first_operator == block.end_operator
}

/// Whether it is the block's last operator that decides how control goes on.
fn ends_with_operator(block: &Block) -> bool {
    match &block.exit {
        Exit::Branch(edges) => edges.len() > 1,
        Exit::Return => false,
        Exit::Call { .. } | Exit::TailCall | Exit::Throw | Exit::Unreachable => true,
    }
}

/// Checks that the blocks, whose ranges are good, are in order and have their operators for
/// themselves. An empty block may stand amid the operators of the block before it.
fn check_order(blocks: &[Block]) -> Check {
    let (mut first, mut end) = (0, 0);
    for block in blocks {
        ensure(block.first_operator >= first, "the blocks are out of order")?;
        first = block.first_operator;
        if !is_empty(block) {
            ensure(first >= end, "two blocks share an operator")?;
            end = block.end_operator;
        }
    }
    Ok(())
}

fn check_sites(function: &FunctionPlan) -> Check {
    let mut next_operator = 0;
    for site in &function.sites {
        ensure(site.operator >= next_operator, "the sites are out of order")?;
        next_operator = site.operator.checked_add(1).ok_or("a site is out of range")?;
        let block = function.blocks.get(site.block as usize).ok_or("a site has no block")?;
        let inside = (block.first_operator..block.end_operator).contains(&site.operator);
        ensure(inside, "a site is outside its block")?;
        let nest = block.nest.map(|nest| &function.nests[nest as usize]);
        ensure(nest.is_none_or(|nest| !nest.is_counted()), "a site lies in a counted nest")?;
    }
    Ok(())
}

/// Checks that silent calls are within blocks, and call what runs from its first operator to its last.
fn check_silent_calls(plan: &Plan, function: &FunctionPlan) -> Check {
    let mut next_operator = 0;
    for call in &function.silent_calls {
        ensure(call.operator >= next_operator, "the silent calls are out of order")?;
        next_operator = call.operator.checked_add(1).ok_or("a silent call is out of range")?;
        let block = function.blocks.get(call.block as usize).ok_or("a silent call has no block")?;
        let decides = ends_with_operator(block) && call.operator + 1 == block.end_operator;
        let inside = (block.first_operator..block.end_operator).contains(&call.operator);
        ensure(inside && !decides, "a silent call is outside its block")?;
        ensure(block.nest.is_none(), "a silent call lies in a nest")?;
        let callee = plan.functions.get(call.callee as usize).ok_or("a silent call of nobody")?;
        ensure(is_one_line(callee), "a silent call of a function that does more")?;
    }
    Ok(())
}

/// Whether all that happens in `function` is that it runs from its first operator to its last.
fn is_one_line(function: &FunctionPlan) -> bool {
    let [Region { paths: 1, .. }] = function.regions.as_slice() else { return false };
    let is_whole = |line: &Block| {
        let operators = (line.first_operator, line.end_operator);
        operators == (0, function.operators) && matches!(line.exit, Exit::Branch(_) | Exit::Return)
    };
    // Other blocks hold no operators then.
    function.blocks.first().is_some_and(is_whole)
        && function.nests.is_empty()
        && function.sites.is_empty()
        && function.silent_calls.is_empty()
}

fn is_index<T>(index: u32, list: &[T]) -> bool {
    (index as usize) < list.len()
}

/// Counts the ways from each block to the next cut, and checks that edge values number them
/// densely: that each is the number of ways along the edges before it.
fn count_paths(function: &FunctionPlan) -> Result<Vec<u64>, &'static str> {
    let blocks = &function.blocks;
    let order = topological_order(function)?;
    let mut paths = vec![1u64; blocks.len()];
    for &number in order.iter().rev() {
        let behind = |target: u32| match blocks[target as usize].cut_on_arrival {
            true => 1,
            false => paths[target as usize],
        };
        let edges = match function.steps(number as u32) {
            Steps::Over(after) => {
                paths[number] = after.map_or(1, behind);
                continue;
            }
            Steps::Along(edges) => edges,
        };
        let computed = blocks[number].exit.is_computed();
        let mut sum = 0u64;
        for edge in edges {
            let value = if computed { 0 } else { sum };
            ensure(u64::from(edge.value) == value, "edge values do not number the paths")?;
            let ways = behind(edge.target);
            sum = if computed { sum.max(ways) } else { sum + ways };
            ensure(sum <= u64::from(u32::MAX), "a region has more paths than 32 bits can count")?;
        }
        paths[number] = sum.max(1);
    }
    Ok(paths)
}

/// The blocks in an order in which every edge that stays in its region leads forward
/// (A. B. Kahn, "Topological sorting of large networks", CACM 5, 1962).
fn topological_order(function: &FunctionPlan) -> Result<Vec<usize>, &'static str> {
    let blocks = function.blocks.len() as u32;
    let mut incoming = vec![0usize; blocks as usize];
    for target in (0..blocks).flat_map(|block| function.inner_targets(block)) {
        incoming[target as usize] += 1;
    }
    let mut order: Vec<usize> =
        (0..blocks as usize).filter(|&block| incoming[block] == 0).collect();
    let mut next = 0;
    while let Some(&number) = order.get(next) {
        next += 1;
        for target in function.inner_targets(number as u32) {
            incoming[target as usize] -= 1;
            if incoming[target as usize] == 0 {
                order.push(target as usize);
            }
        }
    }
    ensure(order.len() == blocks as usize, "a region has a cycle")?;
    Ok(order)
}

fn check_regions(function: &FunctionPlan, paths: &[u64]) -> Check {
    let at_entry = match function.regions.first() {
        Some(entry) => entry.start == 0 && entry.kind == RegionKind::Entry,
        None => function.blocks.is_empty(),
    };
    ensure(at_entry, "the first region does not start at the entry")?;
    let mut next_start = 0;
    for (number, region) in (0..).zip(&function.regions) {
        let start = function.blocks.get(region.start as usize).ok_or("a region has no start")?;
        ensure(start.region == Some(number), "a region starts where none does")?;
        ensure(region.start >= next_start, "the regions are out of order")?;
        next_start = region.start + 1;
        let found = paths[region.start as usize];
        ensure(u64::from(region.paths) == found, "a region has another number of paths")?;
        ensure(payload_words(&region.values) <= MAX_PAYLOAD_WORDS, "a payload is too large")?;
    }
    Ok(())
}

/// Checks that regions, sites and nests have the event ids that their place and their payload give
/// them: none is left out, and none has two meanings.
fn check_events(plan: &Plan) -> Check {
    ensure(plan.widths.len() <= MAX_PAYLOAD_WORDS + 1, "a payload is too large")?;
    ensure(plan.counted.len() <= MAX_COUNTERS + 1, "a nest has too many counters")?;
    let counts = || plan.widths.iter().chain(&plan.counted).map(|&count| u64::from(count));
    ensure(
        counts().sum::<u64>() <= u64::from(u32::MAX),
        "there are more events than 32 bits can count",
    )?;
    let mut ids = Ids::new(&plan.widths, &plan.counted);
    for function in &plan.functions {
        for region in &function.regions {
            ids.claim(region.first_event, payload_words(&region.values), region.paths)?;
        }
        for site in &function.sites {
            ids.claim(site.event, if site.wide { 2 } else { 1 }, 1)?;
        }
        for nest in &function.nests {
            let class = match nest.counters.len() {
                0 => payload_words(&nest.values),
                counters => COUNTED + counters,
            };
            ids.claim(nest.event, class, 1)?;
        }
    }
    ensure(ids.next == ids.ends, "there are fewer events than the plan counts")
}

/// The class of events with so many payload words is that number; those of nests with so many counters
/// come behind.
const COUNTED: usize = MAX_PAYLOAD_WORDS + 1;

/// The ids that are still to be given out, by class.
struct Ids {
    next: Vec<u64>,
    ends: Vec<u64>,
}

impl Ids {
    fn new(widths: &[u32], counted: &[u32]) -> Ids {
        let (mut next, mut ends, mut id) = (Vec::new(), Vec::new(), 0);
        let sizes = |counts: &[u32], classes: usize| -> Vec<u32> {
            (0..classes).map(|class| counts.get(class).copied().unwrap_or(0)).collect()
        };
        for size in sizes(widths, COUNTED).into_iter().chain(sizes(counted, MAX_COUNTERS + 1)) {
            next.push(id);
            id += u64::from(size);
            ends.push(id);
        }
        Ids { next, ends }
    }

    /// Checks that `count` ids from `first` on are the next ones of `class`.
    fn claim(&mut self, first: u32, class: usize, count: u32) -> Check {
        ensure(u64::from(first) == self.next[class], "event ids are not dense")?;
        self.next[class] += u64::from(count);
        ensure(self.next[class] <= self.ends[class], "there are more events than the plan counts")
    }
}
