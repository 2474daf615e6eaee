//! Threads.

use traceable::{ContextThreadPool, traceable};

use crate::agreed::{BROKEN_TRACE, of_0_11};
use crate::compare::{Captured, golden};
use crate::difference::{rust_only, rust_only_some};

// @traceable
// def work(i): return i
// @traceable
// def parent():
//     with ContextThreadPoolExecutor() as pool:
//         list(pool.map(work, [0, 1])); pool.submit(work, 9).result()
//     with ThreadPoolExecutor() as pool:
//         pool.submit(work, 100).result()
// parent()
#[test]
fn thread_pool() {
    #[traceable]
    fn work(i: i32) -> i32 {
        i
    }
    #[traceable(allow(lost_context))]
    fn parent() {
        let pool = ContextThreadPool::new(1).unwrap();
        assert_eq!(pool.map([0, 1], work), [0, 1]);
        assert_eq!(pool.submit(|| work(9)).join().unwrap(), 9);
        assert_eq!(std::thread::spawn(|| work(100)).join().unwrap(), 100);
    }
    let meant = [
        of_0_11(),
        rust_only("#5.extra.metadata.broken_trace_reason", "no_context_on_thread", BROKEN_TRACE),
        rust_only_some("#5.extra.metadata.broken_trace_site", BROKEN_TRACE),
    ];
    golden(include_str!("captures/thread_pool.json"), Captured::Apart, meant, parent);
}
