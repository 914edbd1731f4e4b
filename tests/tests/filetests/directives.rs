//! Directives in the comments of a file: lines `;; WORD: …`, anywhere.
//!
//! | directive | meaning |
//! |---|---|
//! | `run: NAME(ARGS) == ENDING` | call this export of a fresh instance |
//! | `fuel: N (MODEL)` | what the run above costs |
//! | `slices: max, min, chosen` | record for these; without the line, for all |
//! | `heap: <NAME> size=N, data="…"` | bytes in memory before a run (`, memory=K`) |
//! | `check: ir FUNCTION` | the text in the `.expected` file beside it, which can be blessed |
//! | `request: FUNCTION SLICES ENTRIES` | what a function's slices record, derived by hand |
//! | `round-trip: off` | do not repeat the runs on the module that went through the IR |
//!
//! ARGS are numbers, `null`, or `<NAME>` for a heap's address. ENDING is a result, `(A, B)`,
//! `()`, `exception`, or `trap KIND` with Wasmtime's name. FUNCTION is the number of a defined
//! function. ENTRIES are separated by `;`.

use anyhow::{Context as _, Result, bail};
use recorder::Slices;

/// Everything a file asks for.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) runs: Vec<Run>,
    pub(crate) slices: Vec<Slices>,
    pub(crate) heaps: Vec<Heap>,
    pub(crate) checks: Vec<u32>,
    pub(crate) requests: Vec<Request>,
    pub(crate) round_trip: bool,
}

/// A call of an export and what comes of it.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) line: usize,
    pub(crate) export: String,
    pub(crate) arguments: Vec<String>,
    pub(crate) ending: String,
    pub(crate) fuel: Vec<(u64, String)>,
}

/// Bytes in a memory before a run.
#[derive(Debug)]
pub(crate) struct Heap {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) data: Vec<u8>,
    pub(crate) memory: u32,
}

/// What the slices of a function record.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) line: usize,
    pub(crate) function: u32,
    pub(crate) slices: Slices,
    pub(crate) expected: Vec<String>,
}

/// Reads the directives.
///
/// # Errors
///
/// When one is not known or not complete, with its line.
pub(crate) fn parse(text: &str) -> Result<File> {
    let mut file = File {
        runs: Vec::new(),
        slices: Vec::new(),
        heaps: Vec::new(),
        checks: Vec::new(),
        requests: Vec::new(),
        round_trip: true,
    };
    for (index, line) in text.lines().enumerate() {
        if let Some((word, rest)) = directive(line) {
            add(&mut file, word, rest, index + 1)
                .with_context(|| format!("line {}: {}", index + 1, line.trim()))?;
        }
    }
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
            let (amount, model) = rest.split_once(" (").context("expected N (MODEL)")?;
            let model = model.strip_suffix(')').context("expected N (MODEL)")?.to_owned();
            let last = file.runs.last_mut().context("no run before it")?;
            last.fuel.push((amount.parse()?, model));
        }
        "slices" => {
            for kind in rest.split(',') {
                file.slices.push(slices(kind.trim())?);
            }
        }
        "heap" => file.heaps.push(heap(rest)?),
        "check" => {
            let function = rest.strip_prefix("ir ").context("only `ir` can be checked")?;
            file.checks.push(function.parse()?);
        }
        "request" => file.requests.push(request(rest, line)?),
        "round-trip" if rest == "off" => file.round_trip = false,
        _ => bail!("no such directive"),
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

/// What stands between commas.
pub(crate) fn list(text: &str) -> Vec<String> {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(str::to_owned).collect()
}

fn heap(text: &str) -> Result<Heap> {
    let mut heap = Heap { name: String::new(), size: 0, data: Vec::new(), memory: 0 };
    let (before, after) = text.split_once("data=\"").unwrap_or((text, "\""));
    let (data, after) = after.split_once('"').context("the string does not end")?;
    heap.data = bytes(data)?;
    for item in list(&format!("{},{after}", before.replace("> ", ">,"))) {
        match item.split_once('=') {
            None if item.starts_with('<') => heap.name = item,
            Some(("size", size)) => heap.size = size.parse()?,
            Some(("memory", memory)) => heap.memory = memory.parse()?,
            _ => bail!("what is `{item}`?"),
        }
    }
    heap.size = heap.size.max(heap.data.len() as u64);
    Ok(heap)
}

/// A string with `\hh` escapes.
fn bytes(text: &str) -> Result<Vec<u8>> {
    let (mut bytes, mut rest) = (Vec::new(), text.bytes());
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let digit = |digit: Option<u8>| char::from(digit?).to_digit(16);
        let (high, low) = (digit(rest.next()), digit(rest.next()));
        let (high, low) = high.zip(low).context("expected two hexadecimal digits after `\\`")?;
        bytes.push((high * 16 + low) as u8);
    }
    Ok(bytes)
}

fn request(text: &str, line: usize) -> Result<Request> {
    let mut words = text.splitn(3, ' ');
    let function = words.next().context("no function")?.parse()?;
    let slices = slices(words.next().context("no slices")?)?;
    let entries = words.next().unwrap_or("").split(';').map(str::trim);
    let expected = entries.filter(|entry| !entry.is_empty()).map(str::to_owned).collect();
    Ok(Request { line, function, slices, expected })
}
