//! What is wrong in a command line, where the parser's own words would mislead.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error};

use crate::args::Cli;

/// `error` in words that help.
///
/// Behind a trace, the parser takes any other word for a verb that can't stand there.
pub(crate) fn explain(error: Error) -> Error {
    let surplus = match (error.kind(), error.get(ContextKind::InvalidSubcommand)) {
        (ErrorKind::ArgumentConflict, Some(ContextValue::String(word))) => word,
        _ => return error,
    };
    let mut command = Cli::command();
    let message = if command.find_subcommand(surplus).is_some() {
        format!("a verb comes first: `wf-analyze {surplus} …`")
    } else if names_approx(&error) {
        format!(
            "`{surplus}` is one word too many; the value of --approx follows an equals sign, as in --approx=5"
        )
    } else {
        format!("`{surplus}` is one word too many: a report is of one trace")
    };
    command.error(ErrorKind::ArgumentConflict, message)
}

fn names_approx(error: &Error) -> bool {
    match error.get(ContextKind::PriorArg) {
        Some(ContextValue::String(flag)) => flag.starts_with("--approx"),
        Some(ContextValue::Strings(flags)) => flags.iter().any(|flag| flag.starts_with("--approx")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn complaint(line: &str) -> String {
        explain(Cli::try_parse_from(line.split(' ')).expect_err("wrong")).to_string()
    }

    #[test]
    fn a_second_word_is_no_verb() {
        let told = complaint("wf-analyze a.bin b.bin");
        assert!(
            told.starts_with("error: `b.bin` is one word too many: a report is of one"),
            "{told}"
        );
        let told = complaint("wf-analyze --approx 5 a.bin");
        assert!(told.contains("as in --approx=5"), "{told}");
        let told = complaint("wf-analyze a.bin info");
        assert!(told.starts_with("error: a verb comes first: `wf-analyze info …`"), "{told}");
        let told = complaint("wf-analyze --sort size a.bin");
        assert!(told.contains("[possible values: self"), "{told}");
    }
}
