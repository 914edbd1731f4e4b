//! The command to type after a recording.

use std::env;
use std::path::Path;

/// What a trace allows.
pub(crate) enum Allows {
    /// An exact total.
    Exact,
    /// The exact total of what is there.
    Part,
    /// An estimate.
    Estimate,
}

/// The command that analyzes the trace at `path`.
///
/// Under `cargo run` there is no installed `wf-analyze`, so the command goes through cargo too.
pub(crate) fn command(path: &Path, allows: &Allows) -> String {
    let through_cargo = env::var_os("CARGO").is_some();
    let analyze = match (through_cargo, cfg!(debug_assertions)) {
        (false, _) => "wf-analyze",
        (true, false) => "cargo run --release --bin wf-analyze --",
        (true, true) => "cargo run --bin wf-analyze --",
    };
    let flag = match allows {
        Allows::Exact => "",
        Allows::Part => " --allow-partial",
        Allows::Estimate => " --approx",
    };
    format!("{analyze}{flag} {}", shell_word(&path.display().to_string()))
}

/// `word` as one word of a POSIX shell's command line.
fn shell_word(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+=:,@%".contains(letter);
    if word.starts_with('-') {
        return shell_word(&format!("./{word}"));
    }
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::shell_word;

    #[test]
    fn words_that_a_shell_would_split_are_quoted() {
        assert_eq!(shell_word("out/trace.bin"), "out/trace.bin");
        assert_eq!(shell_word("my trace.bin"), "'my trace.bin'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word("-trace"), "./-trace");
    }
}
