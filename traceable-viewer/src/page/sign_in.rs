//! How a browser gets in where a token is needed: it visits a link with `?token=..` once, and has a cookie from then on.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{DOCTYPE, html};
use percent_encoding::percent_decode_str;

use super::{headers, not_found::wants_html, shell};
use crate::api::{AccessPolicy, set_cookie};

/// Middleware around everything: signs in, passes on, or says how to sign in.
pub(super) async fn check(State(policy): State<AccessPolicy>, request: Request, next: Next) -> Response {
    if let Some(response) = sign_in(&policy, request.method(), request.uri(), request.headers()) {
        return response;
    }
    let for_people = policy.token.is_some() && wants_html(request.headers());
    let response = next.run(request).await;
    if for_people && response.status() == StatusCode::UNAUTHORIZED {
        let mut page = headers::html(shell::sign_in());
        *page.status_mut() = StatusCode::UNAUTHORIZED;
        return page;
    }
    response
}

/// The answer to a visit that shows the token: the same address without it, and the cookie.
fn sign_in(policy: &AccessPolicy, method: &Method, target: &Uri, given: &HeaderMap) -> Option<Response> {
    let token = policy.token.as_ref()?;
    let query = target.query().filter(|_| method == Method::GET)?;
    let (shown, others): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|pair| pair.starts_with("token="));
    let shown = shown.first()?.strip_prefix("token=")?.replace('+', " ");
    let shown = percent_decode_str(&shown).decode_utf8().ok()?;
    if !token.is(&shown) || policy.allows_place(target, given).is_err() {
        return None;
    }
    let cookie = set_cookie(token, given)?;
    let mut address = own_path(target.path());
    if !others.is_empty() {
        address = format!("{address}?{}", others.join("&"));
    }
    let mut response = match is_led_here(given) {
        true => headers::html(moved(&address)),
        false => Redirect::to(&address).into_response(),
    };
    let set = response.headers_mut();
    set.insert(header::SET_COOKIE, cookie);
    set.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Some(response)
}

/// A path of this server: two slashes would begin the name of another.
fn own_path(path: &str) -> String {
    format!("/{}", path.trim_start_matches(['/', '\\']))
}

/// Whether a page of elsewhere had the link. The browser would not send the new cookie along with a redirect then.
fn is_led_here(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "none" && site != "same-origin")
}

fn moved(address: &str) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="refresh" content=(format!("0;url={address}"));
                title { "traceable" }
            }
            body { a href=(address) { "Go on" } }
        }
    };
    page.into_string()
}
