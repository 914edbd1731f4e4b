//! The report as JSON, schema `wf-report/1`.

use formats::report::Report;

use super::view::View;
use crate::Analysis;

/// The part of the report that `view` shows, as JSON. Fields can't be chosen: the schema has them
/// all.
pub fn json(analysis: &Analysis, view: &View) -> String {
    let selection = view.select(&analysis.report);
    let shown = Report {
        functions: selection.functions.into_iter().cloned().collect(),
        loops: selection.loops.into_iter().map(|found| found.report.clone()).collect(),
        ..analysis.report.clone()
    };
    shown.to_json()
}
