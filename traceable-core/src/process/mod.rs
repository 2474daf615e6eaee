//! What holds for the whole process: on and off, sampling, the default sink, the tasks of an executor.
//!
//! In: settings of the program. Out: what every traced call asks first ("is anything recorded?") and every root asks
//! once ("where to, and is it sampled?"). Nothing here knows a run.

mod default_sink;
mod gate;
mod given_ids;
mod switches;
pub(crate) mod task_identity;

use crate::identity::fork;

pub use self::default_sink::{SinkGuard, flush, install_sink, install_sink_guarded, remove_sink};
pub use self::gate::start_once;
pub use self::switches::{is_enabled, set_enabled, set_sampling_rate};
pub use self::task_identity::set_task_identity;
pub use crate::capture::marker::unrecorded_values;

pub(crate) use self::default_sink::default_sink;
pub(crate) use self::gate::{gate_is_open, may_begin, open_gate};
pub(crate) use self::given_ids::{GivenId, claim_id, hold_id};
pub(crate) use self::switches::samples;

/// Distinguishes a process from its forks: 0 in a process that was not forked from one that used this crate, another
/// number in each fork. For sinks with a queue: only the original sends what it had queued before the fork.
pub fn fork_generation() -> u32 {
    fork::notice_forks();
    fork::fork_generation()
}
