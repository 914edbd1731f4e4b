//! A flame graph as SVG, drawn by inferno.
//!
//! inferno wants all stacks at once, and draws no frame that is narrower than a tenth of a pixel.
//! So it gets the contexts with most fuel, as many as fit [`MAX_FLAMEGRAPH_BYTES`]; the fuel of the
//! others counts as their callers' own, which leaves the widths as they are.

use std::cmp::Reverse;
use std::io::Write;

use inferno::flamegraph::{self, Options};

use super::contexts::Contexts;
use super::speedscope::MAX_EXACT_DOUBLE;
use super::stacks::foldable_names;
use super::{ExportError, Format};
use crate::limits::{MAX_FLAMEGRAPH_BYTES, MAX_FLAMEGRAPH_FRAMES};
use crate::names::{printable, shortened};
use crate::profile::Profile;
use crate::render::{counted, grouped};

/// Characters of the program's name in the title.
const TITLE_CHARACTERS: usize = 100;

/// Writes the flame graph.
pub(super) fn write(
    profile: &Profile,
    contexts: &Contexts<'_>,
    sink: &mut impl Write,
) -> Result<(), ExportError> {
    let total = contexts.total(MAX_EXACT_DOUBLE)?;
    if total == 0 {
        return Err(ExportError::Empty { format: Format::Flamegraph });
    }
    let names = foldable_names(contexts);
    let kept = widest(contexts, &names);
    let shown = kept.iter().filter(|&&kept| kept).count();
    let lines = lines(contexts, &names, &kept);
    let mut options = options(profile, subtitle(profile, total, shown, kept.len()));
    Ok(flamegraph::from_lines(&mut options, lines.iter().map(String::as_str), sink)?)
}

/// Writes a flame graph of `after`, with frames coloured by what changed since `before`.
pub(super) fn differential(
    before: (&Profile, &Contexts<'_>),
    after: (&Profile, &Contexts<'_>),
    sink: &mut impl Write,
) -> Result<(), ExportError> {
    let folded = |contexts: &Contexts<'_>| -> Result<(String, u64), ExportError> {
        let total = contexts.total(MAX_EXACT_DOUBLE)?;
        let names = foldable_names(contexts);
        let lines = lines(contexts, &names, &widest(contexts, &names));
        Ok((lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect(), total))
    };
    let ((before_lines, before_total), (after_lines, after_total)) =
        (folded(before.1)?, folded(after.1)?);
    if after_total == 0 {
        return Err(ExportError::Empty { format: Format::Flamegraph });
    }
    let mut both = Vec::new();
    let (before_lines, after_lines) = (before_lines.as_bytes(), after_lines.as_bytes());
    inferno::differential::from_readers(Default::default(), before_lines, after_lines, &mut both)?;
    let both = String::from_utf8_lossy(&both);
    let subtitle = format!(
        "{} fuel, was {}; red costs more, blue less",
        grouped(after_total.into()),
        grouped(before_total.into())
    );
    let mut options = options(after.0, subtitle);
    Ok(flamegraph::from_lines(&mut options, both.lines(), sink)?)
}

fn options(profile: &Profile, subtitle: String) -> Options<'static> {
    let mut options = Options::default();
    options.title = shortened(&printable(&profile.analysis.report.program), TITLE_CHARACTERS);
    options.subtitle = Some(subtitle);
    options.count_name = "fuel".to_string();
    options.deterministic = true;
    options
}

fn subtitle(profile: &Profile, total: u64, shown: usize, contexts: usize) -> String {
    let model = shortened(&printable(&profile.analysis.report.cost_model.name), TITLE_CHARACTERS);
    let mut subtitle = format!("{} fuel, {model}", grouped(u128::from(total)));
    if shown < contexts {
        let left_out = counted((contexts - shown) as u128, "context");
        subtitle.push_str(&format!("; {left_out} with little fuel or deep down are left out"));
    }
    subtitle
}

/// For each node whether it is drawn: those with most fuel, as many as fit.
fn widest(contexts: &Contexts<'_>, names: &[String]) -> Vec<bool> {
    let inclusive = contexts.inclusive();
    let mut depth: Vec<usize> = Vec::with_capacity(contexts.nodes.len());
    let mut bytes: Vec<usize> = Vec::with_capacity(contexts.nodes.len());
    for (index, node) in contexts.nodes.iter().enumerate() {
        let name = names[contexts.frame_of[index] as usize].len();
        let caller = node.parent.map(|parent| parent as usize);
        depth.push(1 + caller.map_or(0, |caller| depth[caller]));
        bytes.push(1 + name + caller.map_or(0, |caller| bytes[caller]));
    }
    let mut order: Vec<usize> = (0..contexts.nodes.len())
        .filter(|&node| depth[node] <= MAX_FLAMEGRAPH_FRAMES && inclusive[node] > 0)
        .collect();
    // A caller has no less fuel than what it called, and stands before it: the sort is stable.
    order.sort_by_key(|&node| Reverse(inclusive[node]));
    let mut kept = vec![false; contexts.nodes.len()];
    let mut room = MAX_FLAMEGRAPH_BYTES;
    for node in order {
        let Some(left) = room.checked_sub(bytes[node]) else { break };
        room = left;
        kept[node] = true;
    }
    kept
}

/// A folded line for each kept node that has fuel of its own, with that of the nodes below it that
/// are not kept.
fn lines(contexts: &Contexts<'_>, names: &[String], kept: &[bool]) -> Vec<String> {
    let mut fuel: Vec<u128> = contexts.nodes.iter().map(|node| node.fuel).collect();
    for (index, node) in contexts.nodes.iter().enumerate().rev().filter(|(index, _)| !kept[*index])
    {
        if let Some(parent) = node.parent {
            fuel[parent as usize] += std::mem::take(&mut fuel[index]);
        }
    }
    let drawn = (0..contexts.nodes.len()).filter(|&node| kept[node] && fuel[node] > 0);
    drawn.map(|node| line(contexts, names, node as u32, fuel[node])).collect()
}

fn line(contexts: &Contexts<'_>, names: &[String], node: u32, fuel: u128) -> String {
    let upwards = std::iter::successors(Some(node), |&node| contexts.nodes[node as usize].parent);
    let mut frames: Vec<&str> =
        upwards.map(|node| names[contexts.frame_of[node as usize] as usize].as_str()).collect();
    frames.reverse();
    format!("{} {fuel}", frames.join(";"))
}
