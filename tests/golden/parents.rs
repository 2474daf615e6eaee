//! Parents that are named.

use std::collections::HashMap;

use serde_json::json;
use traceable::{Extra, Parent, RunTree, Timestamp, new_run_id, traceable};

use crate::agreed::of_0_11;
use crate::compare::{Captured, golden};
use crate::difference::{rust_only, rust_only_some};

// @traceable
// def child(x): return x
// @traceable
// def wants(x, run_tree: RunTree):
//     run_tree.add_metadata({"added": 1}); run_tree.add_tags(["late"]); run_tree.add_event("hello")
//     return x
// root = RunTree(name="manual-root", inputs={"a": 1}); root.post()
// child(1, langsmith_extra={"parent": root})
// child(2, langsmith_extra={"parent": root.dotted_order})
// child(3, langsmith_extra={"parent": root.to_headers()})
// child(4, langsmith_extra={"parent": "ignore"})
// child(5, langsmith_extra={"run_tree": root, "name": "renamed", "run_id": uuid7()})
// wants(6, langsmith_extra={"parent": root})
// root.end(outputs={"ok": 1}); root.patch()
#[test]
fn explicit_parent() {
    #[traceable]
    fn child(x: i32) -> i32 {
        x
    }
    #[traceable]
    fn wants(x: i32, #[run_tree] rt: RunTree) -> i32 {
        rt.add_metadata("added", 1).add_tags(["late"]).add_event("hello");
        x
    }
    let empty =
        "0.11.1 ends a run that has no metadata with an empty `extra`, which replaces that of its start";
    let meant = [
        of_0_11(),
        rust_only("#1.extra.metadata", json!({}), empty),
        rust_only_some("#1.extra.runtime", empty),
    ];
    golden(include_str!("captures/explicit_parent.json"), Captured::Apart, meant, || {
        let root = RunTree::builder("manual-root").inputs(json!({"a": 1})).build();
        root.post();
        Extra::new().parent(&root).call(|| child(1));
        Extra::new().parent(root.dotted_order().unwrap()).call(|| child(2));
        let headers: HashMap<_, _> = root.to_headers().into_iter().collect();
        Extra::new().parent(&headers).call(|| child(3));
        Extra::new().parent(Parent::Root).call(|| child(4));
        let id = new_run_id(Timestamp::now());
        Extra::new().parent(&root).name("renamed").run_id(id).call(|| child(5));
        Extra::new().parent(&root).call(|| wants(6));
        root.end_with(json!({"ok": 1})).patch();
    });
}
