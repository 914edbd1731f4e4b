//! Lines of text, coloured by what their words look like.

use crate::ir::style::{Sink, Style};

/// Writes `text` and a line end, `indentation` columns from the left.
pub(super) fn line(sink: &mut impl Sink, indentation: usize, text: &str) {
    if indentation > 0 {
        sink.write(Style::Plain, &" ".repeat(indentation));
    }
    let mut rest = text;
    while !rest.is_empty() {
        let is_word = |letter: char| letter.is_alphanumeric() || "@._+".contains(letter);
        let first_is_word = rest.starts_with(is_word);
        let end = rest.find(|letter| is_word(letter) != first_is_word).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        sink.write(style(word), word);
        rest = behind;
    }
    sink.write(Style::Plain, "\n");
}

/// The words that lines are found by.
const KEYWORDS: &[&str] = &[
    "blocks", "loops", "regions", "nests", "sites", "region", "nest", "loop", "site", "requests",
    "keeps", "results", "runs", "carries", "computes", "computed", "silent", "calls",
];

fn style(word: &str) -> Style {
    let is_number = |text: &str| text.starts_with(|letter: char| letter.is_ascii_digit());
    match word {
        "i32" | "i64" | "f32" | "f64" => Style::Type,
        _ if word.starts_with('@') => Style::Origin,
        _ if is_number(word.trim_start_matches('+')) => Style::Immediate,
        _ if word.strip_prefix('v').is_some_and(is_number) => Style::Value,
        _ if KEYWORDS.contains(&word) => Style::Keyword,
        _ if word.contains(['.', '_']) => Style::Operator,
        _ => Style::Plain,
    }
}

/// A sink that moves every line to the right.
pub(super) struct Indented<'s, S> {
    sink: &'s mut S,
    indentation: usize,
    at_line_start: bool,
}

impl<'s, S: Sink> Indented<'s, S> {
    pub(super) fn new(sink: &'s mut S, indentation: usize) -> Self {
        Indented { sink, indentation, at_line_start: true }
    }
}

impl<S: Sink> Sink for Indented<'_, S> {
    fn write(&mut self, style: Style, text: &str) {
        if self.at_line_start && text != "\n" {
            self.sink.write(Style::Plain, &" ".repeat(self.indentation));
        }
        self.sink.write(style, text);
        self.at_line_start = text.ends_with('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Told(Vec<(Style, String)>);

    impl Sink for Told {
        fn write(&mut self, style: Style, text: &str) {
            self.0.push((style, text.to_string()));
        }
    }

    #[test]
    fn words_have_the_style_that_they_look_like() {
        let mut told = Told::default();
        line(&mut told, 2, "loop @3: i32.load @17, v1: i32 +4 (of)");
        let styles: Vec<(Style, &str)> = told
            .0
            .iter()
            .map(|(style, text)| (*style, text.trim()))
            .filter(|(_, text)| {
                text.starts_with(|letter: char| letter.is_alphanumeric() || "@+".contains(letter))
            })
            .collect();
        let expected = [
            (Style::Keyword, "loop"),
            (Style::Origin, "@3"),
            (Style::Operator, "i32.load"),
            (Style::Origin, "@17"),
            (Style::Value, "v1"),
            (Style::Type, "i32"),
            (Style::Immediate, "+4"),
            (Style::Plain, "of"),
        ];
        assert_eq!(styles, expected);
        let text: String = told.0.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(text, "  loop @3: i32.load @17, v1: i32 +4 (of)\n");
        assert!(told.0.iter().all(|(_, text)| !text.is_empty()));
    }

    #[test]
    fn every_line_but_empty_ones_is_indented() {
        let mut text = String::new();
        let mut sink = Indented::new(&mut text, 2);
        for piece in ["a", "b", "\n", "\n", "c\n", "d"] {
            sink.write(Style::Plain, piece);
        }
        assert_eq!(text, "  ab\n\n  c\n  d");
    }
}
