//! A profile in the formats of other tools.
//!
//! Takes a [`Profile`], gives bytes. Each format is a file; what they share is in `contexts` (the
//! names, and the tree walked without recursion), in `stacks` (for the formats that repeat whole
//! stacks) and in `lines` (for those that know lines of source code).
//!
//! A profile whose trace has no order of events has no tree: it is exported flat, with every
//! function called by the host. Fuel has 128 bits here and fewer in most formats: what doesn't fit
//! is refused, or counted in larger units where the format has a place to say so.
//!
//! | format | how much of the tree | names |
//! |---|---|---|
//! | pprof | stacks of [`MAX_STACK_FRAMES`] | whole |
//! | folded | stacks of [`MAX_STACK_FRAMES`] | up to [`MAX_REPEATED_NAME`] |
//! | flamegraph | the widest contexts in [`MAX_FLAMEGRAPH_BYTES`] | up to [`MAX_REPEATED_NAME`] |
//! | speedscope, firefox, callgrind, json | everything | whole |
//! | csv, parquet | everything | up to [`MAX_REPEATED_NAME`] |

mod callgrind;
mod contexts;
mod csv;
mod firefox;
mod flamegraph;
mod folded;
mod json;
mod lines;
#[cfg(feature = "parquet")]
mod parquet;
mod pprof;
mod speedscope;
mod stacks;

use std::fmt;
use std::io::{self, BufWriter, Write};

use thiserror::Error as ThisError;

use crate::profile::Profile;
use contexts::Contexts;

#[cfg(doc)]
use crate::limits::{MAX_FLAMEGRAPH_BYTES, MAX_REPEATED_NAME, MAX_STACK_FRAMES};

/// The value of the field `schema` of [`Format::Json`].
pub const JSON_SCHEMA: &str = "wf-profile/1";

/// A format of another tool, or a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// One line for each stack with fuel of its own: `main;callee 123`. Read by inferno,
    /// flamegraph.pl, speedscope and many more.
    Folded,
    /// A flame graph: an SVG that a browser shows, with search and zoom.
    Flamegraph,
    /// The `profile.proto` of pprof, in gzip. Samples have the values `calls` and `fuel`.
    Pprof,
    /// The JSON of <https://www.speedscope.app>.
    Speedscope,
    /// The JSON of <https://profiler.firefox.com>. Its time axis is fuel, one nanosecond for each
    /// unit.
    Firefox,
    /// The text of callgrind, for KCachegrind, QCachegrind and callgrind_annotate. The fuel of a
    /// call counts only where the callee isn't open already, so that recursion counts once.
    Callgrind,
    /// A table (RFC 4180) with one row for each context.
    Csv,
    /// The report, every chain of calls, and fuel against time: schema [`JSON_SCHEMA`].
    Json,
    /// The table of [`Format::Csv`] as Apache Parquet. Only with the cargo feature `parquet`.
    Parquet,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 9] = [
        Format::Folded,
        Format::Flamegraph,
        Format::Pprof,
        Format::Speedscope,
        Format::Firefox,
        Format::Callgrind,
        Format::Csv,
        Format::Json,
        Format::Parquet,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Folded => "folded",
            Format::Flamegraph => "flamegraph",
            Format::Pprof => "pprof",
            Format::Speedscope => "speedscope",
            Format::Firefox => "firefox",
            Format::Callgrind => "callgrind",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Parquet => "parquet",
        }
    }

    /// What it is, for the command line.
    pub fn about(self) -> &'static str {
        match self {
            Format::Folded => {
                "Lines such as `main;callee 123`, for inferno, flamegraph.pl and others"
            }
            Format::Flamegraph => "A flame graph as SVG",
            Format::Pprof => "pprof's profile.proto, in gzip",
            Format::Speedscope => "speedscope's JSON",
            Format::Firefox => "JSON of the Firefox Profiler",
            Format::Callgrind => "callgrind's text, for KCachegrind and callgrind_annotate",
            Format::Csv => "A table with a row for each chain of calls",
            Format::Json => {
                "The report, all chains of calls and fuel against time, schema wf-profile/1"
            }
            Format::Parquet => "The table as Apache Parquet, in builds that have it",
        }
    }

    /// Whether this build can write it.
    ///
    /// # Errors
    ///
    /// [`ExportError::NotBuilt`] if it was left out.
    pub fn check_built(self) -> Result<(), ExportError> {
        match self {
            Format::Parquet if !cfg!(feature = "parquet") => {
                Err(ExportError::NotBuilt { format: self, feature: "parquet" })
            }
            _ => Ok(()),
        }
    }

    /// Whether it would garble a terminal.
    pub fn is_binary(self) -> bool {
        matches!(self, Format::Pprof | Format::Parquet)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Why a profile can't be exported.
#[derive(Debug, ThisError)]
pub enum ExportError {
    /// The sink fails.
    #[error("the profile cannot be written")]
    Io(#[from] io::Error),
    /// A number doesn't fit the format.
    #[error(
        "{what} {value} is too large for {format}, which ends at {limit}; csv and json \
         have no such limit"
    )]
    TooLarge {
        /// The format.
        format: Format,
        /// What is too large.
        what: &'static str,
        /// How large it is.
        value: u128,
        /// The largest number that the format holds.
        limit: u128,
    },
    /// There is no fuel that a picture could show.
    #[error("nothing to show as {format}: the program used no fuel")]
    Empty {
        /// The format.
        format: Format,
    },
    /// This build has no writer for the format.
    #[error("this build cannot write {format}: build it with `--features {feature}`")]
    NotBuilt {
        /// The format.
        format: Format,
        /// The cargo feature of the crate `analyzer` that adds it.
        feature: &'static str,
    },
}

/// Writes `profile` to `sink`, which needs no buffer of its own.
///
/// # Errors
///
/// When `sink` fails, when a number doesn't fit the format, when there is nothing to draw, and when
/// the format was left out of this build.
///
/// # Panics
///
/// When a node of the tree stands before its parent.
pub fn write(profile: &Profile, format: Format, sink: &mut impl Write) -> Result<(), ExportError> {
    format.check_built()?;
    let contexts = Contexts::of(profile, format)?;
    let mut sink = BufWriter::new(sink);
    match format {
        Format::Folded => folded::write(&contexts, &mut sink),
        Format::Flamegraph => flamegraph::write(profile, &contexts, &mut sink),
        Format::Pprof => pprof::write(profile, &contexts, &mut sink),
        Format::Speedscope => speedscope::write(profile, &contexts, &mut sink),
        Format::Firefox => firefox::write(profile, &contexts, &mut sink),
        Format::Callgrind => callgrind::write(profile, &contexts, &mut sink),
        Format::Csv => csv::write(&contexts, &mut sink),
        Format::Json => json::write(profile, &contexts, &mut sink),
        #[cfg(feature = "parquet")]
        Format::Parquet => parquet::write(&contexts, &mut sink),
        #[cfg(not(feature = "parquet"))]
        Format::Parquet => format.check_built(),
    }?;
    Ok(sink.flush()?)
}

/// Writes a flame graph of `after` as SVG, whose frames are red where they cost more than in `before`,
/// and blue where they cost less.
///
/// # Errors
///
/// As [`write()`] for [`Format::Flamegraph`].
pub fn differential(
    before: &Profile,
    after: &Profile,
    sink: &mut impl Write,
) -> Result<(), ExportError> {
    let contexts = |profile| Contexts::of(profile, Format::Flamegraph);
    flamegraph::differential((before, &contexts(before)?), (after, &contexts(after)?), sink)
}

/// `value`, if it is at most `limit`.
fn fitting(
    value: u128,
    limit: u64,
    what: &'static str,
    format: Format,
) -> Result<u64, ExportError> {
    u64::try_from(value).ok().filter(|&value| value <= limit).ok_or(ExportError::TooLarge {
        format,
        what,
        value,
        limit: u128::from(limit),
    })
}
