//! Who a run is: its id, its start, its dotted order, and the headers that carry both to other processes.
//!
//! In: the clock, and text from outside. Out: ids, timestamps, parsed headers. Text from outside is never trusted: it is
//! parsed within limits or refused.

pub(crate) mod clock;
pub(crate) mod dotted_order;
pub(crate) mod fork;
pub(crate) mod headers;
pub(crate) mod id;
pub(crate) mod sampling;
pub(crate) mod time;
