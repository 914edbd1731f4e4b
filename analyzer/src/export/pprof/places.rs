//! The functions and locations of a profile, and how fuel is shared out among the lines of a
//! function.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::message::{Function, Line, Location};
use crate::export::contexts::{Contexts, Frame};
use crate::export::lines::{self, CallLines, OwnFuel};
use crate::export::stacks::{LEFT_OUT, StackFrame};
use crate::limits::MAX_LINE_SAMPLES;
use crate::names::printable;
use crate::profile::Profile;

/// Identifier of the only mapping: the module.
pub(super) const MODULE: u64 = 1;

/// The strings of a profile, which refers to them by number; the first one is empty. pprof prints
/// them as they are.
pub(super) struct Strings(pub(super) Vec<String>);

impl Default for Strings {
    fn default() -> Self {
        Strings(vec![String::new()])
    }
}

impl Strings {
    pub(super) fn add(&mut self, text: &str) -> i64 {
        self.0.push(printable(text));
        self.0.len() as i64 - 1
    }
}

/// A location, and its fuel that no sample has yet.
pub(super) struct Place {
    location: u64,
    left: u128,
}

/// Takes `fuel` from `places`, of each in proportion to what it has left, to the unit: when everything
/// is taken, each has given what it had.
pub(super) fn take(places: &mut [Place], fuel: u128) -> Vec<(u64, u128)> {
    let left: u128 = places.iter().map(|place| place.left).sum();
    assert!(fuel <= left, "the contexts of a function have its own fuel");
    // Factors have 63 bits. What rounding leaves is less than there are places that were rounded.
    let share = |place: &Place| (place.left * fuel).checked_div(left).unwrap_or(0);
    let mut shares: Vec<u128> = places.iter().map(share).collect();
    let mut missing = fuel - shares.iter().sum::<u128>();
    for (share, place) in shares.iter_mut().zip(&mut *places) {
        let one = missing.min(1).min(place.left - *share);
        *share += one;
        missing -= one;
        place.left -= *share;
    }
    places.iter().map(|place| place.location).zip(shares).collect()
}

/// The places in the source that samples refer to.
#[derive(Default)]
pub(super) struct Places<'a> {
    pub(super) strings: Strings,
    pub(super) functions: Vec<Function>,
    /// Functions by the string of their name and by their file.
    known_functions: HashMap<(i64, Option<&'a str>), u64>,
    pub(super) locations: Vec<Location>,
    /// Locations by function and line.
    known_locations: HashMap<(u64, u32), u64>,
    /// For each frame, and for what stands for frames left out: where it starts, and its lines.
    of_frames: Vec<Vec<Place>>,
    /// The locations of calls, by caller and callee, that are not those where the caller starts.
    calls: HashMap<(u32, u32), u64, FixedState>,
}

impl<'a> Places<'a> {
    pub(super) fn of(profile: &'a Profile, contexts: &Contexts<'a>) -> Self {
        let mut places = Places::default();
        let names: Vec<i64> =
            contexts.frames.iter().map(|frame| places.strings.add(&frame.name)).collect();
        let mut samples_left = MAX_LINE_SAMPLES;
        let frames = contexts.frames.iter().zip(&names);
        let own = lines::own_fuel(profile, contexts).into_iter().zip(nodes_of_frames(contexts));
        for ((frame, &name), (mut own, nodes)) in frames.zip(own) {
            match samples_left.checked_sub(nodes.saturating_mul(own.lines.len())) {
                Some(left) => samples_left = left,
                None => own = own.at_no_line(),
            }
            places.add_frame(frame, name, &own);
        }
        let left_out = Frame { function: None, name: String::new(), start: None };
        let name = places.strings.add(LEFT_OUT);
        places.add_frame(&left_out, name, &OwnFuel::default());
        places.add_calls(profile, contexts, &names);
        places
    }

    /// Adds a frame whose name is the string `name`.
    fn add_frame(&mut self, frame: &Frame<'a>, name: i64, own: &OwnFuel<'a>) {
        let start = frame.start.map(|start| (start.file.as_str(), start.line));
        let mut places = vec![Place { location: self.location(name, start), left: own.elsewhere }];
        for (&line, &fuel) in &own.lines {
            match Some(line) == start {
                true => places[0].left += fuel,
                false => {
                    places.push(Place { location: self.location(name, Some(line)), left: fuel })
                }
            }
        }
        if let Some(start) = start {
            let function = self.function(name, Some(start.0));
            self.functions[function as usize - 1].start_line = start.1.into();
        }
        self.of_frames.push(places);
    }

    /// Adds the calls whose line is known; `names` are the strings of the frames' names.
    fn add_calls(&mut self, profile: &'a Profile, contexts: &Contexts<'a>, names: &[i64]) {
        let lines = CallLines::of(profile);
        for (node, &callee) in contexts.nodes.iter().zip(&contexts.frame_of) {
            let Some(parent) = node.parent else { continue };
            let caller = contexts.frame_of[parent as usize];
            let [from, to] = [caller, callee].map(|frame| &contexts.frames[frame as usize]);
            if let Some(line) = lines.line(from, to) {
                let location = self.location(names[caller as usize], Some(line));
                self.calls.insert((caller, callee), location);
            }
        }
    }

    /// The location of a line in a function whose name is the string `name`.
    fn location(&mut self, name: i64, place: Option<lines::Place<'a>>) -> u64 {
        let function_id = self.function(name, place.map(|(file, _)| file));
        let line = place.map_or(0, |(_, line)| line);
        let next = self.locations.len() as u64 + 1;
        let id = *self.known_locations.entry((function_id, line)).or_insert(next);
        if id == next {
            let line = vec![Line { function_id, line: line.into() }];
            self.locations.push(Location { id, mapping_id: MODULE, line });
        }
        id
    }

    /// The function whose name is the string `name`, or the part of it that comes from `file`: where
    /// code of another file was inlined there are several.
    fn function(&mut self, name: i64, file: Option<&'a str>) -> u64 {
        let next = self.functions.len() as u64 + 1;
        let id = *self.known_functions.entry((name, file)).or_insert(next);
        if id == next {
            let filename = file.map_or(0, |file| self.strings.add(file));
            self.functions.push(Function { id, name, filename, start_line: 0 });
        }
        id
    }

    pub(super) fn of_frame(&mut self, frame: StackFrame) -> &mut [Place] {
        match frame {
            StackFrame::Of(frame) => &mut self.of_frames[frame as usize],
            StackFrame::LeftOut => self.of_frames.last_mut().expect("it was added last"),
        }
    }

    /// Where `caller` calls `callee`.
    pub(super) fn call(&mut self, caller: StackFrame, callee: StackFrame) -> u64 {
        let line = match (caller, callee) {
            (StackFrame::Of(caller), StackFrame::Of(callee)) => self.calls.get(&(caller, callee)),
            _ => None,
        };
        line.copied().unwrap_or_else(|| self.of_frame(caller)[0].location)
    }
}

/// In how many contexts each frame is the innermost.
fn nodes_of_frames(contexts: &Contexts<'_>) -> Vec<usize> {
    let mut nodes = vec![0; contexts.frames.len()];
    contexts.frame_of.iter().for_each(|&frame| nodes[frame as usize] += 1);
    nodes
}
