//! The commands of the binary, one file each.

#[cfg(feature = "replay")]
pub(crate) mod replay;
pub(crate) mod serve;
pub(crate) mod tree;
