//! Projects, and what else another process does not tell of its runs: it may be named beside the parent.

use std::collections::HashMap;

use traceable::prelude::*;
use traceable::testing::{RecordedRun, Recorder};
use traceable::{IntoParent, Parent, RunnableConfig, Timestamp, assert_tree, new_run_id, trace};

use crate::support::{all, child, forests, leaf};

/// The order of a run of another process.
fn order() -> String {
    let start = Timestamp::now();
    traceable::DottedOrder::root(start, new_run_id(start)).to_string()
}

/// The headers of one that tells as much as this.
fn headers(baggage: &str) -> HashMap<String, String> {
    let mut headers = HashMap::from([("langsmith-trace".to_owned(), order())]);
    if !baggage.is_empty() {
        headers.insert("baggage".to_owned(), baggage.to_owned());
    }
    headers
}

#[traceable(parent = parent, project = "p")]
async fn on_attribute(parent: &Parent) {
    child(1).await;
}

#[traceable(project = "p")]
async fn with_project() {
    child(1).await;
}

#[traceable(parent = parent)]
async fn asks(parent: &Parent) {
    child(1).await;
}

#[traceable]
async fn plain() {
    child(1).await;
}

/// Names the project `p` beside a parent of another process, in all forms.
async fn name_project(parent: &(impl IntoParent + ?Sized)) {
    let here = parent.to_parent();
    let Parent::Run(run) = here.clone() else { panic!("{here:?}") };
    // on the attribute
    on_attribute(&here).await;
    Extra::new().parent(parent).call(with_project).await;
    with_project().with_parent(&run).await;
    // in an `Extra`, for each form of call
    Extra::new().parent(parent).project("p").call(plain).await;
    Extra::new().project("p").call(|| Extra::new().parent(parent).call(plain)).await;
    Extra::new().project("p").call(|| asks(&here)).await;
    plain().with_extra(Extra::new().parent(parent).project("p")).await;
    Extra::new().project("p").call(|| plain().with_parent(parent)).await;
    // in a context, beside the parent or around it
    TracingContext::new().parent(parent).project("p").scope(|| leaf(1));
    TracingContext::new().project("p").scope(|| Extra::new().parent(parent).call(|| leaf(1)));
    TracingContext::new().project("p").scope(|| asks(&here)).await;
    TracingContext::new().parent(parent).scope(|| TracingContext::new().project("p").scope(|| leaf(1)));
    async { plain().await }.with_context(TracingContext::new().parent(parent).project("p")).await;
    // in a config
    let mut config = RunnableConfig::default();
    config.parent = Some(run.clone());
    Extra::new().config(&config).project("p").call(|| leaf(1));
    // on blocks
    trace("block").parent(parent).project("p").scope(|_| leaf(1));
    trace("block").parent(parent).project("p").future(|_| child(1)).await;
    TracingContext::new().project("p").scope(|| trace("block").parent(parent).scope(|_| leaf(1)));
    // by hand
    run.create_child("by hand").project("p").build().post().patch();
    run.scope(|| trace("block").project("p").scope(|_| leaf(1)));
    TracingContext::new().project("p").scope(|| run.create_child("by hand").build().post().patch().id());
    // of the run around, if nothing is nearer
    trace("around").project("p").scope(|_| Extra::new().parent(parent).call(|| leaf(1)));
}

fn projects(runs: &[RecordedRun]) -> Vec<(&str, Option<&str>)> {
    runs.iter().map(|run| (&*run.name, run.project.as_deref())).collect()
}

#[test]
fn a_project_that_another_process_does_not_tell_may_be_named_beside_it() {
    let of_order = forests(async || name_project(order().as_str()).await);
    let said_nothing = ["", "langsmith-tags=t", "other=x", "langsmith-project=", "garbage"];
    let of_headers =
        said_nothing.into_iter().flat_map(|baggage| forests(async || name_project(&headers(baggage)).await));
    for forest in of_order.into_iter().chain(of_headers) {
        let wrong = projects(forest.runs()).into_iter().filter(|(_, project)| *project != Some("p"));
        assert_eq!(wrong.collect::<Vec<_>>(), []);
        assert_eq!(forest.runs().len(), 36, "{}", forest.render());
    }
}

#[test]
fn what_another_process_does_tell_holds() {
    let address = "lrn%3Aagents/support/environments/production";
    for (baggage, project) in [
        ("langsmith-project=theirs".to_owned(), Some("theirs")),
        (format!("langsmith-address={address}"), None),
    ] {
        for forest in forests(async || name_project(&headers(&baggage)).await) {
            let around = all(&forest, "around")[0].id;
            let wrong =
                forest.runs().iter().filter(|run| run.id != around && run.project.as_deref() != project);
            assert_eq!(wrong.map(|run| &run.name).collect::<Vec<_>>(), [""; 0]);
        }
    }
}

#[test]
fn below_a_run_of_this_process_the_project_is_that_of_the_trace() {
    for forest in forests(async || {
        let parent = headers("");
        let first = trace("first").parent(&parent).project("p").future(|_| async {
            with_project().await;
            Extra::new().project("x").call(|| child(1)).await;
            let sent = trace("client").project("x").scope(RunTree::to_headers);
            assert!(sent[1].1.contains("langsmith-project=p"), "{sent:?}");
            Extra::new().parent(sent).call(|| child(1)).await;
        });
        first.await;
        // each part of the trace that begins here may be in one of its own, or in none
        trace("second").parent(&parent).project("q").future(|_| child(1)).await;
        trace("third").parent(&parent).future(|_| Extra::new().project("x").call(|| child(1))).await;
    }) {
        for (name, project) in [("first", Some("p")), ("second", Some("q")), ("third", None)] {
            let top = all(&forest, name)[0];
            let below = forest.runs().iter().filter(|run| run.dotted_order.starts_with(&top.dotted_order));
            let below: Vec<_> = below.map(|run| run.project.as_deref()).collect();
            assert!(below.len() >= 2 && below.iter().all(|found| *found == project), "{name}: {below:?}");
        }
    }
}

#[test]
fn tags_and_metadata_are_joined_with_what_another_process_tells() {
    let baggage = "langsmith-tags=theirs,langsmith-metadata=%7B%22a%22%3A1%2C%22b%22%3A1%7D";
    for forest in forests(async || {
        let parent = headers(baggage);
        Extra::new().parent(&parent).tag("ours").metadata("b", 2).call(|| leaf(1));
        let context = TracingContext::new().tag("ours").metadata("b", 2);
        context.scope(|| Extra::new().parent(&parent).call(|| leaf(1)));
        context.scope(|| trace("leaf").parent(&parent).scope(|_| ()));
        context.scope(|| trace("leaf").parent(&parent).future(|_| async {})).await;
        TracingContext::new().parent(&parent).scope(|| context.scope(|| leaf(1)));
    }) {
        assert_tree!(forest, "leaf; leaf; leaf; leaf; leaf");
        for run in forest.runs() {
            assert_eq!(run.tags, ["theirs", "ours"]);
            assert_eq!((&run.metadata["a"], &run.metadata["b"]), (&1.into(), &2.into()));
        }
    }
}

#[test]
fn whether_another_process_records_is_unknown_and_decided_here() {
    let recorder = Recorder::new();
    recorder.scoped(|| {
        let parent = headers("");
        Extra::new().parent(&parent).enabled(false).call(|| leaf(1));
        TracingContext::new().enabled(false).scope(|| Extra::new().parent(&parent).call(|| leaf(2)));
        let run = RunTree::from_headers(&parent).unwrap().unwrap();
        TracingContext::new()
            .enabled(false)
            .scope(|| run.create_child("by hand").build().post().patch().id());
        assert_tree!(recorder.forest(), "");
        Extra::new().parent(&parent).enabled(true).call(|| leaf(3));
        run.create_child("by hand").build().post().patch();
    });
    assert_tree!(recorder.forest(), "leaf; by hand");
}
