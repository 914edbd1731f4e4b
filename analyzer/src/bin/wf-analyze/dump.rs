//! `wf-analyze dump`: the events of a trace, one a line.

use std::io::{self, BufWriter, Write};

use analyzer::Error;
use analyzer::names::printable;
use analyzer::render::outcome;
use anyhow::{Result, bail};
use formats::events::{EventRef, Events};
use formats::plan::{EventKind, EventMap, Plan, RegionKind, Scalar};
use formats::report::OutcomeReport;
use formats::trace::{DropEntry, OutcomeEntry, SegmentData, Trace};

use crate::args::DumpArgs;
use crate::traces;

/// Runs the verb.
pub(crate) fn run(args: &DumpArgs) -> Result<()> {
    let trace = traces::open(&args.trace)?;
    let mut dump = Dump {
        trace: &trace,
        events: trace.header().plan.event_map(),
        left: args.limit.unwrap_or(u64::MAX),
        output: BufWriter::new(io::stdout().lock()),
    };
    let dumped = dump.all();
    dump.output.flush()?;
    match dumped {
        Err(Failure::Trace(error)) => return Err(traces::explain(&args.trace, &error)),
        Err(Failure::Output(error)) => return Err(error.into()),
        Ok(()) => {}
    }
    match trace.require_complete() {
        Err(error) if !args.allow_partial => bail!("{}: {error}", args.trace.display()),
        _ => Ok(()),
    }
}

/// Why dumping stopped.
enum Failure {
    Trace(Error),
    Output(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Output(error)
    }
}

struct Dump<'a, W> {
    trace: &'a Trace,
    events: EventMap,
    /// Events that may still be printed.
    left: u64,
    output: W,
}

impl<W: Write> Dump<'_, W> {
    fn all(&mut self) -> Result<(), Failure> {
        let trace = self.trace;
        let mut outcomes = trace.outcomes().iter().peekable();
        let mut drops = trace.drops().iter().peekable();
        for segment in 0..=trace.segments().len() {
            if self.left == 0 {
                break;
            }
            let here = |before: u32| before as usize <= segment;
            while let Some(entry) = drops.next_if(|entry| here(entry.segments_before)) {
                self.dropped(entry)?;
            }
            while let Some(entry) = outcomes.next_if(|entry| here(entry.segments_before)) {
                self.outcome(entry)?;
            }
            if segment < trace.segments().len() {
                self.segment(segment)?;
            }
        }
        Ok(())
    }

    fn segment(&mut self, segment: usize) -> Result<(), Failure> {
        let entry = &self.trace.segments()[segment];
        let data = self.trace.read_segment(segment);
        let prefix = format!("{} {segment}", entry.info.stream);
        match data.map_err(|error| Failure::Trace(error.into()))? {
            SegmentData::Events(words) => {
                let layout = self.trace.header().plan.layout();
                for (number, event) in Events::new(&words, layout).enumerate() {
                    let event = event.map_err(|source| {
                        Failure::Trace(Error::Events { segment, offset: entry.offset, source })
                    })?;
                    if !self.take() {
                        break;
                    }
                    let words = self.describe(event);
                    writeln!(self.output, "{prefix} {number} {words}")?;
                }
            }
            SegmentData::Nothing => {
                if self.take() {
                    writeln!(self.output, "{prefix} {} events were not kept", entry.info.events)?;
                }
            }
            SegmentData::Counts(histogram) => {
                for counted in histogram.entries() {
                    if !self.take() {
                        break;
                    }
                    let words = self.describe(counted.event.as_ref());
                    writeln!(self.output, "{prefix} {words} x {}", counted.count)?;
                }
            }
        }
        Ok(())
    }

    /// Whether one more event may be printed.
    fn take(&mut self) -> bool {
        let may = self.left > 0;
        self.left = self.left.saturating_sub(1);
        may
    }

    fn describe(&self, event: EventRef<'_>) -> String {
        let plan = &self.trace.header().plan;
        match self.events.resolve(event.id) {
            Some(EventKind::Path { function, region, path }) => {
                let values = &plan.functions[function as usize].regions[region as usize].values;
                let types: Vec<Scalar> = values.iter().map(|value| value.ty).collect();
                describe_path(plan, function, region, path) + &carried(&types, event)
            }
            Some(EventKind::Site { function, site }) => {
                let index = plan.function_index(function);
                let site = &plan.functions[function as usize].sites[site as usize];
                let units = values(&[if site.wide { Scalar::I64 } else { Scalar::I32 }], event);
                format!(
                    "site func[{index}] {} at operator {} units {units}",
                    site.bulk.name(),
                    site.operator,
                )
            }
            Some(EventKind::Nest { function, nest }) => {
                let index = plan.function_index(function);
                let function = &plan.functions[function as usize];
                let nest = &function.nests[nest as usize];
                let operator = function.loops[nest.outermost as usize].operator;
                let mut types: Vec<Scalar> = nest.values.iter().map(|value| value.ty).collect();
                types.resize(types.len() + nest.counters.len(), Scalar::I64);
                format!("nest func[{index}] loop at operator {operator}{}", carried(&types, event))
            }
            None => format!("unknown event {}", event.id),
        }
    }

    fn outcome(&mut self, entry: &OutcomeEntry) -> io::Result<()> {
        let words = printable(&outcome(&OutcomeReport::from(&entry.outcome)));
        writeln!(self.output, "{} outcome {words}", entry.stream)
    }

    fn dropped(&mut self, entry: &DropEntry) -> io::Result<()> {
        let DropEntry { stream, events, bytes, .. } = entry;
        writeln!(self.output, "{stream} dropped {events} events, {bytes} bytes")
    }
}

fn describe_path(plan: &Plan, function: u32, region: u32, path: u32) -> String {
    let index = plan.function_index(function);
    let kind = match plan.functions[function as usize].regions[region as usize].kind {
        RegionKind::Entry => "entry".to_string(),
        RegionKind::Header => "header".to_string(),
        RegionKind::Join => "join".to_string(),
        RegionKind::Resume => "resume".to_string(),
        RegionKind::Landing { operator, clause } => format!("landing {operator}/{clause}"),
    };
    format!("path func[{index}] region {region} ({kind}) path {path}")
}

/// The values of a payload behind what their event is; nothing when there are none.
fn carried(types: &[Scalar], event: EventRef<'_>) -> String {
    match types {
        [] => String::new(),
        types => format!(" values {}", values(types, event)),
    }
}

/// The values of a payload, integers as unsigned numbers.
fn values(types: &[Scalar], event: EventRef<'_>) -> String {
    let mut words = event.payload.iter().copied();
    let mut word = || words.next().unwrap_or(0);
    let texts = types.iter().map(|ty| {
        let low = word();
        match ty {
            Scalar::I32 => low.to_string(),
            Scalar::F32 => f32::from_bits(low).to_string(),
            Scalar::I64 => (u64::from(low) | u64::from(word()) << 32).to_string(),
            Scalar::F64 => f64::from_bits(u64::from(low) | u64::from(word()) << 32).to_string(),
        }
    });
    texts.collect::<Vec<_>>().join(" ")
}
