//! A world in which a script's modules live: plain Wasmtime, or Wasmtime with every module
//! rewritten by an oracle or by the recorder.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use formats::cost_model::CostModel;
use formats::trace::Detail;
use recorder::Slices;
use slicer::ir::emit::Options;
use slicer::ir::{Function, round_trip};
use tests::engine::{self, failure};
use tests::oracle::counter::{self, Count, Counted};
use tests::oracle::{fuel, wasmtime_engine};
use tests::recorded::Tape;
use wasmtime::{Engine, Error, Global, Instance, Linker, Module, Store, Trap, Val, WasmBacktrace};

use super::spectest;

/// What is done to the modules.
#[derive(Clone)]
pub(crate) enum Treatment {
    /// Nothing.
    Plain,
    /// They count by these cost models.
    Counted(Vec<CostModel>),
    /// They consume fuel by this cost model.
    Fuel(CostModel),
    /// They are recorded.
    Recorded(Slices),
    /// Their bodies go through the slicer's SSA form and back, changed on the way.
    #[allow(dead_code, reason = "only the test `round_trip` does this")]
    RoundTrip(Options, Change),
}

/// Changes a function of a module.
pub(crate) type Change = Arc<dyn Fn(&slicer::module::Module<'_>, &mut Function<'_>) + Send + Sync>;

/// An engine for a treatment: made once, used for all scripts.
#[derive(Clone)]
pub(crate) struct Workshop {
    /// What is done to the modules.
    pub(crate) treatment: Treatment,
    engine: Engine,
}

impl Workshop {
    pub(crate) fn new(treatment: Treatment) -> Result<Workshop> {
        let engine = engine::engine(|config| {
            if let Treatment::Fuel(model) = &treatment {
                let costs = fuel::operator_cost(model).expect("the model's prices fit");
                fuel::consume_fuel(config, costs);
            }
        })?;
        Ok(Workshop { treatment, engine })
    }
}

/// What was measured of one invocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measure {
    /// Consumed fuel, or the last cost model's count, of all instances together.
    pub(crate) cost: u64,
    /// Calls of functions, if they are counted.
    pub(crate) calls: u64,
}

/// An instance of a script's module.
pub(crate) struct Member {
    /// Line of the directive that made it.
    pub(crate) line: usize,
    /// Whether it was called into when a stack overflowed.
    pub(crate) overflowed: bool,
    probe: Probe,
}

enum Probe {
    None,
    Counted { counted: Counted, instance: Instance, cells: Vec<Global> },
    Recorded { tape: Box<Tape>, module: Module, position: Option<Global> },
}

/// What became of a member.
pub(crate) enum Remains {
    /// Nothing was measured.
    Nothing,
    /// What it counted, by each model.
    Counts(Vec<Count>),
    /// Its trace.
    Trace(Vec<u8>),
}

/// The modules of one script.
pub(crate) struct World {
    pub(crate) store: Store<()>,
    pub(crate) linker: Linker<()>,
    pub(crate) members: Vec<Member>,
    /// Whether an instantiation trapped halfway: functions of that instance live on in tables, but
    /// nobody has the instance to read its counters.
    pub(crate) haunted: bool,
    treatment: Treatment,
    script: String,
    measured: Measure,
}

impl World {
    pub(crate) fn new(workshop: &Workshop, script: &str) -> Result<World> {
        let mut store = Store::new(&workshop.engine, ());
        let mut linker = Linker::new(&workshop.engine);
        linker.allow_shadowing(true);
        if let Treatment::Fuel(_) = workshop.treatment {
            fuel::fill(&mut store)?;
        }
        spectest::define(&mut store, &mut linker)?;
        Ok(World {
            store,
            linker,
            members: Vec::new(),
            haunted: false,
            treatment: workshop.treatment.clone(),
            script: script.to_owned(),
            measured: Measure::default(),
        })
    }

    /// Whether this world accepts the module, as far as that can be told without running it.
    pub(crate) fn accepts(&self, wasm: &[u8]) -> Result<()> {
        match self.treatment {
            Treatment::Recorded(slices) => {
                Tape::start(wasm, &self.script, slices, Detail::Full)?.finish()?;
            }
            _ => {
                Module::new(self.store.engine(), wasm).map_err(failure)?;
            }
        }
        Ok(())
    }

    /// Instantiates a module and runs its start function. What is measured since the last call
    /// is the start function's alone.
    pub(crate) fn instantiate(&mut self, wasm: &[u8], line: usize) -> Result<Instance, Refusal> {
        match self.treatment.clone() {
            Treatment::Plain => {
                let module = self.compile(wasm)?;
                let instance = self.linker.instantiate(&mut self.store, &module);
                self.adopt(line, Probe::None);
                instance.map_err(Refusal::Failed)
            }
            Treatment::Counted(models) => self.instantiate_counted(wasm, line, &models),
            Treatment::Fuel(_) => self.instantiate_counted(wasm, line, &[]),
            Treatment::Recorded(slices) => self.instantiate_recorded(wasm, slices, line),
            Treatment::RoundTrip(options, change) => {
                self.compile(wasm)?;
                let back = round_trip::module_with(wasm, &options, &*change);
                let back = back.map_err(|error| Refusal::Rewrite(error.into()))?;
                let module = Module::new(self.store.engine(), back)
                    .map_err(|error| Refusal::Rewrite(failure(error)))?;
                let instance = self.linker.instantiate(&mut self.store, &module);
                self.adopt(line, Probe::None);
                instance.map_err(Refusal::Failed)
            }
        }
    }

    fn compile(&self, wasm: &[u8]) -> Result<Module, Refusal> {
        Module::new(self.store.engine(), wasm).map_err(Refusal::Compile)
    }

    fn adopt(&mut self, line: usize, probe: Probe) {
        self.members.push(Member { line, overflowed: false, probe });
    }

    fn instantiate_counted(
        &mut self,
        wasm: &[u8],
        line: usize,
        models: &[CostModel],
    ) -> Result<Instance, Refusal> {
        self.compile(wasm)?;
        let counted = counter::rewrite(wasm, models).map_err(Refusal::Rewrite)?;
        let module = self.compile(&counted.wasm)?;
        let instance = match self.linker.instantiate(&mut self.store, &module) {
            Ok(instance) => instance,
            Err(error) => {
                self.haunted |= error.is::<Trap>();
                self.adopt(line, Probe::None);
                return Err(Refusal::Failed(error));
            }
        };
        let start = counted.start.clone();
        let cells = self.cells(&counted, instance);
        let probe = match models.is_empty() {
            true => Probe::None,
            false => Probe::Counted { counted, instance, cells },
        };
        self.adopt(line, probe);
        // Instantiation itself is no invocation, and Wasmtime charges for it.
        self.measure().map_err(Refusal::Rewrite)?;
        if let Some(start) = start {
            let start = instance.get_func(&mut self.store, &start).expect("it was exported");
            start.call(&mut self.store, &[], &mut []).map_err(Refusal::Failed)?;
        }
        Ok(instance)
    }

    /// The counters of a new instance, in the order in which [`Counted::counts`] asks for them.
    fn cells(&mut self, counted: &Counted, instance: Instance) -> Vec<Global> {
        let mut cells = Vec::new();
        let store = &mut self.store;
        let _ = counted.counts(|name| {
            cells.push(instance.get_global(&mut *store, name)?);
            Some(0)
        });
        cells
    }

    fn instantiate_recorded(
        &mut self,
        wasm: &[u8],
        slices: Slices,
        line: usize,
    ) -> Result<Instance, Refusal> {
        self.compile(wasm)?;
        let tape = Tape::start(wasm, &self.script, slices, Detail::Full)
            .map_err(|error| Refusal::Rewrite(error.into()))?;
        let module = self.compile(&tape.instrumented.wasm)?;
        tape.stream.define(&mut self.linker).map_err(|error| Refusal::Rewrite(error.into()))?;
        let instance = self.linker.instantiate(&mut self.store, &module);
        let mut position = None;
        if let Ok(instance) = &instance {
            tape.stream
                .attach(&mut self.store, instance)
                .map_err(|error| Refusal::Rewrite(error.into()))?;
            let name = &tape.instrumented.plan.position_export;
            position = instance.get_global(&mut self.store, name);
        }
        tape.end(&mut self.store, &module, instance.as_ref().err());
        self.adopt(line, Probe::Recorded { tape: Box::new(tape), module, position });
        instance.map_err(Refusal::Failed)
    }

    /// Ends an invocation: the recordings of the instances that took part write down what
    /// happened.
    pub(crate) fn ended(&mut self, error: Option<&Error>) {
        let frames = error
            .and_then(|error| error.downcast_ref::<WasmBacktrace>())
            .map_or(&[][..], WasmBacktrace::frames);
        for member in &self.members {
            let Probe::Recorded { tape, module, position } = &member.probe else { continue };
            let cut_short = frames.iter().any(|frame| Module::same(frame.module(), module));
            let idle = position
                .is_some_and(|position| matches!(position.get(&mut self.store), Val::I32(0)));
            if cut_short || !idle {
                tape.end(&mut self.store, module, error.filter(|_| cut_short));
            }
        }
    }

    /// What was measured since the last time, of all instances together.
    pub(crate) fn measure(&mut self) -> Result<Measure> {
        let mut now = Measure::default();
        if let Treatment::Fuel(_) = self.treatment {
            now.cost = fuel::consumed(&self.store)?;
        }
        for member in &self.members {
            let Probe::Counted { counted, cells, .. } = &member.probe else { continue };
            for function in cells.chunks(counted.models + 1) {
                let mut value = |cell: &Global| {
                    cell.get(&mut self.store).i64().expect("counters are i64") as u64
                };
                now.calls = now.calls.wrapping_add(value(&function[0]));
                now.cost = now.cost.wrapping_add(value(&function[counted.models]));
            }
        }
        let before = std::mem::replace(&mut self.measured, now);
        Ok(Measure {
            cost: now.cost.wrapping_sub(before.cost),
            calls: now.calls.wrapping_sub(before.calls),
        })
    }

    /// Ends everything and gives what became of each member.
    pub(crate) fn finish(mut self) -> Result<Vec<(Member, Remains)>> {
        let mut results = Vec::new();
        for mut member in std::mem::take(&mut self.members) {
            let probe = std::mem::replace(&mut member.probe, Probe::None);
            let result = match probe {
                Probe::None => Remains::Nothing,
                Probe::Counted { counted, instance, .. } => {
                    Remains::Counts(wasmtime_engine::read(&mut self.store, &instance, &counted)?)
                }
                Probe::Recorded { tape, .. } => Remains::Trace(
                    tape.finish().with_context(|| format!("instance of line {}", member.line))?,
                ),
            };
            results.push((member, result));
        }
        Ok(results)
    }
}

/// Why a module has no instance.
pub(crate) enum Refusal {
    /// Wasmtime does not compile it.
    Compile(Error),
    /// The oracle or the recorder cannot rewrite it.
    Rewrite(anyhow::Error),
    /// It does not link, or its start function fails.
    Failed(Error),
}

impl Refusal {
    pub(crate) fn into_error(self) -> anyhow::Error {
        match self {
            Refusal::Compile(error) | Refusal::Failed(error) => anyhow!("{error:#}"),
            Refusal::Rewrite(error) => error,
        }
    }
}
