//! What the programs of the forms have in common: the attribute, the span below each, and the tree that came out.

#[path = "../../src/nesting/tree.rs"]
pub mod tree;

#[cfg(feature = "fastrace")]
#[path = "../../src/nesting/record/fastrace.rs"]
mod record;
#[cfg(feature = "traceable")]
#[path = "../../src/nesting/record/traceable.rs"]
mod record;
#[cfg(feature = "tracing")]
#[path = "../../src/nesting/record/tracing.rs"]
#[allow(dead_code, reason = "the cases of nesting need more of it")]
mod record;

#[cfg(feature = "fastrace")]
#[path = "library/fastrace.rs"]
mod library;
#[cfg(feature = "traceable")]
#[path = "library/traceable.rs"]
mod library;
#[cfg(feature = "tracing")]
#[path = "library/tracing.rs"]
mod library;

pub use futures::executor::block_on;
pub use library::traced;

use tree::{Forest, Record, end_in_order};

/// What each form calls where its work is done: it belongs below the form's span.
#[traced]
pub fn leaf(x: u32) -> u32 {
    x
}

/// As [`leaf`], after giving way once.
#[traced]
pub async fn leaf_later(x: u32) -> u32 {
    let mut gave_way = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut gave_way, true) {
            return std::task::Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
    x
}

/// Runs a program, and prints the tree of its spans. A form that ends before what it calls is marked.
pub fn run(program: impl FnOnce()) {
    // some forms end by a panic
    std::panic::set_hook(Box::new(|_| ()));
    let records = library::record(|| {
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(program));
    });
    let records: Vec<_> = records.into_iter().map(named).collect();
    let ends_last =
        end_in_order(&records, &[("leaf", "form")]) || end_in_order(&records, &[("leaf_later", "form")]);
    let mark = if ends_last { "" } else { " (ends too early)" };
    println!("{}{mark}", Forest::of(records).render());
}

/// Without the path to the function, which one of the libraries puts before the name; and without how it ended, which
/// one alone tells.
fn named(record: Record) -> Record {
    let name = record.name.rsplit("::").find(|part| !part.starts_with('{')).unwrap_or_default().to_owned();
    Record { name, status: None, ..record }
}
