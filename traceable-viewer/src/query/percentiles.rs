//! Percentiles of as many values as come, in bounded memory.

use hdrhistogram::Histogram;

/// Values that are held one by one; from more of them the answer is within a thousandth.
const MAX_EXACT: usize = 1 << 16;

/// The greatest value that a histogram takes, in microseconds: ten years. Greater ones count as this one.
const MAX_VALUE: u64 = 10 * 366 * 24 * 3600 * 1_000_000;

/// Collects values, of which a part is then below the answer.
#[derive(Default)]
pub(crate) struct Percentiles {
    exact: Vec<u64>,
    histogram: Option<Histogram<u64>>,
}

impl Percentiles {
    pub(crate) fn add(&mut self, value: i64) {
        let value = u64::try_from(value).unwrap_or(0);
        if let Some(histogram) = &mut self.histogram {
            histogram.saturating_record(value);
            return;
        }
        self.exact.push(value);
        if self.exact.len() > MAX_EXACT {
            self.histogram = histogram(&std::mem::take(&mut self.exact));
        }
    }

    /// The smallest value that is not below `percent` of all of them; `None` when there is none.
    pub(crate) fn at(&mut self, percent: f64) -> Option<i64> {
        let value = match &self.histogram {
            Some(histogram) => histogram.value_at_percentile(percent),
            None => {
                let rank = (self.exact.len() as f64 * percent / 100.0).ceil() as usize;
                let index = rank.max(1) - 1;
                if index >= self.exact.len() {
                    return None;
                }
                *self.exact.select_nth_unstable(index).1
            }
        };
        i64::try_from(value).ok()
    }
}

/// `None` cannot come, for the bounds are constants that the histogram accepts.
fn histogram(values: &[u64]) -> Option<Histogram<u64>> {
    let mut histogram = Histogram::new_with_bounds(1, MAX_VALUE, 3).ok()?;
    values.iter().for_each(|value| histogram.saturating_record(*value));
    Some(histogram)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = i64>) -> Percentiles {
        let mut percentiles = Percentiles::default();
        values.into_iter().for_each(|value| percentiles.add(value));
        percentiles
    }

    #[test]
    fn few_values_are_exact() {
        assert_eq!(of([]).at(50.0), None);
        let mut one = of([1_234_567]);
        assert_eq!((one.at(50.0), one.at(99.0)), (Some(1_234_567), Some(1_234_567)));
        let mut hundred = of((1..=100).rev());
        assert_eq!((hundred.at(50.0), hundred.at(99.0), hundred.at(100.0)), (Some(50), Some(99), Some(100)));
        assert_eq!(of([-5]).at(50.0), Some(0), "a clock that went backwards");
    }

    #[test]
    fn many_values_are_near() {
        let count = 3 * MAX_EXACT as i64;
        let mut many = of((1..=count).map(|value| value * 7));
        for percent in [50.0, 99.0] {
            let right = count as f64 * 7.0 * percent / 100.0;
            let found = many.at(percent).unwrap() as f64;
            assert!((found / right - 1.0).abs() < 0.001, "{percent}: {found} for {right}");
        }
        many.add(i64::MAX);
        assert!(many.at(100.0).unwrap() >= i64::try_from(MAX_VALUE).unwrap());
    }
}
