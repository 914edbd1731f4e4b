//! An analysis as text, Markdown, CSV or JSON.
//!
//! Takes an [`Analysis`] and a [`View`] (what to show, and in which order), gives a string. The
//! numbers are integers throughout; only shares are rounded.

mod csv;
mod field;
mod json;
mod markdown;
mod numbers;
mod text;
mod view;

pub use csv::csv;
pub(crate) use csv::push_line as push_csv_line;
pub use field::{Field, UnknownField};
pub use json::json;
pub use markdown::markdown;
pub(crate) use numbers::precision;
pub use numbers::{bytes, counted, grouped};
pub(crate) use text::facts;
pub use text::{outcome, text};
pub use view::{Sort, View};

#[cfg(doc)]
use crate::Analysis;
