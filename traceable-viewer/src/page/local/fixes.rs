//! Why a run is not where it belongs, in a sentence, and the code that mends it: one table, by the reasons of the core.

use serde::Serialize;
use uuid::Uuid;

/// Why a root should not be one.
#[derive(Serialize)]
pub(super) struct Broken {
    reason: String,
    /// File and line of the function.
    site: Option<String>,
    suspect: Option<Suspect>,
    text: String,
    /// Code to copy.
    fix: String,
}

/// The run that is perhaps the parent.
#[derive(Clone, Serialize)]
pub(super) struct Suspect {
    pub(super) id: Uuid,
    pub(super) trace_id: Uuid,
    pub(super) name: String,
}

impl Suspect {
    /// Of its trace and name.
    pub(super) fn new(id: Uuid, (trace_id, name): &(Uuid, String)) -> Self {
        Suspect { id, trace_id: *trace_id, name: name.clone() }
    }
}

/// The reason of a run whose parent never arrived; the core knows no such thing.
pub(super) const MISSING_PARENT: &str = "missing_parent";

/// One reason: what happened, as the end of "`name` was called ..", and what to write. `NAME` is the function.
struct Advice {
    reason: &'static str,
    what: &'static str,
    fix: &'static str,
}

const ADVICE: [Advice; 6] = [
    Advice {
        reason: "no_context_in_task",
        what: "in a task that carries no context, so it began a trace of its own",
        fix: "use traceable::TraceableExt as _;\n\n\
              // make the call before the spawn ..\n\
              tokio::spawn(NAME(..));\n\
              // .. or carry the context into the task\n\
              tokio::spawn(async { NAME(..).await }.in_current_run());\n\
              // work that blocks\n\
              tokio::task::spawn_blocking(traceable::bind(|| NAME(..)));",
    },
    Advice {
        reason: "no_context_on_thread",
        what: "on a thread that carries no context, so it began a trace of its own",
        fix: "// carry the context into the thread\n\
              std::thread::spawn(traceable::bind(|| NAME(..)));\n\
              // the same, for a thread\n\
              traceable::thread::spawn(|| NAME(..));",
    },
    Advice {
        reason: "other_task",
        what: "in a task, inside a scope that another task has open on this thread, so it began a trace of its own",
        fix: "use traceable::TraceableExt as _;\n\n\
              // open the scope inside the task, or carry the context into it\n\
              tokio::spawn(async { NAME(..).await }.in_current_run());",
    },
    Advice {
        reason: "bad_parent",
        what: "with a parent from outside that could not be read, so it began a trace of its own",
        fix: "// the caller sends what `to_headers` writes, unchanged\n\
              for (name, value) in run.to_headers() {\n    request = request.header(name, value);\n}",
    },
    Advice {
        reason: "forked",
        what: "in a process forked from the one where its parent runs, so it began a trace of its own",
        fix: "// name the parent by its dotted order, which was taken before the fork\n\
              traceable::Extra::new().parent(dotted_order).call(|| NAME(..));",
    },
    Advice {
        reason: MISSING_PARENT,
        what: "below a parent that never arrived: its program ended before it was sent, or it was sent elsewhere",
        fix: "// send what is left before the program ends\n\
              traceable::flush(std::time::Duration::from_secs(5));",
    },
];

/// What happened, in one sentence.
pub(super) fn text(reason: &str, name: &str, suspect: Option<&str>) -> String {
    let what =
        advice(reason).map_or("where its parent is not known, so it began a trace of its own", |it| it.what);
    let suspect = suspect.map(|suspect| format!("; its parent is perhaps `{suspect}`")).unwrap_or_default();
    format!("`{name}` was called {what}{suspect}.")
}

/// The code to write.
pub(super) fn fix(reason: &str, name: &str) -> String {
    // as it is written where it is called
    let name = name.rsplit("::").next().unwrap_or(name);
    advice(reason).map_or_else(String::new, |it| it.fix.replace("NAME", name))
}

/// All of it, for one root.
pub(super) fn broken(reason: &str, site: Option<&str>, suspect: Option<Suspect>, run_name: &str) -> Broken {
    let (function, place) = site.map_or((None, None), function_and_place);
    let name = function.unwrap_or(run_name);
    Broken {
        reason: reason.to_owned(),
        site: place.map(str::to_owned),
        text: text(reason, name, suspect.as_ref().map(|it| &*it.name)),
        fix: fix(reason, name),
        suspect,
    }
}

/// `f (src/a.rs:12)` as its parts.
pub(super) fn function_and_place(site: &str) -> (Option<&str>, Option<&str>) {
    match site.rsplit_once(" (").and_then(|(name, place)| Some((name, place.strip_suffix(')')?))) {
        Some((name, place)) => (Some(name).filter(|name| !name.is_empty()), Some(place)),
        None => (None, Some(site)),
    }
}

fn advice(reason: &str) -> Option<&'static Advice> {
    ADVICE.iter().find(|it| it.reason == reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_has_a_function_and_a_place() {
        assert_eq!(function_and_place("f (src/a.rs:12)"), (Some("f"), Some("src/a.rs:12")));
        assert_eq!(function_and_place("round (2) (a.rs:1)"), (Some("round (2)"), Some("a.rs:1")));
        assert_eq!(function_and_place("a.rs:1"), (None, Some("a.rs:1")));
    }

    #[test]
    fn every_reason_of_the_core_has_an_advice() {
        use traceable_core::diagnostics::BrokenTraceReason as Reason;
        for reason in [
            Reason::NoContextInTask,
            Reason::NoContextOnThread,
            Reason::OtherTask,
            Reason::BadParent,
            Reason::Forked,
        ] {
            assert!(advice(reason.as_str()).is_some(), "{reason}");
        }
        assert!(fix("no_context_in_task", "app::embed").contains("spawn(embed(..))"));
        assert_eq!(
            text("forked", "f", Some("g")),
            "`f` was called in a process forked from the one where its parent runs, so it began a trace of its \
             own; its parent is perhaps `g`."
        );
    }
}
