//! The binaries from the outside: arguments in; exit status, standard output, standard error and
//! files out.

#[path = "cli/binaries.rs"]
mod binaries;
#[path = "cli/folder.rs"]
mod folder;

#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/compare.rs"]
mod compare;
#[path = "cli/cost_models.rs"]
mod cost_models;
#[path = "cli/damaged_traces.rs"]
mod damaged_traces;
#[path = "cli/examples.rs"]
mod examples;
#[path = "cli/follow.rs"]
mod follow;
#[path = "cli/instrumented.rs"]
mod instrumented;
#[path = "cli/lines.rs"]
mod lines;
#[path = "cli/record.rs"]
mod record;
#[path = "cli/report.rs"]
mod report;
