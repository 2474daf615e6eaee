//! The commands of the binary, one file each.

pub(crate) mod replay;
pub(crate) mod serve;
pub(crate) mod tree;
