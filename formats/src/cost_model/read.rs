//! Reads a cost model from TOML.
//!
//! The document is walked by hand instead of derived, because a price list is typed by people:
//! every complaint names the line, and a misspelt operator its nearest neighbour.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{Bulk, CostModel, CostModelError};
use crate::limits::{MAX_COMPARED_CHARS, MAX_COST_MODEL_BYTES};
use crate::operators::{OPERATOR_COUNT, OPERATOR_NAMES, Opcode};

/// The keys of a cost model file, as an error lists them.
const KEYS: &str = "`name`, `function_entry`, `default`, `[operators]` and `[per_unit]`";

impl CostModel {
    /// Reads a model from TOML.
    ///
    /// `name` is required; `function_entry` is 0 if absent; `default` is the cost of the
    /// operators that the table `operators` does not list, and required unless that lists them
    /// all; units that the table `per_unit` does not list cost nothing.
    ///
    /// # Errors
    ///
    /// When `text` is no such document: see [`CostModelError`].
    ///
    /// # Examples
    ///
    /// ```
    /// use formats::cost_model::{Bulk, CostModel};
    /// use formats::operators::Opcode;
    ///
    /// let model = CostModel::from_toml(
    ///     r#"
    ///     name = "mine"
    ///     function_entry = 5
    ///     default = 1
    ///     [operators]
    ///     "i64.div_s" = 20
    ///     [per_unit]
    ///     "memory.copy" = 2
    ///     "#,
    /// )?;
    /// assert_eq!(model.operator(Opcode::from_name("i64.div_s").unwrap()), 20);
    /// assert_eq!(model.operator(Opcode::from_name("i64.add").unwrap()), 1);
    /// assert_eq!(model.per_unit(Bulk::MemoryCopy), 2);
    /// # Ok::<(), formats::cost_model::CostModelError>(())
    /// ```
    pub fn from_toml(text: &str) -> Result<CostModel, CostModelError> {
        if text.len() > MAX_COST_MODEL_BYTES {
            let (bytes, limit) = (text.len(), MAX_COST_MODEL_BYTES);
            return Err(CostModelError::TooLong { bytes, limit });
        }
        let document = DeTable::parse(text).map_err(|error| CostModelError::Syntax {
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            message: error.message().to_owned(),
        })?;
        Document::read(text, document.get_ref())?.into_model()
    }
}

/// What the document says, before the default is applied.
struct Document {
    name: Option<String>,
    function_entry: u32,
    default: Option<u32>,
    operators: Box<[Option<u32>; OPERATOR_COUNT]>,
    per_unit: [u32; Bulk::COUNT],
}

impl Document {
    fn read(text: &str, table: &DeTable<'_>) -> Result<Document, CostModelError> {
        let mut document = Document {
            name: None,
            function_entry: 0,
            default: None,
            operators: Box::new([None; OPERATOR_COUNT]),
            per_unit: [0; Bulk::COUNT],
        };
        for (key, value) in entries(text, table) {
            match key.name {
                "name" => document.name = Some(key.string("name", value)?),
                "function_entry" => document.function_entry = key.cost(value)?,
                "default" => document.default = Some(key.cost(value)?),
                "operators" => {
                    for (key, value) in entries(text, key.table("operators", value)?) {
                        let operator = key.operator(value)?;
                        document.operators[operator.index()] = Some(key.cost(value)?);
                    }
                }
                "per_unit" => {
                    for (key, value) in entries(text, key.table("per_unit", value)?) {
                        let bulk = key.bulk(value)?;
                        document.per_unit[bulk.index()] = key.cost(value)?;
                    }
                }
                unknown => {
                    return Err(CostModelError::UnknownKey {
                        line: key.line,
                        key: unknown.to_owned(),
                        known: KEYS.to_owned(),
                    });
                }
            }
        }
        Ok(document)
    }

    fn into_model(self) -> Result<CostModel, CostModelError> {
        let name = self.name.ok_or(CostModelError::NoName)?;
        let missing = self.operators.iter().filter(|cost| cost.is_none()).count();
        let default = match (self.default, self.operators.iter().position(Option::is_none)) {
            (Some(default), _) => default,
            (None, None) => 0,
            (None, Some(index)) => {
                return Err(CostModelError::NoDefault { missing, first: OPERATOR_NAMES[index] });
            }
        };
        Ok(CostModel {
            name,
            function_entry: self.function_entry,
            operators: Box::new(self.operators.map(|cost| cost.unwrap_or(default))),
            per_unit: self.per_unit,
        })
    }
}

/// A key and the line it stands on.
struct Key<'a> {
    name: &'a str,
    line: usize,
}

/// The entries of `table`, in the order of their keys.
fn entries<'a>(
    text: &'a str,
    table: &'a DeTable<'a>,
) -> impl Iterator<Item = (Key<'a>, &'a DeValue<'a>)> {
    table.iter().map(move |(key, value): (&Spanned<DeString<'a>>, _)| {
        let line = line_of(text, key.span().start);
        (Key { name: key.get_ref(), line }, value.get_ref())
    })
}

impl Key<'_> {
    fn string(&self, key: &'static str, value: &DeValue<'_>) -> Result<String, CostModelError> {
        value.as_str().map(str::to_owned).ok_or_else(|| self.wrong_type(key, "a string", value))
    }

    fn table<'v>(
        &self,
        key: &'static str,
        value: &'v DeValue<'v>,
    ) -> Result<&'v DeTable<'v>, CostModelError> {
        value.as_table().ok_or_else(|| self.wrong_type(key, "a table", value))
    }

    fn wrong_type(
        &self,
        key: &'static str,
        expected: &'static str,
        value: &DeValue<'_>,
    ) -> CostModelError {
        CostModelError::WrongType { line: self.line, key, expected, found: value.type_str() }
    }

    fn cost(&self, value: &DeValue<'_>) -> Result<u32, CostModelError> {
        let found = match value {
            DeValue::Integer(integer) => {
                match u32::from_str_radix(integer.as_str(), integer.radix()) {
                    Ok(cost) => return Ok(cost),
                    Err(_) => integer.as_str().to_owned(),
                }
            }
            DeValue::Float(float) => float.as_str().to_owned(),
            other => format!("a value of type {}", other.type_str()),
        };
        Err(CostModelError::InvalidCost { line: self.line, key: self.name.to_owned(), found })
    }

    fn operator(&self, value: &DeValue<'_>) -> Result<Opcode, CostModelError> {
        self.reject_unquoted(value)?;
        Opcode::from_name(self.name).ok_or_else(|| CostModelError::UnknownOperator {
            line: self.line,
            name: self.name.to_owned(),
            nearest: nearest(self.name, OPERATOR_NAMES.iter().copied()),
        })
    }

    fn bulk(&self, value: &DeValue<'_>) -> Result<Bulk, CostModelError> {
        self.reject_unquoted(value)?;
        Bulk::from_name(self.name).ok_or_else(|| CostModelError::UnknownBulk {
            line: self.line,
            name: self.name.to_owned(),
            nearest: nearest(self.name, Bulk::ALL.into_iter().map(Bulk::name)),
        })
    }

    /// `i32.add = 1` without quotes is a table `i32` in TOML.
    fn reject_unquoted(&self, value: &DeValue<'_>) -> Result<(), CostModelError> {
        let Some(table) = value.as_table() else {
            return Ok(());
        };
        let rest = table.keys().next().map_or("…", |key| key.get_ref().as_ref());
        Err(CostModelError::UnquotedName { line: self.line, name: format!("{}.{rest}", self.name) })
    }
}

/// The candidate most similar to `name`; of equally similar ones the first.
///
/// Edits count double and characters of a common beginning are taken off: `i64.div` is nearer to
/// `i64.div_s` than to `f64.div`.
fn nearest(name: &str, candidates: impl Iterator<Item = &'static str>) -> &'static str {
    // The distance takes time in proportion to both lengths, and no name is that long.
    let name: String = name.chars().take(MAX_COMPARED_CHARS).collect();
    candidates
        .min_by_key(|candidate| {
            let edits = strsim::damerau_levenshtein(&name, candidate) as isize;
            let same =
                name.chars().zip(candidate.chars()).take_while(|(left, right)| left == right);
            2 * edits - same.count() as isize
        })
        .unwrap_or_default()
}

/// Number of the line that holds byte `offset`.
fn line_of(text: &str, offset: usize) -> usize {
    let before = &text.as_bytes()[..offset.min(text.len())];
    1 + before.iter().filter(|&&byte| byte == b'\n').count()
}
