//! How much of a run is recorded: sizes, depths and numbers, beyond which a marker or a count stands instead.

/// The most bytes that one part of a run (its inputs, its outputs) may have.
pub(crate) const MAX_BYTES: usize = 10 << 20;
/// The deepest nesting of arrays and objects that is written. Readers of JSON commonly stop at 128, and a value is
/// wrapped in a few more.
pub(crate) const MAX_DEPTH: u32 = 120;
/// The deepest nesting that is read back into `Value`s.
pub(crate) const MAX_READ_DEPTH: u32 = 500;
/// The longest text of an error. It is there to be read.
pub(crate) const MAX_ERROR_BYTES: usize = 1 << 20;
/// How many sources of an error are followed: they may go round in a circle.
pub(crate) const MAX_SOURCES: usize = 64;
/// The most items of one generator that are recorded one by one.
pub(crate) const MAX_ITEMS: u64 = 10_000;
/// The most bytes of the items of one generator.
pub(crate) const MAX_ITEM_BYTES: usize = 1 << 20;
/// The most errors of one generator that become events.
pub(crate) const MAX_ERROR_EVENTS: usize = 1000;
