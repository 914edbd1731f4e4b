//! All functions of a module to its [`Plan`].
//!
//! Functions are sliced in parallel; event ids are handed out afterwards, in the order of the
//! functions, so that the plan is the same for any number of threads.

use std::collections::BTreeMap;

use formats::plan::{
    Block, Edge, Exit, FunctionPlan, Loop, MAX_NARROW_EVENTS, Nest, Plan, Recorded, Region,
    RegionKind, SilentCall, Site,
};
use rayon::prelude::*;

use crate::Error;
use crate::bundles::{self, Choice, Chosen, NestChoice, Numbered, RegionValues, Slices};
use crate::cfg::{self, Cfg, Role};
use crate::limits::{MAX_EVENTS, MAX_REGION_SIZE, MIN_NARROW_REGION_SIZE};
use crate::module::Module;
use crate::paths::{self, Paths};

/// Most event ids that take two bytes in the ring.
const MAX_NARROW: u64 = MAX_NARROW_EVENTS as u64;

/// Makes the plan of a module, with the state that `slices` asks for.
///
/// Regions are made smaller where that leaves as few event ids as two bytes tell apart.
///
/// # Errors
///
/// [`Error::Limit`] when a named limit is exceeded.
pub fn plan(module: &Module<'_>, slices: Slices) -> Result<Plan, Error> {
    let functions = Functions::number(module, slices)?;
    let narrow = match functions.parts() {
        ..=MAX_NARROW => Some(functions.shrink(MAX_NARROW, MIN_NARROW_REGION_SIZE)?),
        // The smaller they are, the more regions there are, and each has an event.
        _ => None,
    };
    let shrunk = match narrow.filter(|shrunk| shrunk.events <= MAX_NARROW) {
        Some(shrunk) => shrunk,
        None => functions.shrink(MAX_EVENTS, 1)?,
    };
    Ok(assemble(module, functions.with(shrunk)))
}

/// Makes a plan with at most `most_events` event ids, if regions can be made small enough for that.
///
/// # Errors
///
/// Those of [`plan`].
pub fn plan_within(module: &Module<'_>, slices: Slices, most_events: u64) -> Result<Plan, Error> {
    let functions = Functions::number(module, slices)?;
    let shrunk = functions.shrink(most_events, 1)?;
    Ok(assemble(module, functions.with(shrunk)))
}

/// All functions of a module, with their paths numbered in regions of the largest size.
struct Functions<'a> {
    chosen: Vec<(Cfg, Chosen<'a>)>,
    planned: Vec<Planned>,
}

/// Functions whose regions were made smaller.
struct Shrunk {
    /// Those that this changed, by their numbers.
    changed: BTreeMap<usize, Planned>,
    /// Number of event ids that all functions have now.
    events: u64,
}

/// A function with its paths numbered.
struct Planned {
    plan: FunctionPlan,
    /// With a limit on regions from this on the numbers would be the same: see [`Paths::largest`].
    largest: u64,
}

impl<'a> Functions<'a> {
    fn number(module: &Module<'a>, slices: Slices) -> Result<Functions<'a>, Error> {
        let chosen = (0..module.bodies.len() as u32)
            .into_par_iter()
            .map(|function| {
                let cfg = cfg::build(module, function)?;
                let chosen = bundles::choose(module, function, &cfg, slices)?;
                Ok((cfg, chosen))
            })
            .collect::<Vec<_>>()
            .into_iter()
            .collect::<Result<Vec<(Cfg, Chosen<'_>)>, Error>>()?;
        let planned = chosen
            .par_iter()
            .map(|(cfg, chosen)| Planned::number(cfg, chosen, MAX_REGION_SIZE))
            .collect::<Result<Vec<Planned>, Error>>()?;
        Ok(Functions { chosen, planned })
    }

    /// Number of regions, sites and nests.
    fn parts(&self) -> u64 {
        let parts = |planned: &Planned| {
            let FunctionPlan { regions, sites, nests, .. } = &planned.plan;
            (regions.len() + sites.len() + nests.len()) as u64
        };
        self.planned.iter().map(parts).sum()
    }

    /// Makes regions smaller until there are at most `most_events` event ids, or regions have
    /// `min_region_size`.
    fn shrink(&self, most_events: u64, min_region_size: u64) -> Result<Shrunk, Error> {
        let events = self.planned.iter().map(|planned| events(&planned.plan)).sum();
        let mut shrunk = Shrunk { changed: BTreeMap::new(), events };
        let mut max_region_size = MAX_REGION_SIZE;
        while shrunk.events > most_events && max_region_size > min_region_size {
            max_region_size /= 2;
            let changed = &shrunk.changed;
            let function = |number: usize| changed.get(&number).unwrap_or(&self.planned[number]);
            let renumbered = (0..self.planned.len())
                .into_par_iter()
                .filter(|&number| function(number).largest > max_region_size)
                .map(|number| {
                    let (cfg, chosen) = &self.chosen[number];
                    let planned = Planned::number(cfg, chosen, max_region_size)?;
                    Ok((number, self::events(&function(number).plan), planned))
                })
                .collect::<Result<Vec<(usize, u64, Planned)>, Error>>()?;
            for (number, before, planned) in renumbered {
                shrunk.events = shrunk.events - before + self::events(&planned.plan);
                shrunk.changed.insert(number, planned);
            }
        }
        Ok(shrunk)
    }

    /// The plans of all functions, with those that were made smaller.
    fn with(self, mut shrunk: Shrunk) -> Vec<FunctionPlan> {
        let planned = self.planned.into_iter().enumerate();
        let changed = &mut shrunk.changed;
        planned.map(|(number, planned)| changed.remove(&number).unwrap_or(planned).plan).collect()
    }
}

impl Planned {
    fn number(cfg: &Cfg, chosen: &Chosen<'_>, max_region_size: u64) -> Result<Planned, Error> {
        let numbered = chosen.number(cfg, max_region_size)?;
        let plan = function_plan(cfg, &numbered);
        Ok(Planned { plan, largest: numbered.largest })
    }
}

/// Number of event ids that the regions, sites and nests of a function take.
fn events(function: &FunctionPlan) -> u64 {
    let paths: u64 = function.regions.iter().map(|region| u64::from(region.paths)).sum();
    paths + function.sites.len() as u64 + function.nests.len() as u64
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Functions of several shapes, large and small.
    fn functions(random: &mut u64) -> String {
        let mut number = |below: u64| {
            *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (*random >> 33) % below
        };
        let branch = "(if (local.get 0) (then nop))";
        let call = "(call $f (i32.const 1))";
        let mut text = format!("(func $f (param i32) {})", branch.repeat(3));
        for _ in 0..12 {
            let (before, inside) = (number(9) as usize, number(5) as usize);
            let calls = number(3) as usize;
            let body = branch.repeat(inside) + &call.repeat(calls);
            let body = format!("(loop {body} (br_if 0 (local.get 0)))");
            text += &format!("(func (param i32) {}{body}{body})", branch.repeat(before));
        }
        text
    }

    /// Only what a smaller limit changes is numbered again: the outcome is as if all were.
    #[test]
    fn shrinking_is_numbering_with_the_smaller_limit() {
        let mut random = 11;
        for slices in [Slices::Min, Slices::Max, Slices::Chosen] {
            for _ in 0..4 {
                let wasm = wat::parse_str(format!("(module {})", functions(&mut random)));
                let wasm = wasm.expect("the text form parses");
                let module = Module::parse(&wasm).expect("valid");
                let functions = Functions::number(&module, slices).expect("it can be planned");
                let mut limits = Vec::new();
                let all: u64 = functions.planned.iter().map(|planned| events(&planned.plan)).sum();
                for most in (0..20).map(|twentieths| all * (19 - twentieths) / 20) {
                    let shrunk = functions.shrink(most, 1).expect("it can be planned");
                    let (mut size, mut fresh);
                    size = 2 * MAX_REGION_SIZE;
                    loop {
                        size /= 2;
                        let number = |(cfg, chosen): &(Cfg, Chosen<'_>)| {
                            Planned::number(cfg, chosen, size).expect("as before").plan
                        };
                        fresh = functions.chosen.iter().map(number).collect::<Vec<_>>();
                        let total: u64 = fresh.iter().map(events).sum();
                        if total <= most || size == 1 {
                            assert_eq!(shrunk.events, total);
                            break;
                        }
                    }
                    limits.push(size);
                    let plan = |number: usize| match shrunk.changed.get(&number) {
                        Some(changed) => &changed.plan,
                        None => &functions.planned[number].plan,
                    };
                    for (number, fresh) in fresh.iter().enumerate() {
                        assert_eq!(plan(number), fresh, "function {number}, {most}, {slices:?}");
                    }
                }
                limits.dedup();
                // Max slices compute most branches, and have few paths.
                assert!(limits.len() > 3 || slices == Slices::Max, "{slices:?}: {limits:?}");
            }
        }
    }
}
