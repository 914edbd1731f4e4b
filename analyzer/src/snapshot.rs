//! What a run cost, in few words: to compare runs with one another, and to keep beside the source code.
//!
//! The text has a line for each function, sorted by name, so that a version control system shows what
//! changed:
//!
//! ```text
//! wf-snapshot/1
//! model  wasmtime-48  c48180adc893276d
//! total  140
//! 40     1            leaf
//! 100    2            main
//! ```
//!
//! The columns are own fuel, calls and name, with a tab between each. Functions of the same name are
//! added up.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use formats::report::Report;
use thiserror::Error as ThisError;

use crate::limits::MAX_SNAPSHOT_BYTES;
use crate::names::printable;

/// The first line of the text.
const HEAD: &str = "wf-snapshot/1";

/// What a run cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Name of the cost model.
    pub model: String,
    /// Hash of the cost model: other prices can't be compared.
    pub hash: String,
    /// The total; its high end if it is an interval.
    pub total: u128,
    /// What each function cost, by name.
    pub functions: BTreeMap<String, Spent>,
}

/// What a function cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Fuel of its own operators.
    pub fuel: u128,
    /// How often it was called.
    pub calls: u128,
}

/// Why a text is no snapshot.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[error("line {line}: {what}")]
pub struct SnapshotError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

impl Snapshot {
    /// That of a report.
    pub fn of(report: &Report) -> Snapshot {
        let mut functions: BTreeMap<String, Spent> = BTreeMap::new();
        for found in &report.functions {
            let spent = functions.entry(printable(&found.name)).or_default();
            // Parts of a total that fits.
            spent.fuel = spent.fuel.saturating_add(found.self_fuel);
            spent.calls = spent.calls.saturating_add(found.calls);
        }
        Snapshot {
            model: printable(&report.cost_model.name),
            hash: report.cost_model.hash.clone(),
            total: report.fuel.high,
            functions,
        }
    }

    /// The text, which ends in a line feed.
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEAD}\nmodel\t{}\t{}\n", self.model, self.hash);
        let _ = writeln!(text, "total\t{}", self.total);
        for (name, spent) in &self.functions {
            let _ = writeln!(text, "{}\t{}\t{name}", spent.fuel, spent.calls);
        }
        text
    }

    /// Reads a text.
    ///
    /// # Errors
    ///
    /// With the first line that isn't as it should be.
    pub fn parse(text: &str) -> Result<Snapshot, SnapshotError> {
        let fail = |line, what| Err(SnapshotError { line, what });
        if text.len() > MAX_SNAPSHOT_BYTES {
            return fail(1, "a snapshot is not that long");
        }
        let mut lines = text.lines();
        if lines.next() != Some(HEAD) {
            return fail(1, "a snapshot starts with `wf-snapshot/1`");
        }
        let model = lines.next().and_then(|line| line.strip_prefix("model\t"));
        let Some((model, hash)) = model.and_then(|model| model.rsplit_once('\t')) else {
            return fail(2, "here `model`, its name and its hash are expected");
        };
        let total = lines.next().and_then(|line| line.strip_prefix("total\t"));
        let Some(total) = total.and_then(|total| total.parse().ok()) else {
            return fail(3, "here `total` and a number are expected");
        };
        let mut functions = BTreeMap::new();
        for (number, line) in (4..).zip(lines) {
            let mut fields = line.splitn(3, '\t');
            let mut amount = || fields.next().and_then(|field| field.parse().ok());
            let (fuel, calls) = (amount(), amount());
            let (Some(fuel), Some(calls), Some(name)) = (fuel, calls, fields.next()) else {
                return fail(number, "here fuel, calls and a name are expected");
            };
            if functions.insert(name.to_string(), Spent { fuel, calls }).is_some() {
                return fail(number, "this function was there already");
            }
        }
        let (model, hash) = (model.to_string(), hash.to_string());
        Ok(Snapshot { model, hash, total, functions })
    }
}

/// What changed from one run to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The totals before and after.
    pub total: (u128, u128),
    /// The functions whose own fuel or calls differ, the largest difference of fuel first.
    pub changes: Vec<Change>,
    /// Number of functions that cost the same.
    pub same: usize,
}

/// What changed of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// What it cost before; `None` if it did not run.
    pub before: Option<Spent>,
    /// What it costs now; `None` if it did not run.
    pub after: Option<Spent>,
}

impl Change {
    /// Its own fuel before and after.
    pub fn fuel(&self) -> (u128, u128) {
        let fuel = |spent: Option<Spent>| spent.unwrap_or_default().fuel;
        (fuel(self.before), fuel(self.after))
    }
}

/// What changed from `before` to `after`. The models have to be the same.
pub fn compare(before: &Snapshot, after: &Snapshot) -> Difference {
    let names: BTreeSet<&String> = before.functions.keys().chain(after.functions.keys()).collect();
    let all = names.len();
    let mut changes: Vec<Change> = names
        .into_iter()
        .map(|name| Change {
            name: name.clone(),
            before: before.functions.get(name).copied(),
            after: after.functions.get(name).copied(),
        })
        .filter(|change| change.before != change.after)
        .collect();
    changes.sort_by_key(|change| {
        let (before, after) = change.fuel();
        std::cmp::Reverse(before.abs_diff(after))
    });
    let same = all - changes.len();
    Difference { total: (before.total, after.total), changes, same }
}

/// How much more than before is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tolerance {
    /// In millionths of what it was.
    pub millionths: u32,
}

impl Tolerance {
    /// The most that may be spent where it was `before`.
    pub fn limit(self, before: u128) -> u128 {
        let (whole, rest) = (before / 1_000_000, before % 1_000_000);
        let more = whole.saturating_mul(self.millionths.into())
            + rest * u128::from(self.millionths) / 1_000_000;
        before.saturating_add(more)
    }
}

/// Something that cost more than it may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offence {
    /// The function; `None` for the total.
    pub function: Option<String>,
    /// What it cost.
    pub fuel: u128,
    /// What it may cost.
    pub limit: u128,
}

/// What costs more than `tolerance` allows: the total, and functions that ran before. What was 0 has to
/// stay 0. Functions that are new count for the total alone, and those that don't run any more for
/// nothing.
pub fn offences(difference: &Difference, tolerance: Tolerance) -> Vec<Offence> {
    let exceeds = |function: Option<&String>, before: u128, fuel: u128| {
        let limit = tolerance.limit(before);
        (fuel > limit).then(|| Offence { function: function.cloned(), fuel, limit })
    };
    let (before, after) = difference.total;
    let total = exceeds(None, before, after);
    let functions = difference.changes.iter().filter(|change| change.before.is_some());
    let functions = functions.filter_map(|change| {
        let (before, after) = change.fuel();
        exceeds(Some(&change.name), before, after)
    });
    total.into_iter().chain(functions).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(functions: &[(&str, u128, u128)]) -> Snapshot {
        let spent =
            |&(name, fuel, calls): &(&str, u128, u128)| (name.to_string(), Spent { fuel, calls });
        Snapshot {
            model: "unit".to_string(),
            hash: "0123".to_string(),
            total: functions.iter().map(|(_, fuel, _)| fuel).sum(),
            functions: functions.iter().map(spent).collect(),
        }
    }

    #[test]
    fn a_snapshot_is_read_back() {
        let whole = snapshot(&[("a b", u128::MAX / 2, 3), ("", 0, 0), ("x\\u{9}y", 5, 1)]);
        assert_eq!(Snapshot::parse(&whole.to_text()), Ok(whole));
    }

    #[test]
    fn a_damaged_snapshot_names_the_line() {
        let text = snapshot(&[("a", 5, 1), ("b", 7, 2)]).to_text();
        let line = |text: &str| Snapshot::parse(text).expect_err("damaged").line;
        assert_eq!(line(""), 1);
        assert_eq!(line(&text.replace("snapshot/1", "snapshot/2")), 1);
        assert_eq!(line(&text.replace("model\tunit\t", "model ")), 2);
        assert_eq!(line(&text.replace("total\t12", "total\t-12")), 3);
        assert_eq!(line(&text.replace("5\t1\ta", "5\ta")), 4);
        assert_eq!(line(&text.replace("7\t2\tb", "7\t2\ta")), 5);
    }

    #[test]
    fn a_text_longer_than_the_limit_is_refused() {
        let text = snapshot(&[("", 5, 1)]).to_text();
        let mut text = text.trim_end_matches('\n').to_owned();
        text.push_str(&"x".repeat(MAX_SNAPSHOT_BYTES - text.len()));
        assert!(Snapshot::parse(&text).is_ok(), "a name of 64 MiB");
        text.push('x');
        let error = Snapshot::parse(&text).expect_err("one byte too long");
        assert_eq!(error.what, "a snapshot is not that long");
    }

    #[test]
    fn functions_that_are_new_or_gone_are_told_and_no_offence() {
        let before = snapshot(&[("gone", 10, 1), ("same", 5, 1), ("slower", 100, 1)]);
        let after = snapshot(&[("new", 9, 1), ("same", 5, 1), ("slower", 101, 1)]);
        let found = compare(&before, &after);
        let names: Vec<&str> = found.changes.iter().map(|change| change.name.as_str()).collect();
        assert_eq!(names, ["gone", "new", "slower"]);
        assert_eq!((found.total, found.same), ((115, 115), 1));
        let slower = Offence { function: Some("slower".to_string()), fuel: 101, limit: 100 };
        assert_eq!(offences(&found, Tolerance::default()), [slower]);
        assert_eq!(offences(&found, Tolerance { millionths: 10_000 }), []);
    }

    #[test]
    fn what_was_nothing_has_to_stay_nothing() {
        let before = snapshot(&[("a", 0, 1), ("b", 0, 1)]);
        let after = snapshot(&[("a", 0, 9), ("b", 1, 1)]);
        let found = offences(&compare(&before, &after), Tolerance { millionths: 500_000 });
        let names: Vec<Option<&str>> =
            found.iter().map(|offence| offence.function.as_deref()).collect();
        assert_eq!(names, [None, Some("b")]);
    }

    #[test]
    fn limits_are_exact_and_do_not_overflow() {
        let tolerance = Tolerance { millionths: 50_000 };
        assert_eq!(tolerance.limit(100), 105);
        assert_eq!(tolerance.limit(19), 19);
        assert_eq!(tolerance.limit(20), 21);
        assert_eq!(tolerance.limit(u128::MAX), u128::MAX);
    }
}
