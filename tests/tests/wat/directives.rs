//! Directives in the comments of a test case in text form.
//!
//! A directive is a line `;; WORD: …` before the module:
//!
//! | directive | meaning |
//! |---|---|
//! | `run: NAME ARGS… -> ENDING` | call this export of a fresh instance |
//! | `then: NAME ARGS… -> ENDING` | go on with a call of the same instance |
//! | `start: ENDING` | a fresh instance, whose start function ends like this |
//! | `fuel: MODEL=FUEL…` | total of the run above, all its calls and the start function |
//!
//! ENDING is the results, separated by spaces (none, and the arrow may be left out), `trap KIND`
//! with Wasmtime's name of the trap, `exception` or `exit CODE`. ARGS are numbers, or `null` for a
//! null reference. FUEL is a number, an interval `LOW..HIGH`, or `PRICE*GLOBAL`: the price times
//! the value of an exported global at the end.

use anyhow::{Context, Result, bail, ensure};

/// One instance and what is done with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    /// Line of the directive that starts it, from 1.
    pub(crate) line: usize,
    /// How the start function must end, when not with its return.
    pub(crate) start: Option<Ending>,
    /// The calls.
    pub(crate) calls: Vec<Expected>,
    /// Totals by cost model.
    pub(crate) fuel: Vec<(String, Fuel)>,
}

/// A call and its ending.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    /// The exported function.
    pub(crate) export: String,
    /// Its arguments, as they are written.
    pub(crate) arguments: Vec<String>,
    /// How it must end.
    pub(crate) ending: Ending,
}

/// How a call must end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With these results.
    Return(Vec<String>),
    /// With this trap.
    Trap(String),
    /// With an exception that nobody catches.
    Exception,
    /// With `proc_exit`.
    Exit(i32),
}

/// An expected total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fuel {
    /// Between these, both included.
    Between(u64, u64),
    /// A price times the value of an exported global.
    TimesGlobal(u64, String),
}

/// The cases of a file, in order.
///
/// # Errors
///
/// When a directive is not known or not complete, or when there is none.
pub(crate) fn parse(text: &str) -> Result<Vec<Case>> {
    let mut cases: Vec<Case> = Vec::new();
    let header = text.lines().enumerate().take_while(|(_, line)| !line.starts_with('('));
    for (index, line) in header {
        let line_number = index + 1;
        let Some((word, rest)) = directive(line) else { continue };
        let context = || format!("line {line_number}: {line}");
        match word {
            "run" => {
                let calls = vec![call(rest).with_context(context)?];
                cases.push(Case { line: line_number, calls, ..Case::default() });
            }
            "start" => {
                let start = Some(ending(rest).with_context(context)?);
                cases.push(Case { line: line_number, start, ..Case::default() });
            }
            "then" => last(&mut cases, line)?.calls.push(call(rest).with_context(context)?),
            "fuel" => {
                let case = last(&mut cases, line)?;
                for item in rest.split_whitespace() {
                    case.fuel.push(fuel(item).with_context(context)?);
                }
            }
            _ => bail!("{}: no such directive", context()),
        }
    }
    ensure!(!cases.is_empty(), "no `;; run:` line: nothing is tested");
    Ok(cases)
}

/// The word and the rest of a directive: a comment that starts with one word and a colon.
fn directive(line: &str) -> Option<(&str, &str)> {
    let (word, rest) = line.strip_prefix(";; ")?.split_once(':')?;
    let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    is_word.then_some((word, rest.trim())).filter(|(word, _)| !MODELS.contains(word))
}

/// Names of cost models start lines of the derivations.
const MODELS: [&str; 2] = ["wasmtime", "unit"];

fn last<'a>(cases: &'a mut [Case], line: &str) -> Result<&'a mut Case> {
    cases.last_mut().with_context(|| format!("no `;; run:` before {line:?}"))
}

fn call(text: &str) -> Result<Expected> {
    let (call, ending_text) = text.split_once("->").unwrap_or((text, ""));
    let mut words = call.split_whitespace().map(str::to_owned);
    let export = words.next().context("no function")?;
    Ok(Expected { export, arguments: words.collect(), ending: ending(ending_text)? })
}

fn ending(text: &str) -> Result<Ending> {
    let words: Vec<&str> = text.split_whitespace().collect();
    Ok(match words[..] {
        ["trap", kind] => Ending::Trap(kind.to_owned()),
        ["exception"] => Ending::Exception,
        ["exit", code] => Ending::Exit(code.parse()?),
        _ => Ending::Return(words.into_iter().map(str::to_owned).collect()),
    })
}

fn fuel(text: &str) -> Result<(String, Fuel)> {
    let (model, amount) = text.split_once('=').context("expected MODEL=FUEL")?;
    let fuel = if let Some((low, high)) = amount.split_once("..") {
        Fuel::Between(low.parse()?, high.parse()?)
    } else if let Some((price, global)) = amount.split_once('*') {
        Fuel::TimesGlobal(price.parse()?, global.to_owned())
    } else {
        let exact = amount.parse()?;
        Fuel::Between(exact, exact)
    };
    Ok((model.to_owned(), fuel))
}

#[test]
fn directives_are_read() {
    let text = "\
;; A comment, and: this is none, for it has more than one word.
;; run: f 1 -2 -> 3 4
;; then: g
;; fuel: unit=5 wasmtime=6..7
;; unit: two operators.
;; run: h null -> trap NullReference
;; fuel: unit=8*depth
;; start: exit 3
(module)
;; run: behind the module nothing counts
";
    let cases = parse(text).expect("they are right");
    assert_eq!(cases.len(), 3);
    assert_eq!(cases[0].line, 2);
    assert_eq!(cases[0].calls[0].arguments, ["1", "-2"]);
    assert_eq!(cases[0].calls[0].ending, Ending::Return(vec!["3".into(), "4".into()]));
    assert_eq!(cases[0].calls[1].ending, Ending::Return(vec![]));
    let expected =
        [("unit".to_owned(), Fuel::Between(5, 5)), ("wasmtime".to_owned(), Fuel::Between(6, 7))];
    assert_eq!(cases[0].fuel, expected);
    assert_eq!(cases[1].calls[0].ending, Ending::Trap("NullReference".into()));
    assert_eq!(cases[1].fuel[0].1, Fuel::TimesGlobal(8, "depth".into()));
    assert_eq!(cases[2].start, Some(Ending::Exit(3)));
}

#[test]
fn wrong_directives_are_refused() {
    for text in [
        "(module)",
        ";; rum: f\n(module)",
        ";; run:\n(module)",
        ";; then: f\n(module)",
        ";; run: f\n;; fuel: 7\n(module)",
        ";; run: f\n;; fuel: unit=many\n(module)",
        ";; run: f -> exit soon\n(module)",
    ] {
        assert!(parse(text).is_err(), "{text:?} was accepted");
    }
}
