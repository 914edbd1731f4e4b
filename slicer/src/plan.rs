//! All functions of a module to its [`Plan`].
//!
//! Functions are sliced in parallel; event ids are handed out afterwards, in the order of the
//! functions, so that the plan is the same for any number of threads.

use formats::plan::{Block, Edge, Exit, FunctionPlan, Loop, Plan, Region, RegionKind, Site};
use rayon::prelude::*;

use crate::Error;
use crate::cfg::{self, Cfg, Role};
use crate::limits::{MAX_EVENTS, MAX_REGION_SIZE};
use crate::module::Module;
use crate::paths::{self, Paths};

/// Makes the plan of a module.
///
/// # Errors
///
/// [`Error::Limit`] when a named limit is exceeded.
pub fn plan(module: &Module<'_>) -> Result<Plan, Error> {
    let cfgs = (0..module.bodies.len() as u32)
        .into_par_iter()
        .map(|function| cfg::build(module, function))
        .collect::<Vec<_>>()
        .into_iter()
        .collect::<Result<Vec<Cfg>, Error>>()?;
    let mut max_region_size = MAX_REGION_SIZE;
    loop {
        let numbered: Vec<Paths> =
            cfgs.par_iter().map(|cfg| paths::number(cfg, max_region_size)).collect();
        if events(&cfgs, &numbered) <= MAX_EVENTS || max_region_size == 1 {
            return Ok(assemble(module, &cfgs, numbered));
        }
        max_region_size /= 4;
    }
}

/// Number of event ids that all regions and sites take.
fn events(cfgs: &[Cfg], numbered: &[Paths]) -> u64 {
    let events_of = |cfg: &Cfg, paths: &Paths| {
        let regions = (0..cfg.blocks.len()).filter(|&block| paths.starts_region(cfg, block));
        regions.map(|block| u64::from(paths.paths[block])).sum::<u64>() + cfg.bulk.len() as u64
    };
    cfgs.iter().zip(numbered).map(|(cfg, paths)| events_of(cfg, paths)).sum()
}

fn assemble(module: &Module<'_>, cfgs: &[Cfg], numbered: Vec<Paths>) -> Plan {
    let mut plan = Plan {
        imported_functions: module.imported_functions,
        ring_export: unused_name(module, "wf.ring"),
        position_export: unused_name(module, "wf.position"),
        ..Plan::default()
    };
    for (cfg, paths) in cfgs.iter().zip(numbered) {
        plan.functions.push(function_plan(cfg, paths, &mut plan.path_events));
    }
    number_sites(&mut plan, cfgs);
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

fn function_plan(cfg: &Cfg, paths: Paths, next_event: &mut u32) -> FunctionPlan {
    let mut function = FunctionPlan { operators: cfg.operators, ..FunctionPlan::default() };
    for (index, block) in cfg.blocks.iter().enumerate() {
        let region = paths.starts_region(cfg, index).then(|| {
            function.regions.push(Region {
                start: index as u32,
                kind: region_kind(block.role),
                first_event: *next_event,
                paths: paths.paths[index],
            });
            *next_event += paths.paths[index];
            (function.regions.len() - 1) as u32
        });
        function.blocks.push(Block {
            first_operator: block.first_operator,
            end_operator: block.end_operator,
            innermost_loop: block.innermost_loop,
            cut_on_arrival: paths.cut_on_arrival[index],
            region,
            exit: exit(&block.exit, &paths.values[index]),
        });
    }
    function.loops = cfg
        .loops
        .iter()
        .map(|this| Loop { operator: this.operator, header: this.header, parent: this.parent })
        .collect();
    function
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

/// Sites come after all paths in the id space, narrow ones first, so that an id alone tells how
/// many payload words follow.
fn number_sites(plan: &mut Plan, cfgs: &[Cfg]) {
    let count = |wide: bool| {
        cfgs.iter().flat_map(|cfg| &cfg.bulk).filter(|bulk| bulk.wide == wide).count() as u32
    };
    plan.narrow_sites = count(false);
    plan.wide_sites = count(true);
    let mut next_narrow = plan.path_events;
    let mut next_wide = plan.path_events + plan.narrow_sites;
    for (function, cfg) in plan.functions.iter_mut().zip(cfgs) {
        for bulk in &cfg.bulk {
            let next = if bulk.wide { &mut next_wide } else { &mut next_narrow };
            function.sites.push(Site {
                operator: bulk.operator,
                bulk: bulk.bulk,
                event: *next,
                block: bulk.block,
            });
            *next += 1;
        }
    }
}
