//! Handlers of axum: the bounds on functions and futures that most programs meet.

use axum::extract::{Path, State};
use axum::handler::Handler;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{debug_handler, Json};
use traceable::testing::Recorder;
use traceable::{assert_tree, traceable, RunTree};

use crate::support::{only, record_async};

#[derive(Clone)]
struct App {
    greeting: &'static str,
}

#[traceable]
async fn greet(greeting: &str, name: &str) -> String {
    tokio::task::yield_now().await;
    format!("{greeting} {name}")
}

#[traceable(skip(app))]
async fn plain(State(app): State<App>, body: String) -> Result<String, StatusCode> {
    if body.is_empty() {
        Err(StatusCode::BAD_REQUEST)
    } else {
        Ok(greet(app.greeting, &body).await)
    }
}

#[debug_handler]
#[traceable(skip(app))]
async fn checked_above(State(app): State<App>, body: String) -> String {
    greet(app.greeting, &body).await
}

#[traceable(skip(app))]
#[debug_handler]
async fn checked_below(State(app): State<App>, body: String) -> String {
    greet(app.greeting, &body).await
}

#[traceable(skip_output)]
async fn responds(#[run_tree] run: RunTree, body: String) -> impl IntoResponse {
    run.add_metadata("length", body.len());
    (StatusCode::CREATED, Json(body))
}

/// Never routed to: what counts is that the extractor's pattern compiles.
#[traceable]
async fn extracts(Path((user, page)): Path<(String, u8)>) -> String {
    format!("{user} {page}")
}

async fn respond<M: 'static>(handler: impl Handler<M, App>, body: &'static str) -> Response {
    let request = Request::new(axum::body::Body::from(body));
    handler.call(request, App { greeting: "hello" }).await
}

fn routed(handler: fn() -> axum::Router<App>) -> axum::Router {
    handler().with_state(App { greeting: "hello" })
}

#[test]
fn handlers_are_runs() {
    let (response, recorder) = record_async(|| respond(plain, "you"));
    assert_eq!(response.status(), StatusCode::OK);
    assert_tree!(recorder.forest(), "plain > greet");
    assert_eq!(recorder.run("plain").inputs, serde_json::json!({"body": "you"}));
    assert_eq!(recorder.run("plain").outputs, serde_json::json!({"output": "hello you"}));
    let (response, recorder) = record_async(|| respond(plain, ""));
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(only(&recorder), r#"{"body":""} -> error: 400 Bad Request"#);
}

#[test]
fn beside_debug_handler() {
    let all: [fn() -> Recorder; 2] = [
        || record_async(|| respond(checked_above, "you")).1,
        || record_async(|| respond(checked_below, "you")).1,
    ];
    for (recorder, name) in all.map(|run| run()).iter().zip(["checked_above", "checked_below"]) {
        assert_tree!(recorder.forest(), &format!("{name} > greet"));
        assert_eq!(recorder.run(name).inputs, serde_json::json!({"body": "you"}));
    }
}

#[test]
fn a_handler_with_its_run() {
    let (response, recorder) = record_async(|| respond(responds, "abc"));
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(recorder.run("responds").metadata["length"], 3);
}

#[test]
fn handlers_stand_in_routes() {
    let router = || {
        use axum::routing::{get, post};
        axum::Router::new()
            .route("/", post(plain).put(checked_above).patch(checked_below).delete(responds))
            .route("/{user}/{page}", get(extracts))
    };
    assert!(routed(router).has_routes());
}
