//! Plans that contradict themselves are refused, each for its reason.

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

/// The tiny plan with its loop as a nest that carries one i64.
fn plan_with_nest() -> Plan {
    let mut plan = tiny::plan();
    let function = &mut plan.functions[0];
    function.regions.pop();
    function.blocks[1].nest = Some(0);
    function.blocks[1].region = None;
    function.blocks[1].cut_on_arrival = false;
    for edge in edges(function, 1) {
        edge.value = 0;
    }
    let values = vec![tiny::recorded(0, Scalar::I64)];
    function.nests =
        vec![Nest { outermost: 0, after: Some(2), event: 2, values, counters: vec![] }];
    function.sites[0].event = 1;
    plan.widths = vec![1, 1, 1];
    plan
}

fn broken_nest(change: impl FnOnce(&mut FunctionPlan)) -> &'static str {
    let mut plan = plan_with_nest();
    change(&mut plan.functions[0]);
    check(&plan).unwrap_err().what
}

#[test]
fn nests_are_stepped_over() {
    let plan = plan_with_nest();
    check(&plan).unwrap();
    let function = &plan.functions[0];
    assert_eq!(function.nest_header(0), 1);
    assert_eq!(function.nest_exits(0), [2]);
    assert_eq!(function.inner_targets(0).collect::<Vec<_>>(), [1]);
    assert_eq!(function.inner_targets(1).collect::<Vec<_>>(), [2]);
    let map = plan.event_map();
    assert_eq!(map.resolve(2), Some(EventKind::Nest { function: 0, nest: 0 }));
    assert_eq!(plan.layout().payload_words(2), Some(2));
    assert_eq!(plan.layout().payload_words(3), None);
}

#[test]
fn nests_have_a_loop_a_header_and_a_block_behind_them() {
    let what = broken_nest(|function| function.nests[0].outermost = 1);
    assert_eq!(what, "a nest has no loop");
    let what = broken_nest(|function| function.blocks[1].nest = None);
    assert_eq!(what, "the header of a nest is outside of it");
    let twice = broken_nest(|function| function.nests.push(function.nests[0].clone()));
    assert_eq!(twice, "the nests are out of order");
    let nowhere = "a nest has no block behind it";
    assert_eq!(broken_nest(|function| function.nests[0].after = Some(3)), nowhere);
    assert_eq!(broken_nest(|function| function.nests[0].after = Some(1)), nowhere);
    assert_eq!(broken_nest(|function| function.blocks[2].nest = Some(0)), nowhere);
    // The block behind it lies in a nest that there is not.
    assert_eq!(broken_nest(|function| function.blocks[2].nest = Some(7)), nowhere);
}

#[test]
fn nests_are_entered_at_their_header_and_left_to_the_block_behind_them() {
    let what = broken_nest(|function| function.nests[0].after = None);
    assert_eq!(what, "a nest is left to another block");
    let what = broken_nest(|function| function.nests[0].after = Some(0));
    assert_eq!(what, "a nest is left to another block");
    let what = broken_mixed(0, |function| edges(function, 6)[1].target = 8);
    assert_eq!(what, "a nest is left to another block");
    let what = broken_mixed(1, |function| {
        function.blocks[3].cut_on_arrival = false;
        function.blocks[3].region = None;
    });
    assert_eq!(what, "a nest is left to another block");
    let what = broken_mixed(0, |function| edges(function, 4)[0].target = 6);
    assert_eq!(what, "an edge leads into the middle of a nest");
    let what = broken_nest(|function| function.blocks[0].nest = Some(7));
    assert_eq!(what, "a block has no nest");
}

#[test]
fn nests_have_a_way_out() {
    let never = "a nest is never left";
    assert_eq!(broken_nest(|function| edges(function, 1)[0].target = 1), never);
    let stays = |function: &mut FunctionPlan| {
        edges(function, 1).remove(0);
        edges(function, 2).pop();
    };
    assert_eq!(broken_mixed(1, stays), never);
    // A way out of a block that the header does not lead to.
    assert_eq!(broken_mixed(0, |function| edges(function, 5)[0].target = 5), never);
}

#[test]
fn nests_lead_to_the_header_of_another_one_only() {
    // Block 7 belongs to a second nest, once as its header and once not.
    let two_nests = |header| {
        let mut plan = tiny::mixed_plan();
        let function = &mut plan.functions[0];
        function.loops[1] = Loop { operator: 14, header, parent: None };
        function.nests.push(Nest { outermost: 1, after: Some(9), ..function.nests[0].clone() });
        for block in [7, 8] {
            function.blocks[block].nest = Some(1);
            function.blocks[block].exit = Exit::Branch(vec![Edge { target: 9, value: 0 }]);
        }
        edges(function, 2).truncate(1);
        check(&plan).unwrap_err().what
    };
    assert_eq!(two_nests(8), "a nest has no block behind it");
    assert_eq!(two_nests(7), "edge values do not number the paths");
}

#[test]
fn nothing_is_recorded_within_a_nest() {
    let what = broken_nest(|function| edges(function, 1)[1].value = 1);
    assert_eq!(what, "an edge of a nest has a value");
    let what = broken_nest(|function| function.blocks[1].region = Some(0));
    assert_eq!(what, "a region starts in a nest");
    for exit in [Exit::Unreachable, Exit::Return, Exit::Throw, Exit::Call { resume: 2 }] {
        let what = broken_nest(|function| function.blocks[1].exit = exit);
        assert_eq!(what, "a path ends in a nest");
    }
}

/// The plan with a nest, counted by its header.
fn plan_with_counted_nest() -> Plan {
    let mut plan = plan_with_nest();
    let function = &mut plan.functions[0];
    function.sites.clear();
    function.nests[0] = Nest {
        event: 1,
        values: vec![],
        counters: vec![Counter::Block(1)],
        ..function.nests[0].clone()
    };
    plan.widths = vec![1];
    plan.counted = vec![0, 1];
    plan
}

#[test]
fn counted_nests_come_behind_all_other_events() {
    let plan = plan_with_counted_nest();
    check(&plan).unwrap();
    let (map, layout) = (plan.event_map(), plan.layout());
    assert_eq!(map.resolve(1), Some(EventKind::Nest { function: 0, nest: 0 }));
    assert_eq!([0, 1, 2].map(|id| layout.payload_words(id)), [Some(0), Some(2), None]);
    assert_eq!([0, 1, 2].map(|id| layout.counters(id)), [None, Some(1), None]);
    assert_eq!((layout.bare(), layout.first_counted(), layout.end()), (1, 1, 2));
    assert!(!map.is_counted(0) && map.is_counted(1));
}

#[test]
fn counters_stand_in_their_nest_in_order_and_not_on_first_edges() {
    let broken = |counters: &[Counter]| {
        let mut plan = plan_with_counted_nest();
        plan.counted = [vec![0; counters.len()], vec![1]].concat();
        plan.functions[0].nests[0].counters = counters.to_vec();
        check(&plan).unwrap_err().what
    };
    let edge = |edge| Counter::Edge { block: 1, edge };
    let order = "counters are out of order";
    assert_eq!(broken(&[Counter::Block(1), Counter::Block(1)]), order);
    assert_eq!(broken(&[edge(1), Counter::Block(1)]), order);
    let elsewhere = "a nest counts another one's blocks";
    assert_eq!(broken(&[Counter::Block(0)]), elsewhere);
    assert_eq!(broken(&[Counter::Block(9)]), elsewhere);
    assert_eq!(broken(&[Counter::Edge { block: 0, edge: 1 }]), elsewhere);
    assert_eq!(broken(&[edge(0)]), "a nest counts no edge");
    assert_eq!(broken(&[edge(2)]), "a nest counts no edge");
    let many: Vec<Counter> = (0..=MAX_COUNTERS as u32).map(Counter::Block).collect();
    assert_eq!(broken(&many), "a nest has too many counters");
    assert_eq!(broken(&many[1..]), elsewhere, "so many are possible");
    let changed = |change: fn(&mut Plan)| {
        let mut plan = plan_with_counted_nest();
        change(&mut plan);
        check(&plan).unwrap_err().what
    };
    let carries = |plan: &mut Plan| {
        plan.functions[0].nests[0].values = vec![tiny::recorded(0, Scalar::I32)];
    };
    assert_eq!(changed(carries), "a counted nest carries values");
    let site = |plan: &mut Plan| plan.functions[0].sites = tiny::plan().functions[0].sites.clone();
    assert_eq!(changed(site), "a site lies in a counted nest");
    assert_eq!(changed(|plan| plan.functions[0].nests[0].event = 0), "event ids are not dense");
    let more = "there are more events than the plan counts";
    assert_eq!(changed(|plan| plan.counted.clear()), more);
    let fewer = "there are fewer events than the plan counts";
    assert_eq!(changed(|plan| plan.counted.push(1)), fewer);
    let unnumbered = |plan: &mut Plan| plan.counted = vec![0; MAX_COUNTERS + 2];
    assert_eq!(changed(unnumbered), "a nest has too many counters");
}

#[test]
fn payloads_are_limited() {
    let values = |count| vec![tiny::recorded(0, Scalar::F64); count];
    let half = MAX_PAYLOAD_WORDS / 2;
    let large = "a payload is too large";
    assert_eq!(broken_nest(|function| function.nests[0].values = values(half + 1)), large);
    assert_eq!(broken_mixed(1, |function| function.regions[2].values = values(half + 1)), large);
    let odd = [values(half), vec![tiny::recorded(0, Scalar::F32)]].concat();
    assert_eq!(broken_nest(|function| function.nests[0].values = odd.clone()), large);
    assert_eq!(broken_mixed(1, |function| function.regions[2].values = odd), large);
    let at_limit = broken_mixed(1, |function| function.regions[2].values = values(half));
    assert_eq!(at_limit, "event ids are not dense", "so many words are possible");
    assert_eq!(broken_plan(|plan| plan.widths = vec![0; MAX_PAYLOAD_WORDS + 2]), large);
}

#[test]
fn the_ways_of_a_computed_branch_share_their_numbers() {
    let mut plan = tiny::plan();
    let function = &mut plan.functions[0];
    edges(function, 1)[1].value = 0;
    function.regions[1].paths = 1;
    plan.widths[0] = 2;
    plan.functions[0].sites[0].event = 2;
    check(&plan).unwrap();
    assert!(plan.functions[0].blocks[1].exit.is_computed());
    assert!(!plan.functions[0].blocks[0].exit.is_computed());
}

/// What is wrong with the mixed plan once one of its functions was changed.
fn broken_mixed(function: usize, change: impl FnOnce(&mut FunctionPlan)) -> &'static str {
    let mut plan = tiny::mixed_plan();
    change(&mut plan.functions[function]);
    check(&plan).unwrap_err().what
}

/// All paths from `start` as path number and blocks, by walking the graph.
fn paths(function: &FunctionPlan, start: u32) -> Vec<(u32, Vec<u32>)> {
    let mut found = Vec::new();
    let mut pending = vec![(0, vec![start])];
    while let Some((number, blocks)) = pending.pop() {
        let last = *blocks.last().unwrap();
        let ways: Vec<(u32, u32)> = match function.steps(last) {
            Steps::Along(edges) => edges.iter().map(|edge| (edge.target, edge.value)).collect(),
            Steps::Over(after) => after.into_iter().map(|after| (after, 0)).collect(),
        };
        let cut = |target: u32| function.blocks[target as usize].cut_on_arrival;
        if ways.iter().all(|&(target, _)| cut(target)) {
            found.push((number, blocks.clone()));
        }
        for (target, value) in ways.into_iter().filter(|&(target, _)| !cut(target)) {
            pending.push((number + value, [blocks.clone(), vec![target]].concat()));
        }
    }
    found.sort_unstable();
    found
}

#[test]
fn told_and_computed_branches_and_nests_number_the_paths_together() {
    let plan = tiny::mixed_plan();
    check(&plan).unwrap();
    let [function, other] = &plan.functions[..] else { panic!("two functions") };
    // The computed branch of block 1 has the three numbers of its way through block 2; its way
    // through block 3 has two of them as well.
    let expected: [(u32, &[u32]); 7] = [
        (0, &[0, 1, 2, 7, 8]),
        (0, &[0, 1, 3, 7, 8]),
        (1, &[0, 1, 2, 7, 9]),
        (1, &[0, 1, 3, 7, 9]),
        (2, &[0, 1, 2, 8]),
        (3, &[0, 4, 5, 7, 8]),
        (4, &[0, 4, 5, 7, 9]),
    ];
    let expected = expected.map(|(number, blocks)| (number, blocks.to_vec()));
    assert_eq!(paths(function, 0), expected);
    assert_eq!(function.regions[0].paths, 5);
    assert_eq!(paths(function, 10), [(0, vec![10, 11])]);
    assert_eq!(paths(other, 0), [(0, vec![0, 1])]);

    assert!(function.blocks[1].exit.is_computed());
    assert!(!function.blocks[2].exit.is_computed());
    assert_eq!(function.cut_targets(10), [10]);
    assert_eq!(function.inner_targets(5).collect::<Vec<_>>(), [7]);
    assert_eq!(function.steps(6), Steps::Over(None));
    assert_eq!((function.ends_path(6), function.ends_path(11)), (false, true));
    assert_eq!(other.nest_exits(0), [3, 4]);
    assert_eq!((other.cut_targets(1), other.cut_targets(2)), (vec![3, 4], vec![]));
}

#[test]
fn edges_of_told_and_computed_branches_have_no_other_values() {
    let values = "edge values do not number the paths";
    // As if the way through block 3 had numbers of its own.
    assert_eq!(broken_mixed(0, |function| edges(function, 0)[1].value = 5), values);
    // As if the shorter way counted.
    assert_eq!(broken_mixed(0, |function| edges(function, 0)[1].value = 2), values);
    assert_eq!(broken_mixed(0, |function| edges(function, 2)[1].value = 1), values);
    // Half told, half computed.
    let half = broken_mixed(0, |function| {
        edges(function, 1).push(Edge { target: 7, value: 3 });
    });
    assert_eq!(half, values);
    // A told branch made a computed one has the numbers of its longest way only.
    let fewer = broken_mixed(0, |function| edges(function, 0)[1].value = 0);
    assert_eq!(fewer, "a region has another number of paths");
}

fn payload_words(values: &[Recorded]) -> usize {
    values.iter().map(|recorded| recorded.ty.words()).sum()
}

#[test]
fn what_an_id_stands_for_has_the_payload_that_the_layout_says() {
    let plan = tiny::mixed_plan();
    let (map, layout) = (plan.event_map(), plan.layout());
    let mut found = Vec::new();
    for id in 0..plan.events() {
        let words = match map.resolve(id).unwrap() {
            EventKind::Path { function, region, path } => {
                let region = &plan.functions[function as usize].regions[region as usize];
                assert!(path < region.paths);
                assert_eq!(id, region.first_event + path);
                payload_words(&region.values)
            }
            EventKind::Site { function, site } => {
                let site = &plan.functions[function as usize].sites[site as usize];
                assert_eq!(id, site.event);
                if site.wide { 2 } else { 1 }
            }
            EventKind::Nest { function, nest } => {
                let nest = &plan.functions[function as usize].nests[nest as usize];
                assert_eq!(id, nest.event);
                payload_words(&nest.values)
            }
        };
        assert_eq!(layout.payload_words(id), Some(words), "event {id}");
        found.push(words);
    }
    assert_eq!(found, [0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 3, 16]);
    assert_eq!((layout.bare(), layout.end(), plan.events()), (5, 15, 15));
    assert_eq!((map.resolve(15), layout.payload_words(15)), (None, None));
    assert_eq!((map.resolve(u32::MAX), layout.payload_words(u32::MAX)), (None, None));
    let nest = EventKind::Nest { function: 1, nest: 0 };
    assert_eq!(
        (map.resolve(8), map.resolve(14)),
        (Some(EventKind::Nest { function: 0, nest: 0 }), Some(nest),)
    );
    assert_eq!(map.resolve(13), Some(EventKind::Path { function: 0, region: 0, path: 4 }));
}

/// What is wrong with the mixed plan once its counts of event ids were changed.
fn broken_widths(change: impl FnOnce(&mut Vec<u32>)) -> &'static str {
    let mut plan = tiny::mixed_plan();
    change(&mut plan.widths);
    check(&plan).unwrap_err().what
}

#[test]
fn the_ids_of_each_width_are_dense() {
    let dense = "event ids are not dense";
    assert_eq!(broken_mixed(0, |function| function.regions[0].first_event = 8), dense);
    assert_eq!(broken_mixed(0, |function| function.regions[2].first_event = 6), dense);
    assert_eq!(broken_mixed(0, |function| function.sites[1].event = 8), dense);
    assert_eq!(broken_mixed(0, |function| function.nests[0].event = 9), dense);
    assert_eq!(broken_mixed(1, |function| function.regions[1].first_event = 2), dense);
    assert_eq!(broken_mixed(1, |function| function.nests[0].event = 15), dense);
    // With another payload, an event belongs among the ids of another width.
    let values = vec![tiny::recorded(0, Scalar::I64)];
    assert_eq!(broken_mixed(0, |function| function.sites[0].wide = true), dense);
    assert_eq!(broken_mixed(0, |function| function.regions[0].values.truncate(1)), dense);
    assert_eq!(broken_mixed(1, |function| function.regions[1].values = values.clone()), dense);
    for words in [0, 1, 2, 3] {
        assert_eq!(broken_widths(|widths| widths[words] += 1), dense, "{words} words");
    }
}

#[test]
fn the_ids_of_each_width_are_as_many_as_the_plan_counts() {
    let more = "there are more events than the plan counts";
    let fewer = "there are fewer events than the plan counts";
    assert_eq!(broken_widths(|widths| widths[16] = 0), more);
    assert_eq!(broken_widths(|widths| widths.truncate(16)), more);
    assert_eq!(broken_mixed(1, |function| function.nests[0].values.truncate(7)), more);
    assert_eq!(broken_widths(|widths| widths[16] = 2), fewer);
    assert_eq!(broken_widths(|widths| widths[3] = 4), more);
    // Ids of a width that no event has.
    assert_eq!(
        broken_widths(|widths| (widths[15], widths[16]) = (1, 0)),
        "event ids are not dense"
    );
    let many = "there are more events than 32 bits can count";
    assert_eq!(broken_widths(|widths| widths[9] = u32::MAX), many);
    assert_eq!(broken_widths(|widths| *widths = vec![u32::MAX; 17]), many);
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
