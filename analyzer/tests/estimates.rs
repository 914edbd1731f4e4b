//! What an estimate is in cases that can be worked out by hand, and what it refuses.

use analyzer::estimate::{
    Access, BATCH_UNITS, Cost, Error, Estimate, Goal, Interval, Unit, estimate,
};

fn goal() -> Goal {
    Goal::default()
}

fn units(count: usize) -> Vec<Unit> {
    vec![Unit { events: 1000, nanoseconds: 1_000_000, bytes: 10, ..Unit::default() }; count]
}

/// A cost that differs by some 6 % from unit to unit.
fn varied(unit: usize) -> u128 {
    let mixed = (unit as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    10_000 + u128::from(mixed % 2000)
}

fn run(units: &[Unit], goal: &Goal, cost: impl Fn(usize) -> u128) -> Estimate {
    let result = estimate(units, goal, |batch| {
        let price = |&unit: &usize| Some(Cost { total: cost(unit), parts: vec![(7, cost(unit))] });
        Ok::<_, String>(batch.iter().map(price).collect())
    });
    result.expect("the goal is possible")
}

fn exactly(value: u128) -> Interval {
    Interval { value, low: value, high: value }
}

#[test]
fn nothing_costs_nothing() {
    let found = run(&[], &goal(), |_| 1);
    assert_eq!((found.total, found.exact, found.read_units), (exactly(0), true, 0));
    // Units without events aren't asked for.
    let empty = vec![Unit::default(); 10];
    let found = run(&empty, &goal(), |_| panic!("a unit without events was read"));
    assert_eq!((found.total, found.exact, found.read_units), (exactly(0), true, 0));
}

#[test]
fn one_unit_is_read() {
    let found = run(&units(1), &goal(), |_| 42);
    assert_eq!((found.total, found.exact), (exactly(42), true));
    assert_eq!(found.parts[&7].cost, exactly(42));
    assert_eq!((found.read_units, found.read_bytes, found.rounds), (1, 10, 1));
    assert_eq!((found.least_share, found.blind_events), (1.0, 0));
}

#[test]
fn equal_units_need_but_a_pilot() {
    for cost in [1, 12_345, 1 << 100] {
        let found = run(&units(5000), &goal(), |_| cost);
        let Interval { value, low, high } = found.total;
        assert!(low <= 5000 * cost && 5000 * cost <= high, "{found:?}");
        assert!((high - low) as f64 <= 2.0 + 1e-9 * value as f64, "{found:?}");
        assert!(found.rounds == 1 && found.read_units <= 200, "{found:?}");
    }
}

#[test]
fn who_can_read_everything_faster_is_told_to() {
    let goal = Goal { only_a_part: true, ..goal() };
    let price = |batch: &[usize]| -> Result<Vec<Option<Cost>>, std::convert::Infallible> {
        Ok(batch.iter().map(|&unit| Some(Cost { total: varied(unit), parts: vec![] })).collect())
    };
    assert_eq!(estimate(&units(50), &goal, price), Err(Error::TooMuch));
    let precise = Goal { precision: 1e-6, ..goal };
    assert_eq!(estimate(&units(5000), &precise, price), Err(Error::TooMuch));
    let rough = estimate(&units(5000), &Goal { precision: 0.2, ..goal }, price).unwrap();
    assert!(!rough.exact && rough.read_units < 1500, "{rough:?}");
}

#[test]
fn a_probe_tells_before_the_pilot_that_too_much_has_to_be_read() {
    let goal = Goal { only_a_part: true, ..goal() };
    // One in three units costs thirty times as much as the others.
    let wild = |unit: usize| if varied(unit).is_multiple_of(3) { 300_000 } else { 10_000 };
    let asked = |cost: &dyn Fn(usize) -> u128, goal: &Goal| {
        let mut asked = 0;
        let found = estimate(&units(5000), goal, |batch| {
            asked += batch.len();
            let price = |&unit: &usize| Some(Cost { total: cost(unit), parts: vec![] });
            Ok::<_, std::convert::Infallible>(batch.iter().map(price).collect())
        });
        (found, asked)
    };
    let (found, probed) = asked(&wild, &goal);
    assert_eq!(found, Err(Error::TooMuch));
    assert!(probed <= 40, "{probed}");
    // The pilot of 100 strata would have been 200 units; a rough estimate needs no more.
    let (found, piloted) = asked(&wild, &Goal { precision: 0.3, ..goal });
    assert!(found.is_ok_and(|found| !found.exact));
    assert!((200..1500).contains(&piloted), "{piloted}");
    // What was probed belongs to the pilot: the estimate is the same with and without it.
    let without = Goal { only_a_part: false, precision: 0.3, ..goal };
    let (found, _) = asked(&wild, &Goal { precision: 0.3, ..goal });
    let plain = asked(&wild, &without).0.unwrap();
    assert_eq!(found.unwrap().total, plain.total);
}

#[test]
fn a_precision_of_0_is_exact() {
    let goal = Goal { precision: 0.0, ..goal() };
    let found = run(&units(700), &goal, varied);
    assert_eq!((found.total, found.exact), (exactly((0..700).map(varied).sum()), true));
    assert_eq!(found.read_units, 700);
    // Even where nothing varies.
    assert!(run(&units(700), &goal, |_| 5).exact);
}

#[test]
fn what_is_out_of_reach_is_read_in_full() {
    let found = run(&units(500), &Goal { precision: 1e-6, ..goal() }, varied);
    assert_eq!((found.total, found.exact), (exactly((0..500).map(varied).sum()), true));
    // A hundredth of nothing is nothing.
    let found = run(&units(500), &goal(), |unit| u128::from(unit == 400));
    assert_eq!((found.total, found.exact), (exactly(1), true));
}

#[test]
fn impossible_goals_are_refused() {
    let refused = |goal: Goal| {
        estimate(&units(3), &goal, |_| -> Result<Vec<Option<Cost>>, String> {
            panic!("something was read")
        })
    };
    for confidence in [0.0, 1.0, -0.5, 1.5, f64::NAN, f64::INFINITY] {
        assert_eq!(refused(Goal { confidence, ..goal() }), Err(Error::Confidence));
    }
    for precision in [-0.01, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(refused(Goal { precision, ..goal() }), Err(Error::Precision));
    }
    let odd = [Unit { events: 1, least: 3, most: 2, ..Unit::default() }];
    let read_nothing = |_: &[usize]| Ok::<_, String>(Vec::new());
    assert_eq!(estimate(&odd, &goal(), read_nothing), Err(Error::Bounds(0)));
}

#[test]
fn failures_to_price_are_passed_on() {
    let fails = |_: &[usize]| Err::<Vec<Option<Cost>>, _>("disk on fire");
    assert_eq!(estimate(&units(3), &goal(), fails), Err(Error::Price("disk on fire")));
    let forgets = |_: &[usize]| Ok::<_, String>(Vec::new());
    assert_eq!(estimate(&units(3), &goal(), forgets), Err(Error::Batch { asked: 3, priced: 0 }));
    let dear = |batch: &[usize]| {
        let cost = Cost { total: u128::MAX, parts: Vec::new() };
        Ok::<_, String>(vec![Some(cost); batch.len()])
    };
    assert_eq!(estimate(&units(3), &goal(), dear), Err(Error::Overflow));
}

#[test]
fn units_are_asked_for_once_and_in_order() {
    let mut asked = Vec::new();
    let found = estimate(&units(3000), &Goal { precision: 1e-3, ..goal() }, |batch| {
        assert!(batch.len() <= BATCH_UNITS && batch.is_sorted());
        asked.extend_from_slice(batch);
        let price = |&unit: &usize| Some(Cost { total: varied(unit), parts: Vec::new() });
        Ok::<_, String>(batch.iter().map(price).collect())
    });
    let found = found.expect("the goal is possible");
    assert_eq!(found.read_units, asked.len() as u64);
    assert_eq!(found.read_bytes, 10 * asked.len() as u64);
    asked.sort_unstable();
    asked.dedup();
    assert_eq!(found.read_units, asked.len() as u64);
}

#[test]
fn the_seed_decides() {
    let estimate = |seed| run(&units(3000), &Goal { seed, ..goal() }, varied);
    assert_eq!(estimate(1), estimate(1));
    assert_ne!(estimate(1), estimate(2));
}

#[test]
fn more_confidence_and_precision_take_more() {
    let read = |goal: Goal| run(&units(5000), &goal, varied).read_units;
    let usual = read(Goal { precision: 0.005, ..goal() });
    assert!(read(Goal { precision: 0.002, ..goal() }) > usual);
    assert!(read(Goal { precision: 0.005, confidence: 0.999, ..goal() }) > usual);
    assert!(read(Goal { precision: 10.0, ..goal() }) <= usual);
}

#[test]
fn without_anything_readable_the_bounds_are_all_that_is_known() {
    for access in [Access::Unkept, Access::Lost] {
        let mut gone = units(5);
        gone.iter_mut().for_each(|unit| unit.access = access);
        let found = run(&gone, &goal(), |_| panic!("an unreadable unit was read"));
        assert_eq!(found.total, Interval { value: 0, low: 0, high: u128::MAX });
        assert!(!found.exact);
        gone.iter_mut().for_each(|unit| (unit.least, unit.most) = (10, 30));
        let found = run(&gone, &goal(), |_| panic!("an unreadable unit was read"));
        assert_eq!(found.total, Interval { value: 50, low: 50, high: 150 });
    }
}

#[test]
fn one_readable_unit_says_little_of_others() {
    let mut few = units(3);
    few[0].access = Access::Lost;
    few[1].access = Access::Lost;
    let found = run(&few, &goal(), |_| 100);
    assert_eq!((found.total.low, found.total.high), (100, u128::MAX));
    assert_eq!((found.exact, found.blind_events), (false, 2000));
}

#[test]
fn lost_units_are_estimated_within_their_bounds() {
    let mut some = units(400);
    for unit in &mut some[100..140] {
        unit.access = Access::Lost;
    }
    let free = run(&some, &goal(), varied);
    assert!(!free.exact && free.blind_events == 40_000);
    assert!(free.total.high - free.total.low > 40 * 1000, "{free:?}");
    for unit in &mut some[100..140] {
        (unit.least, unit.most) = (10_900, 11_100);
    }
    let bounded = run(&some, &Goal { precision: 1e-9, ..goal() }, varied);
    let Interval { low, high, .. } = bounded.total;
    assert_eq!(bounded.read_units, 360);
    assert!(high - low <= 40 * 200, "{bounded:?}");
}

#[test]
fn units_may_turn_out_to_be_unreadable() {
    let unreadable = |share: usize| {
        let result = estimate(&units(300), &Goal { precision: 0.0, ..goal() }, |batch| {
            let price = |&unit: &usize| {
                let cost = Cost { total: varied(unit), parts: Vec::new() };
                (unit % share != 0).then_some(cost)
            };
            Ok::<_, String>(batch.iter().map(price).collect())
        });
        result.expect("the goal is possible")
    };
    let found = unreadable(10);
    assert_eq!((found.read_units, found.blind_events, found.exact), (270, 30_000, false));
    let truth = (0..300).map(varied).sum();
    assert!(found.total.low < truth && truth < found.total.high, "{found:?}");
    let nothing = unreadable(1);
    assert_eq!((nothing.read_units, nothing.blind_events), (0, 300_000));
    assert_eq!((nothing.total.low, nothing.total.high), (0, u128::MAX));
}

#[test]
fn extreme_numbers_are_numbers() {
    let mut odd = units(200);
    for (index, unit) in odd.iter_mut().enumerate() {
        unit.events = [1, u64::MAX, 3, 1 << 40][index % 4];
        unit.nanoseconds = [u64::MAX, 0, 1, 1 << 50][index / 4 % 4];
        unit.access = [Access::Readable, Access::Unkept, Access::Lost][index % 3];
        unit.stream = index as u32 % 5;
    }
    for guard in [false, true] {
        let found = run(&odd, &Goal { guard, ..goal() }, |unit| (unit as u128 % 7) << 110);
        assert!(found.total.low <= found.total.value && found.total.value <= found.total.high);
    }
}
