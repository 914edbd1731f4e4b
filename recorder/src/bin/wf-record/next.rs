//! The command to type after a recording.

use std::env;
use std::path::Path;

/// The command that analyzes the trace at `path`, which allows only an estimate if it `is_sample`.
///
/// Under `cargo run` there is no installed `wf-analyze`, so the command goes through cargo too.
pub(crate) fn command(path: &Path, is_sample: bool) -> String {
    let through_cargo = env::var_os("CARGO").is_some();
    let analyze = match (through_cargo, cfg!(debug_assertions)) {
        (false, _) => "wf-analyze",
        (true, false) => "cargo run --release --bin wf-analyze --",
        (true, true) => "cargo run --bin wf-analyze --",
    };
    let approx = if is_sample { " --approx" } else { "" };
    format!("{analyze}{approx} {}", shell_word(&path.display().to_string()))
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
