//! `#[traceable]` on an `impl` or `trait` block: the attribute on each of its methods that is meant.
//!
//! In: the block's options and its tokens. Out: the block, each selected method expanded by the pipeline with its own
//! options and the block's. Never looks into a body, and never expands a method itself.

mod defaults;
mod expand;
mod items;
mod selection;

pub(crate) use self::expand::print;
