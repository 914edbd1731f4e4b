//! The code that instrumentation inserts: setting and adding to path numbers, keeping values aside,
//! and pushing events. None of it leaves anything on the operand stack.
//!
//! A push stores its words behind the write position, moves the position, and calls the flush
//! function when less than the largest event has room. The position is kept in a local and written
//! through to its global at once, so that it is known wherever a trap ends the program; it is read
//! again from the global where other functions may have pushed. Most innermost loops without calls have no flush in
//! them: they are left for it, see `function/reentry.rs`.
//!
//! The event of a counted nest is opened when the nest is entered, with all counters 0, after making room
//! for it. Within the nest nothing else is pushed, so that the event stays where it is while its
//! counters, which locals hold, are written through to it: whatever ends the program, they are true.

use formats::plan::{COUNTER_WORDS, Scalar};
use formats::ring::WORD_BYTES;
use wasm_encoder::{BlockType, InstructionSink, MemArg};

use super::Additions;
use super::function::{Saved, slots};

/// How events are aligned in the ring, as a power of two: as their ids are at least.
const ALIGN: u32 = 1;

/// The locals that instrumentation adds to a function.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Locals {
    /// Event id of the running region's path so far (i32).
    pub(super) path: u32,
    /// What the write position is, wherever no call is under way (i32). Reading it from the global
    /// at each event would make each wait for the one before it.
    pub(super) position: u32,
    /// Index of a `br_table` (i32).
    pub(super) scratch: u32,
    /// Units of a site (i32), where the function has such sites.
    pub(super) narrow_units: u32,
    /// Units of a site (i64), where the function has such sites.
    pub(super) wide_units: u32,
    /// Where the open event of a counted nest lies (i32), where the function has counted nests.
    pub(super) open_event: u32,
    /// The first of the counters of a counted nest (i64), as many as the largest nest has.
    pub(super) counters: u32,
}

/// A value that an event carries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) from: From,
    pub(super) ty: Scalar,
}

/// Where a [`Field`] lies in the instrumented function.
#[derive(Clone, Copy, Debug)]
pub(super) enum From {
    Local(u32),
    Global(u32),
}

/// The id of a pushed event.
enum Id {
    /// The running region's path.
    Path,
    /// Always the same.
    Constant(u32),
}

/// Where the `if` around a flush stands, or the `br_if` to one, in bytes from the start of the body. It is hardly ever
/// taken, which engines had better know: they keep what happens there out of the code that runs.
#[must_use]
pub(super) struct FlushCheck(pub(super) u32);

/// Inserts event code into one function.
#[derive(Clone, Copy)]
pub(super) struct Push<'a> {
    pub(super) additions: &'a Additions,
    pub(super) locals: Locals,
}

impl Push<'_> {
    /// Reads the write position where other functions may have moved it: at the function's start,
    /// behind calls, and where an exception is caught.
    pub(super) fn load_position(&self, bytes: &mut Vec<u8>) {
        InstructionSink::new(bytes)
            .global_get(self.additions.position_global)
            .local_set(self.locals.position);
    }

    /// Starts a region: its path 0 is the event `event`.
    pub(super) fn set_path(&self, bytes: &mut Vec<u8>, event: u32) {
        InstructionSink::new(bytes).i32_const(event as i32).local_set(self.locals.path);
    }

    /// Takes an edge.
    pub(super) fn add_path(&self, bytes: &mut Vec<u8>, value: u32) {
        if value != 0 {
            InstructionSink::new(bytes)
                .local_get(self.locals.path)
                .i32_const(value as i32)
                .i32_add()
                .local_set(self.locals.path);
        }
    }

    /// Pushes the event of the path that ends here, with the values that its region carries.
    pub(super) fn path(&self, bytes: &mut Vec<u8>, values: &[Field]) -> FlushCheck {
        self.event(bytes, Id::Path, values);
        self.flush_if_full(bytes)
    }

    /// Pushes the event of the path that ends here, and leaves it to others to flush the ring. Returns the
    /// event's bytes.
    pub(super) fn unchecked_path(&self, bytes: &mut Vec<u8>, values: &[Field]) -> u32 {
        self.event(bytes, Id::Path, values)
    }

    /// Branches to the label with the relative depth `depth` if the largest event has no room in the ring.
    pub(super) fn leave_if_full(&self, bytes: &mut Vec<u8>, depth: u32) -> FlushCheck {
        self.is_full(bytes, self.additions.flush_at);
        let check = FlushCheck(bytes.len() as u32);
        InstructionSink::new(bytes).br_if(depth);
        check
    }

    /// Flushes the ring but for its last event, of so many bytes, which is to be pushed again. What `saved` holds
    /// does not live across the call.
    pub(super) fn flush_but_last(&self, bytes: &mut Vec<u8>, event_bytes: u32, saved: &[Saved]) {
        let spare = |slot: u32| self.additions.position_global + 1 + slot;
        let mut code = InstructionSink::new(bytes);
        for (slot, (local, ty)) in slots(saved) {
            code.local_get(local);
            match ty {
                Scalar::I32 | Scalar::I64 => &mut code,
                Scalar::F32 => code.i32_reinterpret_f32(),
                Scalar::F64 => code.i64_reinterpret_f64(),
            };
            code.global_set(spare(slot));
        }
        code.i32_const(event_bytes as i32).call(self.additions.empty_but_last_function);
        code.local_set(self.locals.position);
        for (slot, (local, ty)) in slots(saved) {
            code.global_get(spare(slot));
            match ty {
                Scalar::I32 | Scalar::I64 => &mut code,
                Scalar::F32 => code.f32_reinterpret_i32(),
                Scalar::F64 => code.f64_reinterpret_i64(),
            };
            code.local_set(local);
        }
    }

    /// Pushes the event `event`, which is no path.
    pub(super) fn nest(&self, bytes: &mut Vec<u8>, event: u32, values: &[Field]) -> FlushCheck {
        self.event(bytes, Id::Constant(event), values);
        self.flush_if_full(bytes)
    }

    /// Opens the event `event` of a nest with so many counters.
    pub(super) fn counted_nest(
        &self,
        bytes: &mut Vec<u8>,
        event: u32,
        counters: u32,
    ) -> FlushCheck {
        let Locals { position, open_event, .. } = self.locals;
        let size = self.place(counters as usize * COUNTER_WORDS);
        let check = self.flush_from(bytes, self.additions.flush_at - size);
        let mut code = InstructionSink::new(bytes);
        code.local_get(position).local_tee(open_event);
        code.i32_const(event as i32);
        self.store_id(&mut code);
        for counter in 0..counters {
            code.local_get(open_event);
            code.i64_const(0).local_tee(self.locals.counters + counter);
            code.i64_store(self.counter(counter));
        }
        code.local_get(open_event).i32_const(size as i32).i32_add();
        code.local_tee(position).global_set(self.additions.position_global);
        check
    }

    /// Counts the counter number `counter` of the nest whose event is open.
    pub(super) fn count(&self, bytes: &mut Vec<u8>, counter: u32) {
        let local = self.locals.counters + counter;
        let mut code = InstructionSink::new(bytes);
        code.local_get(self.locals.open_event);
        code.local_get(local).i64_const(1).i64_add().local_tee(local);
        code.i64_store(self.counter(counter));
    }

    fn counter(&self, counter: u32) -> MemArg {
        self.word(counter as usize * COUNTER_WORDS)
    }

    /// Pushes the event `event` of a site, with the i32 on top of the operand stack as units.
    pub(super) fn narrow_site(&self, bytes: &mut Vec<u8>, event: u32) -> FlushCheck {
        let units = self.locals.narrow_units;
        InstructionSink::new(bytes).local_tee(units);
        self.nest(bytes, event, &[Field { from: From::Local(units), ty: Scalar::I32 }])
    }

    /// Pushes the event `event` of a site, with the i64 on top of the operand stack as units.
    pub(super) fn wide_site(&self, bytes: &mut Vec<u8>, event: u32) -> FlushCheck {
        let units = self.locals.wide_units;
        InstructionSink::new(bytes).local_tee(units);
        self.nest(bytes, event, &[Field { from: From::Local(units), ty: Scalar::I64 }])
    }

    /// Pushes an event, and returns its bytes.
    fn event(&self, bytes: &mut Vec<u8>, id: Id, values: &[Field]) -> u32 {
        let mut code = InstructionSink::new(bytes);
        let position = self.locals.position;
        code.local_get(position);
        match id {
            Id::Path => code.local_get(self.locals.path),
            Id::Constant(event) => code.i32_const(event as i32),
        };
        self.store_id(&mut code);
        let mut words = 0;
        for value in values {
            code.local_get(position);
            match value.from {
                From::Local(local) => code.local_get(local),
                From::Global(global) => code.global_get(global),
            };
            let place = self.word(words);
            match value.ty {
                Scalar::I32 => code.i32_store(place),
                Scalar::I64 => code.i64_store(place),
                Scalar::F32 => code.f32_store(place),
                Scalar::F64 => code.f64_store(place),
            };
            words += value.ty.words();
        }
        let size = self.place(words);
        code.local_get(position).i32_const(size as i32).i32_add();
        code.local_tee(position).global_set(self.additions.position_global);
        size
    }

    /// Flushes the ring if the largest event has no room in it.
    fn flush_if_full(&self, bytes: &mut Vec<u8>) -> FlushCheck {
        self.flush_from(bytes, self.additions.flush_at)
    }

    /// Flushes the ring if the position is `limit` or more.
    fn flush_from(&self, bytes: &mut Vec<u8>, limit: u32) -> FlushCheck {
        self.is_full(bytes, limit);
        let check = FlushCheck(bytes.len() as u32);
        let mut code = InstructionSink::new(bytes);
        code.if_(BlockType::Empty);
        code.call(self.additions.empty_function).local_set(self.locals.position).end();
        check
    }

    /// Whether the position is `limit` or more.
    fn is_full(&self, bytes: &mut Vec<u8>, limit: u32) {
        let mut code = InstructionSink::new(bytes);
        code.local_get(self.locals.position).i32_const(limit as i32).i32_ge_u();
    }

    /// Stores the id on top of the operand stack at the place below it.
    fn store_id(&self, code: &mut InstructionSink<'_>) {
        let place = MemArg { offset: 0, align: ALIGN, memory_index: self.additions.ring_memory };
        match self.additions.id_bytes {
            2 => code.i32_store16(place),
            _ => code.i32_store(place),
        };
    }

    /// Where the payload word number `index` lies.
    fn word(&self, index: usize) -> MemArg {
        let offset = self.place(index).into();
        MemArg { offset, align: ALIGN, memory_index: self.additions.ring_memory }
    }

    /// Bytes of an event up to its payload word number `index`.
    fn place(&self, index: usize) -> u32 {
        self.additions.id_bytes + (index * WORD_BYTES) as u32
    }
}
