//! Fuel, calls and iterations by function and loop.

use formats::plan::{EventKind, Plan, RegionKind};
use formats::report::{FunctionReport, LoopReport};

use crate::Error;
use crate::names::FunctionNames;
use crate::replay::{FuelByContext, Prices};
use crate::tally::Tally;
use crate::walk::TrapTail;

/// Sums by function and loop.
pub(crate) struct Profile<'a> {
    plan: &'a Plan,
    functions: Vec<FunctionSums>,
    /// Inclusive fuel by function, if it is known.
    totals: Option<Vec<u128>>,
    /// Fuel of all events and tails.
    fuel: u128,
}

#[derive(Clone, Default)]
struct FunctionSums {
    calls: u128,
    fuel: u128,
    loops: Vec<LoopSums>,
}

#[derive(Clone, Default)]
struct LoopSums {
    iterations: u128,
    fuel: u128,
}

impl<'a> Profile<'a> {
    /// A profile with nothing in it but the inclusive fuel of each function.
    pub(crate) fn new(plan: &'a Plan, totals: Option<Vec<u128>>) -> Self {
        let functions = plan.functions.iter().map(|function| FunctionSums {
            loops: vec![LoopSums::default(); function.loops.len()],
            ..FunctionSums::default()
        });
        Profile { plan, functions: functions.collect(), totals, fuel: 0 }
    }

    /// Adds what the events in `tally` show.
    ///
    /// # Errors
    ///
    /// [`Error::Overflow`].
    pub(crate) fn add_events(&mut self, tally: &[Tally], prices: &Prices) -> Result<(), Error> {
        let events = self.plan.event_map();
        for entry in tally {
            if let Some(EventKind::Path { function, region, .. }) = events.resolve(entry.event.id) {
                self.count(function, region, entry.count);
            }
        }
        for (&(function, index), &iterations) in &prices.iterations {
            add(
                &mut self.functions[function as usize].loops[index as usize].iterations,
                iterations,
            )?;
        }
        self.add_fuel(&prices.by_context)
    }

    /// Takes back what the event of a nest stands for that may not have run.
    ///
    /// # Errors
    ///
    /// [`Error::Overflow`], when it was not added before.
    pub(crate) fn take_back(&mut self, prices: &Prices) -> Result<(), Error> {
        for (&(function, index), &iterations) in &prices.iterations {
            let sums = &mut self.functions[function as usize].loops[index as usize];
            subtract(&mut sums.iterations, iterations)?;
        }
        for (&(function, innermost_loop), &fuel) in &prices.by_context {
            let sums = &mut self.functions[function as usize];
            subtract(&mut sums.fuel, fuel)?;
            if let Some(index) = innermost_loop {
                subtract(&mut sums.loops[index as usize].fuel, fuel)?;
            }
            subtract(&mut self.fuel, fuel)?;
        }
        Ok(())
    }

    /// Counts `times` runs of a region. Can't overflow: they are the events of a trace.
    fn count(&mut self, function: u32, region: u32, times: u128) {
        let region = &self.plan.functions[function as usize].regions[region as usize];
        let sums = &mut self.functions[function as usize];
        match region.kind {
            RegionKind::Entry => sums.calls += times,
            RegionKind::Header => {
                let loops = &self.plan.functions[function as usize].loops;
                for (found, sums) in loops.iter().zip(&mut sums.loops) {
                    if found.header == region.start {
                        sums.iterations += times;
                    }
                }
            }
            RegionKind::Join | RegionKind::Resume | RegionKind::Landing { .. } => {}
        }
    }

    fn add_fuel(&mut self, by_context: &FuelByContext) -> Result<(), Error> {
        for (&(function, innermost_loop), &fuel) in by_context {
            let sums = &mut self.functions[function as usize];
            add(&mut sums.fuel, fuel)?;
            if let Some(index) = innermost_loop {
                add(&mut sums.loops[index as usize].fuel, fuel)?;
            }
            add(&mut self.fuel, fuel)?;
        }
        Ok(())
    }

    /// Adds the least that a trapped activation spent after its last event: to its function, but
    /// to none of its loops, because the way through them isn't known.
    ///
    /// # Errors
    ///
    /// [`Error::Overflow`].
    pub(crate) fn add_tail(&mut self, tail: &TrapTail) -> Result<(), Error> {
        let low = u128::from(tail.fuel.low);
        add(&mut self.fuel, low)?;
        let Some(function) = tail.function else {
            return Ok(());
        };
        add(&mut self.functions[function as usize].fuel, low)?;
        if let Some(region) = tail.fuel.region {
            self.count(function, region, 1);
        }
        Ok(())
    }

    /// Fuel of all events and tails.
    pub(crate) fn fuel(&self) -> u128 {
        self.fuel
    }

    /// The functions and loops that ran, those with most fuel first.
    pub(crate) fn into_rows(self, module: &[u8]) -> (Vec<FunctionReport>, Vec<LoopReport>) {
        let names = FunctionNames::read(module);
        let mut functions = Vec::new();
        let mut loops = Vec::new();
        for (number, sums) in self.functions.iter().enumerate() {
            let index = self.plan.function_index(number as u32);
            if sums.calls > 0 || sums.fuel > 0 {
                functions.push(FunctionReport {
                    index,
                    name: names.get(index),
                    calls: sums.calls,
                    self_fuel: sums.fuel,
                    total_fuel: self.totals.as_ref().map(|totals| totals[number]),
                });
            }
            for (found, sums) in self.plan.functions[number].loops.iter().zip(&sums.loops) {
                if sums.iterations > 0 || sums.fuel > 0 {
                    loops.push(LoopReport {
                        function: index,
                        operator: found.operator,
                        iterations: sums.iterations,
                        self_fuel: sums.fuel,
                    });
                }
            }
        }
        // Both are sorted by place already, and the sorts are stable.
        functions.sort_by_key(|function| std::cmp::Reverse(function.self_fuel));
        loops.sort_by_key(|found| std::cmp::Reverse(found.self_fuel));
        (functions, loops)
    }
}

fn add(sum: &mut u128, fuel: u128) -> Result<(), Error> {
    *sum = sum.checked_add(fuel).ok_or(Error::Overflow)?;
    Ok(())
}

fn subtract(sum: &mut u128, fuel: u128) -> Result<(), Error> {
    *sum = sum.checked_sub(fuel).ok_or(Error::Overflow)?;
    Ok(())
}
