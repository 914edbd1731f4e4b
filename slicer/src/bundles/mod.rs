//! What each region and each loop nest records: outcomes of branches, source values, or what lies
//! between.
//!
//! Takes a function's [`Cfg`] and the kind of [`Slices`] that are asked for, gives a [`Chosen`]: for
//! each branch whether its outcome is told by the path number or computed, for each nest the values
//! that its event carries, and for each region the values that its computed branches need.
//!
//! * Min slices record outcomes alone.
//! * Max slices record *sources*: every branch is computed that can be, nests are stepped over,
//!   and what they depend on is followed back to where it can't be computed any more.
//! * Chosen slices step over a nest where that is the cheaper record, and record the cheapest values
//!   that separate its branches from their sources (a minimum cut); where it is not, or can't be, they
//!   count how often control takes each way through it. Outside of nests outcomes are told: an
//!   event is an id, whatever it carries, and the path number in it is free.

mod counters;
mod cut;
mod nests;
mod price;
mod regions;
mod sources;
mod verdicts;

use formats::plan::{Counter, FunctionPlan, Recorded};

use crate::Error;
use crate::cfg::Cfg;
use crate::module::Module;
use crate::paths::{self, Paths};
use crate::slices::flow::Flow;

pub use self::price::NestPrice;
pub use self::regions::RegionValues;
pub use self::verdicts::{Refusal, Verdict, verdicts};

/// Which slices a program is recorded for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Slices {
    /// From source values: parameters, globals, loads, results of calls.
    Max,
    /// From the outcomes of branches.
    Min,
    /// Whichever mixture is cheapest to record.
    #[default]
    Chosen,
}

/// A loop nest that is to be stepped over.
#[derive(Clone, Debug, PartialEq)]
pub struct NestChoice {
    /// Its outermost loop: index into [`Cfg::loops`].
    pub outermost: u32,
    /// The block that every iteration of that loop starts with.
    pub header: u32,
    /// Its blocks, in ascending order.
    pub blocks: Vec<u32>,
    /// The blocks behind it, in ascending order.
    pub exits: Vec<u32>,
    /// The block behind it, if there is only one.
    pub after: Option<u32>,
    /// What its event carries, if its branches are computed.
    pub values: Vec<Recorded>,
    /// What its event counts, if they are not.
    pub counters: Vec<Counter>,
    /// What that costs, and what recording the outcomes of its branches would.
    pub price: NestPrice,
}

/// Which branches are told, which are computed, and which nests are stepped over.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The nests, ordered by their loops.
    pub nests: Vec<NestChoice>,
    /// For each block the nest that it lies in.
    nest_of: Vec<Option<u32>>,
    /// For each block whether its branch is computed.
    computed: Vec<bool>,
}

impl Choice {
    /// Every branch is told, no nest is stepped over.
    pub fn outcomes(cfg: &Cfg) -> Choice {
        let blocks = cfg.blocks.len();
        Choice { nests: Vec::new(), nest_of: vec![None; blocks], computed: vec![false; blocks] }
    }

    fn step_over(&mut self, nest: NestChoice) {
        let number = self.nests.len() as u32;
        for &block in &nest.blocks {
            self.nest_of[block as usize] = Some(number);
        }
        self.nests.push(nest);
    }

    /// The nest that the block `block` lies in.
    pub fn nest_of(&self, block: usize) -> Option<u32> {
        self.nest_of[block]
    }

    /// Whether branches outside of nests are computed.
    pub fn computes_branches(&self) -> bool {
        self.computed.contains(&true)
    }

    /// Whether the branch at the end of `block` is computed.
    pub fn is_computed(&self, block: usize) -> bool {
        self.computed[block]
    }
}

/// What was chosen for one function.
#[derive(Debug)]
pub struct Chosen<'a> {
    choice: Choice,
    /// What computed branches depend on, where branches outside of nests are computed.
    flow: Option<Flow<'a>>,
}

/// A function whose paths are numbered.
#[derive(Debug)]
pub struct Numbered {
    /// What was chosen, less what turned out not to fit an event.
    pub choice: Choice,
    /// The path numbers.
    pub paths: Paths,
    /// What the events of each region carry.
    pub values: RegionValues,
    /// As [`Paths::largest`], of all numberings that it took.
    pub largest: u64,
}

/// Chooses for the defined function number `function` of `module`.
///
/// # Errors
///
/// [`Error::Limit`] when a named limit is exceeded.
pub fn choose<'a>(
    module: &Module<'a>,
    function: u32,
    cfg: &Cfg,
    slices: Slices,
) -> Result<Chosen<'a>, Error> {
    let mut choice = Choice::outcomes(cfg);
    let candidates = match slices {
        Slices::Min => Vec::new(),
        Slices::Max | Slices::Chosen => nests::candidates(cfg),
    };
    if candidates.is_empty() && slices != Slices::Max {
        return Ok(Chosen { choice, flow: None });
    }
    let flow = Flow::of(module, function)?;
    for nest in nests::Judge::new(cfg, &flow, slices).choose(&candidates) {
        choice.step_over(nest);
    }
    if slices != Slices::Max {
        return Ok(Chosen { choice, flow: None });
    }
    for (index, block) in cfg.blocks.iter().enumerate() {
        let decides = matches!(&block.exit, crate::cfg::Exit::Branch(targets) if targets.len() > 1);
        choice.computed[index] = decides
            && choice.nest_of[index].is_none()
            && flow.condition(block.end_operator - 1).is_some();
    }
    Ok(Chosen { choice, flow: Some(flow) })
}

impl Chosen<'_> {
    /// Numbers the paths of regions of at most `max_region_size`.
    ///
    /// # Errors
    ///
    /// [`Error::PlanMismatch`], never for a graph that was built from a module.
    pub fn number(&self, cfg: &Cfg, max_region_size: u64) -> Result<Numbered, Error> {
        let mut choice = self.choice.clone();
        let Some(flow) = &self.flow else {
            let paths = paths::number(cfg, &choice, max_region_size);
            let largest = paths.largest;
            return Ok(Numbered { choice, paths, values: RegionValues::default(), largest });
        };
        let mut largest = 0;
        loop {
            let paths = paths::number(cfg, &choice, max_region_size);
            largest = largest.max(paths.largest);
            let plan: FunctionPlan = crate::plan::numbered_outline(cfg, &choice, &paths);
            match regions::values(&plan, flow)? {
                Ok(values) => return Ok(Numbered { choice, paths, values, largest }),
                Err(told) => {
                    told.into_iter().for_each(|block| choice.computed[block as usize] = false)
                }
            }
        }
    }
}
