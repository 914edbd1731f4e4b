//! The profile of pprof: its `profile.proto`, in gzip.
//!
//! Fields of a message may be written one by one, so that the samples, which repeat whole stacks, are
//! never all in memory.
//!
//! Where the lines of a function are known, each context has a sample for each of them. What a line
//! cost is known of all contexts together, and what a context cost of all lines together; what both
//! have in common is taken to be in proportion. So the sums of a line and of a context are exact, and
//! the fuel of a line in one context is an estimate. Callers stand at the line that calls, if that is one
//! line that names the callee. All else stands where the function starts.

mod message;
mod places;

use std::io::{self, Write};
use std::{iter, mem};

use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message;

use super::ExportError;
use super::contexts::Contexts;
use super::stacks;
use crate::profile::Profile;
use message::{Mapping, ProfileMessage, Sample, ValueType};
use places::{MODULE, Places, take};

/// Numbers are signed, and readers add them up.
const LIMIT: u64 = i64::MAX as u64;

/// Writes samples for each context. Numbers have to fit 63 bits.
pub(super) fn write(
    profile: &Profile,
    contexts: &Contexts<'_>,
    sink: &mut impl Write,
) -> Result<(), ExportError> {
    contexts.total(LIMIT)?;
    contexts.calls(LIMIT)?;
    let mut places = Places::of(profile, contexts);
    let mut gzip = GzEncoder::new(sink, Compression::default());
    write_message(&head(profile, &mut places), &mut gzip)?;
    stacks::each(contexts, |frames, spent| {
        let Some(&innermost) = frames.first() else { return Ok(()) };
        let callers = frames.windows(2).map(|pair| places.call(pair[1], pair[0]));
        let mut stack: Vec<u64> = iter::once(0).chain(callers).collect();
        let mut calls = spent.calls;
        for (place, fuel) in take(places.of_frame(innermost), spent.fuel) {
            if calls > 0 || fuel > 0 {
                stack[0] = place;
                let value = vec![mem::take(&mut calls) as i64, fuel as i64];
                let sample = vec![Sample { location_id: stack.clone(), value }];
                let message = ProfileMessage { sample, ..Default::default() };
                write_message(&message, &mut gzip)?;
            }
        }
        Ok(())
    })?;
    gzip.finish()?;
    Ok(())
}

fn write_message(message: &ProfileMessage, sink: &mut impl Write) -> io::Result<()> {
    sink.write_all(&message.encode_to_vec())
}

/// Everything but the samples.
fn head(profile: &Profile, places: &mut Places<'_>) -> ProfileMessage {
    let report = &profile.analysis.report;
    let strings = &mut places.strings;
    let (calls, fuel) = (strings.add("calls"), strings.add("fuel"));
    let count = strings.add("count");
    let fuel_type = ValueType { r#type: fuel, unit: count };
    let filename = strings.add(&report.program);
    let model = format!("cost model: {} ({})", report.cost_model.name, report.cost_model.hash);
    let comments: Vec<i64> = std::iter::once(&model)
        .chain(&profile.analysis.notes)
        .map(|text| strings.add(text))
        .collect();
    let end_ns = profile.timeline.iter().map(|stretch| stretch.end_ns).max().unwrap_or(0);
    let mapping = Mapping {
        id: MODULE,
        filename,
        has_functions: true,
        has_filenames: places.functions.iter().any(|function| function.filename != 0),
        has_line_numbers: places.locations.iter().any(|location| location.line[0].line != 0),
    };
    ProfileMessage {
        sample_type: vec![ValueType { r#type: calls, unit: count }, fuel_type],
        mapping: vec![mapping],
        location: mem::take(&mut places.locations),
        function: mem::take(&mut places.functions),
        string_table: mem::take(&mut places.strings.0),
        duration_nanos: i64::try_from(end_ns).unwrap_or(0),
        period_type: Some(fuel_type),
        period: 1,
        comment: comments,
        default_sample_type: fuel,
        ..Default::default()
    }
}
