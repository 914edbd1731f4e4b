//! `wf-analyze completions` and `man`: what the definition of the command line tells others.

use std::io::{self, Write};

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::Cli;

/// Prints what `shell` needs to complete a command line.
pub(crate) fn completions(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "wf-analyze", &mut script);
    Ok(io::stdout().write_all(&script)?)
}

/// Prints the manual page of the verb with the words `verb`, or of the program if there are none.
pub(crate) fn page(verb: &[String]) -> Result<()> {
    let mut command = Cli::command();
    command.build();
    for word in verb {
        let found = command.find_subcommand(word).cloned();
        command = found.with_context(|| format!("there is no verb `{}`", verb.join(" ")))?;
    }
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    Ok(io::stdout().write_all(&page)?)
}
