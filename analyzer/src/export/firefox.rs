//! The processed profile of the Firefox Profiler.
//!
//! A sample for each context, in the order of calls, whose weight is the fuel; the time of a sample
//! is the fuel that was spent before it. Weights are 32-bit integers: a heavier sample becomes
//! several. Where that would be too many, the weights count in thousands, millions and so on, which
//! the name of the profile and of its process say.

use std::io::{self, Write};

use fxprof_processed_profile::{
    CategoryColor, CpuDelta, Frame, FrameFlags, FrameInfo, Profile as Processed,
    ReferenceTimestamp, SamplingInterval, StackHandle, ThreadHandle, Timestamp, WeightType,
};

use super::ExportError;
use super::contexts::{Contexts, Step};
use crate::limits::MAX_FIREFOX_SPLITS;
use crate::profile::Profile;
use crate::render::grouped;

/// The heaviest sample.
const MAX_WEIGHT: u64 = i32::MAX as u64;

/// Writes the profile.
pub(super) fn write(
    profile: &Profile,
    contexts: &Contexts<'_>,
    sink: &mut impl Write,
) -> Result<(), ExportError> {
    let total = contexts.exact_total();
    let unit = unit(total);
    // At most 2^31 × the limit by the choice of the unit.
    let units = (total / unit) as u64;
    let unit_name = match unit {
        1 => "fuel".to_string(),
        _ => format!("{} fuel", grouped(unit)),
    };
    let program = &profile.analysis.report.program;
    let label = format!("{program} (1 sample = 1 ns = {unit_name})");
    let start = Timestamp::from_nanos_since_reference(0);
    let end = Timestamp::from_nanos_since_reference(units);
    let mut processed = Processed::new(
        &label,
        ReferenceTimestamp::from_millis_since_unix_epoch(0.0),
        SamplingInterval::from_nanos((units / (contexts.nodes.len() as u64).max(1)).max(1)),
    );
    processed.set_symbolicated(true);
    let process = processed.add_process(&label, 1, start);
    processed.set_process_end_time(process, end);
    let thread = processed.add_thread(process, 1, start, true);
    processed.set_thread_end_time(thread, end);
    processed.set_thread_samples_weight_type(thread, WeightType::Samples);
    add_samples(&mut processed, thread, contexts, unit);
    Ok(serde_json::to_writer(sink, &processed).map_err(io::Error::from)?)
}

/// What a weight of 1 stands for: the smallest power of 1,000 with which splitting adds no more
/// than [`MAX_FIREFOX_SPLITS`] samples.
fn unit(total: u128) -> u128 {
    let most = u128::from(MAX_WEIGHT) * u128::from(MAX_FIREFOX_SPLITS);
    let mut unit = 1;
    while total / unit > most {
        unit *= 1000;
    }
    unit
}

fn add_samples(
    processed: &mut Processed,
    thread: ThreadHandle,
    contexts: &Contexts<'_>,
    unit: u128,
) {
    let category = processed.add_category("WebAssembly", CategoryColor::Blue);
    let labels: Vec<FrameInfo> = contexts
        .frames
        .iter()
        .map(|frame| FrameInfo {
            frame: Frame::Label(processed.intern_string(&frame.name)),
            category_pair: category.into(),
            flags: FrameFlags::empty(),
        })
        .collect();
    let labels: Vec<_> =
        labels.into_iter().map(|label| processed.intern_frame(thread, label)).collect();
    let mut stacks: Vec<Option<StackHandle>> = vec![None; contexts.nodes.len()];
    let (mut spent, mut at, mut previous): (u128, u64, u64) = (0, 0, 0);
    for step in contexts.walk() {
        let Step::Enter(index) = step else { continue };
        let node = &contexts.nodes[index as usize];
        let caller = node.parent.and_then(|parent| stacks[parent as usize]);
        let label = labels[contexts.frame_of[index as usize] as usize];
        let stack = processed.intern_stack(thread, caller, label);
        stacks[index as usize] = Some(stack);
        spent = spent.saturating_add(node.fuel);
        // Rounded as a running sum, so that the weights of all add up to the total.
        let end = (spent / unit) as u64;
        while at < end {
            let weight = (end - at).min(MAX_WEIGHT);
            let time = Timestamp::from_nanos_since_reference(at);
            let busy = CpuDelta::from_nanos(at - previous);
            processed.add_sample(thread, time, Some(stack), busy, weight as i32);
            previous = at;
            at += weight;
        }
    }
}
