//! Fuel against time, in as many points as a chart can show.
//!
//! A stretch spends its fuel evenly from its start to its end: more is not known. Sums stay exact:
//! the fuel of the points adds up to that of the stretches.

use std::collections::BTreeSet;

use crate::limits::{MAX_CHART_POINTS, MAX_CHART_STREAMS};
use crate::profile::Stretch;

/// The points of a chart: equal parts of the time from the first start to the last end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Timeline {
    pub(super) start_ns: u64,
    pub(super) end_ns: u64,
    pub(super) streams: usize,
    /// Of all streams together.
    pub(super) fuel: Vec<u128>,
    /// Of each stream, by its number, where there are several and not too many.
    pub(super) by_stream: Vec<(u32, Vec<u128>)>,
}

/// The points of `stretches`; `None` when no time passes in them.
pub(super) fn timeline(stretches: &[Stretch]) -> Option<Timeline> {
    let start_ns = stretches.iter().map(|stretch| stretch.start_ns).min()?;
    let end_ns = stretches.iter().map(|stretch| stretch.end_ns).max()?;
    let span = end_ns.checked_sub(start_ns).filter(|&span| span > 0)?;
    let points = usize::try_from(span).unwrap_or(usize::MAX).min(MAX_CHART_POINTS);
    let scale = Scale { start_ns, end_ns, points };
    let streams: BTreeSet<u32> = stretches.iter().map(|stretch| stretch.stream).collect();
    let of = |stream: u32| stretches.iter().filter(move |stretch| stretch.stream == stream);
    let by_stream = match streams.len() {
        2..=MAX_CHART_STREAMS => {
            streams.iter().map(|&stream| (stream, scale.fuel(of(stream)))).collect()
        }
        _ => Vec::new(),
    };
    let fuel = scale.fuel(stretches.iter());
    Some(Timeline { start_ns, end_ns, streams: streams.len(), fuel, by_stream })
}

/// The points in time.
struct Scale {
    start_ns: u64,
    end_ns: u64,
    points: usize,
}

impl Scale {
    /// What `stretches` spent at each point.
    fn fuel<'s>(&self, stretches: impl Iterator<Item = &'s Stretch>) -> Vec<u128> {
        let mut fuel = vec![0; self.points];
        stretches.for_each(|stretch| self.add(stretch, &mut fuel));
        fuel
    }

    fn add(&self, stretch: &Stretch, fuel: &mut [u128]) {
        let end_ns = stretch.end_ns.max(stretch.start_ns);
        let mut spent = 0;
        for (point, fuel) in fuel.iter_mut().enumerate().skip(self.point_at(stretch.start_ns)) {
            let until = self.end_of(point);
            let now_spent = spent_at(stretch, until);
            *fuel = fuel.saturating_add(now_spent - spent);
            spent = now_spent;
            if until >= end_ns {
                break;
            }
        }
    }

    /// The point at the time `ns`.
    fn point_at(&self, ns: u64) -> usize {
        let part = u128::from(ns - self.start_ns) * self.points as u128;
        let point = (part / u128::from(self.end_ns - self.start_ns)) as usize;
        point.min(self.points - 1)
    }

    /// Where the point ends: not before any time that [`Scale::point_at`] finds it for.
    fn end_of(&self, point: usize) -> u64 {
        let part = u128::from(self.end_ns - self.start_ns) * (point as u128 + 1);
        self.start_ns + part.div_ceil(self.points as u128) as u64
    }
}

/// What `stretch` has spent by the time `ns`, rounded down.
fn spent_at(stretch: &Stretch, ns: u64) -> u128 {
    if ns >= stretch.end_ns {
        return stretch.fuel;
    }
    let length = u128::from(stretch.end_ns - stretch.start_ns);
    let passed = u128::from(ns.saturating_sub(stretch.start_ns));
    // Quotient and remainder apart: the product of fuel and time may need more than 128 bits.
    (stretch.fuel / length) * passed + (stretch.fuel % length) * passed / length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(start_ns: u64, end_ns: u64, fuel: u128) -> Stretch {
        Stretch { stream: 0, start_ns, end_ns, fuel }
    }

    #[test]
    fn no_time_gives_no_chart() {
        assert_eq!(timeline(&[]), None);
        assert_eq!(timeline(&[stretch(5, 5, 9)]), None);
    }

    #[test]
    fn fuel_is_spread_evenly() {
        let chart = timeline(&[stretch(1000, 7000, 1200)]).expect("a chart");
        assert_eq!(chart.fuel, vec![2; 600]);
    }

    #[test]
    fn no_fuel_is_lost() {
        let stretches: Vec<Stretch> = (0..1000)
            .map(|index| stretch(index * 997, index * 997 + 1003, (1 << 100) + u128::from(index)))
            .chain([stretch(400_000, 400_000, 77), stretch(13, 998_000, u128::from(u64::MAX))])
            .collect();
        let chart = timeline(&stretches).expect("a chart");
        let total: u128 = stretches.iter().map(|stretch| stretch.fuel).sum();
        assert_eq!(chart.fuel.iter().sum::<u128>(), total);
        assert_eq!(chart.fuel.len(), MAX_CHART_POINTS);
    }

    #[test]
    fn streams_add_up() {
        let mut stretches = [stretch(0, 900, 90), stretch(100, 1000, 45), stretch(900, 1000, 7)];
        assert_eq!(timeline(&stretches).expect("a chart").by_stream, []);
        stretches[1].stream = 5;
        let chart = timeline(&stretches).expect("a chart");
        let fuel = |stream: usize| chart.by_stream[stream].1.iter();
        assert_eq!((chart.by_stream[0].0, chart.by_stream[1].0), (0, 5));
        assert_eq!((fuel(0).sum::<u128>(), fuel(1).sum::<u128>()), (97, 45));
        let sums: Vec<u128> = fuel(0).zip(fuel(1)).map(|(left, right)| left + right).collect();
        assert_eq!(chart.fuel, sums);
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let chart = timeline(&[stretch(0, u64::MAX, u128::MAX)]).expect("a chart");
        assert_eq!(chart.fuel.iter().sum::<u128>(), u128::MAX);
    }

    #[test]
    fn a_run_of_a_few_nanoseconds_has_as_many_points() {
        let chart = timeline(&[stretch(3, 5, 10), stretch(5, 6, 1)]).expect("a chart");
        assert_eq!(chart.fuel, vec![5, 5, 1]);
    }
}
