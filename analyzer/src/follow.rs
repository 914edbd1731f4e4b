//! Prices a trace while it is being recorded.
//!
//! What is written in the meantime is priced segment by segment; prices of events that were seen
//! before are kept. The figures are for watching: the report is made of the whole trace, when it has
//! ended.

use formats::cost_model::CostModel;
use formats::trace::{Ending, Histogram, Trace};
use slicer::module::Module;

use crate::analysis::in_threads;
use crate::counted::CountedNests;
use crate::limits::MAX_FOLLOWED_CUTS;
use crate::parts::Parts;
use crate::replay::{Budget, Pricing};
use crate::table::Table;
use crate::{Error, bodies, fit, tally};

/// How far a recording is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Fuel of the segments so far, without that of loop nests that did not end or that take very long
    /// to replay.
    pub fuel: u128,
    /// Events of these segments.
    pub events: u64,
    /// When the last of them was handed over: nanoseconds since the recording started.
    pub nanoseconds: u64,
    /// Bytes of the trace.
    pub bytes: u64,
    /// Whether more may follow: the trace was not closed, and is not damaged up to here.
    pub is_open: bool,
}

/// Looks at `trace` again and again, prices what is new, and tells `each` how far it is. Ends when the
/// trace is closed or damaged, or when `each` returns `false`.
///
/// # Errors
///
/// When the file can't be read, or a segment can't be priced.
pub fn follow(
    trace: &mut Trace,
    model: &CostModel,
    jobs: Option<usize>,
    each: impl FnMut(&Progress) -> bool + Send,
) -> Result<(), Error> {
    in_threads(jobs, || follow_here(trace, model, each))
}

fn follow_here(
    trace: &mut Trace,
    model: &CostModel,
    mut each: impl FnMut(&Progress) -> bool,
) -> Result<(), Error> {
    // The trace changes while the module is in use.
    let header = trace.header().clone();
    let plan = &header.plan;
    let module = Module::parse(&header.module).map_err(Error::Module)?;
    fit::check(plan, &module, &bodies::read(&module).map_err(Error::Module)?)?;
    let parts = Parts::of(plan);
    // How long the program will have run is not known, nor where it will end.
    let functions = (0..plan.functions.len() as u32).collect();
    let budget = Budget::of_run(u64::MAX, functions, MAX_FOLLOWED_CUTS);
    let events = plan.event_map();
    let pricing = Pricing { module: &module, plan, model, parts: &parts, events, budget };
    let nests = CountedNests::of(plan)?;
    let mut table = Table::new(&pricing);
    let mut progress = Progress::default();
    let (mut priced, mut failure) = (0, None);
    loop {
        trace.refresh()?;
        let new: Vec<usize> = (priced..trace.segments().len()).collect();
        priced += new.len();
        if failure.is_none() {
            // Whatever can't be priced now, the end of the recording is still worth waiting for.
            failure = add_fuel(trace, &nests, &new, &mut table, &mut progress).err();
        }
        for entry in new.iter().map(|&segment| &trace.segments()[segment]) {
            progress.events += entry.info.events;
            progress.nanoseconds = progress.nanoseconds.max(entry.info.end_ns);
        }
        progress.bytes = trace.bytes();
        progress.is_open = matches!(trace.ending(), Ending::Truncated { .. });
        if !each(&progress) || !progress.is_open {
            return failure.map_or(Ok(()), Err);
        }
    }
}

fn add_fuel(
    trace: &Trace,
    nests: &CountedNests,
    segments: &[usize],
    table: &mut Table<'_>,
    progress: &mut Progress,
) -> Result<(), Error> {
    tally::read_in_batches(trace, nests, segments, |batch| {
        let histograms: Result<Vec<Histogram>, Error> = batch.into_iter().collect();
        for cost in table.costs(&histograms?)? {
            progress.fuel = progress.fuel.checked_add(cost.total).ok_or(Error::Overflow)?;
        }
        Ok(())
    })
}
