//! Facts about blocks, regions and slices of small functions, derived by hand.

use formats::cost_model::CostModel;
use formats::plan::{Edge, Exit, FunctionPlan, MAX_NARROW_EVENTS, Plan, RegionKind};
use slicer::bundles::Slices;
use slicer::module::Module;
use slicer::plan::{plan, plan_within};
use slicer::prefix::Tails;
use slicer::slices::{Accounts, SliceKey, SliceKind, SliceModule};

fn planned(text: &str, check: impl FnOnce(&Module<'_>, &Plan)) {
    let wasm = wat::parse_str(text).expect(text);
    let module = Module::parse(&wasm).expect(text);
    let plan = slicer::plan::plan(&module, Slices::Min).expect(text);
    check(&module, &plan);
}

/// The operators of each block, as `first..end`.
fn ranges(function: &FunctionPlan) -> Vec<(u32, u32)> {
    function.blocks.iter().map(|block| (block.first_operator, block.end_operator)).collect()
}

fn kinds(function: &FunctionPlan) -> Vec<RegionKind> {
    function.regions.iter().map(|region| region.kind).collect()
}

#[test]
fn straight_code_is_one_block_and_an_epilogue() {
    planned("(module (func (block (block nop)) nop))", |_, plan| {
        let function = &plan.functions[0];
        assert_eq!(ranges(function), [(0, 7), (7, 7)]);
        assert_eq!(function.blocks[0].exit, Exit::Branch(vec![Edge { target: 1, value: 0 }]));
        assert_eq!(function.blocks[1].exit, Exit::Return);
        assert_eq!(plan.widths, [1]);
    });
}

#[test]
fn else_and_end_belong_to_the_arm_that_falls_into_them() {
    // 0 local.get, 1 if, 2 nop, 3 else, 4 nop, 5 end, 6 end
    planned("(module (func (param i32) (if (local.get 0) (then nop) (else nop))))", |_, plan| {
        let function = &plan.functions[0];
        assert_eq!(ranges(function), [(0, 2), (2, 4), (4, 6), (6, 7), (7, 7)]);
        let edges = vec![Edge { target: 2, value: 0 }, Edge { target: 1, value: 1 }];
        assert_eq!(function.blocks[0].exit, Exit::Branch(edges));
        assert_eq!(function.regions[0].paths, 2);
    });
}

#[test]
fn an_if_without_else_jumps_past_its_end() {
    // 0 local.get, 1 if, 2 nop, 3 end, 4 end
    planned("(module (func (param i32) (if (local.get 0) (then nop))))", |_, plan| {
        let function = &plan.functions[0];
        assert_eq!(ranges(function), [(0, 2), (2, 4), (4, 5), (5, 5)]);
        let edges = vec![Edge { target: 2, value: 0 }, Edge { target: 1, value: 1 }];
        assert_eq!(function.blocks[0].exit, Exit::Branch(edges));
    });
}

#[test]
fn a_loop_header_is_cut_and_the_loop_operator_stands_before_it() {
    // 0 loop, 1 local.get, 2 br_if, 3 end, 4 end
    planned("(module (func (param i32) (loop (br_if 0 (local.get 0)))))", |_, plan| {
        let function = &plan.functions[0];
        assert_eq!(ranges(function), [(0, 1), (1, 3), (3, 4), (4, 5), (5, 5)]);
        assert!(function.blocks[1].cut_on_arrival);
        assert_eq!(function.loops.len(), 1);
        assert_eq!(function.loops[0].header, 1);
        assert_eq!(function.blocks[2].innermost_loop, Some(0));
        assert_eq!(function.blocks[3].innermost_loop, None);
        assert_eq!(kinds(function), [RegionKind::Entry, RegionKind::Header]);
        assert_eq!(function.regions[1].paths, 2);
    });
}

#[test]
fn calls_cut_and_what_follows_them_is_a_region() {
    planned("(module (func $f (call $f) nop (call $f)))", |_, plan| {
        let function = &plan.functions[0];
        assert_eq!(kinds(function), [RegionKind::Entry, RegionKind::Resume, RegionKind::Resume]);
        assert_eq!(function.blocks[0].exit, Exit::Call { resume: 1 });
        assert_eq!(plan.widths, [3]);
    });
}

#[test]
fn unreachable_code_is_in_no_block() {
    // 0 return, 1 nop, 2 block, 3 br, 4 end, 5 end
    planned("(module (func return nop (block (br 0))))", |_, plan| {
        assert_eq!(ranges(&plan.functions[0]), [(0, 1), (6, 6)]);
    });
}

#[test]
fn a_label_named_twice_by_a_br_table_is_one_edge() {
    planned("(module (func (param i32) (block (br_table 0 1 0 1 0 (local.get 0)))))", |_, plan| {
        let Exit::Branch(edges) = &plan.functions[0].blocks[0].exit else { panic!("branches") };
        assert_eq!(edges.len(), 2);
        assert_eq!(plan.functions[0].regions[0].paths, 2);
    });
}

#[test]
fn each_catch_clause_has_a_landing() {
    planned(
        "(module (tag $t) (func (block (try_table (catch $t 0) (catch_all 0) (throw $t)))))",
        |_, plan| {
            let landing = |clause| RegionKind::Landing { operator: 1, clause };
            let expected = [RegionKind::Entry, landing(0), landing(1)];
            assert_eq!(kinds(&plan.functions[0]), expected);
        },
    );
}

#[test]
fn sites_come_behind_all_paths_and_wide_ones_last() {
    planned(
        "(module (memory i64 1) (memory 1) (func
           (memory.fill 0 (i64.const 0) (i32.const 0) (i64.const 1))
           (memory.fill 1 (i32.const 0) (i32.const 0) (i32.const 1))
           (if (i32.const 0) (then))))",
        |_, plan| {
            assert_eq!(plan.widths, [2, 1, 1]);
            let events: Vec<u32> = plan.functions[0].sites.iter().map(|site| site.event).collect();
            assert_eq!(events, [3, 2]);
        },
    );
}

#[test]
fn every_event_resolves_to_its_region() {
    planned(
        "(module (func) (func (param i32) (loop (br_if 0 (local.get 0)) (br_if 1 (local.get 0))))
           (memory 1) (func (drop (memory.grow (i32.const 0))) (call 0)))",
        |_, plan| {
            let map = plan.event_map();
            let mut seen = 0;
            for (number, function) in (0..).zip(&plan.functions) {
                for (index, region) in (0..).zip(&function.regions) {
                    for path in 0..region.paths {
                        let kind = formats::plan::EventKind::Path {
                            function: number,
                            region: index,
                            path,
                        };
                        assert_eq!(map.resolve(region.first_event + path), Some(kind));
                        seen += 1;
                    }
                }
            }
            assert_eq!(seen, plan.layout().bare());
            assert_eq!(map.resolve(plan.events()), None);
        },
    );
}

#[test]
fn slices_of_every_region_are_valid_modules() {
    let switch_targets = 40;
    let text = format!(
        "(module (memory 1) (func (param i32)
           (loop (if (local.get 0) (then (br 1))) (loop (br_if 2 (local.get 0))))
           {} (br_table {} (local.get 0)) {}
           (memory.fill (i32.const 0) (i32.const 0) (i32.const 1)) (unreachable)))",
        "(block ".repeat(switch_targets),
        (0..switch_targets).map(|label| format!("{label} ")).collect::<String>(),
        "(call 0 (i32.const 1)))".repeat(switch_targets),
    );
    planned(&text, |module, plan| {
        let function = &plan.functions[0];
        let regions = (0..function.regions.len() as u32).map(SliceKind::Region);
        let sites = (0..function.sites.len() as u32).map(SliceKind::Site);
        let keys: Vec<_> =
            regions.chain(sites).map(|kind| SliceKey { function: 0, kind }).collect();
        let model = CostModel::builtin("unit").expect("built in");
        let slices =
            SliceModule::generate(module, plan, Accounts::Fuel(&model), &keys).expect("slices");
        wasmparser::Validator::new().validate_all(&slices.wasm).expect("a valid module");
        assert_eq!(slices.slices.len(), keys.len());
        let inner = slices.slices.iter().find(|slice| slice.contexts.contains(&Some(1)));
        assert_eq!(inner.expect("the inner loop has a slice").contexts, [None, Some(0), Some(1)]);
    });
}

/// Bounds of the tail that ends with `operator`, in the model where each operator costs 1.
fn unit_bounds(text: &str, region: u32, operator: u32) -> Option<(u64, u64)> {
    let mut found = None;
    planned(text, |module, plan| {
        let model = CostModel::builtin("unit").expect("built in");
        let tails = Tails::new(module, plan, &model, 0, &[operator]).expect("fits");
        let bounds = tails.in_region(region).expect("fits");
        found = bounds.map(|tail| (tail.low, tail.high));
    });
    found
}

#[test]
fn a_tail_with_one_way_is_exact() {
    // 0 i32.const, 1 i32.const, 2 i32.div_u
    let text = "(module (func (drop (i32.div_u (i32.const 1) (i32.const 0)))))";
    assert_eq!(unit_bounds(text, 0, 2), Some((3, 3)));
}

#[test]
fn a_tail_with_two_ways_is_an_interval() {
    // 0 local.get, 1 if, 2 nop, 3 nop, 4 end, 5 i32.const, 6 i32.const, 7 i32.div_u
    let text = "(module (func (param i32) (if (local.get 0) (then nop nop))
        (drop (i32.div_u (i32.const 1) (i32.const 0)))))";
    assert_eq!(unit_bounds(text, 0, 7), Some((5, 8)));
}

#[test]
fn an_operator_that_ends_its_region_leaves_no_tail() {
    assert_eq!(unit_bounds("(module (func nop unreachable))", 0, 1), Some((0, 0)));
    assert_eq!(unit_bounds("(module (func $f nop (call $f)))", 0, 1), Some((0, 0)));
}

/// Each region is looked at for itself: all of them together take no longer than the function is.
#[test]
fn a_function_with_very_many_regions_has_one_with_the_operator() {
    let calls = 100_000;
    let text = format!(
        "(module (func $f {} (drop (i32.div_u (i32.const 1) (i32.const 0)))))",
        "nop (call $f) ".repeat(calls)
    );
    planned(&text, |module, plan| {
        let model = CostModel::builtin("unit").expect("built in");
        let division = 2 * calls as u32 + 2;
        let tails = Tails::new(module, plan, &model, 0, &[1, division]).expect("fits");
        let regions = 0..plan.functions[0].regions.len() as u32;
        let found: Vec<(u32, u64, u64)> = regions
            .filter_map(|region| {
                let tail = tails.in_region(region).expect("fits")?;
                Some((region, tail.low, tail.high))
            })
            .collect();
        // The call was recorded before it ran; and i32.const, i32.const, i32.div_u.
        assert_eq!(found, [(0, 0, 0), (calls as u32, 3, 3)]);
    });
}

#[test]
fn a_tail_never_reaches_across_a_cut_point() {
    let text = "(module (func $f nop (call $f) (drop (i32.div_u (i32.const 1) (i32.const 0)))))";
    assert_eq!(unit_bounds(text, 0, 4), None);
    assert_eq!(unit_bounds(text, 1, 4), Some((3, 3)));
}

/// Suspects of an access out of bounds that the engine places at `operator`.
fn suspects(text: &str, operator: u32) -> Vec<u32> {
    let mut found = Vec::new();
    planned(text, |module, plan| {
        found = slicer::prefix::suspects(module, plan, 0, operator).expect("fits");
    });
    found
}

#[test]
fn reads_since_the_last_write_are_suspects() {
    // 0 i32.const, 1 i32.load, 2 drop, 3 i32.const, 4 i32.const, 5 i32.store, 6 i32.const,
    // 7 i32.load, 8 i32.const, 9 i32.add, 10 i32.load, 11 i32.eqz, 12 drop
    let text = "(module (memory 1) (func (drop (i32.load (i32.const 0)))
        (i32.store (i32.const 0) (i32.const 0))
        (drop (i32.eqz (i32.load (i32.add (i32.load (i32.const 0)) (i32.const 1)))))))";
    assert_eq!(suspects(text, 1), [1]);
    assert_eq!(suspects(text, 5), [1, 5]);
    assert_eq!(suspects(text, 9), [7]);
    assert_eq!(suspects(text, 11), [7, 10]);
    assert_eq!(suspects(text, 4), [1]);
    assert_eq!(suspects(text, 6), [0; 0]);
}

#[test]
fn suspects_lie_in_one_straight_stretch() {
    // 0 loop, 1 i32.const, 2 i32.load, 3 drop, 4 end, 5 i32.const, 6 drop; the code behind the
    // loop goes on in the same stretch, the loop's own begins with its header
    let text = "(module (memory 1) (func (loop (drop (i32.load (i32.const 0))))
        (drop (i32.const 0))))";
    assert_eq!(suspects(text, 6), [2]);
    assert_eq!(suspects(text, 0), [0; 0]);
    // 0 i32.const, 1 i32.load, 2 if, 3 i32.const, 4 drop
    let text = "(module (memory 1) (func (if (i32.load (i32.const 0)) (then
        (drop (i32.const 0))))))";
    assert_eq!(suspects(text, 2), [1]);
    assert_eq!(suspects(text, 4), [0; 0]);
}

/// With too many paths for the ids that there are, regions get smaller until they fit; a region can't be
/// smaller than a block, so that the smallest plan is made even where it has more.
#[test]
fn regions_get_smaller_until_their_events_are_within_the_limit() {
    let wasm = wat::parse_str(format!(
        "(module (func (param i32) {}))",
        "(if (local.get 0) (then nop))".repeat(20)
    ));
    let wasm = wasm.expect("the text form parses");
    let module = Module::parse(&wasm).expect("valid");
    let events = |most| {
        let plan = plan_within(&module, Slices::Min, most).expect("a plan");
        formats::plan_check::check(&plan).expect("well formed");
        assert!(every_slice(&module, &plan).wasm.len() > 8);
        u64::from(plan.events())
    };
    let unlimited = events(u64::MAX);
    assert_eq!(u64::from(plan(&module, Slices::Min).expect("a plan").events()), unlimited);
    let limited = events(unlimited - 1);
    assert!(limited < unlimited, "{limited} of {unlimited}");
    assert!(events(200) <= 200);
    assert!(events(0) > 0);
}

/// Where ids of two bytes suffice for somewhat smaller regions, they are made smaller; where they don't, regions stay
/// as large as they may be.
#[test]
fn regions_get_smaller_for_ids_of_two_bytes_if_that_is_enough() {
    let id_bytes = |function: &str, functions: usize| {
        let wasm = wat::parse_str(format!("(module {})", function.repeat(functions)));
        let wasm = wasm.expect("the text form parses");
        let module = Module::parse(&wasm).expect("valid");
        let plan = plan(&module, Slices::Min).expect("a plan");
        let largest = plan_within(&module, Slices::Min, u64::MAX).expect("a plan");
        assert!(largest.events() > MAX_NARROW_EVENTS);
        (plan.layout().id_bytes(), plan == largest)
    };
    let branches = format!("(func (param i32) {})", "(if (local.get 0) (then nop))".repeat(9));
    assert_eq!(id_bytes(&branches, 200), (2, false));
    let labels: Vec<String> = (0..512).map(|label| label.to_string()).collect();
    let (starts, ends) = ("block ".repeat(512), "end return ".repeat(512));
    let arms =
        format!("(func (param i32) {starts} local.get 0 br_table {} {ends})", labels.join(" "));
    assert_eq!(id_bytes(&arms, 130), (4, true));
}

#[test]
fn huge_functions_are_planned_without_recursion_and_in_bounds() {
    let depth = 100_000;
    let nested = "block ".repeat(depth) + &"local.get 0 br_if 0 end ".repeat(depth);
    planned(&format!("(module (func (param i32) {nested}))"), |_, plan| {
        assert!(plan.functions[0].blocks.len() > depth);
        assert!(plan.functions[0].regions.len() > 1, "joins are cut");
    });
}

#[test]
fn a_function_as_large_as_parsers_accept_is_planned() {
    use wasm_encoder::{CodeSection, Function, FunctionSection, TypeSection, ValType};

    let (pair_bytes, largest_body_bytes) = (4, 7_654_321);
    let branches = largest_body_bytes / pair_bytes - 10;
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], []);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut body = Function::new([]);
    for _ in 0..branches {
        body.instructions().local_get(0).br_if(0);
    }
    body.instructions().end();
    let mut code = CodeSection::new();
    code.function(&body);
    let mut encoder = wasm_encoder::Module::new();
    encoder.section(&types).section(&functions).section(&code);
    let wasm = encoder.finish();

    let module = Module::parse(&wasm).expect("within the limits");
    let plan = slicer::plan::plan(&module, Slices::Min).expect("planned");
    assert_eq!(plan.functions[0].blocks.len(), branches + 2);
    let longest = plan.functions[0].regions.iter().map(|region| region.paths).max();
    assert!(u64::from(longest.expect("regions")) <= slicer::limits::MAX_REGION_SIZE + 1);
}

/// A function that runs `loops` counted loops, one after the other, with a call behind each if
/// `calls`.
fn loops_in_a_row(loops: usize, calls: bool) -> Vec<u8> {
    let one = "(local.set 1 (i32.const 0))
        (loop (local.set 1 (i32.add (local.get 1) (i32.const 1)))
          (br_if 0 (i32.lt_u (local.get 1) (local.get 0))))";
    let call = if calls { "(call 0 (local.get 0))" } else { "" };
    let all = format!("{one}{call}").repeat(loops);
    wat::parse_str(format!("(module (func (param i32) (local i32) {all}))")).expect("valid text")
}

/// The slices of each region and nest of the first function.
fn every_slice(module: &Module<'_>, plan: &Plan) -> SliceModule {
    let function = &plan.functions[0];
    let regions = (0..function.regions.len() as u32).map(SliceKind::Region);
    let nests = (0..function.nests.len() as u32).map(SliceKind::Nest);
    let keys: Vec<_> = regions.chain(nests).map(|kind| SliceKey { function: 0, kind }).collect();
    let model = CostModel::builtin("unit").expect("built in");
    SliceModule::generate(module, plan, Accounts::Fuel(&model), &keys).expect("slices")
}

#[test]
fn the_deepest_loops_and_thousands_of_nests_are_sliced() {
    let depth = slicer::limits::MAX_LOOP_DEPTH as usize;
    let deep = format!(
        "(module (func (param i32) {} {}))",
        "loop ".repeat(depth),
        "local.get 0 br_if 0 end ".repeat(depth)
    );
    let deep = wat::parse_str(deep).expect("valid text");
    let wide = [loops_in_a_row(LOOPS, true), loops_in_a_row(LOOPS, false)];
    for wasm in wide.iter().chain([&deep]) {
        let module = Module::parse(wasm).expect("valid");
        for slices in [Slices::Min, Slices::Chosen, Slices::Max] {
            let plan = slicer::plan::plan(&module, slices).expect("planned");
            let function = &plan.functions[0];
            let parts = function.regions.len() + function.nests.len();
            assert!(parts > LOOPS, "{parts} parts");
            let nests = 0..function.nests.len() as u32;
            assert!(nests.into_iter().all(|nest| function.nest_exits(nest).len() == 1));
            assert_eq!(every_slice(&module, &plan).slices.len(), parts);
        }
    }
}

/// Loops in a row of the functions with many nests.
const LOOPS: usize = 5_000;

#[test]
fn what_is_not_supported_is_refused_by_name() {
    let refused = |wasm: &[u8]| Module::parse(wasm).err().expect("refused").to_string();
    assert!(refused(b"hello").contains("not a WebAssembly module"));
    assert!(refused(&wat::parse_str("(component)").expect("valid")).contains("component"));
    let stack_switching =
        wat::parse_str("(module (type $f (func)) (type (cont $f)))").expect("valid");
    assert!(refused(&stack_switching).contains("stack switching"));
    let legacy = wat::parse_str("(module (func try catch_all end))").expect("valid");
    assert!(refused(&legacy).contains("legacy_exceptions"), "{}", refused(&legacy));
}

/// A `br_table` each arm of which calls another silent function. What is kept of so many callees must not
/// pass through each of so many blocks.
#[test]
fn the_slice_of_very_many_silent_calls_is_linear_in_them() {
    let bytes = |arms: usize| {
        let callees = "(func)".repeat(arms);
        let labels: String = (0..arms).map(|arm| format!("{arm} ")).collect();
        let call = |arm| format!(") (call {arm}) (br {})", arms - 1 - arm);
        let calls: String = (0..arms).map(call).collect();
        let text = format!(
            "(module {callees} (func (param i32) (block {} (br_table {labels} (local.get 0)) {calls})))",
            "(block ".repeat(arms)
        );
        let wasm = wat::parse_str(&text).expect("valid text");
        let module = Module::parse(&wasm).expect("valid module");
        let plan = slicer::plan::plan(&module, Slices::Chosen).expect("planned");
        let function = arms as u32;
        assert_eq!(plan.functions[arms].silent_calls.len(), arms);
        let keys = [SliceKey { function, kind: SliceKind::Region(0) }];
        let model = CostModel::builtin("unit").expect("built in");
        let made = SliceModule::generate(&module, &plan, Accounts::Fuel(&model), &keys);
        let made = made.expect("generated");
        assert_eq!(made.slices[0].callees.len(), arms);
        made.wasm.len()
    };
    let (some, many) = (bytes(500), bytes(4_000));
    assert!(many < 12 * some, "{some} bytes, {many} for eight times as many");
}
