//! Plans that contradict themselves are refused, each for its reason.

mod tiny;

use formats::plan::{EventKind, Exit, FunctionPlan, Plan, RegionKind};
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

fn edges(function: &mut FunctionPlan, block: usize) -> &mut Vec<formats::plan::Edge> {
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
fn every_event_id_of_a_good_plan_resolves() {
    let plan = tiny::plan();
    let map = plan.event_map();
    let path = |region, path| Some(EventKind::Path { function: 0, region, path });
    assert_eq!(map.resolve(0), path(0, 0));
    assert_eq!(map.resolve(1), path(1, 0));
    assert_eq!(map.resolve(2), path(1, 1));
    assert_eq!(map.resolve(3), Some(EventKind::Site { function: 0, site: 0 }));
    assert_eq!(map.resolve(4), None);
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
    assert_eq!(
        broken_plan(|plan| plan.path_events = 4),
        "the regions have other paths than there are path events"
    );
}

#[test]
fn path_counts_that_overflow_are_found() {
    // 40 two-way branches in a row: 2^40 paths.
    let mut plan = tiny::plan();
    let mut function = FunctionPlan::default();
    let template = plan.functions[0].blocks[2].clone();
    for number in 0..40 {
        let edge = |value| formats::plan::Edge { target: number + 1, value };
        let mut block = template.clone();
        (block.first_operator, block.end_operator) = (0, 0);
        block.exit = Exit::Branch(vec![edge(0), edge(1 << (39 - number).min(31))]);
        function.blocks.push(block);
    }
    let mut last = template;
    (last.first_operator, last.end_operator) = (0, 0);
    function.blocks.push(last);
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
}

#[test]
fn sites_have_a_block_and_an_event_of_their_own() {
    let outside = "a site is outside its block";
    assert_eq!(broken_function(|function| function.sites[0].block = 2), outside);
    assert_eq!(broken_function(|function| function.sites[0].operator = 6), outside);
    assert_eq!(broken_function(|function| function.sites[0].block = 3), "a site has no block");
    let out_of_range = "the event of a site is out of range";
    assert_eq!(broken_function(|function| function.sites[0].event = 2), out_of_range);
    assert_eq!(broken_function(|function| function.sites[0].event = 4), out_of_range);
    let many = "the sites are not as many as their events";
    assert_eq!(broken_plan(|plan| plan.wide_sites = 1), many);
    assert_eq!(broken_plan(|plan| plan.wide_sites = u32::MAX - 5), many);
    assert_eq!(
        broken_plan(|plan| plan.wide_sites = u32::MAX),
        "there are more events than 32 bits can count"
    );
    let twice = broken_plan(|plan| {
        let mut site = plan.functions[0].sites[0].clone();
        site.operator = 5;
        plan.functions[0].sites.push(site);
        plan.narrow_sites = 2;
    });
    assert_eq!(twice, "two sites have the same event");
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
