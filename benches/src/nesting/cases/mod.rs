//! The cases, grouped as in the reference that they come from.
//!
//! `bodies!` of a file is what is the same under the three attributes; `steps!` is what the two others need and
//! traceable does not.

use crate::case::Case;

/// Expands `$bodies` under each attribute, with the kit of that library. Arguments and results are not recorded:
/// this is about trees.
macro_rules! under_each {
    ($bodies:ident) => {
        #[allow(unused_imports)]
        mod ours {
            use super::*;
            use crate::kit::traceable as kit;
            $bodies!(#[traceable::traceable(skip_all, skip_output)]);
        }
        #[allow(unused_imports)]
        mod peer_tracing {
            use super::*;
            use crate::kit::tracing as kit;
            $bodies!(#[tracing::instrument(skip_all)]);
        }
        #[allow(unused_imports)]
        mod peer_fastrace {
            use super::*;
            use crate::kit::fastrace as kit;
            $bodies!(#[fastrace::trace(short_name = true)]);
        }
    };
}

/// Expands `$steps` for the two others, with what `under_each` made in reach.
macro_rules! under_peers {
    ($steps:ident) => {
        #[allow(unused_imports)]
        mod steps_tracing {
            use super::peer_tracing::*;
            use super::*;
            use crate::kit::tracing as kit;
            $steps!(#[tracing::instrument(skip_all)]);
        }
        #[allow(unused_imports)]
        mod steps_fastrace {
            use super::peer_fastrace::*;
            use super::*;
            use crate::kit::fastrace as kit;
            $steps!(#[fastrace::trace(short_name = true)]);
        }
    };
}

macro_rules! body {
    ($f:path) => {
        Some((|| Box::pin($f())) as $crate::case::Body)
    };
}

/// Right or wrong as annotated; there is nothing to add.
macro_rules! naive {
    ($f:path) => {
        $crate::case::Attempts { naive: body!($f), step: None }
    };
}

macro_rules! both {
    ($naive:path, $step:path) => {
        $crate::case::Attempts { naive: body!($naive), step: body!($step) }
    };
}

/// Nothing can be written without the step.
macro_rules! only {
    ($step:path) => {
        $crate::case::Attempts { naive: None, step: body!($step) }
    };
}

macro_rules! no_way {
    () => {
        $crate::case::Attempts { naive: None, step: None }
    };
}

/// The same under each library.
macro_rules! same {
    ($naive:ident) => {
        [naive!(ours::$naive), naive!(peer_tracing::$naive), naive!(peer_fastrace::$naive)]
    };
    ($naive:ident, $step:ident) => {
        [
            both!(ours::$naive, ours::$step),
            both!(peer_tracing::$naive, peer_tracing::$step),
            both!(peer_fastrace::$naive, peer_fastrace::$step),
        ]
    };
}

/// The same under each library, and a step of that name for the two others.
macro_rules! peers_step {
    ($name:ident) => {
        [
            naive!(ours::$name),
            both!(peer_tracing::$name, steps_tracing::$name),
            both!(peer_fastrace::$name, steps_fastrace::$name),
        ]
    };
}

mod a_calls;
mod a_hand_off;
mod b_streams;
mod b_streams_elsewhere;
mod c_combinators;
mod d_threads;
mod e_messages;
mod f_endings;
mod g_guards;
mod g_parents;
mod h_enabled;
mod i_headers;
mod i_restarts;
mod j_surface;

const AS_IN_49: &str = "As in 49.";
const IN_ONE_PROCESS: &str = "Modelled in one process, with the parent as text. `tracing` alone has no identity that \
    leaves the process; here it gets by with a span id, between processes it takes a bridge.";

/// All cases, by number.
pub fn all() -> Vec<&'static Case> {
    let groups = [
        a_calls::CASES,
        a_hand_off::CASES,
        b_streams::CASES,
        b_streams_elsewhere::CASES,
        c_combinators::CASES,
        d_threads::CASES,
        e_messages::CASES,
        f_endings::CASES,
        g_guards::CASES,
        g_parents::CASES,
        h_enabled::CASES,
        i_headers::CASES,
        i_restarts::CASES,
        j_surface::CASES,
    ];
    let mut all: Vec<_> = groups.into_iter().flatten().collect();
    all.sort_by_key(|case| case.number);
    all
}
