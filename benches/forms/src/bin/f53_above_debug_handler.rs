//! above `#[debug_handler]`
//! expected: form > leaf_later

use axum::extract::Request;
use axum::handler::Handler;
use traceable_forms::{block_on, leaf_later, run, traced};

#[traced]
#[axum::debug_handler]
async fn form(body: String) -> String {
    leaf_later(body.len() as u32).await.to_string()
}

fn main() {
    run(|| {
        block_on(Handler::call(form, Request::new("body".into()), ()));
    });
}
