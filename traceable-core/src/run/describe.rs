//! What an operation reads from its run: identity, name, dotted order.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use uuid::Uuid;

use super::node::{Additions, Context, Run, Scope};
use crate::identity::dotted_order::write_segment;
use crate::identity::time::Timestamp;
use crate::sink::operation::Identity;
use crate::sink::run_type::RunType;

/// To a sink, runs are known once they have started.
impl Identity for Run {
    fn id(&self) -> Uuid {
        self.started().map(|bound| bound.id).unwrap_or_default()
    }

    fn trace_id(&self) -> Uuid {
        self.started().map(|bound| bound.trace_id).unwrap_or_default()
    }

    fn parent_run_id(&self) -> Option<Uuid> {
        self.started()?.parent_run_id
    }

    fn name(&self) -> &str {
        Run::name(self)
    }

    fn run_type(&self) -> RunType {
        self.head.run_type()
    }

    fn method(&self) -> Option<&'static str> {
        self.head.method()
    }

    fn start_time(&self) -> Timestamp {
        self.started().map_or(Timestamp::from_micros(0), |bound| bound.start)
    }

    fn project(&self) -> Option<&str> {
        self.started()?.project().map(AsRef::as_ref)
    }

    fn address(&self) -> Option<&str> {
        self.started()?.address().map(AsRef::as_ref)
    }

    fn reference_example_id(&self) -> Option<Uuid> {
        self.started()?.rare.as_ref()?.reference_example_id
    }

    fn write_dotted_order(&self, out: &mut Vec<u8>) {
        let mut way = Vec::new();
        let mut at = self.started();
        let mut is_first = true;
        let mut above = Timestamp::from_micros(0);
        while let Some(bound) = at {
            if let Some(remote) = bound.remote() {
                out.extend_from_slice(remote.order.as_str().as_bytes());
                (is_first, above) = (false, bound.start);
                break;
            }
            way.push((bound.start, bound.id));
            at = bound.up.as_ref().and_then(Context::run_ref).and_then(|run| run.started());
        }
        for (start, id) in way.into_iter().rev() {
            if !std::mem::take(&mut is_first) {
                out.push(b'.');
            }
            // LangSmith refuses a run that is before its parent here, whatever their clocks say
            above = above.max(start);
            write_segment(out, above, id);
        }
    }

    fn distributed_parent_id(&self) -> Option<Uuid> {
        let mut at = self.started();
        while let Some(bound) = at {
            if bound.remote().is_some() {
                return Some(bound.id);
            }
            at = bound.up.as_ref().and_then(Context::run_ref).and_then(|run| run.started());
        }
        None
    }

    fn has_top_ended(&self) -> bool {
        let sink = |run: &Run| run.started()?.sink.as_ref().map(|sink| Arc::as_ptr(sink).cast::<()>());
        let own = sink(self);
        let mut top = self;
        let mut at = self;
        while let Some(above) = at.started().and_then(|bound| bound.up.as_ref()).and_then(Context::run_ref) {
            at = above;
            // whoever receives this run does not hear of the end of one that goes elsewhere, or lives elsewhere
            if sink(at) == own {
                top = at;
            }
        }
        top.ended().is_some()
    }

    fn size(&self) -> usize {
        let has_additions = self.state.try_lock().is_ok_and(|state| state.extra.is_some());
        let additions = if has_additions { size_of::<Additions>() } else { 0 };
        let scopes = self.started().and_then(|bound| bound.up.as_ref()).map_or(0, size_of_scopes);
        // with the counts of its `Arc`
        2 * size_of::<usize>() + size_of::<Run>() + self.head.heap_size() + additions + scopes
    }

    fn marks(&self) -> &AtomicU32 {
        &self.marks
    }
}

/// How many bytes of memory a run takes in the scopes right above it: all of those that are for one call, and a share
/// of others.
fn size_of_scopes(up: &Context) -> usize {
    let (mut size, mut at) = (0, Some(up));
    while let Some(Context::Scope(scope)) = at {
        let own = 2 * size_of::<usize>() + size_of::<Scope>() + scope.own.heap_size();
        size += own / Arc::strong_count(scope);
        at = scope.up.as_ref().filter(|_| Arc::strong_count(scope) == 1);
    }
    size
}
