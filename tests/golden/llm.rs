//! Models: usage, streams of tokens, retrievers.

use serde_json::{Value, json};
use traceable::{RunTree, traceable};

use crate::compare::{Captured, golden};

// @traceable(run_type="llm", tags=["a", "b"],
//            metadata={"ls_provider": "openai", "ls_model_name": "gpt-4o", "ls_temperature": 0.1})
// def call(messages): return {"role": "assistant", "content": "hi", "usage_metadata": {...}}
// call([{"role": "user", "content": "q"}])
//
// @traceable(run_type="llm")
// def call2(messages):
//     get_current_run_tree().set(usage_metadata={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3})
//     return "text"
// call2([])
//
// @traceable(run_type="llm")
// def stream(): yield "a"; yield "b"
// list(stream())
//
// @traceable(run_type="retriever")
// def retr(q): return [{"page_content": "x", "type": "Document", "metadata": {}}]
// retr("q")
#[test]
fn llm_usage() {
    #[traceable(
        run_type = "llm",
        tags = ["a", "b"],
        metadata(ls_provider = "openai", ls_model_name = "gpt-4o", ls_temperature = 0.1)
    )]
    fn call(messages: &[Value]) -> Value {
        assert_eq!(messages.len(), 1);
        let usage = json!({
            "input_tokens": 10, "output_tokens": 5, "total_tokens": 15,
            "input_token_details": {"cache_read": 2}, "total_cost": 0.01,
        });
        json!({"role": "assistant", "content": "hi", "usage_metadata": usage})
    }
    #[traceable(run_type = "llm")]
    fn call2(messages: &[Value]) -> &'static str {
        assert!(messages.is_empty());
        RunTree::current()
            .unwrap()
            .set_usage(json!({"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}));
        "text"
    }
    #[traceable(run_type = "llm")]
    fn stream() -> impl Iterator<Item = &'static str> {
        ["a", "b"].into_iter()
    }
    #[traceable(run_type = "retriever")]
    fn retr(q: &str) -> Value {
        let page_content = if q == "q" { "x" } else { "" };
        json!([{"page_content": page_content, "type": "Document", "metadata": {}}])
    }
    golden(include_str!("captures/llm_usage.json"), Captured::Apart, [], || {
        call(&[json!({"role": "user", "content": "q"})]);
        call2(&[]);
        assert_eq!(stream().count(), 2);
        retr("q");
    });
}
