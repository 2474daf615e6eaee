//! The parent rule, through the attribute, on both of tokio's schedulers and on threads.

mod calls;
mod ending;
mod envelopes;
mod explicit;
mod generators;
mod hand_over;
mod off;
mod reserved;
mod spawning;
mod support;
mod tasks;
