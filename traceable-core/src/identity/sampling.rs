//! Which traces are recorded.

use uuid::Uuid;

/// Whether a trace is recorded at this rate. Every process that sees the trace id decides the same, and so does
/// LangSmith's Python SDK from 0.15 on, whose formula this is: the XXH3-128 hash of the id's text, modulo a million.
///
/// ```
/// let trace = "01a2036e-7943-7180-aa53-4023084e2e12".parse().unwrap();
/// assert!(traceable_core::is_sampled(trace, 0.5));
/// assert!(!traceable_core::is_sampled(trace, 0.1));
/// ```
pub fn is_sampled(trace_id: Uuid, rate: f64) -> bool {
    if rate >= 1.0 {
        return true;
    }
    if rate <= 0.0 {
        return false;
    }
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    let digest = xxhash_rust::xxh3::xxh3_128(trace_id.hyphenated().encode_lower(&mut text).as_bytes());
    ((digest % 1_000_000) as f64 / 1_000_000.0) < rate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_agrees_with_the_published_vectors() {
        for (trace, decisions) in [
            ("01a2036e-0bea-710d-96ed-c3ae3327ba63", [false, false, false]),
            ("01a2036e-7943-7180-aa53-4023084e2e12", [false, true, true]),
            ("01a20373-4048-75be-8922-6d54cb823837", [false, true, true]),
        ] {
            let trace = trace.parse().unwrap();
            assert_eq!([0.1, 0.5, 0.9].map(|rate| is_sampled(trace, rate)), decisions);
            assert!(is_sampled(trace, 1.0) && !is_sampled(trace, 0.0));
        }
    }
}
