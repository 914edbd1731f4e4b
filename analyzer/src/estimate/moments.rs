//! Sums over the units that were read, from which ratios and their variances follow.

/// Means and central moments of events and cost of some units, kept up to date unit by unit
/// without cancellation (B. Welford, Technometrics 4, 1962; merging after T. Chan, G. Golub,
/// R. LeVeque, COMPSTAT 1982).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Moments {
    /// Number of units.
    pub(super) count: f64,
    /// Mean number of events.
    pub(super) mean_events: f64,
    /// Mean cost.
    pub(super) mean_cost: f64,
    /// Sum of the squared deviations of the events.
    events2: f64,
    /// Sum of the products of both deviations.
    product: f64,
    /// Sum of the squared deviations of the cost.
    cost2: f64,
    /// Sum of cost² / events.
    weighted_cost2: f64,
    /// Events and cost of the unit with the highest cost by event.
    dearest: (f64, f64),
    /// Events and cost of the unit with the lowest cost by event.
    cheapest: (f64, f64),
}

impl Moments {
    /// Those of one unit, which has events.
    pub(super) fn of(events: f64, cost: f64) -> Self {
        Moments {
            count: 1.0,
            mean_events: events,
            mean_cost: cost,
            weighted_cost2: cost * cost / events,
            dearest: (events, cost),
            cheapest: (events, cost),
            ..Moments::default()
        }
    }

    /// Adds other units.
    pub(super) fn merge(&mut self, other: &Moments) {
        let count = self.count + other.count;
        if count == 0.0 {
            return;
        }
        let is_above = |a: (f64, f64), b: (f64, f64)| a.1 * b.0 > b.1 * a.0;
        if self.count == 0.0 || is_above(other.dearest, self.dearest) {
            self.dearest = other.dearest;
        }
        if self.count == 0.0 || is_above(self.cheapest, other.cheapest) {
            self.cheapest = other.cheapest;
        }
        let events = other.mean_events - self.mean_events;
        let cost = other.mean_cost - self.mean_cost;
        let both = self.count * other.count / count;
        self.events2 += other.events2 + events * events * both;
        self.product += other.product + events * cost * both;
        self.cost2 += other.cost2 + cost * cost * both;
        self.mean_events += events * other.count / count;
        self.mean_cost += cost * other.count / count;
        self.weighted_cost2 += other.weighted_cost2;
        self.count = count;
    }

    /// Those of all of `whole`'s units, where `self` has only those that cost something.
    pub(super) fn with_free_units_of(&self, whole: &Moments) -> Moments {
        let free = whole.count - self.count;
        if free <= 0.0 {
            return *self;
        }
        let events = whole.count * whole.mean_events - self.count * self.mean_events;
        let mut all = *self;
        let events = events / free;
        let zeros = Moments { count: free, mean_events: events, ..Moments::of(events, 0.0) };
        all.merge(&zeros);
        all.events2 = whole.events2;
        all
    }

    /// Variance of the residuals cost - `rate` · events; 0 for fewer than two units.
    pub(super) fn residual_variance(&self, rate: f64) -> f64 {
        if self.count < 2.0 {
            return 0.0;
        }
        let squares = self.cost2 - 2.0 * rate * self.product + rate * rate * self.events2;
        squares.max(0.0) / (self.count - 1.0)
    }

    /// How many times what its events let expect the dearest unit costs.
    pub(super) fn dearest_ratio(&self, rate: f64) -> f64 {
        let expected = rate * self.dearest.0;
        if expected > 0.0 { self.dearest.1 / expected } else { 1.0 }
    }

    /// How far the dearest unit is above `rate` · events, and the cheapest below it.
    pub(super) fn extremes(&self, rate: f64) -> (f64, f64) {
        let above = self.dearest.1 - rate * self.dearest.0;
        let below = rate * self.cheapest.0 - self.cheapest.1;
        (below.max(0.0), above.max(0.0))
    }

    /// Sum of events · (cost / events - `rate`)²: how far the units' own rates are from `rate`.
    pub(super) fn rate_spread(&self, rate: f64) -> f64 {
        let (cost, events) = (self.count * self.mean_cost, self.count * self.mean_events);
        (self.weighted_cost2 - 2.0 * rate * cost + rate * rate * events).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNITS: [(f64, f64); 5] =
        [(10.0, 31.0), (12.0, 0.0), (9.0, 20.0), (20.0, 0.0), (1.0, 7.0)];

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * (1.0 + a.abs())
    }

    #[test]
    fn residuals_are_those_of_the_definition() {
        let mut moments = Moments::default();
        UNITS.iter().for_each(|&(events, cost)| moments.merge(&Moments::of(events, cost)));
        let rate = 1.5;
        let residuals: Vec<f64> = UNITS.iter().map(|(events, cost)| cost - rate * events).collect();
        let mean = residuals.iter().sum::<f64>() / 5.0;
        let variance = residuals.iter().map(|found| (found - mean).powi(2)).sum::<f64>() / 4.0;
        assert!(close(moments.residual_variance(rate), variance));
        let spread = UNITS.iter().map(|(events, cost)| events * (cost / events - rate).powi(2));
        assert!(close(moments.rate_spread(rate), spread.sum()));
    }

    #[test]
    fn free_units_can_be_added_at_the_end() {
        let (mut whole, mut costly) = (Moments::default(), Moments::default());
        for (events, cost) in UNITS {
            whole.merge(&Moments::of(events, cost));
            if cost > 0.0 {
                costly.merge(&Moments::of(events, cost));
            }
        }
        let found = costly.with_free_units_of(&whole);
        assert!(close(found.mean_cost, whole.mean_cost));
        assert!(close(found.residual_variance(2.0), whole.residual_variance(2.0)));
        assert!(close(found.rate_spread(2.0), whole.rate_spread(2.0)));
    }
}
