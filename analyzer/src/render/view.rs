//! What of a report is shown, and in which order.

use std::cmp::Reverse;
use std::collections::HashMap;

use formats::report::{FunctionReport, LoopReport, OperatorReport, Report};
use regex::Regex;

use super::field::{Field, Row};

/// The order of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Most self fuel first.
    #[default]
    SelfFuel,
    /// Most inclusive fuel first. Loops have none: most self fuel first.
    TotalFuel,
    /// Most calls, or most iterations, first.
    Count,
    /// By name.
    Name,
    /// By place in the module.
    Index,
}

/// What of a report is shown.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The order of the rows.
    pub sort: Sort,
    /// Most rows of each table; `None` for all.
    pub limit: Option<usize>,
    /// The columns; `None` for those that suit the format.
    pub fields: Option<Vec<Field>>,
    /// Shows only functions whose name matches, and their loops.
    pub focus: Option<Regex>,
    /// Leaves out functions whose name matches, and their loops.
    pub ignore: Option<Regex>,
}

/// The part of a report that a view shows.
pub(crate) struct Selection<'a> {
    pub(super) functions: Vec<&'a FunctionReport>,
    pub(super) loops: Vec<NamedLoop<'a>>,
    /// Functions that match, shown or not.
    pub(super) matching_functions: usize,
    /// Loops that match, shown or not.
    pub(super) matching_loops: usize,
    /// None if only some functions are shown: those of each are not known.
    pub(super) operators: Vec<&'a OperatorReport>,
}

pub(super) struct NamedLoop<'a> {
    pub(super) report: &'a LoopReport,
    pub(super) name: String,
}

impl View {
    pub(super) fn select<'a>(&self, report: &'a Report) -> Selection<'a> {
        let names: HashMap<u32, &str> =
            report.functions.iter().map(|found| (found.index, found.name.as_str())).collect();
        let mut functions: Vec<&FunctionReport> =
            report.functions.iter().filter(|found| self.shows(&found.name)).collect();
        let mut loops: Vec<NamedLoop<'a>> = report
            .loops
            .iter()
            .map(|report| {
                let name = names.get(&report.function).map(|name| name.to_string());
                let name = name.unwrap_or_else(|| format!("func[{}]", report.function));
                NamedLoop { report, name }
            })
            .filter(|found| self.shows(&found.name))
            .collect();
        self.sort_functions(&mut functions);
        self.sort_loops(&mut loops);
        let (matching_functions, matching_loops) = (functions.len(), loops.len());
        functions.truncate(self.limit.unwrap_or(usize::MAX));
        loops.truncate(self.limit.unwrap_or(usize::MAX));
        let operators = self.operators(report);
        Selection { functions, loops, matching_functions, matching_loops, operators }
    }

    fn operators<'a>(&self, report: &'a Report) -> Vec<&'a OperatorReport> {
        if self.focus.is_some() || self.ignore.is_some() {
            return Vec::new();
        }
        let mut operators: Vec<&OperatorReport> = report.operators.iter().collect();
        match self.sort {
            Sort::SelfFuel | Sort::TotalFuel => operators.sort_by_key(|found| Reverse(found.fuel)),
            Sort::Count => operators.sort_by_key(|found| Reverse(found.count)),
            Sort::Name => operators.sort_by(|left, right| left.class.cmp(&right.class)),
            Sort::Index => {}
        }
        operators
    }

    fn shows(&self, name: &str) -> bool {
        self.focus.as_ref().is_none_or(|focus| focus.is_match(name))
            && !self.ignore.as_ref().is_some_and(|ignore| ignore.is_match(name))
    }

    fn sort_functions(&self, functions: &mut [&FunctionReport]) {
        functions.sort_by_key(|found| found.index);
        match self.sort {
            Sort::SelfFuel => functions.sort_by_key(|found| Reverse(found.self_fuel)),
            Sort::TotalFuel => {
                // Without inclusive fuel, the order is that of the self fuel.
                functions.sort_by_key(|found| Reverse((found.total_fuel, found.self_fuel)));
            }
            Sort::Count => functions.sort_by_key(|found| Reverse(found.calls)),
            Sort::Name => functions.sort_by(|left, right| left.name.cmp(&right.name)),
            Sort::Index => {}
        }
    }

    fn sort_loops(&self, loops: &mut [NamedLoop<'_>]) {
        loops.sort_by_key(|found| (found.report.function, found.report.operator));
        match self.sort {
            Sort::SelfFuel | Sort::TotalFuel => {
                loops.sort_by_key(|found| Reverse(found.report.self_fuel));
            }
            Sort::Count => loops.sort_by_key(|found| Reverse(found.report.iterations)),
            Sort::Name => loops.sort_by(|left, right| left.name.cmp(&right.name)),
            Sort::Index => {}
        }
    }
}

impl Selection<'_> {
    pub(super) fn function_rows(&self) -> Vec<Row> {
        let row = |found: &&FunctionReport| Row {
            kind: "function",
            index: Some(found.index),
            operator: None,
            name: found.name.clone(),
            count: found.calls,
            self_fuel: found.self_fuel,
            total_fuel: found.total_fuel,
            ranges: found.interval.map(|interval| (interval.calls, interval.self_fuel)),
        };
        self.functions.iter().map(row).collect()
    }

    pub(super) fn loop_rows(&self) -> Vec<Row> {
        let row = |found: &NamedLoop<'_>| Row {
            kind: "loop",
            index: Some(found.report.function),
            operator: Some(found.report.operator),
            name: found.name.clone(),
            count: found.report.iterations,
            self_fuel: found.report.self_fuel,
            total_fuel: None,
            ranges: found.report.interval.map(|interval| (interval.iterations, interval.self_fuel)),
        };
        self.loops.iter().map(row).collect()
    }

    pub(super) fn operator_rows(&self) -> Vec<Row> {
        let row = |found: &&OperatorReport| Row {
            kind: "operators",
            index: None,
            operator: None,
            name: found.class.clone(),
            count: found.count,
            self_fuel: found.fuel,
            total_fuel: None,
            ranges: None,
        };
        self.operators.iter().map(row).collect()
    }
}
