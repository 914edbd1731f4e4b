//! The text of callgrind, as <https://valgrind.org/docs/manual/cl-format.html> has it.
//!
//! Costs stand at their source lines where those are known, and calls where a function has one line that
//! calls the other by its name. All else stands at line 0; of a function without lines in the file
//! `???`, as callgrind calls what it doesn't know. A call's inclusive fuel is that of the contexts in which the callee is not open already, so that what arrives at a
//! function, added up over its callers, is its inclusive fuel with recursion counted once. What the
//! host calls is called by `[host]`, which has no fuel of its own.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::io::{self, Write};

use super::ExportError;
use super::contexts::{Contexts, Frame, Step};
use super::lines::{self, CallLines, OwnFuel};
use crate::names::printable;
use crate::profile::Profile;

/// The function that calls what nobody calls.
const HOST: &str = "[host]";

/// The file of what has none. Not that of the module: callgrind_annotate would list it as source.
const NO_FILE: &str = "???";

/// What one function calls of another.
#[derive(Clone, Copy, Default)]
struct Calls {
    count: u64,
    inclusive: u128,
}

/// Writes the profile. Numbers have to fit 64 bits.
pub(super) fn write(
    profile: &Profile,
    contexts: &Contexts<'_>,
    sink: &mut impl Write,
) -> Result<(), ExportError> {
    let total = contexts.total(u64::MAX)?;
    contexts.calls(u64::MAX)?;
    let report = &profile.analysis.report;
    writeln!(sink, "# callgrind format")?;
    writeln!(sink, "version: 1")?;
    writeln!(sink, "creator: wf-analyze {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(sink, "cmd: {}", line_of(&report.program))?;
    writeln!(sink, "desc: Cost model: {}", line_of(&report.cost_model.name))?;
    for note in &profile.analysis.notes {
        writeln!(sink, "desc: Note: {}", line_of(note))?;
    }
    writeln!(sink, "positions: line")?;
    writeln!(sink, "events: Fuel")?;
    writeln!(sink, "summary: {total}")?;
    writeln!(sink, "\nob=(1) {}", line_of(&report.program))?;
    let (names, files) = Default::default();
    let mut text = Text { profile, contexts, names, files, current: NO_FILE };
    text.write_functions(sink)?;
    writeln!(sink, "\ntotals: {total}")?;
    Ok(())
}

/// The part of the text that names functions and files.
struct Text<'a> {
    profile: &'a Profile,
    contexts: &'a Contexts<'a>,
    names: Numbering<u32>,
    files: Numbering<&'a str>,
    /// The file of what is written next.
    current: &'a str,
}

impl<'a> Text<'a> {
    fn write_functions(&mut self, sink: &mut impl Write) -> Result<(), ExportError> {
        let own = lines::own_fuel(self.profile, self.contexts);
        let call_lines = CallLines::of(self.profile);
        let calls = calls(self.contexts);
        let host = self.contexts.frames.len() as u32;
        for caller in 0..=host {
            self.current = self.home(caller);
            writeln!(sink, "\nfl={}", self.file(self.current))?;
            writeln!(sink, "fn={}", self.name(caller))?;
            match own.get(caller as usize) {
                Some(own) => self.write_own(caller, own, sink)?,
                None => writeln!(sink, "0 0")?,
            }
            for (&(_, callee), edge) in calls.range((caller, 0)..=(caller, u32::MAX)) {
                let frame = |frame: u32| self.contexts.frames.get(frame as usize);
                let line = frame(caller)
                    .zip(frame(callee))
                    .and_then(|(caller, callee)| call_lines.line(caller, callee));
                let (file, line) = line.unwrap_or((self.home(caller), 0));
                self.move_to(file, sink)?;
                writeln!(sink, "cfi={}", self.file(self.home(callee)))?;
                writeln!(sink, "cfn={}", self.name(callee))?;
                writeln!(sink, "calls={} 0", edge.count)?;
                writeln!(sink, "{line} {}", edge.inclusive)?;
            }
        }
        Ok(())
    }

    fn write_own(
        &mut self,
        frame: u32,
        own: &OwnFuel<'a>,
        sink: &mut impl Write,
    ) -> io::Result<()> {
        writeln!(sink, "0 {}", own.elsewhere)?;
        for (&(file, line), fuel) in &own.lines {
            self.move_to(file, sink)?;
            writeln!(sink, "{line} {fuel}")?;
        }
        self.move_to(self.home(frame), sink)
    }

    /// Says that what follows is in `file`.
    fn move_to(&mut self, file: &'a str, sink: &mut impl Write) -> io::Result<()> {
        if file == self.current {
            return Ok(());
        }
        self.current = file;
        writeln!(sink, "fi={}", self.file(file))
    }

    /// The file that a frame's code starts in.
    fn home(&self, frame: u32) -> &'a str {
        let file = self.contexts.frames.get(frame as usize).and_then(Frame::file);
        file.unwrap_or(NO_FILE)
    }

    fn file(&mut self, file: &'a str) -> String {
        self.files.write(file, file)
    }

    fn name(&mut self, frame: u32) -> String {
        let name = self.contexts.frames.get(frame as usize).map(|frame| frame.name.as_str());
        self.names.write(frame, name.unwrap_or(HOST))
    }
}

/// The calls between frames, by caller and callee. The host is the frame after the last one.
fn calls(contexts: &Contexts<'_>) -> BTreeMap<(u32, u32), Calls> {
    let inclusive = contexts.inclusive();
    let host = contexts.frames.len() as u32;
    let mut calls: BTreeMap<(u32, u32), Calls> = BTreeMap::new();
    let mut open = vec![0_u32; contexts.frames.len()];
    for step in contexts.walk() {
        match step {
            Step::Enter(index) => {
                let node = &contexts.nodes[index as usize];
                let callee = contexts.frame_of[index as usize];
                let caller = node.parent.map_or(host, |parent| contexts.frame_of[parent as usize]);
                let edge = calls.entry((caller, callee)).or_default();
                edge.count += node.calls;
                if open[callee as usize] == 0 {
                    edge.inclusive += inclusive[index as usize];
                }
                open[callee as usize] += 1;
            }
            Step::Leave(index) => open[contexts.frame_of[index as usize] as usize] -= 1,
        }
    }
    calls
}

/// Names in brief: whole where they first appear, by their number afterwards.
struct Numbering<Key> {
    numbers: HashMap<Key, usize>,
}

impl<Key> Default for Numbering<Key> {
    fn default() -> Self {
        Numbering { numbers: HashMap::new() }
    }
}

impl<Key: Eq + Hash> Numbering<Key> {
    fn write(&mut self, key: Key, name: &str) -> String {
        let next = self.numbers.len() + 1;
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next { format!("({number}) {}", line_of(name)) } else { format!("({number})") }
    }
}

/// `text` as the rest of a line.
fn line_of(text: &str) -> String {
    let text = printable(text);
    let text = text.trim();
    if text.is_empty() { "_".to_string() } else { text.to_string() }
}
