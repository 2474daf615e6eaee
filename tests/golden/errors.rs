//! What fails.

use std::fmt;

use serde_json::json;
use traceable::{RunType, trace, traceable};

use crate::agreed::NOT_REPR;
use crate::compare::{Captured, golden};
use crate::difference::changed;

#[derive(Debug)]
enum Failure {
    Value(String),
    Key,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Value(text) => f.write_str(text),
            Failure::Key => f.write_str("no such key"),
        }
    }
}

impl std::error::Error for Failure {}

// @traceable
// def bad(x): raise ValueError("bad " + str(x))
// @traceable
// def outer(x): return bad(x)
// try: outer(1)
// except ValueError: pass
//
// @traceable(exceptions_to_handle=(KeyError,))
// def handled(): raise KeyError("k")
// try: handled()
// except KeyError: pass
//
// try:
//     with trace("t-exc", "tool", inputs={"a": 1}) as rt:
//         rt.end(outputs={"partial": True}); raise RuntimeError("in trace")
// except RuntimeError: pass
#[test]
fn exception() {
    #[traceable]
    fn bad(x: i32) -> Result<i32, Failure> {
        Err(Failure::Value(format!("bad {x}")))
    }
    #[traceable]
    fn outer(x: i32) -> Result<i32, Failure> {
        bad(x)
    }
    fn is_key(error: &Failure) -> bool {
        matches!(error, Failure::Key)
    }
    #[traceable(handled = is_key)]
    fn handled() -> Result<i32, Failure> {
        Err(Failure::Key)
    }
    let meant = [
        changed("#1.error", "ValueError('bad 1')", "bad 1", NOT_REPR),
        changed("#2.error", "ValueError('bad 1')", "bad 1", NOT_REPR),
        changed("#4.error", "RuntimeError('in trace')", "in trace", NOT_REPR),
    ];
    golden(include_str!("captures/exception.json"), Captured::Together, meant, || {
        outer(1).unwrap_err();
        handled().unwrap_err();
        let failed = trace("t-exc").run_type(RunType::Tool).input("a", 1).try_scope(|run| {
            run.end_with(json!({"partial": true}));
            Err::<(), _>(Failure::Value("in trace".to_owned()))
        });
        failed.unwrap_err();
    });
}
