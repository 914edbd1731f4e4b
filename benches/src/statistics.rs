//! What stands for many measurements of the same.

/// The value in the middle; the upper one of two.
///
/// # Panics
///
/// When there are none.
pub(crate) fn median<T: Copy + PartialOrd>(values: impl IntoIterator<Item = T>) -> T {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort_by(|a, b| a.partial_cmp(b).expect("measurements are numbers"));
    values[values.len() / 2]
}

/// The smallest value.
///
/// # Panics
///
/// When there are none.
pub(crate) fn smallest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().reduce(f64::min).expect("something was measured")
}

/// The largest value.
///
/// # Panics
///
/// When there are none.
pub(crate) fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().reduce(f64::max).expect("something was measured")
}

/// The geometric mean of positive values: the one that doesn't depend on what they are ratios to.
pub(crate) fn geometric_mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value.ln();
        count += 1.0;
    }
    (sum / count).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_stand_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 3.0, 2.0]), 3.0);
        assert_eq!(median([7]), 7);
    }

    #[test]
    fn the_geometric_mean_of_a_ratio_and_its_inverse_is_one() {
        assert!((geometric_mean([4.0, 0.25]) - 1.0).abs() < 1e-12);
        assert!((geometric_mean([1.0, 10.0, 100.0]) - 10.0).abs() < 1e-12);
        assert!((geometric_mean([1.5]) - 1.5).abs() < 1e-12);
    }

    #[test]
    fn extremes_are_among_the_values() {
        assert_eq!((smallest([2.0, -1.0, 3.0]), largest([2.0, -1.0, 3.0])), (-1.0, 3.0));
    }
}
