//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use slicer::bundles::Slices;

const EXAMPLES: &str = "\
Examples:
  wf-slice program.wasm | less                     what every function records, and why
  wf-slice --function main program.wasm            of one function, by its name or index
  wf-slice --slices max --function 1 program.wasm  what it would record in place of outcomes
  wf-slice --emit plan program.wasm                blocks, loops, regions, nests and sites
  wf-slice --emit ir --view program.wasm           the SSA form for reading
  wf-slice --emit instrumented program.wasm        the program that is run, as text
  wf-slice --emit instrumented -o out.wasm program.wasm
                                                   and as a binary

Operators are named by their index in the function's body: `br_if @12`.

Exit status:
  0  done
  2  wrong usage, or a module that is unreadable or not supported";

/// Shows what the slicer sees in a WebAssembly module, and what it decides to record.
#[derive(Debug, Parser)]
#[command(name = "wf-slice", version, after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The module, a core one in the binary format; `-` for standard input.
    #[arg(value_name = "MODULE")]
    pub(crate) module: PathBuf,

    /// What to show.
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    pub(crate) emit: Emit,

    /// With `--emit ir`: nested constructs and expressions, which can't be read back.
    #[arg(long)]
    pub(crate) view: bool,

    /// Only this function, by its index in the module or by its name.
    #[arg(long, value_name = "N|NAME")]
    pub(crate) function: Option<String>,

    /// What is recorded to decide control flow by.
    #[arg(long, value_enum, value_name = "SLICES", default_value_t = SlicesChoice::Chosen)]
    slices: SlicesChoice,

    /// Prices: `wasmtime` (that of wasmtime-48), `wasmtime-45`, `unit`, or a file.
    #[arg(long, value_name = "NAME|FILE.toml", default_value = "wasmtime")]
    pub(crate) cost_model: String,

    /// Where it goes instead of standard output; an instrumented module then is a binary.
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,

    /// When to use colors: also see the environment variable NO_COLOR.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub(crate) color: Color,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// The SSA form, as text that can be read back.
    Ir,
    /// What each slice requests and keeps, and why.
    #[default]
    Slices,
    /// What is instrumented.
    Plan,
    /// The instrumented module.
    Instrumented,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SlicesChoice {
    /// Source values: parameters, globals, loads, results of calls.
    Max,
    /// Outcomes of branches.
    Min,
    /// Whatever is cheapest.
    Chosen,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

impl Args {
    /// Which slices to plan for.
    pub(crate) fn slices(&self) -> Slices {
        match self.slices {
            SlicesChoice::Max => Slices::Max,
            SlicesChoice::Min => Slices::Min,
            SlicesChoice::Chosen => Slices::Chosen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
