//! Numbers for people.

/// `number` with a comma between groups of three digits.
pub fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `number` things: `thing` is the word for one of them, and takes an s for more.
pub fn counted(number: u128, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(number))
}

/// A number of bytes with a decimal unit.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    // Compared after rounding to one decimal, so that 999,960 bytes are 1.0 MB.
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// `part` as a percentage of `whole`, with one decimal.
pub(super) fn percent(part: u128, whole: u128) -> String {
    match whole {
        0 => "-".to_string(),
        _ => format!("{:.1}", part as f64 * 100.0 / whole as f64),
    }
}

/// `part` as a percentage of `whole`, with two digits that count; as much as it takes of small ones.
pub(crate) fn precision(part: u128, whole: u128) -> String {
    let percent = part as f64 * 100.0 / whole as f64;
    match percent {
        _ if part == 0 => "0".to_string(),
        _ if whole == 0 => "∞".to_string(),
        10.0.. => format!("{percent:.0}"),
        _ => {
            let decimals = (1.0 - percent.log10().floor()) as usize;
            format!("{percent:.decimals$}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(u128::from(u64::MAX)), "18,446,744,073,709,551,615");
    }

    #[test]
    fn bytes_have_decimal_units() {
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1000), "1.0 kB");
        assert_eq!(bytes(999_960), "1.0 MB");
        assert_eq!(bytes(u64::MAX), "18.4 EB");
    }

    #[test]
    fn precisions_have_two_digits() {
        assert_eq!(precision(0, 5), "0");
        assert_eq!(precision(1, 0), "∞");
        assert_eq!(precision(123, 100), "123");
        assert_eq!(precision(123, 1000), "12");
        assert_eq!(precision(123, 10_000), "1.2");
        assert_eq!(precision(123, 10_000_000), "0.0012");
    }

    #[test]
    fn shares_of_nothing_are_no_number() {
        assert_eq!(percent(1, 3), "33.3");
        assert_eq!(percent(0, 0), "-");
        assert_eq!(percent(u128::MAX, u128::MAX), "100.0");
    }
}
