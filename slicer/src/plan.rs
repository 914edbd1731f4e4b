//! All functions of a module to its [`Plan`].
//!
//! Functions are sliced in parallel; event ids are handed out afterwards, in the order of the
//! functions, so that the plan is the same for any number of threads.

use std::collections::BTreeMap;

use formats::plan::{
    Block, Edge, Exit, FunctionPlan, Loop, Nest, Plan, Recorded, Region, RegionKind, SilentCall,
    Site,
};
use rayon::prelude::*;

use crate::Error;
use crate::bundles::{self, Choice, Chosen, NestChoice, Numbered, RegionValues, Slices};
use crate::cfg::{self, Cfg, Role};
use crate::limits::{MAX_EVENTS, MAX_REGION_SIZE};
use crate::module::Module;
use crate::paths::{self, Paths};

/// Makes the plan of a module, with the state that `slices` asks for.
///
/// # Errors
///
/// [`Error::Limit`] when a named limit is exceeded.
pub fn plan(module: &Module<'_>, slices: Slices) -> Result<Plan, Error> {
    plan_within(module, slices, MAX_EVENTS)
}

/// Makes a plan with at most `most_events` event ids, if regions can be made small enough for that.
///
/// # Errors
///
/// Those of [`plan`].
pub fn plan_within(module: &Module<'_>, slices: Slices, most_events: u64) -> Result<Plan, Error> {
    let functions = (0..module.bodies.len() as u32)
        .into_par_iter()
        .map(|function| {
            let cfg = cfg::build(module, function)?;
            let chosen = bundles::choose(module, function, &cfg, slices)?;
            Ok((cfg, chosen))
        })
        .collect::<Vec<_>>()
        .into_iter()
        .collect::<Result<Vec<(Cfg, Chosen<'_>)>, Error>>()?;
    let mut max_region_size = MAX_REGION_SIZE;
    loop {
        let planned = functions
            .par_iter()
            .map(|(cfg, chosen)| Ok(function_plan(cfg, &chosen.number(cfg, max_region_size)?)))
            .collect::<Result<Vec<FunctionPlan>, Error>>()?;
        if events(&planned) <= most_events || max_region_size == 1 {
            return Ok(assemble(module, planned));
        }
        max_region_size /= 4;
    }
}

/// Number of event ids that all regions, sites and nests take.
fn events(functions: &[FunctionPlan]) -> u64 {
    let events_of = |function: &FunctionPlan| {
        let paths: u64 = function.regions.iter().map(|region| u64::from(region.paths)).sum();
        paths + function.sites.len() as u64 + function.nests.len() as u64
    };
    functions.iter().map(events_of).sum()
}

fn assemble(module: &Module<'_>, functions: Vec<FunctionPlan>) -> Plan {
    let mut plan = Plan {
        imported_functions: module.imported_functions,
        functions,
        widths: Vec::new(),
        counted: Vec::new(),
        ring_export: unused_name(module, "wf.ring"),
        position_export: unused_name(module, "wf.position"),
    };
    number_events(&mut plan);
    plan
}

/// `name`, with as many underscores behind it as it takes to differ from all exports.
fn unused_name(module: &Module<'_>, name: &str) -> String {
    let mut name = name.to_string();
    let taken: std::collections::HashSet<&str> = module.exports.iter().copied().collect();
    while taken.contains(name.as_str()) {
        name.push('_');
    }
    name
}

/// The blocks and loops of a function, without anything that is chosen.
pub(crate) fn outline(cfg: &Cfg) -> FunctionPlan {
    let choice = Choice::outcomes(cfg);
    numbered_outline(cfg, &choice, &paths::number(cfg, &choice, MAX_REGION_SIZE))
}

/// A function whose paths are numbered, without what its events carry.
pub(crate) fn numbered_outline(cfg: &Cfg, choice: &Choice, paths: &Paths) -> FunctionPlan {
    function_plan_of(cfg, choice, paths, &RegionValues::default())
}

/// The plan of one function. Its events are numbered later, with those of all others.
fn function_plan(cfg: &Cfg, numbered: &Numbered) -> FunctionPlan {
    function_plan_of(cfg, &numbered.choice, &numbered.paths, &numbered.values)
}

fn function_plan_of(
    cfg: &Cfg,
    choice: &Choice,
    paths: &Paths,
    values: &RegionValues,
) -> FunctionPlan {
    let mut function = FunctionPlan { operators: cfg.operators, ..FunctionPlan::default() };
    for (index, block) in cfg.blocks.iter().enumerate() {
        let region = paths.starts_region(cfg, index).then(|| {
            function.regions.push(Region {
                start: index as u32,
                kind: region_kind(block.role),
                first_event: 0,
                paths: paths.paths[index],
                values: values.of(index as u32),
            });
            (function.regions.len() - 1) as u32
        });
        function.blocks.push(Block {
            first_operator: block.first_operator,
            end_operator: block.end_operator,
            innermost_loop: block.innermost_loop,
            cut_on_arrival: paths.cut_on_arrival[index],
            region,
            nest: choice.nest_of(index),
            exit: exit(&block.exit, &paths.values[index]),
        });
    }
    let found = |this: &cfg::Loop| Loop {
        operator: this.operator,
        header: this.header,
        parent: this.parent,
    };
    function.loops = cfg.loops.iter().map(found).collect();
    function.sites = cfg.bulk.iter().map(site).collect();
    function.silent_calls = cfg.silent_calls.iter().map(silent_call).collect();
    function.nests = choice.nests.iter().map(nest).collect();
    function
}

fn site(bulk: &cfg::BulkOperator) -> Site {
    let cfg::BulkOperator { operator, bulk, wide, block } = *bulk;
    Site { operator, bulk, event: 0, wide, block }
}

fn silent_call(call: &cfg::SilentCall) -> SilentCall {
    let cfg::SilentCall { operator, block, callee } = *call;
    SilentCall { operator, block, callee }
}

fn nest(nest: &NestChoice) -> Nest {
    let values = nest.values.clone();
    let counters = nest.counters.clone();
    Nest { outermost: nest.outermost, after: nest.after, event: 0, values, counters }
}

fn region_kind(role: Role) -> RegionKind {
    match role {
        Role::Entry => RegionKind::Entry,
        Role::Header => RegionKind::Header,
        Role::Inner => RegionKind::Join,
        Role::Resume => RegionKind::Resume,
        Role::Landing { operator, clause } => RegionKind::Landing { operator, clause },
    }
}

fn exit(exit: &cfg::Exit, values: &[u32]) -> Exit {
    match exit {
        cfg::Exit::Branch(targets) => Exit::Branch(
            targets.iter().zip(values).map(|(&target, &value)| Edge { target, value }).collect(),
        ),
        cfg::Exit::Call(resume) => Exit::Call { resume: *resume },
        cfg::Exit::TailCall => Exit::TailCall,
        cfg::Exit::Return => Exit::Return,
        cfg::Exit::Throw => Exit::Throw,
        cfg::Exit::Unreachable => Exit::Unreachable,
    }
}

/// Hands out the event ids: by what their payload is, so that an id alone tells how many words follow,
/// and then in the order of the functions.
fn number_events(plan: &mut Plan) {
    let mut sizes: BTreeMap<Payload, u32> = BTreeMap::new();
    for (_, payload, count) in plan.functions.iter_mut().flat_map(events_of) {
        *sizes.entry(payload).or_default() += count;
    }
    let mut end = 0;
    let mut next: BTreeMap<Payload, u32> = BTreeMap::new();
    for (&payload, &size) in &sizes {
        next.insert(payload, end);
        end += size;
        let (sizes, class) = match payload {
            Payload::Words(words) => (&mut plan.widths, words),
            Payload::Counters(counters) => (&mut plan.counted, counters),
        };
        sizes.resize(class + 1, 0);
        sizes[class] = size;
    }
    for (event, payload, count) in plan.functions.iter_mut().flat_map(events_of) {
        let next = next.get_mut(&payload).expect("all were counted");
        *event = *next;
        *next += count;
    }
}

/// What follows an event's id, in the order of the ids.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Payload {
    /// So many words.
    Words(usize),
    /// So many counters.
    Counters(usize),
}

/// The events of one function: where its first id stands, its payload, the number of ids.
fn events_of(function: &mut FunctionPlan) -> impl Iterator<Item = (&mut u32, Payload, u32)> {
    let words = |values: &[Recorded]| {
        Payload::Words(values.iter().map(|recorded| recorded.ty.words()).sum::<usize>())
    };
    let regions = function
        .regions
        .iter_mut()
        .map(move |region| (&mut region.first_event, words(&region.values), region.paths));
    let sites = function.sites.iter_mut().map(|site| {
        let words = if site.wide { 2 } else { 1 };
        (&mut site.event, Payload::Words(words), 1)
    });
    let nests = function.nests.iter_mut().map(move |nest| {
        let payload = match nest.counters.len() {
            0 => words(&nest.values),
            counters => Payload::Counters(counters),
        };
        (&mut nest.event, payload, 1)
    });
    regions.chain(sites).chain(nests)
}
