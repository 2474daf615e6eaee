//! Random programs against the parent rule.
//!
//! A program (`program`) is drawn (`draw`), run for real with traced functions (`run`), and read by a model that
//! knows the documented rule and nothing of the library (`model`). What is recorded has to be what the model says
//! (`check`), on one thread, on many, and without any runtime.
//!
//! A program that fails is made smaller (`shrink`) and printed as one would write it (`show`). Its seed is kept in
//! `regressions.txt`, which is committed: it is tried first from then on. A seed means something else once `draw`
//! changes, so what it taught is also written down by hand: in `fixed`, and as one would write it in
//! `tests/nesting/regressions.rs`.

mod check;
mod draw;
mod fixed;
mod model;
mod program;
mod property;
mod resolve;
mod run;
mod show;
mod shrink;
