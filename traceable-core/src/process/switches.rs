//! Whether traces are recorded, and which share of them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use uuid::Uuid;

use crate::identity::sampling::is_sampled;

static ENABLED: AtomicBool = AtomicBool::new(true);
/// The bits of an `f64`.
static SAMPLING_RATE: AtomicU64 = AtomicU64::new(0x3ff0_0000_0000_0000);

/// Switches recording on or off for new traces. A trace that has begun goes on as it began.
///
/// ```
/// traceable_core::process::set_enabled(false);
/// assert!(!traceable_core::process::is_enabled());
/// # traceable_core::process::set_enabled(true);
/// ```
pub fn set_enabled(enabled: bool) {
    ENABLED.store(enabled, Relaxed);
}

/// Whether new traces are recorded, as far as [`set_enabled`] decides.
pub fn is_enabled() -> bool {
    ENABLED.load(Relaxed)
}

/// Sets the share of traces that are recorded, from 0 to 1. The trace id decides which ones, see [`is_sampled`]. NaN
/// counts as 1.
pub fn set_sampling_rate(rate: f64) {
    let rate = if rate.is_nan() { 1.0 } else { rate.clamp(0.0, 1.0) };
    SAMPLING_RATE.store(rate.to_bits(), Relaxed);
}

pub(crate) fn samples(trace_id: Uuid) -> bool {
    is_sampled(trace_id, f64::from_bits(SAMPLING_RATE.load(Relaxed)))
}
