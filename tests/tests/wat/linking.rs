//! Instances with imports of their own: a host that calls back into the guest, and imports of
//! every kind. A program of the ordinary harness has WASI only, so this drives the oracles and the
//! recorder itself.

use anyhow::{Result, ensure};
use formats::trace::Detail;
use recorder::Slices;
use tests::engine::{self, failure};
use tests::models;
use tests::oracle::{counter, fuel, wasmtime_engine};
use tests::recorded::{self, Tape};
use wasmtime::{
    Caller, Engine, Extern, FuncType, Global, GlobalType, HeapType, Instance, Linker, Memory,
    MemoryType, Module, Mutability, Ref, RefType, Store, Table, TableType, Tag, TagType, Val,
    ValType,
};

/// A module, what it imports, and what is done with its instance.
struct Scenario {
    wat: &'static str,
    link: fn(&mut Linker<()>, &mut Store<()>) -> wasmtime::Result<()>,
    /// Name and argument of the export to call. It gives an `i32`.
    call: (&'static str, i32),
    result: i32,
}

impl Scenario {
    /// Makes an instance of `wasm`, after `prepare` has completed its linker.
    fn instance(
        &self,
        engine: &Engine,
        wasm: &[u8],
        prepare: impl FnOnce(&mut Linker<()>) -> Result<()>,
    ) -> Result<(Store<()>, Instance, Module)> {
        let module = Module::new(engine, wasm).map_err(failure)?;
        let mut store = Store::new(engine, ());
        let _ = store.set_fuel(u64::MAX);
        let mut linker = Linker::new(engine);
        (self.link)(&mut linker, &mut store).map_err(failure)?;
        prepare(&mut linker)?;
        let instance = linker.instantiate(&mut store, &module).map_err(failure)?;
        Ok((store, instance, module))
    }

    /// Makes the call and checks what it gives.
    fn act(&self, store: &mut Store<()>, instance: &Instance) -> Result<()> {
        let (export, argument) = self.call;
        let function = instance.get_typed_func::<i32, i32>(&mut *store, export).map_err(failure)?;
        let result = function.call(store, argument).map_err(failure)?;
        ensure!(result == self.result, "{export} gave {result} instead of {}", self.result);
        Ok(())
    }

    /// Runs it everywhere and compares the totals.
    fn check(&self) -> Result<()> {
        let wasm = wat::parse_str(self.wat)?;
        let plain = engine::engine(|_| ())?;
        let (mut store, instance, _) = self.instance(&plain, &wasm, |_| Ok(()))?;
        self.act(&mut store, &instance)?;

        let tape = Tape::start(&wasm, "linked", Slices::Chosen, Detail::Full)?;
        let (mut store, instance, module) =
            self.instance(&plain, &tape.instrumented.wasm, |linker| {
                Ok(tape.stream.define(linker)?)
            })?;
        tape.stream.attach(&mut store, &instance)?;
        self.act(&mut store, &instance)?;
        tape.end(&mut store, &module, None);
        let trace = recorded::read(tape.finish()?)?;

        for model in models::all(2) {
            let report = recorded::price(&trace, &model, None)?;
            let counted = counter::rewrite(&wasm, std::slice::from_ref(&model))?;
            let (mut store, instance, _) = self.instance(&plain, &counted.wasm, |_| Ok(()))?;
            self.act(&mut store, &instance)?;
            let count = wasmtime_engine::read(&mut store, &instance, &counted)?[0].total;
            let (low, high) = (report.fuel.low, report.fuel.high);
            let name = &model.name;
            ensure!(
                (low, high) == (count.into(), count.into()),
                "{name}: counted {count}, the trace gives {low}..{high}"
            );
            if model.function_entry == fuel::FUNCTION_ENTRY as u32
                && let Some(costs) = fuel::operator_cost(&model)
            {
                let engine = engine::engine(|config| fuel::consume_fuel(config, costs))?;
                let (mut store, instance, _) = self.instance(&engine, &wasm, |_| Ok(()))?;
                fuel::fill(&mut store)?;
                self.act(&mut store, &instance)?;
                let fuel = fuel::consumed(&store)?;
                ensure!(fuel == count, "{name}: Wasmtime consumed {fuel}, counted {count}");
            }
        }
        Ok(())
    }
}

/// Calls the caller's export `step` with the argument less one.
fn call_back(mut caller: Caller<'_, ()>, argument: i32) -> wasmtime::Result<i32> {
    let step = caller.get_export("step").and_then(Extern::into_func).expect("it is exported");
    step.typed::<i32, i32>(&caller)?.call(&mut caller, argument - 1)
}

#[test]
fn a_host_may_call_back_into_the_guest() -> Result<()> {
    let scenario = Scenario {
        wat: r#"(module
          (import "host" "call_back" (func $call_back (param i32) (result i32)))
          (func $step (export "step") (param i32) (result i32)
            local.get 0 i32.eqz
            if i32.const 0 return end
            local.get 0 i32.const 1 i32.and
            if (result i32)
              local.get 0 call $call_back
            else
              local.get 0 call $call_back
              local.get 0 i32.const 2 i32.div_u call $step
              i32.add
            end
            local.get 0 i32.add))"#,
        link: |linker, _| linker.func_wrap("host", "call_back", call_back).map(drop),
        call: ("step", 12),
        result: 158,
    };
    scenario.check()
}

/// The host catches the trap of its call into the guest, and the guest goes on.
#[test]
fn a_host_may_catch_what_the_guest_did() -> Result<()> {
    let scenario = Scenario {
        wat: r#"(module
          (import "host" "call_back" (func $call_back (param i32) (result i32)))
          (func $deeper (param i32)
            local.get 0 i32.eqz
            if unreachable end
            local.get 0 i32.const 1 i32.sub call $deeper)
          (func (export "step") (param i32) (result i32)
            local.get 0 call $deeper
            i32.const 1)
          (func (export "outer") (param i32) (result i32) (local i32)
            loop
              local.get 1 local.get 0 call $call_back i32.add local.set 1
              local.get 0 i32.const 1 i32.sub local.tee 0
              br_if 0
            end
            local.get 1))"#,
        link: |linker, _| {
            let recover =
                |caller: Caller<'_, ()>, argument| call_back(caller, argument).unwrap_or(10);
            linker.func_wrap("host", "call_back", recover).map(drop)
        },
        call: ("outer", 5),
        result: 50,
    };
    scenario.check()
}

/// An import of every kind, each of which is used. Indices of imports must not move.
#[test]
fn imports_of_every_kind_stay_what_they_are() -> Result<()> {
    let scenario = Scenario {
        wat: r#"(module
          (import "host" "double" (func $double (param i32) (result i32)))
          (import "host" "constant" (global $constant i32))
          (import "host" "variable" (global $variable (mut i64)))
          (import "host" "memory" (memory $memory 1))
          (import "host" "memory" (memory $again 1))
          (import "host" "table" (table $table 2 funcref))
          (import "host" "tag" (tag $tag (param i32)))
          (import "host" "double" (func $double_again (param i32) (result i32)))
          (memory $own 1)
          (global $own_global (mut i32) (i32.const 5))
          (elem (table $table) (i32.const 1) func $triple)
          (data (memory $memory) (i32.const 0) "\01\02\03\04")
          (func $triple (param i32) (result i32) local.get 0 i32.const 3 i32.mul)
          (func (export "run") (param i32) (result i32)
            global.get $variable i64.const 1 i64.add global.set $variable
            i32.const 10 i32.const 2 i32.const 8 memory.copy $own $memory
            i32.const 0 i32.const 0 i32.const 10 memory.copy $again $memory
            block $caught (result i32)
              try_table (catch $tag $caught)
                local.get 0 call $double throw $tag
              end
              unreachable
            end
            i32.const 1 call_indirect $table (param i32) (result i32)
            global.get $constant i32.add
            global.get $own_global i32.add
            i32.const 10 i32.load8_u $own i32.add
            global.get $variable i32.wrap_i64 i32.add
            call $double_again))"#,
        link: define_every_kind,
        call: ("run", 7),
        // (((7 * 2) * 3) + 100 + 5 + 3 + 1001) * 2
        result: 2302,
    };
    scenario.check()
}

fn define_every_kind(linker: &mut Linker<()>, store: &mut Store<()>) -> wasmtime::Result<()> {
    linker.func_wrap("host", "double", |value: i32| value * 2)?;
    let global = |ty, mutability, value, store: &mut Store<()>| {
        Global::new(store, GlobalType::new(ty, mutability), value)
    };
    let constant = global(ValType::I32, Mutability::Const, Val::I32(100), store)?;
    let variable = global(ValType::I64, Mutability::Var, Val::I64(1000), store)?;
    let memory = Memory::new(&mut *store, MemoryType::new(1, None))?;
    let references = RefType::new(true, HeapType::Func);
    let table = Table::new(&mut *store, TableType::new(references, 2, None), Ref::Func(None))?;
    let tag_type = TagType::new(FuncType::new(store.engine(), [ValType::I32], []));
    let tag = Tag::new(&mut *store, &tag_type)?;
    linker.define(&*store, "host", "constant", constant)?;
    linker.define(&*store, "host", "variable", variable)?;
    linker.define(&*store, "host", "memory", memory)?;
    linker.define(&*store, "host", "table", table)?;
    linker.define(&*store, "host", "tag", tag)?;
    Ok(())
}
