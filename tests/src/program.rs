//! What is run: a module, and how to run it.

use std::path::PathBuf;

/// A module and how to run it. Every oracle runs it the same way.
#[derive(Clone, Debug)]
pub struct Program {
    /// Name for messages.
    pub name: String,
    /// The module, in binary form.
    pub wasm: Vec<u8>,
    /// How to run it.
    pub run: Run,
    /// Whether it runs for a moment: then oracles don't optimize it, which would take longer, and it is recorded with
    /// the smallest ring that it can have.
    pub is_brief: bool,
}

/// How to run a module.
#[derive(Clone, Debug)]
pub enum Run {
    /// As a WASI preview 1 command: call `_start`.
    Command(Command),
    /// As a library: call these exports in order, on one instance, going on after traps.
    Calls(Vec<Call>),
}

/// The surroundings of a WASI command.
#[derive(Clone, Debug, Default)]
pub struct Command {
    /// Arguments after the program's name.
    pub arguments: Vec<String>,
    /// Environment variables.
    pub environment: Vec<(String, String)>,
    /// Directories of the host and what the guest calls them.
    pub directories: Vec<(PathBuf, String)>,
    /// Standard input.
    pub stdin: Vec<u8>,
    /// Whether functions that WASI does not define return zeros. Otherwise they are missing.
    pub default_imports: bool,
}

/// One call of an export.
#[derive(Clone, Debug)]
pub struct Call {
    /// Name of the exported function.
    pub export: String,
    /// Its arguments.
    pub arguments: Vec<Value>,
}

/// A value that is compared by its bits. References compare by being null or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// An `i32`.
    I32(i32),
    /// An `i64`.
    I64(i64),
    /// The bits of an `f32`.
    F32(u32),
    /// The bits of an `f64`.
    F64(u64),
    /// A `v128`.
    V128(u128),
    /// A reference, as an argument always the default of the parameter's type.
    Reference {
        /// Whether it is null.
        null: bool,
    },
}

impl Value {
    /// The value with every NaN made the canonical one: the specification leaves a NaN's bits
    /// open, so two correct runs may differ in them.
    pub fn canonical(self) -> Value {
        match self {
            Value::F32(bits) if f32::from_bits(bits).is_nan() => Value::F32(0x7fc0_0000),
            Value::F64(bits) if f64::from_bits(bits).is_nan() => Value::F64(0x7ff8 << 48),
            value => value,
        }
    }
}

impl Program {
    /// A command without arguments.
    pub fn command(name: impl Into<String>, wasm: Vec<u8>) -> Program {
        let run = Run::Command(Command::default());
        Program { name: name.into(), wasm, run, is_brief: false }
    }

    /// Calls of exports, each with its arguments.
    pub fn calls(name: impl Into<String>, wasm: Vec<u8>, calls: Vec<Call>) -> Program {
        Program { name: name.into(), wasm, run: Run::Calls(calls), is_brief: false }
    }

    /// Calls of the exports of a module in text form.
    ///
    /// # Panics
    ///
    /// When the text does not parse: it is part of the test.
    pub fn text(name: impl Into<String>, wat: &str, calls: &[(&str, &[Value])]) -> Program {
        let wasm = wat::parse_str(wat).expect("the test's text form parses");
        let calls = calls.iter().map(|&(export, arguments)| Call::new(export, arguments));
        Program::calls(name, wasm, calls.collect())
    }

    /// The surroundings of the command, or empty ones.
    pub fn surroundings(&self) -> Command {
        match &self.run {
            Run::Command(command) => command.clone(),
            Run::Calls(_) => Command::default(),
        }
    }

    /// The calls to make after the start function, in order.
    pub fn invocations(&self) -> Vec<Call> {
        match &self.run {
            Run::Command(_) => vec![Call::new("_start", &[])],
            Run::Calls(calls) => calls.clone(),
        }
    }
}

impl Call {
    /// A call of `export`.
    pub fn new(export: &str, arguments: &[Value]) -> Call {
        Call { export: export.to_owned(), arguments: arguments.to_vec() }
    }
}
