//! Files that travel beside a run.

use serde_json::{Value, json};
use traceable::{Attachment, trace, traceable};

use crate::agreed::SDK_BOOKKEEPING;
use crate::compare::{Captured, golden};
use crate::difference::{Difference, changed, rust_only};

fn uploaded(at: &'static str, names: &[&str]) -> Difference {
    let event = json!([{"name": "uploaded_attachment", "time": "(time)", "message": names}]);
    changed(at, event, json!([]), SDK_BOOKKEEPING)
}

// @traceable
// def f(q, img: Attachment, doc: Attachment): return {"ok": q}
// f("q", Attachment("image/png", b"\x89PNG..."), Attachment("text/plain", b"hello\r\n--x"))
//
// with trace("with-att", attachments={"a": ("text/plain", b"aaa")}) as rt:
//     rt.attachments["late"] = ("text/plain", b"later"); rt.end(outputs={"o": 1})
//
// with trace("bad-dot", attachments={"a.b": ("text/plain", b"zzz")}): pass
//
// @traceable(dangerously_allow_filesystem=True)
// def g(p: Attachment): return 1
// g(Attachment("text/plain", Path("file.txt")))
#[test]
fn attachments() {
    #[traceable]
    fn f(q: &str, #[attachment] img: Attachment, #[attachment] doc: Attachment) -> Value {
        assert_eq!(img.bytes().len(), doc.bytes().len());
        json!({"ok": q})
    }
    #[traceable]
    fn g(#[attachment] p: Attachment) -> usize {
        p.bytes().len() / 9
    }
    let file = "a file is read by the program, not by us: its length is told like that of all other parts";
    let dot = "no dot may be in a name: Python drops the file and says it was uploaded, we send it as `a_b`";
    let meant = [
        uploaded("#1.events", &["doc", "img"]),
        uploaded("#2.events", &["a"]),
        uploaded("#3.events", &["a.b"]),
        uploaded("#4.events", &["p"]),
        rust_only("#3.attachments", json!({"a_b": {"type": "text/plain", "content": "zzz"}}), dot),
        changed("#4.attachments.p.type", "text/plain; length=9", "text/plain", file),
    ];
    golden(include_str!("captures/attachments.json"), Captured::Apart, meant, || {
        let text = |content: &'static [u8]| Attachment::new("text/plain", content);
        f("q", Attachment::new("image/png", *b"\x89PNG\r\n\x1a\n\0\x01"), text(b"hello\r\n--x"));
        trace("with-att").attachment("a", text(b"aaa")).scope(|run| {
            run.add_attachment("late", text(b"later")).end_with(json!({"o": 1}));
        });
        trace("bad-dot").attachment("a.b", text(b"zzz")).scope(|_| ());
        g(text(b"file data"));
    });
}
