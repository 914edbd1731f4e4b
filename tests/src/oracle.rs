//! The oracles. They share no code with the slicer, the recorder and the analyzer; from `formats`
//! they take prices only.

pub mod counter;
pub mod fuel;
pub mod opcode;
pub mod wasmi_engine;
pub mod wasmtime_engine;
