//! What shells and `man` want to know of the command line.
//!
//! The words stand where the module does, so that they are not options of the recorder; a file of such a
//! name is recorded as `./completions`.

use std::env;
use std::io::{self, Write};
use std::path::Path;

use clap::{CommandFactory, Parser};
use clap_complete::Shell;

use crate::args::Args;

/// What is asked for, if it is not to record something.
#[derive(Debug, Parser)]
#[command(name = "wf-record", disable_help_subcommand = true)]
pub(crate) enum Generate {
    /// Print what a shell needs to complete the command line
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

impl Generate {
    /// What the command line asks for, if it starts with one of the words.
    pub(crate) fn from_command_line() -> Option<Generate> {
        let first = env::args_os().nth(1)?;
        let is_word = Generate::command().find_subcommand(&first).is_some();
        (is_word && !Path::new(&first).exists()).then(Generate::parse)
    }

    /// Prints it.
    pub(crate) fn print(&self) -> io::Result<()> {
        let mut text = Vec::new();
        match self {
            Generate::Completions { shell } => {
                clap_complete::generate(*shell, &mut Args::command(), "wf-record", &mut text);
            }
            Generate::Man => clap_mangen::Man::new(Args::command()).render(&mut text)?,
        }
        io::stdout().write_all(&text)
    }
}
