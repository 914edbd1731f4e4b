//! Directives in the comments of a file: lines `;; WORD: …`, anywhere.
//!
//! | directive | meaning |
//! |---|---|
//! | `run: NAME(ARGS) == ENDING` | call this export of a fresh instance |
//! | `fuel: N (MODEL)` | what the run above costs by this built-in model; `LOW..HIGH` after a trap |
//! | `slices: max, min, chosen` | record for these; without the line, for all |
//! | `heap: <NAME> size=N, data="…"` | bytes in memory before each run (`, memory=K`) |
//! | `check: ir FUNCTION` | the SSA form stands in the `.expected` file, which can be blessed |
//! | `check: plan FUNCTION [SLICES]` | so does what is instrumented |
//! | `check: slices FUNCTION [SLICES]` | so does what each slice requests and keeps |
//! | `request: FUNCTION SLICES ENTRIES` | what a function's slices record, derived by hand |
//! | `round-trip: off` | do not repeat the runs on the module that went through the IR |
//!
//! ARGS are numbers, `null`, or `<NAME>` for a heap's address. ENDING is a result, `(A, B)`,
//! `()`, `exception`, or `trap KIND` with Wasmtime's name. The data of a heap are a string as in the
//! module. FUNCTION is the number of a defined function, its `$name` or the name of an export; SLICES
//! are `max`, `min` or `chosen`, without the word the last. ENTRIES are separated by `;`, `expect.rs`
//! has their words.

use anyhow::{Context as _, Result, bail, ensure};
use formats::cost_model::{BUILTIN_NAMES, CostModel};
use recorder::Slices;
use wast::lexer::{Lexer, TokenKind};

/// Everything a file asks for.
#[derive(Debug, Default)]
pub(crate) struct File {
    pub(crate) runs: Vec<Run>,
    pub(crate) slices: Vec<Slices>,
    pub(crate) heaps: Vec<Heap>,
    pub(crate) checks: Vec<Check>,
    pub(crate) requests: Vec<Request>,
    pub(crate) one_way: bool,
}

/// A call of an export and what comes of it.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) line: usize,
    pub(crate) export: String,
    pub(crate) arguments: Vec<String>,
    pub(crate) ending: String,
    pub(crate) fuel: Vec<Fuel>,
}

/// What a run costs.
#[derive(Debug)]
pub(crate) struct Fuel {
    pub(crate) line: usize,
    pub(crate) low: u128,
    pub(crate) high: u128,
    pub(crate) model: CostModel,
}

/// Bytes in a memory before a run.
#[derive(Debug, Default)]
pub(crate) struct Heap {
    pub(crate) line: usize,
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) data: Vec<u8>,
    pub(crate) memory: u32,
}

/// A text about a function that is compared with the expected one.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) line: usize,
    /// As it stands in the file: it heads the text.
    pub(crate) title: String,
    pub(crate) text: Text,
    pub(crate) function: String,
    pub(crate) slices: Slices,
}

/// Which text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    Ir,
    Plan,
    Slices,
}

/// What the slices of a function record.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) line: usize,
    pub(crate) function: String,
    pub(crate) slices: Slices,
    pub(crate) expected: Vec<String>,
}

/// Reads the directives of the file that is called `name`.
///
/// # Errors
///
/// When one is not known or not complete, with its line.
pub(crate) fn parse(name: &str, text: &str) -> Result<File> {
    let mut file = File::default();
    for (index, line) in text.lines().enumerate() {
        if let Some((word, rest)) = directive(line) {
            add(&mut file, word, rest, index + 1)
                .with_context(|| format!("{name}:{}: `{}`", index + 1, line.trim()))?;
        }
    }
    ensure!(
        !(file.runs.is_empty() && file.checks.is_empty() && file.requests.is_empty()),
        "{name}:1: nothing is checked: add `;; run: …`, `;; check: …` or `;; request: …`"
    );
    if file.slices.is_empty() {
        file.slices = vec![Slices::Chosen, Slices::Min, Slices::Max];
    }
    Ok(file)
}

/// A comment that starts with one lower-case word and a colon.
fn directive(line: &str) -> Option<(&str, &str)> {
    let (word, rest) = line.trim_start().strip_prefix(";; ")?.split_once(':')?;
    let is_word = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    is_word.then_some((word, rest.trim()))
}

fn add(file: &mut File, word: &str, rest: &str, line: usize) -> Result<()> {
    match word {
        "run" => file.runs.push(run(rest, line)?),
        "fuel" => {
            let last = file.runs.last_mut().context("write the run that costs it above it")?;
            last.fuel.push(fuel(rest, line)?);
        }
        "slices" => {
            for kind in rest.split(',') {
                file.slices.push(slices(kind.trim())?);
            }
        }
        "heap" => file.heaps.push(heap(rest, line)?),
        "check" => file.checks.push(check(rest, line)?),
        "request" => file.requests.push(request(rest, line)?),
        "round-trip" if rest == "off" => file.one_way = true,
        "round-trip" => bail!("expected `round-trip: off`"),
        _ => bail!(
            "no such directive; they are run, fuel, slices, heap, check, request and round-trip, \
             and other comments start with something else than a word and a colon"
        ),
    }
    Ok(())
}

fn slices(text: &str) -> Result<Slices> {
    Ok(match text {
        "max" => Slices::Max,
        "min" => Slices::Min,
        "chosen" => Slices::Chosen,
        _ => bail!("`{text}` is not max, min or chosen"),
    })
}

fn run(text: &str, line: usize) -> Result<Run> {
    let (call, ending) = text.split_once("==").context("expected NAME(ARGS) == ENDING")?;
    let (export, arguments) = call.trim().split_once('(').context("expected NAME(ARGS)")?;
    let arguments = arguments.strip_suffix(')').context("expected `)`")?;
    Ok(Run {
        line,
        export: export.to_owned(),
        arguments: list(arguments),
        ending: ending.trim().to_owned(),
        fuel: Vec::new(),
    })
}

fn fuel(text: &str, line: usize) -> Result<Fuel> {
    let (amount, model) = text
        .split_once(" (")
        .and_then(|(amount, rest)| Some((amount, rest.strip_suffix(')')?)))
        .context("expected N (MODEL)")?;
    let (low, high) = amount.split_once("..").unwrap_or((amount, amount));
    let model = CostModel::builtin(model).with_context(|| {
        format!("no built-in model `{model}`; they are {}", BUILTIN_NAMES.join(", "))
    })?;
    Ok(Fuel { line, low: low.parse()?, high: high.parse()?, model })
}

/// What stands between commas.
pub(crate) fn list(text: &str) -> Vec<String> {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(str::to_owned).collect()
}

fn heap(text: &str, line: usize) -> Result<Heap> {
    let (name, rest) = text
        .split_once('>')
        .filter(|(name, _)| name.starts_with('<'))
        .context("expected <NAME> and then size=N, data=\"…\", memory=K")?;
    let mut heap = Heap { line, name: format!("{name}>"), ..Heap::default() };
    let (before, data) = rest.split_once("data=").unwrap_or((rest, "\"\""));
    let (data, after) = string(data)?;
    heap.data = data;
    for item in list(before).into_iter().chain(list(after)) {
        match item.split_once('=') {
            Some(("size", size)) => heap.size = size.parse()?,
            Some(("memory", memory)) => heap.memory = memory.parse()?,
            _ => bail!("`{item}` is not size=N, data=\"…\" or memory=K"),
        }
    }
    heap.size = heap.size.max(heap.data.len() as u64);
    Ok(heap)
}

/// The bytes of the string that `text` starts with, escaped as in a module, and what follows it.
fn string(text: &str) -> Result<(Vec<u8>, &str)> {
    let mut end = 0;
    let token = Lexer::new(text).parse(&mut end)?.filter(|token| token.kind == TokenKind::String);
    let token = token.context("expected data=\"…\"")?;
    Ok((token.string(text).into_owned(), &text[end..]))
}

fn check(text: &str, line: usize) -> Result<Check> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (kind, function, kind_of_slices) = match words[..] {
        [kind, function] => (kind, function, "chosen"),
        ["ir", _, _] => bail!("the SSA form is the same for all slices: leave out the last word"),
        [kind, function, slices] => (kind, function, slices),
        _ => bail!("expected ir, plan or slices, a function, and which slices"),
    };
    let text = match kind {
        "ir" => Text::Ir,
        "plan" => Text::Plan,
        "slices" => Text::Slices,
        _ => bail!("`{kind}` is not ir, plan or slices"),
    };
    let function = function.to_owned();
    Ok(Check { line, title: words.join(" "), text, function, slices: slices(kind_of_slices)? })
}

fn request(text: &str, line: usize) -> Result<Request> {
    let mut words = text.splitn(3, ' ');
    let function = words.next().unwrap_or_default().to_owned();
    let slices = slices(words.next().context("expected FUNCTION SLICES ENTRIES")?)?;
    let entries = words.next().unwrap_or_default().split(';').map(str::trim);
    let expected = entries.filter(|entry| !entry.is_empty()).map(str::to_owned).collect();
    Ok(Request { line, function, slices, expected })
}
