//! How many connections there may be, and how long a client may be silent.

use std::time::Duration;

/// Bounds on connections.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServerLimits {
    /// How many there may be.
    pub(crate) max_connections: usize,
    /// How long a client may be silent, take for the head of a request, or not read its response.
    pub(crate) idle_timeout: Duration,
}

/// Connections at once, where descriptors are no concern.
const MAX_CONNECTIONS: usize = 512;

/// A bound on connections: half of what the process may open, for the database, its readers, and the program that the
/// viewer runs in need descriptors too.
pub(crate) fn default_connections() -> usize {
    let descriptors = descriptors().map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    (descriptors / 2).clamp(1, MAX_CONNECTIONS)
}

/// How many descriptors the process may have open.
#[cfg(unix)]
fn descriptors() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

#[cfg(not(unix))]
fn descriptors() -> Option<u64> {
    None
}
