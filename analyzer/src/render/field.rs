//! The columns of the tables.

use std::fmt;
use std::str::FromStr;

use formats::report::Range;

use super::numbers::percent;

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `function`, `loop` or `operators`.
    Kind,
    /// Function index.
    Index,
    /// Operator index of the loop.
    Operator,
    /// Function name, or what the operators do.
    Name,
    /// Calls of the function, iterations of the loop, or executions of the operators.
    Count,
    /// Fuel of the function's or loop's own operators.
    SelfFuel,
    /// The same in percent of the whole.
    SelfShare,
    /// Inclusive fuel of the function.
    TotalFuel,
    /// The same in percent of the whole.
    TotalShare,
    /// Own fuel of each call, iteration or operator.
    Each,
    /// Of an estimate: the least that the count may be.
    CountLow,
    /// Of an estimate: the most that the count may be.
    CountHigh,
    /// Of an estimate: the least that the own fuel may be.
    SelfLow,
    /// Of an estimate: the most that the own fuel may be.
    SelfHigh,
}

/// A name that is no column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField {
    name: String,
}

impl fmt::Display for UnknownField {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<&str> = Field::ALL.into_iter().map(Field::name).collect();
        write!(formatter, "no column `{}`; the columns are {}", self.name, known.join(", "))
    }
}

impl std::error::Error for UnknownField {}

impl Field {
    /// All of them.
    pub const ALL: [Field; 14] = [
        Field::Kind,
        Field::Index,
        Field::Operator,
        Field::Name,
        Field::Count,
        Field::SelfFuel,
        Field::SelfShare,
        Field::TotalFuel,
        Field::TotalShare,
        Field::Each,
        Field::CountLow,
        Field::CountHigh,
        Field::SelfLow,
        Field::SelfHigh,
    ];

    /// Its name on the command line and in the head of a CSV table.
    pub fn name(self) -> &'static str {
        match self {
            Field::Kind => "kind",
            Field::Index => "index",
            Field::Operator => "operator",
            Field::Name => "name",
            Field::Count => "count",
            Field::SelfFuel => "self",
            Field::SelfShare => "self%",
            Field::TotalFuel => "total",
            Field::TotalShare => "total%",
            Field::Each => "each",
            Field::CountLow => "count_low",
            Field::CountHigh => "count_high",
            Field::SelfLow => "self_low",
            Field::SelfHigh => "self_high",
        }
    }

    pub(super) fn is_number(self) -> bool {
        !matches!(self, Field::Kind | Field::Name)
    }
}

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(name: &str) -> Result<Field, UnknownField> {
        let found = Field::ALL.into_iter().find(|field| field.name() == name);
        found.ok_or_else(|| UnknownField { name: name.to_string() })
    }
}

/// One row of a table: a function, a loop, or a class of operators.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) kind: &'static str,
    pub(super) index: Option<u32>,
    pub(super) operator: Option<u32>,
    pub(super) name: String,
    pub(super) count: u128,
    pub(super) self_fuel: u128,
    pub(super) total_fuel: Option<u128>,
    /// Of an estimate: between what count and own fuel lie.
    pub(super) ranges: Option<(Range, Range)>,
}

impl Row {
    /// What stands in the column `field`, with numbers written by `number`. Empty where the row
    /// has no such thing, or no such end.
    pub(super) fn cell(&self, field: Field, whole: u128, number: fn(u128) -> String) -> String {
        match field {
            Field::Kind => self.kind.to_string(),
            Field::Index => self.index.map_or(String::new(), |index| index.to_string()),
            Field::Operator => self.operator.map_or(String::new(), |index| index.to_string()),
            Field::Name => self.name.clone(),
            Field::Count => number(self.count),
            Field::SelfFuel => number(self.self_fuel),
            Field::SelfShare => percent(self.self_fuel, whole),
            Field::TotalFuel => self.total_fuel.map_or(String::new(), number),
            Field::TotalShare => {
                self.total_fuel.map_or(String::new(), |total| percent(total, whole))
            }
            Field::Each => match self.count {
                0 => String::new(),
                count => number(self.self_fuel / count),
            },
            Field::CountLow => self.range(|(count, _)| count.low, number),
            Field::CountHigh => self.range(|(count, _)| count.high, number),
            Field::SelfLow => self.range(|(_, fuel)| fuel.low, number),
            Field::SelfHigh => self.range(|(_, fuel)| fuel.high, number),
        }
    }

    fn range(&self, end: fn((Range, Range)) -> u128, number: fn(u128) -> String) -> String {
        let end = self.ranges.map(end).filter(|&end| end < u128::MAX);
        end.map_or(String::new(), number)
    }
}
