//! Why each loop of a function is stepped over or is not: for people.

use std::collections::HashSet;

use super::price::NestPrice;
use super::{NestChoice, Slices, nests};
use crate::Error;
use crate::cfg::Cfg;
use crate::ir::Origin;
use crate::module::Module;
use crate::slices::flow::Flow;

/// What became of a loop.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It is the outermost loop of a nest that is stepped over.
    SteppedOver(NestChoice),
    /// It lies in a nest that is stepped over.
    Within,
    /// Its iterations are recorded one by one.
    Told(Refusal),
}

/// Why a loop is not stepped over. Operators are the original function's.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// Min slices step over nothing.
    NotAsked,
    /// No way leads back to its start.
    NeverRepeats,
    /// No way leads out of it.
    NeverLeft,
    /// This operator within it calls, throws, traps, or returns: it ends the path.
    EndsPath(u32),
    /// Control arrives at this operator within it from elsewhere: an exception was caught.
    EntersElsewhere(u32),
    /// It has more blocks than [`MAX_NEST_BLOCKS`](crate::limits::MAX_NEST_BLOCKS).
    TooManyBlocks,
    /// A branch tests a reference.
    TestsReference,
    /// Its branches depend on so many values, more than
    /// [`MAX_NEST_VALUES`](crate::limits::MAX_NEST_VALUES).
    TooManyValues(usize),
    /// A branch depends on this value, which is made within it and can't be computed again.
    DependsOn(Origin),
    /// A branch depends on this value, which can't be recorded.
    Hidden(Option<Origin>),
    /// What it depends on takes so many words, more than
    /// [`MAX_PAYLOAD_WORDS`](formats::plan::MAX_PAYLOAD_WORDS).
    TooManyWords(usize),
    /// It could be stepped over, but that costs more.
    TooDear(NestPrice),
    /// This operator within it records how much it does, so that it can't be counted.
    RecordsWithin(u32),
    /// It can't be stepped over with its branches computed for this reason. It could be counted, but that costs
    /// more than to tell it.
    TooDearToCount(Box<Refusal>, NestPrice),
    /// To count it takes so many counters, more than [`MAX_COUNTERS`](formats::plan::MAX_COUNTERS).
    TooManyCounters(usize),
}

/// What becomes of each loop of the defined function number `function`, and why.
///
/// # Errors
///
/// [`Error::Limit`] when a named limit is exceeded.
pub fn verdicts(
    module: &Module<'_>,
    function: u32,
    cfg: &Cfg,
    slices: Slices,
) -> Result<Vec<Verdict>, Error> {
    if slices == Slices::Min || cfg.loops.is_empty() {
        return Ok(vec![Verdict::Told(Refusal::NotAsked); cfg.loops.len()]);
    }
    let flow = Flow::of(module, function)?;
    let judge = nests::Judge::new(cfg, &flow, slices);
    let predecessors = nests::predecessors(cfg);
    let mut taken: HashSet<u32> = HashSet::new();
    let mut verdict = |index: u32| {
        if taken.contains(&cfg.loops[index as usize].header) {
            return Verdict::Within;
        }
        let judged = nests::candidate(cfg, &predecessors, index).and_then(|candidate| {
            judge.judge(&candidate).or_else(|refusal| judge.count(&candidate, refusal))
        });
        match judged {
            Ok(nest) => {
                taken.extend(&nest.blocks);
                Verdict::SteppedOver(nest)
            }
            Err(refusal) => Verdict::Told(refusal),
        }
    };
    Ok((0..cfg.loops.len() as u32).map(&mut verdict).collect())
}
