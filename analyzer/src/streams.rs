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

/// The streams of a trace, in ascending order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Streams {
    items: BTreeMap<u32, Vec<Item>>,
}

impl Streams {
    /// Those of `trace`.
    pub(crate) fn of(trace: &Trace) -> Self {
        let mut streams = Streams::default();
        let mut outcomes = trace.outcomes().iter().enumerate().peekable();
        let mut start = 0;
        let segments = trace.segments();
        while start < segments.len() {
            while let Some((outcome, entry)) =
                outcomes.next_if(|(_, entry)| entry.segments_before as usize <= start)
            {
                streams.of_number(entry.stream).push(Item::Outcome(outcome));
            }
            let stop = outcomes.peek().map(|(_, entry)| entry.segments_before as usize);
            let stream = segments[start].info.stream;
            let ahead = &segments[start..stop.unwrap_or(usize::MAX).min(segments.len())];
            let run = ahead.iter().take_while(|entry| entry.info.stream == stream).count();
            streams.of_number(stream).extend((start..start + run).map(Item::Segment));
            start += run;
        }
        for (outcome, entry) in outcomes {
            streams.of_number(entry.stream).push(Item::Outcome(outcome));
        }
        streams
    }

    fn of_number(&mut self, stream: u32) -> &mut Vec<Item> {
        self.items.entry(stream).or_default()
    }

    /// Number of streams.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// The items of each stream, in the order in which they were recorded.
    pub(crate) fn items(&self) -> impl Iterator<Item = &[Item]> {
        self.items.values().map(Vec::as_slice)
    }

    /// The streams of which no outcome tells how their last invocation ended.
    pub(crate) fn open(&self) -> impl Iterator<Item = u32> {
        let open = self.items.iter();
        open.filter(|(_, items)| matches!(items.last(), Some(Item::Segment(_))))
            .map(|(&stream, _)| stream)
    }
}
