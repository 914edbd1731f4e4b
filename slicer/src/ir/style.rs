//! What a piece of printed text is, for those who want to colour it.
//!
//! The printed forms ([`text`](super::text), [`view`](super::view)) write to a [`Sink`], which is
//! told what each piece is. A `String` is a sink that doesn't care.

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// Punctuation and spaces.
    Plain,
    /// A word of the form itself: `func`, `loop`, `let`.
    Keyword,
    /// An operator: its name, or its sign.
    Operator,
    /// An operator's immediates, and literals.
    Immediate,
    /// A value: `v3`.
    Value,
    /// A block: `b3`.
    Block,
    /// A type.
    Type,
    /// Something of the module: a function, a global, a table.
    Name,
    /// Where something comes from in the original function: `@17`.
    Origin,
}

/// Takes printed text, piece by piece.
pub trait Sink {
    /// Takes the next piece. A piece is never empty; line ends are [`Style::Plain`].
    fn write(&mut self, style: Style, text: &str);
}

impl Sink for String {
    fn write(&mut self, _: Style, text: &str) {
        self.push_str(text);
    }
}
