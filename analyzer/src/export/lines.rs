//! The own fuel of functions by the lines of their source, and the lines of their calls, where the
//! profile has the code of a function, and the code its lines.

use std::collections::{BTreeMap, HashMap};

use super::contexts::{Contexts, Frame};
use crate::profile::Profile;

/// A line of a file.
pub(super) type Place<'a> = (&'a str, u32);

/// The own fuel of a frame in all contexts.
#[derive(Default)]
pub(super) struct OwnFuel<'a> {
    /// What stands at no line: entries of the function, dynamic parts, operators without a line.
    pub(super) elsewhere: u128,
    /// What stands at lines.
    pub(super) lines: BTreeMap<Place<'a>, u128>,
}

impl OwnFuel<'_> {
    /// The same fuel with no line.
    pub(super) fn at_no_line(&self) -> Self {
        OwnFuel { elsewhere: self.elsewhere + self.lines.values().sum::<u128>(), ..Self::default() }
    }
}

/// The own fuel of each frame.
pub(super) fn own_fuel<'a>(profile: &'a Profile, contexts: &Contexts<'a>) -> Vec<OwnFuel<'a>> {
    let mut own: Vec<OwnFuel<'a>> = contexts.frames.iter().map(|_| OwnFuel::default()).collect();
    for (node, &frame) in contexts.nodes.iter().zip(&contexts.frame_of) {
        own[frame as usize].elsewhere += node.fuel;
    }
    for (frame, own) in contexts.frames.iter().zip(&mut own) {
        let lines = fuel_at_lines(profile, frame.function);
        let at_lines = lines.values().fold(0, |sum: u128, &fuel| sum.saturating_add(fuel));
        // Of an incomplete trace the two may not agree.
        if let Some(elsewhere) = own.elsewhere.checked_sub(at_lines) {
            *own = OwnFuel { elsewhere, lines };
        }
    }
    own
}

fn fuel_at_lines(profile: &Profile, function: Option<u32>) -> BTreeMap<Place<'_>, u128> {
    let code = profile.code.iter().find(|code| Some(code.function) == function);
    let mut fuel: BTreeMap<Place<'_>, u128> = BTreeMap::new();
    for line in code.iter().flat_map(|code| &code.lines).filter(|line| line.fuel > 0) {
        if let Some(source) = &line.source {
            let sum = fuel.entry((source.file.as_str(), source.line)).or_default();
            *sum = sum.saturating_add(line.fuel);
        }
    }
    fuel
}

/// The line of the calls from one frame to another.
pub(super) struct CallLines<'a> {
    /// By the indices of caller and callee in the module; `None` where there are several lines.
    lines: HashMap<(u32, u32), Option<Place<'a>>>,
}

impl<'a> CallLines<'a> {
    pub(super) fn of(profile: &'a Profile) -> Self {
        let mut lines = HashMap::new();
        for code in &profile.code {
            for line in code.lines.iter().filter(|line| line.count > 0) {
                let (Some(callee), Some(source)) = (line.callee, &line.source) else { continue };
                let place = Some((source.file.as_str(), source.line));
                let known = lines.entry((code.function, callee)).or_insert(place);
                if *known != place {
                    *known = None;
                }
            }
        }
        CallLines { lines }
    }

    /// The only line in which `caller` calls `callee` by its name.
    pub(super) fn line(&self, caller: &Frame<'_>, callee: &Frame<'_>) -> Option<Place<'a>> {
        *self.lines.get(&(caller.function?, callee.function?))?
    }
}
