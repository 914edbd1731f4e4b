//! Plans that contradict themselves are refused, each for its reason.

mod events;
mod nests;
#[path = "../tiny/mod.rs"]
mod tiny;

use formats::plan::{
    Counter, Edge, EventKind, Exit, FunctionPlan, Loop, MAX_COUNTERS, MAX_PAYLOAD_WORDS, Nest,
    Plan, Recorded, RegionKind, Scalar, SilentCall, Steps,
};
use formats::plan_check::{PlanError, check};

/// What is wrong with the tiny plan once its function was changed.
fn broken_function(change: impl FnOnce(&mut FunctionPlan)) -> &'static str {
    let mut plan = tiny::plan();
    change(&mut plan.functions[0]);
    check(&plan).unwrap_err().what
}

/// What is wrong with the tiny plan once it was changed as a whole.
fn broken_plan(change: impl FnOnce(&mut Plan)) -> &'static str {
    let mut plan = tiny::plan();
    change(&mut plan);
    check(&plan).unwrap_err().what
}

/// What is wrong with the mixed plan once one of its functions was changed.
fn broken_mixed(function: usize, change: impl FnOnce(&mut FunctionPlan)) -> &'static str {
    let mut plan = tiny::mixed_plan();
    change(&mut plan.functions[function]);
    check(&plan).unwrap_err().what
}

fn edges(function: &mut FunctionPlan, block: usize) -> &mut Vec<Edge> {
    match &mut function.blocks[block].exit {
        Exit::Branch(edges) => edges,
        _ => panic!("no branch"),
    }
}

#[test]
fn good_plans_pass() {
    check(&tiny::plan()).unwrap();
    check(&Plan::default()).unwrap();
    let function = FunctionPlan::default();
    check(&Plan { functions: vec![function; 3], ..Plan::default() }).unwrap();
}

#[test]
fn blocks_point_inside_the_function() {
    assert_eq!(
        broken_function(|function| function.operators = 7),
        "the operators of a block are out of range"
    );
    assert_eq!(
        broken_function(|function| function.blocks[2].end_operator = 5),
        "the operators of a block are out of range"
    );
    assert_eq!(
        broken_function(|function| function.blocks[1].innermost_loop = Some(1)),
        "a block has no loop"
    );
    assert_eq!(
        broken_function(|function| function.blocks[1].region = None),
        "a cut starts no region"
    );
    assert_eq!(
        broken_function(|function| function.blocks[2].region = Some(1)),
        "a block starts a region that starts elsewhere"
    );
    assert_eq!(
        broken_function(|function| function.blocks[2].region = Some(2)),
        "a block starts a region that starts elsewhere"
    );
    assert_eq!(
        broken_function(|function| function.blocks[2].exit = Exit::Call { resume: 2 }),
        "a call has no successor"
    );
    assert_eq!(
        broken_function(|function| function.blocks[2].exit = Exit::Call { resume: 9 }),
        "a call has no successor"
    );
    assert_eq!(broken_function(|function| edges(function, 0).clear()), "a block branches nowhere");
    assert_eq!(
        broken_function(|function| edges(function, 0)[0].target = 3),
        "an edge leads out of the function"
    );
}

#[test]
fn regions_have_no_cycles() {
    let what = broken_function(|function| {
        function.blocks[1].cut_on_arrival = false;
        function.blocks[1].region = None;
    });
    assert_eq!(what, "a region has a cycle");
}

#[test]
fn path_numbers_are_dense() {
    assert_eq!(
        broken_function(|function| edges(function, 1)[1].value = 2),
        "edge values do not number the paths"
    );
    assert_eq!(
        broken_function(|function| function.regions[1].paths = 3),
        "a region has another number of paths"
    );
    assert_eq!(
        broken_function(|function| function.regions[1].first_event = 2),
        "event ids are not dense"
    );
    assert_eq!(broken_plan(|plan| plan.widths[0] = 4), "event ids are not dense");
}

#[test]
fn path_counts_that_overflow_are_found() {
    // 40 two-way branches in a row: 2^40 paths.
    let mut plan = tiny::plan();
    let mut function = FunctionPlan::default();
    let template = plan.functions[0].blocks[2].clone();
    for number in 0..40 {
        let edge = |value| Edge { target: number + 1, value };
        let mut block = template.clone();
        (block.first_operator, block.end_operator) = (number, number + 1);
        block.exit = Exit::Branch(vec![edge(0), edge(1 << (39 - number).min(31))]);
        function.blocks.push(block);
    }
    let mut last = template;
    (last.first_operator, last.end_operator) = (40, 40);
    function.blocks.push(last);
    function.operators = 40;
    plan.functions = vec![function];
    assert_eq!(check(&plan).unwrap_err().what, "a region has more paths than 32 bits can count");
}

#[test]
fn the_first_region_starts_at_the_entry() {
    let what = "the first region does not start at the entry";
    assert_eq!(broken_function(|function| function.regions[0].kind = RegionKind::Join), what);
    let what = broken_function(|function| {
        function.regions[1].start = 9;
        function.blocks[1].region = None;
        function.blocks[1].cut_on_arrival = false;
        edges(function, 1).truncate(1);
    });
    assert_eq!(what, "a region has no start");
}

#[test]
fn loops_are_operators_and_outer_ones_come_first() {
    assert_eq!(
        broken_function(|function| function.loops[0].operator = 8),
        "a loop is no operator of the function"
    );
    assert_eq!(broken_function(|function| function.loops[0].header = 3), "a loop has no header");
    assert_eq!(
        broken_function(|function| function.loops[0].parent = Some(0)),
        "a loop comes before the one around it"
    );
    assert_eq!(
        broken_mixed(0, |function| function.loops[1].operator = 8),
        "the loops are out of order"
    );
}

#[test]
fn sites_have_a_block_and_an_event_of_their_own() {
    let outside = "a site is outside its block";
    assert_eq!(broken_function(|function| function.sites[0].block = 2), outside);
    assert_eq!(broken_function(|function| function.sites[0].operator = 6), outside);
    assert_eq!(broken_function(|function| function.sites[0].block = 3), "a site has no block");
    let dense = "event ids are not dense";
    assert_eq!(broken_function(|function| function.sites[0].event = 2), dense);
    assert_eq!(broken_function(|function| function.sites[0].event = 4), dense);
    assert_eq!(broken_function(|function| function.sites[0].wide = true), dense);
    let fewer = "there are fewer events than the plan counts";
    assert_eq!(broken_plan(|plan| plan.widths[1] = 2), fewer);
    assert_eq!(broken_plan(|plan| plan.widths.push(1)), fewer);
    assert_eq!(
        broken_plan(|plan| plan.widths.push(u32::MAX)),
        "there are more events than 32 bits can count"
    );
    let many = "there are more events than the plan counts";
    assert_eq!(broken_plan(|plan| plan.widths[1] = 0), many);
    assert_eq!(broken_plan(|plan| plan.widths = vec![0; 18]), "a payload is too large");
    let twice = broken_plan(|plan| {
        let mut site = plan.functions[0].sites[0].clone();
        site.operator = 5;
        plan.functions[0].sites.push(site);
        plan.widths[1] = 2;
    });
    assert_eq!(twice, dense);
    let swapped = broken_function(|function| {
        let mut site = function.sites[0].clone();
        site.operator = 3;
        function.sites.push(site);
    });
    assert_eq!(swapped, "the sites are out of order");
}

#[test]
fn function_indices_fit_32_bits() {
    assert_eq!(
        broken_plan(|plan| plan.imported_functions = u32::MAX),
        "there are more functions than 32 bits can count"
    );
}

#[test]
fn an_error_names_the_function() {
    let mut plan = tiny::plan();
    plan.functions.insert(0, FunctionPlan::default());
    plan.functions[1].operators = 1;
    let expected = PlanError { function: 1, what: "the operators of a block are out of range" };
    assert_eq!(check(&plan), Err(expected));
    let expected = "the plan contradicts itself at function 1: \
                    the operators of a block are out of range";
    assert_eq!(check(&plan).unwrap_err().to_string(), expected);
}

#[test]
fn blocks_are_in_order_and_share_no_operators() {
    let what = broken_mixed(0, |function| {
        (function.blocks[3].first_operator, function.blocks[3].end_operator) = (3, 3);
    });
    assert_eq!(what, "the blocks are out of order");
    let what = broken_mixed(0, |function| function.blocks[3].first_operator = 5);
    assert_eq!(what, "two blocks share an operator");
    // Where an exception lands no operator stands: the block may lie amid another one.
    let mut plan = tiny::mixed_plan();
    let blocks = &mut plan.functions[0].blocks;
    (blocks[3].first_operator, blocks[3].end_operator) = (5, 5);
    check(&plan).unwrap();
}

#[test]
fn what_leaves_a_block_is_its_last_operator() {
    let without = "a block ends without an operator";
    let empty = |function: &mut FunctionPlan, block: usize| {
        function.blocks[block].end_operator = function.blocks[block].first_operator;
    };
    for block in [0, 1, 2, 11] {
        assert_eq!(broken_mixed(0, |function| empty(function, block)), without, "block {block}");
    }
    for exit in [Exit::TailCall, Exit::Throw, Exit::Unreachable] {
        let what = broken_mixed(0, |function| {
            function.blocks[8].exit = exit;
            empty(function, 8);
        });
        assert_eq!(what, without);
    }
    let mut plan = tiny::mixed_plan();
    empty(&mut plan.functions[0], 8);
    check(&plan).unwrap();
}

#[test]
fn regions_and_blocks_name_each_other() {
    let nowhere = "a region starts where none does";
    for start in [6, 10] {
        // In a nest, or where another one starts.
        let what = broken_mixed(0, |function| {
            function.regions[2].start = start;
            function.blocks[12].region = None;
            function.blocks[11].exit = Exit::Return;
        });
        assert_eq!(what, nowhere);
    }
    assert_eq!(broken_mixed(0, |function| function.blocks[0].region = None), nowhere);
    let swapped = broken_mixed(1, |function| {
        function.regions.swap(1, 2);
        function.blocks[3].region = Some(2);
        function.blocks[4].region = Some(1);
    });
    assert_eq!(swapped, "the regions are out of order");
    let what = broken_mixed(1, |function| {
        function.regions.clear();
        function.nests.clear();
        function.blocks.truncate(1);
        function.blocks[0].region = None;
        function.blocks[0].exit = Exit::Return;
        function.loops.clear();
    });
    assert_eq!(what, "the first region does not start at the entry");
}

/// The tiny plan with a function behind it that is one line, and a silent call of that in its last block.
fn plan_with_silent_call() -> Plan {
    let mut plan = tiny::plan();
    let mut line = plan.functions[0].clone();
    line.operators = 1;
    line.blocks.truncate(1);
    line.blocks[0].exit = Exit::Return;
    line.regions.truncate(1);
    line.regions[0].first_event = 3;
    (line.loops, line.sites) = (Vec::new(), Vec::new());
    plan.functions[0].sites[0].event = 4;
    plan.functions[0].silent_calls = vec![SilentCall { operator: 6, block: 2, callee: 1 }];
    plan.functions.push(line);
    plan.widths = vec![4, 1];
    plan
}

fn broken_silent_call(change: impl FnOnce(&mut Plan)) -> &'static str {
    let mut plan = plan_with_silent_call();
    change(&mut plan);
    check(&plan).unwrap_err().what
}

#[test]
fn silent_calls_are_in_blocks_and_call_lines() {
    check(&plan_with_silent_call()).unwrap();
    let outside = "a silent call is outside its block";
    let moved = |operator, block, callee| {
        broken_silent_call(|plan| {
            plan.functions[0].silent_calls[0] = SilentCall { operator, block, callee };
        })
    };
    assert_eq!(moved(0, 2, 1), outside);
    assert_eq!(moved(8, 2, 1), outside);
    // The last operator of block 1 branches.
    assert_eq!(moved(5, 1, 1), outside);
    assert_eq!(moved(6, 3, 1), "a silent call has no block");
    assert_eq!(moved(6, 2, 2), "a silent call of nobody");
    let does_more = "a silent call of a function that does more";
    assert_eq!(moved(6, 2, 0), does_more);
    assert_eq!(
        broken_silent_call(|plan| {
            let call = plan.functions[0].silent_calls[0];
            plan.functions[0].silent_calls.push(call);
        }),
        "the silent calls are out of order"
    );
    assert_eq!(
        broken_silent_call(|plan| {
            plan.functions[1].silent_calls = vec![SilentCall { operator: 0, block: 0, callee: 1 }];
        }),
        does_more
    );
    assert_eq!(broken_silent_call(|plan| plan.functions[1].operators = 2), does_more);
    assert_eq!(
        broken_silent_call(|plan| plan.functions[1].blocks[0].exit = Exit::Throw),
        does_more
    );
}
