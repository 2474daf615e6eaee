//! `#[traceable]` on an `impl` or `trait` block.
//!
//! In: the block's options and its tokens. Out: the block, with each selected method expanded under its own options
//! and the block's. Never parses a body, and never expands a method itself: the pipeline does.

mod defaults;
mod expand;
mod items;
mod selection;

pub(crate) use self::expand::print;
