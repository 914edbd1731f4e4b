//! Quantiles of Student's t distribution.
//!
//! Takes degrees of freedom and a confidence; gives how many standard errors a two-sided interval
//! reaches to each side.

/// Degrees of freedom beyond this make no difference: the quantile of 95 % is 1.96020 here and
/// 1.95996 for a normal distribution.
const MOST_DEGREES: f64 = 1e4;

/// Bisections of the quantile: each gives a bit.
const BISECTIONS: usize = 100;

/// Terms of the continued fraction; it converges after about the square root of the degrees.
const FRACTION_TERMS: u32 = 1000;

/// The `t` with P(|T| ≤ `t`) = `confidence` for a T with `degrees` of freedom, at least 1, not
/// necessarily a whole number. `confidence` is between 0 and 1.
pub(super) fn quantile(degrees: f64, confidence: f64) -> f64 {
    let degrees = degrees.clamp(1.0, MOST_DEGREES);
    let tails = 1.0 - confidence;
    let (mut low, mut high) = (0.0, 1.0);
    while outside(degrees, high) > tails && high < f64::MAX / 4.0 {
        (low, high) = (high, high * 2.0);
    }
    for _ in 0..BISECTIONS {
        let middle = f64::midpoint(low, high);
        match outside(degrees, middle) > tails {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}

/// P(|T| > `t`): the regularised incomplete beta function I(degrees/2, 1/2) at
/// degrees/(degrees + t²). M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, 26.7.1
/// and 26.5.27.
fn outside(degrees: f64, t: f64) -> f64 {
    let (a, b) = (degrees / 2.0, 0.5);
    let square = t * t;
    if !square.is_finite() {
        return 0.0;
    }
    let x = degrees / (degrees + square);
    let y = square / (degrees + square);
    if y == 0.0 {
        return 1.0;
    }
    let ln_front = a * x.ln() + b * y.ln() - ln_beta(a, b);
    // The fraction converges quickly only on this side of the mean of the distribution.
    match x < (a + 1.0) / (a + b + 2.0) {
        true => ln_front.exp() * fraction(a, b, x) / a,
        false => 1.0 - ln_front.exp() * fraction(b, a, y) / b,
    }
}

/// The continued fraction of the incomplete beta function (Abramowitz and Stegun, 26.5.8),
/// evaluated by Lentz's method as modified by I. Thompson and A. Barnett, J. Comput. Phys. 64
/// (1986).
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let not_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / not_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for term in 1..FRACTION_TERMS {
        let m = f64::from(term);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = value;
        for coefficient in [even, odd] {
            d = 1.0 / not_zero(1.0 + coefficient * d);
            c = not_zero(1.0 + coefficient / c);
            value *= c * d;
        }
        if (value - before).abs() <= 1e-15 * value.abs() {
            break;
        }
    }
    value
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// The logarithm of the gamma function of a positive number, by Stirling's series (Abramowitz and
/// Stegun, 6.1.41) beyond 10, where its first terms suffice.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut product) = (x, 1.0);
    while x < 10.0 {
        product *= x;
        x += 1.0;
    }
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let series = inverse
        * (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0))));
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series - product.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_published_tables() {
        // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
        let table = [
            (1.0, 0.90, 6.314),
            (1.0, 0.95, 12.706),
            (1.0, 0.99, 63.657),
            (2.0, 0.95, 4.303),
            (3.0, 0.95, 3.182),
            (5.0, 0.95, 2.571),
            (5.0, 0.99, 4.032),
            (10.0, 0.80, 1.372),
            (10.0, 0.95, 2.228),
            (10.0, 0.998, 4.144),
            (30.0, 0.95, 2.042),
            (60.0, 0.99, 2.660),
            (100.0, 0.95, 1.984),
            (1e9, 0.95, 1.960),
        ];
        for (degrees, confidence, published) in table {
            let found = quantile(degrees, confidence);
            assert!((found - published).abs() < 6e-4, "{degrees} {confidence}: {found}");
        }
    }

    #[test]
    fn extreme_arguments_give_numbers() {
        for degrees in [1.0, 1.5, 7.3, 1e4] {
            let mut last = 0.0;
            for confidence in [1e-12, 0.5, 0.9, 0.999, 1.0 - 1e-12] {
                let found = quantile(degrees, confidence);
                assert!(found.is_finite() && found > last, "{degrees} {confidence}: {found}");
                last = found;
            }
        }
    }
}
