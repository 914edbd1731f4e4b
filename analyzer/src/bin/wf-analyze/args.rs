//! The command line.

use std::path::PathBuf;
use std::str::FromStr;

use analyzer::export;
use analyzer::limits::{DEFAULT_TABLE_ROWS, MAX_JOBS};
use analyzer::render::{Field, Sort};
use analyzer::snapshot::Tolerance;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use regex::Regex;

const EXAMPLES: &str = "\
Examples:
  wf-analyze trace.bin                               fuel of the program, its functions and loops
  wf-analyze --approx trace.bin                      an estimate to ±1 %, from a part of the trace
  wf-analyze --approx=5 --confidence 0.99 trace.bin
  wf-analyze --follow trace.bin                      while wf-record is still writing it
  wf-analyze --cost-model unit trace.bin             count every operator as 1
  wf-analyze --symbols app.debug.wasm trace.bin      names that the recorded module lacks
  wf-analyze --format html -o report.html trace.bin  tables, flame graph, chart, annotated code
  wf-analyze --format json -o report.json trace.bin
  wf-analyze --sort total --limit 10 trace.bin       most fuel first, callees included
  wf-analyze --focus '^sqlite3' trace.bin            only functions with such names
  wf-analyze export --format flamegraph -o fuel.svg trace.bin
  wf-analyze diff before.bin after.bin               what changed
  wf-analyze check trace.bin --baseline fuel.txt     fail if anything costs more than that
  wf-analyze cost-model print wasmtime > mine.toml   start a cost model of your own
  wf-analyze --cost-model mine.toml trace.bin
  wf-analyze ./info                                  a trace whose name is that of a verb

Exit status:
  0  done
  1  a diff or check found something that costs more than it may
  2  wrong usage, or a trace that is unreadable, corrupt or incomplete";

/// Tells how much fuel a recorded program used, and where: exactly, from the trace alone.
///
/// Traces are made by wf-record. One recording can be priced by any number of cost models.
#[derive(Debug, Parser)]
#[command(
    name = "wf-analyze",
    version,
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) report: ReportArgs,

    /// When to use colors.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", global = true)]
    pub(crate) color: Color,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows how a trace was recorded, what is in it, and whether it is complete.
    Info(InfoArgs),
    /// Prints the events of a trace, one a line, in the order of the file.
    Dump(DumpArgs),
    /// Writes a profile for another tool: flame graphs, pprof, speedscope, Firefox, KCachegrind, tables.
    Export(ExportArgs),
    /// Tells what changed from one recorded run to another.
    Diff(DiffArgs),
    /// Fails if a run costs more than a snapshot of an earlier one, or a budget, allows.
    Check(CheckArgs),
    /// Lists, prints and fits cost models.
    #[command(subcommand)]
    CostModel(CostModelCommand),
    /// Prints what a shell needs to complete the command line.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Prints a manual page: that of the program, or of a verb.
    #[command(after_help = "\
Examples:
  wf-analyze man > wf-analyze.1
  wf-analyze man cost-model fit > wf-analyze-cost-model-fit.1")]
    Man {
        /// The verb.
        #[arg(value_name = "VERB")]
        verb: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The trace; `-` for standard input.
    #[arg(value_name = "TRACE")]
    pub(crate) trace: Option<PathBuf>,

    /// Estimate the total from a sample, to ± PCT percent [default: 1], instead of reading
    /// everything.
    #[arg(
        long,
        value_name = "PCT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1",
        value_parser = parse_percent
    )]
    pub(crate) approx: Option<f64>,

    /// How often the interval of an estimate has to hold the true total.
    #[arg(long, value_name = "SHARE", default_value = "0.95", requires = "approx", value_parser = parse_confidence)]
    pub(crate) confidence: f64,

    /// Which sample is drawn: the same one for the same number.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "approx", value_parser = parse_whole::<u64>)]
    pub(crate) seed: u64,

    /// Price the trace while it is being recorded, and report when the recording ends.
    #[arg(long, conflicts_with = "approx")]
    pub(crate) follow: bool,

    /// Compute what callees spent even if the events are so many that it takes seconds.
    #[arg(long, conflicts_with = "approx")]
    pub(crate) inclusive: bool,

    #[command(flatten)]
    pub(crate) pricing: PricingArgs,

    /// Format of the report.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    /// Where the report goes instead of standard output.
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,

    /// Order of the rows [default: self].
    #[arg(long, value_enum, value_name = "KEY")]
    pub(crate) sort: Option<SortKey>,

    /// Most rows of each table, 0 for all [default: 25 in text and markdown, else 0].
    #[arg(long, value_name = "ROWS", value_parser = parse_whole::<usize>)]
    pub(crate) limit: Option<usize>,

    /// Columns of the tables, in this order (text, markdown, csv): kind, index, operator, name,
    /// count, self, self%, total, total%, each, and of estimates count_low, count_high, self_low,
    /// self_high.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,...")]
    pub(crate) fields: Option<Vec<Field>>,

    /// Show only functions whose name matches this regular expression, and their loops.
    #[arg(long, value_name = "REGEX")]
    pub(crate) focus: Option<Regex>,

    /// Leave out functions whose name matches this regular expression, and their loops.
    #[arg(long, value_name = "REGEX")]
    pub(crate) ignore: Option<Regex>,

    /// Price what is there of a truncated, damaged or lossy trace; the report says so.
    #[arg(long)]
    pub(crate) allow_partial: bool,

    /// No warnings.
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Say on standard error how much work it was.
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InfoArgs {
    /// The trace; `-` for standard input.
    #[arg(value_name = "TRACE")]
    pub(crate) trace: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Each line tells the stream, the segment, the place in the segment, and the event:
  0 2 17 path func[5] region 3 (header) path 1
  0 2 18 site func[5] memory.copy at operator 40 units 4096
A segment that holds only counts has `x COUNT` at the end of its lines and no places.

Examples:
  wf-analyze dump trace.bin | head
  wf-analyze dump --limit 1000 trace.bin

Exit status: 0 done; 2 wrong usage, or a trace that is unreadable, corrupt or incomplete.")]
pub(crate) struct DumpArgs {
    /// The trace; `-` for standard input.
    #[arg(value_name = "TRACE")]
    pub(crate) trace: PathBuf,

    /// Most events that are printed.
    #[arg(long, value_name = "EVENTS", value_parser = parse_whole::<u64>)]
    pub(crate) limit: Option<u64>,

    /// Print what is there of an incomplete trace, and don't count that as a failure.
    #[arg(long)]
    pub(crate) allow_partial: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples, with what shows the file:
  wf-analyze export --format flamegraph -o fuel.svg trace.bin      a browser
  wf-analyze export --format pprof -o fuel.pb.gz trace.bin         go tool pprof -http=: fuel.pb.gz
  wf-analyze export --format speedscope -o fuel.json trace.bin     https://www.speedscope.app
  wf-analyze export --format firefox -o fuel.json trace.bin        https://profiler.firefox.com
  wf-analyze export --format callgrind -o callgrind.out trace.bin  kcachegrind callgrind.out
  wf-analyze export --format csv -o contexts.csv trace.bin         a spreadsheet
  wf-analyze export --format folded -o - trace.bin | inferno-flamegraph > fuel.svg
  wf-analyze export --format json -o - trace.bin | jq '.report.fuel.total'

A trace recorded with --detail counts has no order of events: its functions are exported without
their callers.

Exit status: 0 done; 2 wrong usage, a trace that is unreadable, corrupt or incomplete, or numbers
that the format can't hold.")]
pub(crate) struct ExportArgs {
    /// The trace; `-` for standard input.
    #[arg(value_name = "TRACE")]
    pub(crate) trace: PathBuf,

    /// Format of the profile.
    #[arg(long, value_name = "FORMAT", value_parser = export_formats())]
    pub(crate) format: export::Format,

    /// Where the profile goes; `-` for standard output.
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: PathBuf,

    #[command(flatten)]
    pub(crate) pricing: PricingArgs,

    /// Export what is there of a truncated, damaged or lossy trace.
    #[arg(long)]
    pub(crate) allow_partial: bool,

    /// No warnings.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Functions are told apart by their names; those of one name are added up.

Examples:
  wf-analyze diff before.bin after.bin
  wf-analyze diff --tolerance 1 before.bin after.bin   status 1 if anything costs 1 % more
  wf-analyze diff --format flamegraph -o diff.svg before.bin after.bin

Exit status: 0 done; 1 something costs more than the tolerance allows; 2 wrong usage, or a trace that is
unreadable, corrupt or incomplete.")]
pub(crate) struct DiffArgs {
    /// The trace of the earlier run.
    #[arg(value_name = "BEFORE")]
    pub(crate) before: PathBuf,

    /// The trace of the later run.
    #[arg(value_name = "AFTER")]
    pub(crate) after: PathBuf,

    /// How many percent more the total, and each function that ran before, may cost; else the
    /// exit status is 1.
    #[arg(long, value_name = "PCT", value_parser = parse_tolerance)]
    pub(crate) tolerance: Option<Tolerance>,

    /// Most functions that are listed, 0 for all.
    #[arg(long, value_name = "ROWS", default_value_t = DEFAULT_TABLE_ROWS, value_parser = parse_whole::<usize>)]
    pub(crate) limit: usize,

    /// Format of the comparison.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: DiffFormat,

    /// Where it goes instead of standard output.
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) pricing: PricingArgs,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("limits").required(true).multiple(true))]
#[command(after_help = "\
A baseline is a text with a line for each function, sorted by name: keep it beside the source code.
The total, and each function that is in the baseline, may cost as much as there and the tolerance more;
what was 0 has to stay 0. Functions that are new count for the total, and those that are gone for
nothing. The baseline's cost model has to be that of the check.

Examples:
  wf-analyze check trace.bin --baseline fuel.txt --update     write the baseline
  wf-analyze check trace.bin --baseline fuel.txt              fail if anything costs more
  wf-analyze check trace.bin --baseline fuel.txt --tolerance 2
  wf-analyze check trace.bin --budget 100000000               fail above 100 million

Exit status: 0 within all limits; 1 above one; 2 wrong usage, no such baseline, or a trace that is
unreadable, corrupt or incomplete.")]
pub(crate) struct CheckArgs {
    /// The trace; `-` for standard input.
    #[arg(value_name = "TRACE")]
    pub(crate) trace: PathBuf,

    /// The snapshot of an earlier run.
    #[arg(long, value_name = "FILE", group = "limits")]
    pub(crate) baseline: Option<PathBuf>,

    /// How many percent more than in the baseline the total and each function may cost.
    #[arg(long, value_name = "PCT", default_value = "0", value_parser = parse_tolerance)]
    pub(crate) tolerance: Tolerance,

    /// The most that the total may be.
    #[arg(long, value_name = "FUEL", group = "limits", value_parser = parse_whole::<u128>)]
    pub(crate) budget: Option<u128>,

    /// Write the baseline from this run instead of comparing with it.
    #[arg(long, requires = "baseline")]
    pub(crate) update: bool,

    #[command(flatten)]
    pub(crate) pricing: PricingArgs,
}

/// How traces are priced.
#[derive(Debug, Args)]
pub(crate) struct PricingArgs {
    /// Prices: `wasmtime` (that of wasmtime-48), `wasmtime-45`, `unit`, or a file.
    #[arg(long, value_name = "NAME|FILE.toml", default_value = "wasmtime")]
    pub(crate) cost_model: String,

    /// A module with the same functions, to take names and source lines from, when the recorded one was
    /// stripped.
    #[arg(long, value_name = "MODULE.wasm")]
    pub(crate) symbols: Option<PathBuf>,

    /// Threads [default: one for each processor]; what is written is the same for any number.
    #[arg(short, long, value_name = "N", value_parser = parse_jobs)]
    pub(crate) jobs: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    #[default]
    Text,
    Json,
    /// A flame graph of the later run as SVG: red costs more than before, blue less.
    Flamegraph,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CostModelCommand {
    /// Lists the built-in cost models.
    List,
    /// Prints a complete cost model, to use as it is or to start from.
    Print {
        /// Name of a built-in cost model, or a file.
        #[arg(value_name = "NAME|FILE.toml")]
        model: String,
    },
    /// Proposes what each class of operators costs in nanoseconds, from the times of the segments of
    /// recorded runs: to check a price list against reality.
    Fit(FitArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
The prices are those of non-negative least squares. What is not explained is told beside them; classes
that always occur together can't be told apart, and a price with a small share means little. Several
traces of different programs, recorded on an idle machine, tell more than one.

Examples:
  wf-analyze cost-model fit a.bin b.bin c.bin
  wf-analyze cost-model fit --toml a.bin b.bin > picoseconds.toml
  wf-analyze --cost-model picoseconds.toml a.bin

Exit status: 0 done; 2 wrong usage, or a trace that is unreadable or has no segments with a time.")]
pub(crate) struct FitArgs {
    /// The traces.
    #[arg(value_name = "TRACE", required = true)]
    pub(crate) traces: Vec<PathBuf>,

    /// Print a cost model whose unit is a picosecond.
    #[arg(long)]
    pub(crate) toml: bool,

    /// Threads [default: one for each processor].
    #[arg(short, long, value_name = "N", value_parser = parse_jobs)]
    pub(crate) jobs: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
    Csv,
    Markdown,
    /// One page for a browser, with a flame graph; nothing is loaded from elsewhere. It shows everything:
    /// flags that choose rows and columns are refused, because the page does that itself.
    Html,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortKey {
    /// Most fuel of their own first.
    #[default]
    #[value(name = "self")]
    SelfFuel,
    /// Most fuel first, callees included.
    Total,
    /// Most calls or iterations first.
    #[value(alias = "calls", alias = "iterations")]
    Count,
    /// By name.
    Name,
    /// By place in the module.
    Index,
}

impl From<SortKey> for Sort {
    fn from(key: SortKey) -> Sort {
        match key {
            SortKey::SelfFuel => Sort::SelfFuel,
            SortKey::Total => Sort::TotalFuel,
            SortKey::Count => Sort::Count,
            SortKey::Name => Sort::Name,
            SortKey::Index => Sort::Index,
        }
    }
}

/// The formats of the library, with what they are.
fn export_formats() -> impl TypedValueParser<Value = export::Format> {
    let value = |format: export::Format| PossibleValue::new(format.name()).help(format.about());
    PossibleValuesParser::new(export::Format::ALL.map(value)).map(|name| {
        let mut formats = export::Format::ALL.into_iter();
        formats.find(|format| format.name() == name).expect("one of the possible values")
    })
}

/// A whole number that isn't negative.
fn parse_whole<N: FromStr>(number: &str) -> Result<N, &'static str> {
    number.parse().map_err(|_| "not a whole number, or too large")
}

/// A number of threads.
fn parse_jobs(jobs: &str) -> Result<usize, String> {
    let number = jobs.parse().ok().filter(|jobs| (1..=MAX_JOBS).contains(jobs));
    number.ok_or_else(|| format!("a number of threads is from 1 to {MAX_JOBS}"))
}

/// A percentage above 0 and at most 100.
fn parse_percent(percent: &str) -> Result<f64, String> {
    let number: Option<f64> = percent.trim_end_matches('%').parse().ok();
    number
        .filter(|&number| number > 0.0 && number <= 100.0)
        .ok_or_else(|| "a percentage is a number above 0 and at most 100".to_owned())
}

/// A percentage that isn't negative.
fn parse_tolerance(percent: &str) -> Result<Tolerance, String> {
    let number: Option<f64> = percent.trim_end_matches('%').parse().ok();
    let number = number.filter(|&number| (0.0..=100_000.0).contains(&number));
    let millionths = number.map(|number| (number * 10_000.0).round() as u32);
    millionths
        .map(|millionths| Tolerance { millionths })
        .ok_or_else(|| "a tolerance is a percentage from 0 to 100000".to_owned())
}

/// A probability between 0 and 1.
fn parse_confidence(share: &str) -> Result<f64, String> {
    let number: Option<f64> = share.parse().ok();
    number
        .filter(|&number| number > 0.0 && number < 1.0)
        .ok_or_else(|| "a confidence is a number between 0 and 1, such as 0.95".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_trace_named_like_a_verb_is_given_with_its_folder() {
        let cli = Cli::parse_from(["wf-analyze", "./info"]);
        assert!(cli.command.is_none());
        assert_eq!(cli.report.trace, Some(PathBuf::from("./info")));
        let cli = Cli::parse_from(["wf-analyze", "info", "trace.bin"]);
        assert!(matches!(cli.command, Some(Command::Info(_))));
    }

    #[test]
    fn the_target_of_an_estimate_is_optional_and_needs_an_equals_sign() {
        let approx =
            |line: &str| Cli::try_parse_from(line.split(' ')).map(|cli| cli.report.approx).ok();
        assert_eq!(approx("wf-analyze t"), Some(None));
        assert_eq!(approx("wf-analyze --approx t"), Some(Some(1.0)));
        assert_eq!(approx("wf-analyze --approx=0.5 t"), Some(Some(0.5)));
        assert_eq!(approx("wf-analyze --approx=5% t"), Some(Some(5.0)));
        for wrong in ["0", "-1", "101", "NaN", "x", ""] {
            assert_eq!(approx(&format!("wf-analyze --approx={wrong} t")), None, "{wrong}");
        }
        for wrong in ["--confidence 0.9", "--seed 3", "--approx --follow", "--approx --inclusive"] {
            assert_eq!(approx(&format!("wf-analyze {wrong} t")), None, "{wrong}");
        }
        for wrong in ["0", "1", "95", "x"] {
            assert_eq!(approx(&format!("wf-analyze --approx --confidence {wrong} t")), None);
        }
    }

    #[test]
    fn fields_are_a_list() {
        let cli = Cli::parse_from(["wf-analyze", "--fields", "name,self%", "trace.bin"]);
        assert_eq!(cli.report.fields, Some(vec![Field::Name, Field::SelfShare]));
        assert!(Cli::try_parse_from(["wf-analyze", "--fields", "nam", "trace.bin"]).is_err());
    }
}
