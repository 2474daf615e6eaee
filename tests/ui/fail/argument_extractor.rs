use std::sync::Arc;

use axum::Json;
use axum::response::IntoResponse;
use traceable::traceable;

#[derive(serde::Serialize, Clone)]
struct Body;

struct State<T>(T);

#[traceable]
async fn whole(state: State<u8>, body: Json<Body>) {}

#[traceable]
async fn apart(Json(body): Json<Body>) -> Json<Body> {
    Json(body)
}

#[traceable]
async fn state(State(shared): State<Arc<u8>>) -> impl IntoResponse {
    Json(Body)
}

#[traceable(process_outputs = |Json(body): &Json<Body>| body.clone())]
async fn fine(Json(body): Json<Body>) -> Json<Body> {
    Json(body)
}

fn main() {}
