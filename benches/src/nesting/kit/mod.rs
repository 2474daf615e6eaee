//! What the cases need besides the attribute, in the way each library's documentation tells: the same functions under
//! each library, so that most bodies are written once.
//!
//! | | traceable | `tracing` | `fastrace` |
//! |---|---|---|---|
//! | `entry`: where a trace begins on purpose | nothing | nothing | `.in_span(Span::root(..))`: it makes no roots by attribute |
//! | `carry`: a block for a `spawn` | `.in_current_run()` | `.in_current_span()` | `.in_span(Span::enter_with_local_parent(..))` |
//! | `spawn`, `spawn_blocking` | those of `traceable::task` | `carry`, `bind` | `carry`, `bind` |
//! | `bind`, `bind_fn`: a closure for a thread | `bind`, `bind_fn` | `Span::current()`, `in_scope` | a `Span`, `set_local_parent` |
//! | `handle`, `under`: a parent passed by hand | `RunTree::current()`, `Extra::parent` | `Span::current()`, `in_scope`, `.instrument` | `Span`, `enter_with_parent` |
//! | `Envelope`: a message | `Envelope` | a `Span` in it, `.instrument` | a `Span` in it, `enter_with_parent` |
//! | `on_its_own`: a root on purpose | `detached` | `parent: None` | `Span::root` |
//! | `headers`, `received`: between processes | `to_headers`, `Extra::parent(&headers)` | a span id as text: good for one process | `encode_w3c_traceparent`, `decode_w3c_traceparent` |

pub mod fastrace;
pub mod traceable;
pub mod tracing;

/// As they go over the wire.
pub type Headers = Vec<(String, String)>;
