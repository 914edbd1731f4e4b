//! The command line of `wf-record`.

use std::env;
use std::ffi::OsString;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::{ArgAction, Parser, ValueEnum};
use formats::trace::{Detail, Sample};
use recorder::instrument::PAGE_BYTES;
use recorder::limits::{DEFAULT_RING_BYTES, MAX_RING_BYTES};
use recorder::wasi::Directory;
use recorder::wasi::deterministic::DEFAULT_SEED;
use recorder::{Overflow, Recorder, RecorderBuilder, Slices, UnknownImports};

const AFTER_HELP: &str = "\
Examples:
  wf-record program.wasm                        record a WASI program into trace.bin
  wf-analyze trace.bin                          and print its fuel
  wf-record --dir . program.wasm input.txt      give it a directory and an argument
  wf-record --invoke fib module.wasm 30         call an exported function
  wf-record -o a.trace --deterministic program.wasm
                                                the same clocks and random numbers in every run
  wf-record --detail counts program.wasm        the smallest trace that still gives exact totals
  wf-record --approx 0.05 program.wasm          keep one segment in twenty, for an estimate:
  wf-analyze --approx trace.bin
  wf-record completions bash > wf-record.bash   for a shell; `wf-record man` prints the manual page

Exit status:
  the program's own; 134 after a trap, and 1 after an uncaught exception or a failed host function
    2  the command line or the module is wrong: nothing was run
  125  the recorder failed; its message names the program's own status if the program was run
  Ctrl-C and SIGTERM end the program at its next flush, close the trace, and end the recorder as the
  signal would have; a second one ends it at once";

/// Run a WebAssembly program and record what its fuel depends on.
///
/// Options end at MODULE. One `--` directly after MODULE is dropped; everything behind it belongs
/// to the program, and so do standard input, output and error.
#[derive(Debug, Parser)]
#[command(
    name = "wf-record",
    version,
    after_long_help = AFTER_HELP,
    after_help = "See --help for examples and exit statuses.",
    override_usage = "wf-record [OPTIONS] [--] MODULE [--] [ARGS]..."
)]
pub(crate) struct Args {
    /// Trace file; an existing one is kept as PATH.old. `-` is standard output, and sends the
    /// program's own output to standard error
    #[arg(short, long, value_name = "PATH", default_value = "trace.bin")]
    pub(crate) output: PathBuf,

    /// Give the program an environment variable; without a value, the one it has here
    #[arg(long, value_name = "NAME[=VALUE]")]
    env: Vec<String>,

    /// Give the program a directory, under the same name or as GUEST
    #[arg(long, value_name = "HOST[::GUEST]")]
    dir: Vec<String>,

    /// Call this export instead of `_start`; ARGS are its parameters
    #[arg(long, value_name = "NAME")]
    invoke: Option<String>,

    /// What an import becomes that WASI does not define
    #[arg(long, value_name = "POLICY", value_enum, default_value_t = ImportPolicy::Deny)]
    unknown_imports: ImportPolicy,

    /// Fix clocks and random numbers, so that two runs of a program are the same run
    #[arg(
        long,
        value_name = "SEED",
        num_args = 0..=1,
        require_equals = true,
        value_parser = parse_seed
    )]
    deterministic: Option<Option<u64>>,

    /// What is recorded to decide control flow by
    #[arg(long, value_name = "SLICES", value_enum, default_value_t = SlicesChoice::Chosen)]
    slices: SlicesChoice,

    /// What the trace keeps
    #[arg(long, value_name = "DETAIL", value_enum, default_value_t = DetailChoice::Full)]
    detail: DetailChoice,

    /// Keep only this share of the trace's segments, chosen at random, for an estimate: above 0, at
    /// most 1
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    approx: Option<f64>,

    /// Make the choice of --approx from this number: the same one for the same number
    #[arg(long, value_name = "N", requires = "approx")]
    seed: Option<u64>,

    /// Size of the buffer inside of the program, in bytes or with K, M, G; whole pages of 64K
    #[arg(long, value_name = "BYTES", value_parser = parse_ring_size, default_value_t = DEFAULT_RING_BYTES)]
    pub(crate) ring_size: u32,

    /// What the program does when the trace can't be written fast enough
    #[arg(long, value_name = "POLICY", value_enum, default_value_t = OverflowPolicy::Block)]
    overflow: OverflowPolicy,

    /// Stop recording, and count what is dropped, when the trace has this size
    #[arg(long, value_name = "BYTES", value_parser = parse_size)]
    max_trace_size: Option<u64>,

    /// Write the instrumented module to PATH and its plan to PATH.plan, and run nothing
    #[arg(long, value_name = "PATH")]
    pub(crate) emit_instrumented: Option<PathBuf>,

    /// Write the receipt as JSON
    #[arg(long, value_name = "PATH")]
    pub(crate) summary_json: Option<PathBuf>,

    /// Print no receipt; errors are still printed
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Print what is done and how long it takes
    #[arg(short, long, action = ArgAction::SetTrue)]
    pub(crate) verbose: bool,

    /// When to use colour: also see the environment variable NO_COLOR
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = ColorChoice::Auto)]
    pub(crate) color: ColorChoice,

    /// The program, a core WebAssembly module, and its arguments
    #[arg(value_name = "MODULE", required = true, num_args = 1.., trailing_var_arg = true)]
    command: Vec<OsString>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ImportPolicy {
    /// An error that lists all of them, before anything runs
    Deny,
    /// A function that ends the program when it is called
    Trap,
    /// A function that returns zeros
    Default,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SlicesChoice {
    /// Source values: parameters, globals, loads, results of calls; traces many times larger
    Max,
    /// Outcomes of branches
    Min,
    /// Whatever is cheapest, region by region
    Chosen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DetailChoice {
    /// Events in their order: totals and the call tree
    Full,
    /// How often each event occurred: totals only, but the smallest trace
    Counts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OverflowPolicy {
    /// It waits
    Block,
    /// It goes on, and what is dropped is counted
    Drop,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Args {
    /// Path of the module.
    pub(crate) fn module(&self) -> &Path {
        let module = self.command.first().expect("clap requires one");
        Path::new(module)
    }

    /// The program's name as the program itself sees it: the file's name without directories.
    pub(crate) fn program(&self) -> String {
        let name = self.module().file_name().unwrap_or(self.module().as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// What comes after the module, less one `--` directly behind it.
    fn guest_arguments(&self) -> anyhow::Result<Vec<String>> {
        let words = &self.command[1..];
        let words = match words.first() {
            Some(first) if first == "--" => &words[1..],
            _ => words,
        };
        words
            .iter()
            .map(|word| {
                let word = word.to_str().map(str::to_owned);
                word.ok_or_else(|| anyhow!("arguments of the program have to be UTF-8"))
            })
            .collect()
    }

    /// What the choice of segments follows from. By default nobody can know it before: a program
    /// must not be able to hide its work in segments that won't be kept.
    fn seed(&self) -> u64 {
        self.seed.unwrap_or_else(|| RandomState::new().build_hasher().finish())
    }

    /// Which slices to record for.
    pub(crate) fn slices(&self) -> Slices {
        match self.slices {
            SlicesChoice::Max => Slices::Max,
            SlicesChoice::Min => Slices::Min,
            SlicesChoice::Chosen => Slices::Chosen,
        }
    }

    /// The recorder that was asked for, still without its module.
    pub(crate) fn recorder(&self) -> anyhow::Result<RecorderBuilder> {
        let mut builder = Recorder::builder()
            .program(self.program())
            .arguments(self.guest_arguments()?)
            .unknown_imports(match self.unknown_imports {
                ImportPolicy::Deny => UnknownImports::Deny,
                ImportPolicy::Trap => UnknownImports::Trap,
                ImportPolicy::Default => UnknownImports::Default,
            })
            .slices(self.slices())
            .detail(match self.detail {
                DetailChoice::Full => Detail::Full,
                DetailChoice::Counts => Detail::Counts,
            })
            .overflow(match self.overflow {
                OverflowPolicy::Block => Overflow::Block,
                OverflowPolicy::Drop => Overflow::Drop,
            })
            .ring_bytes(self.ring_size);
        for variable in &self.env {
            if let Some((name, value)) = environment_variable(variable) {
                builder = builder.environment(name, value);
            }
        }
        for directory in &self.dir {
            builder = builder.directory(parse_directory(directory));
        }
        if let Some(name) = &self.invoke {
            builder = builder.invoke(name);
        }
        if let Some(seed) = self.deterministic {
            builder = builder.deterministic(seed.unwrap_or(DEFAULT_SEED));
        }
        if let Some(sample) = self.approx.and_then(|rate| Sample::of_rate(rate, self.seed())) {
            builder = builder.sample(sample);
        }
        if let Some(bytes) = self.max_trace_size {
            builder = builder.max_trace_bytes(bytes);
        }
        if self.output.as_os_str() == "-" {
            builder = builder.wasi(|context| {
                context.stdout(wasmtime_wasi::cli::stderr());
            });
        }
        Ok(builder)
    }
}

/// `NAME=VALUE`, or `NAME` with the value it has here. A name that is not set here is left out.
fn environment_variable(variable: &str) -> Option<(String, String)> {
    match variable.split_once('=') {
        Some((name, value)) => Some((name.to_owned(), value.to_owned())),
        None => Some((variable.to_owned(), env::var(variable).ok()?)),
    }
}

fn parse_directory(directory: &str) -> Directory {
    let (host, guest) = directory.split_once("::").unwrap_or((directory, directory));
    Directory { host: PathBuf::from(host), guest: guest.to_owned() }
}

fn parse_seed(seed: &str) -> Result<u64, String> {
    let number = match seed.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => seed.parse(),
    };
    number.map_err(|_| "a seed is a number of 64 bits, decimal or with 0x".to_owned())
}

/// Bytes, or with a suffix multiples of 1024, 1024² or 1024³ bytes.
fn parse_size(size: &str) -> Result<u64, String> {
    let digits = size.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let unit: u64 = match size[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err("a size is a number of bytes, or one with K, M or G".to_owned()),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| "a size is a number of bytes, or one with K, M or G".to_owned())?;
    number.checked_mul(unit).ok_or_else(|| "this size is beyond 64 bits".to_owned())
}

fn parse_rate(rate: &str) -> Result<f64, String> {
    let rate: Option<f64> = rate.parse().ok();
    rate.filter(|&rate| Sample::of_rate(rate, 0).is_some())
        .ok_or_else(|| "a rate is a number above 0 and at most 1, such as 0.05".to_owned())
}

fn parse_ring_size(size: &str) -> Result<u32, String> {
    let bytes = parse_size(size)?;
    u32::try_from(bytes)
        .ok()
        .filter(|bytes| (1..=MAX_RING_BYTES).contains(bytes))
        .map(|bytes| bytes.next_multiple_of(PAGE_BYTES))
        .ok_or_else(|| format!("a ring has 1 to {MAX_RING_BYTES} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guest_arguments(line: &str) -> Vec<String> {
        let args = Args::try_parse_from(line.split(' ')).expect("a valid command line");
        assert_eq!(args.module(), Path::new("m.wasm"), "{line}");
        args.guest_arguments().expect("UTF-8")
    }

    #[test]
    fn options_end_at_the_module() {
        assert_eq!(guest_arguments("wf-record -q m.wasm -v --output x"), ["-v", "--output", "x"]);
        assert_eq!(guest_arguments("wf-record m.wasm --help"), ["--help"]);
        assert_eq!(guest_arguments("wf-record -- m.wasm -q"), ["-q"]);
        assert!(guest_arguments("wf-record m.wasm").is_empty());
    }

    #[test]
    fn one_double_dash_directly_behind_the_module_is_dropped() {
        assert_eq!(guest_arguments("wf-record m.wasm -- a"), ["a"]);
        assert_eq!(guest_arguments("wf-record m.wasm -- -- a"), ["--", "a"]);
        assert_eq!(guest_arguments("wf-record m.wasm a -- b"), ["a", "--", "b"]);
        assert_eq!(guest_arguments("wf-record -- m.wasm -- -- a"), ["--", "a"]);
        assert!(guest_arguments("wf-record m.wasm --").is_empty());
    }

    #[test]
    fn unknown_options_before_the_module_are_errors() {
        assert!(Args::try_parse_from(["wf-record", "--no-such", "m.wasm"]).is_err());
        assert!(Args::try_parse_from(["wf-record", "-q"]).is_err());
        assert!(Args::try_parse_from(["wf-record", "-q", "-v", "m.wasm"]).is_err());
    }

    #[test]
    fn the_seed_is_optional_and_needs_an_equals_sign() {
        let seed =
            |line: &str| Args::try_parse_from(line.split(' ')).map(|args| args.deterministic).ok();
        assert_eq!(seed("wf-record m.wasm"), Some(None));
        assert_eq!(seed("wf-record --deterministic m.wasm"), Some(Some(None)));
        assert_eq!(seed("wf-record --deterministic=0x10 m.wasm"), Some(Some(Some(16))));
        assert_eq!(seed("wf-record --deterministic=x m.wasm"), None);
    }

    #[test]
    fn sizes_have_suffixes() {
        assert_eq!(parse_size("4096"), Ok(4096));
        assert_eq!(parse_size("64K"), Ok(65536));
        assert_eq!(parse_size("2MiB"), Ok(2 << 20));
        assert_eq!(parse_size("1g"), Ok(1 << 30));
        for wrong in ["", "K", "1X", "-1", "1.5M", "99999999999G"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
        assert!(parse_ring_size("0").is_err());
        assert!(parse_ring_size("1G").is_err());
    }

    #[test]
    fn rates_are_above_zero_and_at_most_one() {
        assert_eq!(parse_rate("0.05"), Ok(0.05));
        assert_eq!(parse_rate("1"), Ok(1.0));
        for wrong in ["0", "-0.1", "1.01", "5%", "NaN", "inf", ""] {
            assert!(parse_rate(wrong).is_err(), "{wrong}");
        }
        assert!(Args::try_parse_from(["wf-record", "--seed", "1", "m.wasm"]).is_err());
    }

    #[test]
    fn a_directory_has_one_name_or_two() {
        let directory = |host: &str, guest: &str| Directory {
            host: PathBuf::from(host),
            guest: guest.to_owned(),
        };
        assert_eq!(parse_directory("/tmp"), directory("/tmp", "/tmp"));
        assert_eq!(parse_directory("/tmp::data"), directory("/tmp", "data"));
    }

    #[test]
    fn the_command_line_is_well_defined() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
