//! What belongs to a whole process: its default sink, its hooks, what has been traced in it before, and its copies. Each
//! test runs in a process of its own: this program, with that test alone.

mod fork;
mod iterator_shortcuts;
mod panic_locations;
mod process_recorder;
mod reentry;
mod spawned_at;
mod task_identity;
