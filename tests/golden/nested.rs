//! Calls in calls.

use serde::Serialize;
use traceable::{Extra, traceable};

use crate::agreed::of_0_11;
use crate::compare::{Captured, golden};

// @traceable
// def child(x, y=2): return x + y
// @traceable(run_type="tool", name="Tooly", tags=["t1"], metadata={"m": 1})
// def tool(q): return {"answer": q}
// @traceable
// def none_ret(): return None
// @traceable
// def parent(a, *args, **kwargs):
//     child(1); tool("q"); none_ret()
//     return a, kwargs["z"] - args[1]
// parent("hi", 1, 2, z=3, langsmith_extra={"tags": ["xt"], "metadata": {"xm": 2}})
#[test]
fn sync_nested() {
    #[derive(Serialize)]
    struct Found {
        answer: String,
    }
    #[traceable]
    fn child(x: i32, y: i32) -> i32 {
        x + y
    }
    #[traceable(run_type = "tool", name = "Tooly", tags = ["t1"], metadata(m = 1))]
    fn tool(q: &str) -> Found {
        Found { answer: q.to_owned() }
    }
    #[traceable]
    fn none_ret() {}
    #[traceable]
    fn parent(a: &str, args: &[i32], z: i32) -> (String, i32) {
        child(1, 2);
        tool("q");
        none_ret();
        (a.to_owned(), z - args[1])
    }
    golden(include_str!("captures/sync_nested.json"), Captured::Together, [], || {
        Extra::new().tag("xt").metadata("xm", 2).call(|| parent("hi", &[1, 2], 3));
    });
}

// @traceable
// async def child(x): await asyncio.sleep(0.01); return x
// @traceable
// async def parent(n): return await asyncio.gather(*[child(i) for i in range(n)])
// asyncio.run(parent(2))
#[test]
fn async_nested() {
    #[traceable]
    async fn child(x: u64) -> u64 {
        tokio::time::sleep(std::time::Duration::from_millis(10 + x)).await;
        x
    }
    #[traceable]
    async fn parent(n: u64) -> Vec<u64> {
        futures::future::join_all((0..n).map(child)).await
    }
    golden(include_str!("captures/async_nested.json"), Captured::Apart, [of_0_11()], || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        assert_eq!(runtime.block_on(parent(2)), [0, 1]);
    });
}
