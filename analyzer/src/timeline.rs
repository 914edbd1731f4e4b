//! Fuel against time: what the events of each segment cost.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use formats::events::Event;
use formats::trace::{Histogram, HistogramEntry, Kept, SegmentEntry};
use rayon::prelude::*;

use crate::Error;
use crate::analysis::Case;
use crate::profile::Stretch;
use crate::replay::Price;
use crate::tally;

/// What each segment that can be read cost, when the distinct events in `entries` have these `prices`.
/// In the order of time, then of streams.
///
/// # Errors
///
/// [`Error::Overflow`].
pub(crate) fn timeline(
    case: &Case<'_>,
    entries: &[HistogramEntry],
    prices: &[Price],
) -> Result<Vec<Stretch>, Error> {
    let trace = case.trace;
    let prices: HashMap<&Event, u128, RandomState> =
        entries.iter().zip(prices).map(|(entry, price)| (&entry.event, price.fuel)).collect();
    let fuel = |histogram: &Histogram| {
        histogram.entries().iter().try_fold(0_u128, |sum, entry| {
            let one = prices.get(&entry.event).copied().unwrap_or(0);
            one.checked_mul(entry.count.into()).and_then(|fuel| sum.checked_add(fuel))
        })
    };
    let is_kept = |entry: &SegmentEntry| entry.kept != Kept::Nothing;
    let numbered = trace.segments().iter().enumerate();
    let kept: Vec<usize> =
        numbered.filter(|(_, entry)| is_kept(entry)).map(|(segment, _)| segment).collect();
    let mut stretches = Vec::with_capacity(kept.len());
    if let Some(meter) = case.options.meter {
        meter.expect(kept.len());
    }
    for group in tally::groups(trace, &kept) {
        let read = tally::read(trace, &case.counted, group);
        let found: Result<Vec<Option<Stretch>>, Error> = group
            .par_iter()
            .zip(read)
            .map(|(&segment, histogram)| {
                // What can't be read is left out here as it was of the total.
                let Ok(histogram) = histogram else { return Ok(None) };
                let info = &trace.segments()[segment].info;
                let fuel = fuel(&histogram).ok_or(Error::Overflow)?;
                let (stream, start_ns, end_ns) = (info.stream, info.start_ns, info.end_ns);
                Ok(Some(Stretch { stream, start_ns, end_ns, fuel }))
            })
            .collect();
        stretches.extend(found?.into_iter().flatten());
        if let Some(meter) = case.options.meter {
            meter.advance(group.len());
        }
    }
    stretches.sort_by_key(|stretch| (stretch.start_ns, stretch.stream));
    Ok(stretches)
}
