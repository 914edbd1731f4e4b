//! The profile of pprof: its `profile.proto`, in gzip.
//!
//! The messages are those of <https://github.com/google/pprof/blob/main/proto/profile.proto>, with
//! the fields that are used here. Fields of a message may be written one by one, so that the
//! samples, which repeat whole stacks, are never all in memory.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message;

use super::ExportError;
use super::contexts::Contexts;
use super::stacks::{self, LEFT_OUT, StackFrame};
use crate::names::printable;
use crate::profile::Profile;

/// Numbers are signed, and readers add them up.
const LIMIT: u64 = i64::MAX as u64;

/// Identifier of the only mapping: the module.
const MODULE: u64 = 1;

#[derive(Clone, PartialEq, Message)]
struct ProfileMessage {
    #[prost(message, repeated, tag = "1")]
    sample_type: Vec<ValueType>,
    #[prost(message, repeated, tag = "2")]
    sample: Vec<Sample>,
    #[prost(message, repeated, tag = "3")]
    mapping: Vec<Mapping>,
    #[prost(message, repeated, tag = "4")]
    location: Vec<Location>,
    #[prost(message, repeated, tag = "5")]
    function: Vec<Function>,
    #[prost(string, repeated, tag = "6")]
    string_table: Vec<String>,
    #[prost(int64, tag = "10")]
    duration_nanos: i64,
    #[prost(message, optional, tag = "11")]
    period_type: Option<ValueType>,
    #[prost(int64, tag = "12")]
    period: i64,
    #[prost(int64, repeated, tag = "13")]
    comment: Vec<i64>,
    #[prost(int64, tag = "14")]
    default_sample_type: i64,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct ValueType {
    #[prost(int64, tag = "1")]
    r#type: i64,
    #[prost(int64, tag = "2")]
    unit: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Sample {
    #[prost(uint64, repeated, tag = "1")]
    location_id: Vec<u64>,
    #[prost(int64, repeated, tag = "2")]
    value: Vec<i64>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Mapping {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(int64, tag = "5")]
    filename: i64,
    #[prost(bool, tag = "7")]
    has_functions: bool,
    #[prost(bool, tag = "8")]
    has_filenames: bool,
}

#[derive(Clone, PartialEq, Message)]
struct Location {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(uint64, tag = "2")]
    mapping_id: u64,
    #[prost(message, repeated, tag = "4")]
    line: Vec<Line>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Line {
    #[prost(uint64, tag = "1")]
    function_id: u64,
}

/// There is no `system_name`: pprof takes a function where that is the same as the name for one
/// that has yet to be demangled, and takes the generics off it.
#[derive(Clone, Copy, PartialEq, Message)]
struct Function {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(int64, tag = "2")]
    name: i64,
    #[prost(int64, tag = "4")]
    filename: i64,
}

/// The strings of a profile, which refers to them by number; the first one is empty. pprof prints
/// them as they are.
struct Strings(Vec<String>);

impl Strings {
    fn add(&mut self, text: &str) -> i64 {
        self.0.push(printable(text));
        self.0.len() as i64 - 1
    }
}

/// Writes a sample for each context. Numbers have to fit 63 bits.
pub(super) fn write(
    profile: &Profile,
    contexts: &Contexts<'_>,
    sink: &mut impl Write,
) -> Result<(), ExportError> {
    contexts.total(LIMIT)?;
    contexts.calls(LIMIT)?;
    let mut gzip = GzEncoder::new(sink, Compression::default());
    write_message(&head(profile, contexts), &mut gzip)?;
    stacks::each(contexts, |frames, spent| {
        let sample = Sample {
            location_id: frames.iter().map(|&frame| location(frame, contexts)).collect(),
            value: vec![spent.calls as i64, spent.fuel as i64],
        };
        let message = ProfileMessage { sample: vec![sample], ..Default::default() };
        Ok(write_message(&message, &mut gzip)?)
    })?;
    gzip.finish()?;
    Ok(())
}

fn write_message(message: &ProfileMessage, sink: &mut impl Write) -> io::Result<()> {
    sink.write_all(&message.encode_to_vec())
}

/// Identifier of a frame's location and function: one more than its index, as 0 is none.
fn location(frame: StackFrame, contexts: &Contexts<'_>) -> u64 {
    match frame {
        StackFrame::Of(frame) => u64::from(frame) + 1,
        StackFrame::LeftOut => contexts.frames.len() as u64 + 1,
    }
}

/// Everything but the samples.
fn head(profile: &Profile, contexts: &Contexts<'_>) -> ProfileMessage {
    let report = &profile.analysis.report;
    let mut strings = Strings(vec![String::new()]);
    let (calls, fuel) = (strings.add("calls"), strings.add("fuel"));
    let count = strings.add("count");
    let fuel_type = ValueType { r#type: fuel, unit: count };
    let filename = strings.add(&report.program);
    let names = contexts.frames.iter().map(|frame| (frame.name.as_str(), frame.file));
    let mut functions = Vec::with_capacity(contexts.frames.len() + 1);
    for (index, (name, file)) in names.chain([(LEFT_OUT, None)]).enumerate() {
        let name = strings.add(name);
        let filename = file.map_or(0, |file| strings.add(file));
        functions.push(Function { id: index as u64 + 1, name, filename });
    }
    let has_filenames = contexts.frames.iter().any(|frame| frame.file.is_some());
    let locations = functions.iter().map(|function| Location {
        id: function.id,
        mapping_id: MODULE,
        line: vec![Line { function_id: function.id }],
    });
    let model = format!("cost model: {} ({})", report.cost_model.name, report.cost_model.hash);
    let comments: Vec<i64> = std::iter::once(&model)
        .chain(&profile.analysis.notes)
        .map(|text| strings.add(text))
        .collect();
    let end_ns = profile.timeline.iter().map(|stretch| stretch.end_ns).max().unwrap_or(0);
    ProfileMessage {
        sample_type: vec![ValueType { r#type: calls, unit: count }, fuel_type],
        mapping: vec![Mapping { id: MODULE, filename, has_functions: true, has_filenames }],
        location: locations.collect(),
        function: functions,
        string_table: strings.0,
        duration_nanos: i64::try_from(end_ns).unwrap_or(0),
        period_type: Some(fuel_type),
        period: 1,
        comment: comments,
        default_sample_type: fuel,
        ..Default::default()
    }
}
