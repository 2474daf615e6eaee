//! The numbers: the default of every limit and timeout, and the values that are allowed.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::error::ConfigError;
use super::settings::Config;
use super::variable_names;

/// Bytes that the queue holds, those in flight included.
pub(super) const MAX_QUEUE_BYTES: usize = 64 << 20;
/// Runs per request, where neither the program nor the server says how many.
pub(crate) const BATCH_OPERATIONS: usize = 100;
/// Bytes per request before compression, where neither the program nor the server says how many.
pub(crate) const BATCH_BYTES: usize = 20 << 20;
/// How long a batch waits to be filled.
pub(super) const BATCH_DELAY: Duration = Duration::from_millis(250);
/// Requests in flight at once.
pub(super) const MAX_CONCURRENT_REQUESTS: usize = 8;
/// How long one request may take.
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// How long one batch is retried.
pub(super) const RETRY_TIMEOUT: Duration = Duration::from_secs(120);
/// How long the end of the program waits for deliveries.
pub(super) const EXIT_TIMEOUT: Duration = Duration::from_secs(5);
/// The level of zstd.
pub(super) const COMPRESSION_LEVEL: i32 = 1;
/// Megabytes in the folder of failed traces, if the environment names one.
pub(super) const FAILED_TRACES_MB: u64 = 100;

/// The values that a setting may have, and their description for errors.
pub(super) struct Allowed<T> {
    pub(super) range: RangeInclusive<T>,
    pub(super) description: &'static str,
}

pub(super) const SAMPLING_RATES: Allowed<f64> =
    Allowed { range: 0.0..=1.0, description: "a number from 0 to 1" };
pub(super) const COMPRESSION_LEVELS: Allowed<i32> =
    Allowed { range: 1..=22, description: "a zstd level from 1 to 22" };
pub(super) const BYTES: Allowed<usize> =
    Allowed { range: 1..=usize::MAX, description: "a number of bytes greater than 0" };
pub(super) const COUNTS: Allowed<usize> =
    Allowed { range: 1..=usize::MAX, description: "a whole number greater than 0" };
pub(super) const MEGABYTES: Allowed<u64> =
    Allowed { range: 1..=1 << 30, description: "a number of megabytes greater than 0" };

impl<T: PartialOrd + Display> Allowed<T> {
    fn check(&self, value: Option<T>, variable: &str) -> Result<(), ConfigError> {
        match value.filter(|value| !self.range.contains(value)) {
            Some(value) => Err(ConfigError::malformed(variable, Some(&value.to_string()), self.description)),
            None => Ok(()),
        }
    }
}

/// Checks the numbers of a configuration.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    SAMPLING_RATES.check(config.sampling_rate, variable_names::TRACING_SAMPLING_RATE)?;
    COMPRESSION_LEVELS.check(config.compression_level, variable_names::COMPRESSION_LEVEL)?;
    BYTES.check(Some(config.max_queue_bytes), variable_names::MAX_QUEUE_BYTES)?;
    COUNTS.check(config.batch_operations, variable_names::BATCH_OPERATIONS)
}
