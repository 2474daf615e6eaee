//! Who a run is: its id, its place in time, its dotted order, and the headers that carry both to other processes.

pub(crate) mod dotted_order;
pub(crate) mod fork;
pub(crate) mod headers;
pub(crate) mod id;
pub(crate) mod sampling;
pub(crate) mod time;
