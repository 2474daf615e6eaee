//! Words the other rooms share: what a run is, what may be said about one, times and dotted orders.

pub(crate) mod change;
pub(crate) mod dotted_order;
pub(crate) mod run;
pub(crate) mod time;
