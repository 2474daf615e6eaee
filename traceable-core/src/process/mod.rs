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

pub use self::default_sink::{flush, install_sink, remove_sink};
pub use self::gate::start_once;
pub use self::switches::{is_enabled, set_enabled, set_sampling_rate};
pub use self::task_identity::set_task_identity;
pub use crate::capture::marker::unrecorded_values;

pub(crate) use self::default_sink::default_sink;
pub(crate) use self::gate::{gate_is_open, open_gate};
pub(crate) use self::given_ids::is_id_taken;
pub(crate) use self::switches::samples;

/// Tells a process from its copies made by `fork`: 0 in a process that began by itself, another number in each copy.
/// For sinks with a queue: the original sends what both have queued.
pub fn this_process() -> u32 {
    fork::notice_forks();
    fork::this_process()
}
