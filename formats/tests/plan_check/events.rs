//! Path numbers, event ids and payloads.

use super::nests::broken_nest;
use super::*;

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
