//! Manual run trees.

use serde_json::json;
use traceable::{RunTree, RunType};

use crate::agreed::of_0_11;
use crate::compare::{Captured, golden};
use crate::difference::python_only;

// root = RunTree(name="root", inputs={"q": 1}, tags=["rt"], extra={"metadata": {"a": 1}}); root.post()
// llm = root.create_child("llm", run_type="llm", inputs={"p": "x"}, serialized={"name": "model"}); llm.post()
// llm.end(outputs={"g": 1}, metadata={"em": 1},
//         events=[{"name": "new_token", "time": "2020-01-01T00:00:00Z"}])
// llm.patch()
// err = root.create_child("err", run_type="tool", inputs={"p": "x"}); err.post()
// err.end(error="oops"); err.patch(exclude_inputs=False)
// root.end(outputs={"o": 1}); root.patch()
// RunTree(name="never-ended").post()
// RunTree(name="all-at-once", inputs={"i": 1}, outputs={"o": 2}, end_time=datetime.now(utc)).post()
#[test]
fn runtree_manual() {
    let again = "the server keeps the inputs it was sent when the run started";
    let meant = [of_0_11(), python_only("#3.patch.inputs", json!({"p": "x"}), again)];
    golden(include_str!("captures/runtree_manual.json"), Captured::Apart, meant, || {
        let root = RunTree::builder("root").inputs(json!({"q": 1})).tags(["rt"]).metadata("a", 1).build();
        root.post();
        let llm = root.create_child("llm").run_type(RunType::Llm).inputs(json!({"p": "x"}));
        let llm = llm.serialized(json!({"name": "model"})).build();
        llm.post();
        llm.add_event(json!({"name": "new_token", "time": "2020-01-01T00:00:00Z"})).add_metadata("em", 1);
        llm.end_with(json!({"g": 1})).patch();
        let err = root.create_child("err").run_type(RunType::Tool).inputs(json!({"p": "x"})).build();
        err.post();
        err.end_with_error("oops").patch();
        root.end_with(json!({"o": 1})).patch();
        RunTree::builder("never-ended").build().post();
        RunTree::builder("all-at-once").inputs(json!({"i": 1})).build().end_with(json!({"o": 2})).post();
    });
}
