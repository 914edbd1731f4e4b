//! What happened on each stream, in order.

use std::collections::BTreeMap;

use formats::trace::Trace;

/// One thing on a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// The segment with this index.
    Segment(usize),
    /// The outcome with this index: the end of an invocation.
    Outcome(usize),
}

/// Whether no outcome tells how the last invocation of a stream with these items ended.
pub(crate) fn is_open(items: &[Item]) -> bool {
    matches!(items.last(), Some(Item::Segment(_)))
}

/// The items of each stream, in the order in which they were recorded.
pub(crate) fn streams(trace: &Trace) -> BTreeMap<u32, Vec<Item>> {
    let mut streams: BTreeMap<u32, Vec<Item>> = BTreeMap::new();
    let mut outcomes = trace.outcomes().iter().enumerate().peekable();
    for (index, segment) in trace.segments().iter().enumerate() {
        while let Some((outcome, entry)) =
            outcomes.next_if(|(_, entry)| entry.segments_before as usize <= index)
        {
            streams.entry(entry.stream).or_default().push(Item::Outcome(outcome));
        }
        streams.entry(segment.info.stream).or_default().push(Item::Segment(index));
    }
    for (outcome, entry) in outcomes {
        streams.entry(entry.stream).or_default().push(Item::Outcome(outcome));
    }
    streams
}
