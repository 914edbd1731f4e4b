//! Text to tokens, one at a time.
//!
//! Lines matter (an instruction is one), spaces and `;;` comments don't. There are no errors here:
//! a character that starts no token is a sign of its own, and whoever looks at it expected another.

use std::fmt;

use super::ParseError;

/// A piece of text that has a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// Letters, digits, and what numbers and the names of operators are made of besides.
    Word(&'t str),
    /// `->`, or any other character.
    Sign(&'t str),
    /// One line end or several.
    Line,
    /// The end of the text.
    End,
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Word(text) | Token::Sign(text) => quote(text, f),
            Token::Line => f.write_str("the end of the line"),
            Token::End => f.write_str("the end of the text"),
        }
    }
}

/// The most characters of a token that a message repeats.
const QUOTED_CHARACTERS: usize = 40;

fn quote(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match text.char_indices().nth(QUOTED_CHARACTERS) {
        None => write!(f, "`{text}`"),
        Some((end, _)) => write!(f, "`{}…`", &text[..end]),
    }
}

/// Reads tokens, always one ahead.
pub(super) struct Lexer<'t> {
    text: &'t str,
    /// The next token.
    next: Token<'t>,
    /// Where it starts.
    start: usize,
    /// Where it ends.
    end: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut lexer = Lexer { text, next: Token::Line, start: 0, end: 0 };
        lexer.advance();
        lexer
    }

    /// The next token.
    pub(super) fn peek(&self) -> Token<'t> {
        self.next
    }

    /// Where the next token starts, in bytes.
    pub(super) fn offset(&self) -> usize {
        self.start
    }

    /// Takes the next token.
    pub(super) fn take(&mut self) -> Token<'t> {
        let token = self.next;
        self.advance();
        token
    }

    /// Takes the next token if it is the sign `sign`.
    pub(super) fn take_sign(&mut self, sign: &str) -> bool {
        let found = self.next == Token::Sign(sign);
        if found {
            self.advance();
        }
        found
    }

    /// Takes the next token if it is the word `word`.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.next == Token::Word(word);
        if found {
            self.advance();
        }
        found
    }

    /// Takes the sign `sign`.
    pub(super) fn sign(&mut self, sign: &str) -> Result<(), ParseError> {
        if self.take_sign(sign) { Ok(()) } else { Err(self.expected(&format!("`{sign}`"))) }
    }

    /// Takes the word `word`.
    pub(super) fn word(&mut self, word: &str) -> Result<(), ParseError> {
        if self.take_word(word) { Ok(()) } else { Err(self.expected(&format!("`{word}`"))) }
    }

    /// Takes a line end.
    pub(super) fn line(&mut self) -> Result<(), ParseError> {
        if self.next != Token::Line {
            return Err(self.expected("the end of the line"));
        }
        self.advance();
        Ok(())
    }

    /// Takes a word that `read` understands; others are not `expected`.
    pub(super) fn word_as<T>(
        &mut self,
        expected: &str,
        read: impl FnOnce(&'t str) -> Option<T>,
    ) -> Result<T, ParseError> {
        let Token::Word(word) = self.next else {
            return Err(self.expected(expected));
        };
        let found = read(word).ok_or_else(|| self.expected(expected))?;
        self.advance();
        Ok(found)
    }

    /// The error that something else than the next token was expected.
    pub(super) fn expected(&self, expected: &str) -> ParseError {
        self.error_at(self.start, expected, &self.next.to_string())
    }

    /// The error that at `offset` there is `found`, not what was expected.
    pub(super) fn error_at(&self, offset: usize, expected: &str, found: &str) -> ParseError {
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        ParseError {
            line: before.matches('\n').count() as u32 + 1,
            column: before[line_start..].chars().count() as u32 + 1,
            expected: expected.to_string(),
            found: found.to_string(),
        }
    }

    fn advance(&mut self) {
        let blank = self.blank(self.end);
        self.start = self.end + blank;
        let rest = &self.text[self.start..];
        let Some(first) = rest.chars().next() else {
            (self.next, self.end) = (Token::End, self.start);
            return;
        };
        let length;
        (self.next, length) = if first == '\n' {
            (Token::Line, self.lines())
        } else if rest.starts_with("->") {
            (Token::Sign(&rest[..2]), 2)
        } else if is_word(first) {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            (Token::Word(&rest[..length]), length)
        } else {
            (Token::Sign(&rest[..first.len_utf8()]), first.len_utf8())
        };
        self.end = self.start + length;
    }

    /// Length of the spaces and the comment that start at `start`.
    fn blank(&self, start: usize) -> usize {
        let rest = &self.text[start..];
        let spaces = rest.find(|c: char| c == '\n' || !c.is_whitespace()).unwrap_or(rest.len());
        if !rest[spaces..].starts_with(";;") {
            return spaces;
        }
        rest.find('\n').unwrap_or(rest.len())
    }

    /// Length of the line ends that start at the current token, with what is blank between them.
    fn lines(&self) -> usize {
        let mut end = self.start;
        while self.text[end..].starts_with('\n') {
            end += 1;
            let blank = self.blank(end);
            end += blank;
        }
        end - self.start
    }
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '+' | '-')
}
