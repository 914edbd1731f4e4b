//! Nests, computed and counted.

use super::*;

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

/// What is wrong with that plan once its function was changed.
pub(super) fn broken_nest(change: impl FnOnce(&mut FunctionPlan)) -> &'static str {
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
