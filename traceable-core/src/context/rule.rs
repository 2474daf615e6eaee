//! The parent rule: which of two contexts a run hangs under.

use crate::run::node::Context;

/// Chooses between the context at the call and the one at the start.
///
/// | at the call | at the start | parent |
/// |---|---|---|
/// | none | none | none: a root |
/// | none | P | P |
/// | C | none | C |
/// | C | C or below it | P |
/// | C | anything else | C |
///
/// So what is called here and started elsewhere (a spawned task, a stream that others drain) stays here, and what
/// is called here and started by a wrapper that was called here too hangs under that wrapper.
pub(crate) fn choose(at_call: Option<Context>, at_start: Option<Context>) -> Option<Context> {
    match (at_call, at_start) {
        (None, start) => start,
        (call, None) => call,
        (Some(call), Some(start)) => {
            if start.is_or_descends_from(&call) {
                Some(start)
            } else {
                Some(call)
            }
        }
    }
}
