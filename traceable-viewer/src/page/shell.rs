//! The HTML that all pages share, around the data of one.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::assets;

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    List,
    Trace,
    Nesting,
    Compare,
}

/// Where the navigation leads, and in which words.
const PLACES: [(&str, &str); 5] = [
    ("/", "Traces"),
    ("/?tab=runs", "Runs"),
    ("/?tab=threads", "Threads"),
    ("/?tab=projects", "Projects"),
    ("/nesting", "Nesting"),
];

impl Page {
    /// The name of its module and style.
    fn name(self) -> &'static str {
        match self {
            Page::List => "list",
            Page::Trace => "trace",
            Page::Nesting => "nesting",
            Page::Compare => "compare",
        }
    }
}

/// A page with its title, the place in the navigation where it is, and its data as JSON.
pub(super) fn shell(page: Page, title: &str, here: Option<&str>, data: &[u8]) -> String {
    let name = page.name();
    let parts = html! {
        link rel="stylesheet" href=(assets::path(&format!("{name}.css")));
        script src=(assets::path("theme.js")) {}
        script type="module" src=(assets::path(&format!("{name}.js"))) {}
    };
    let main = html! {
        main id="main" {}
        script type="application/json" id="data" { (PreEscaped(in_script(data))) }
    };
    document(title, Some(name), &parts, here, &main)
}

/// A page without a module, that says one thing.
pub(super) fn notice(title: &str, text: &str) -> String {
    let more = html! { p { a href="/" { "All traces" } } };
    notice_with(title, text, &more)
}

/// The page for somebody who has not shown the token.
pub(super) fn sign_in() -> String {
    let form = html! {
        form class="sign-in" method="get" action="/" {
            label for="token" { "Token" }
            " "
            input id="token" name="token" type="password" required autocomplete="current-password";
            " "
            button type="submit" { "Sign in" }
        }
    };
    notice_with(
        "A token is needed",
        "It is the one that the server was started with (--token, TRACEABLE_TOKEN).",
        &form,
    )
}

fn notice_with(title: &str, text: &str, more: &Markup) -> String {
    let parts = html! { script src=(assets::path("theme.js")) {} };
    let main = html! {
        main id="main" class="notice" {
            h1 { (title) }
            p { (text) }
            (more)
        }
    };
    document(title, None, &parts, None, &main)
}

fn document(title: &str, name: Option<&str>, parts: &Markup, here: Option<&str>, main: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                title { (title) " · traceable" }
                link rel="icon" href=(assets::path("favicon.svg"));
                link rel="stylesheet" href=(assets::path("base.css"));
                (parts)
            }
            body data-page=[name] {
                a class="skip" href="#main" { "Skip to content" }
                header class="top" {
                    a class="brand" href="/" { "traceable" }
                    nav aria-label="Pages" {
                        @for (href, text) in PLACES {
                            a href=(href) aria-current=[(here == Some(href)).then_some("page")] { (text) }
                        }
                    }
                    @if name.is_some() {
                        span class="spacer" {}
                        span id="live" role="status" {}
                        button id="theme" type="button" {}
                        button id="help" type="button" { "?" }
                    }
                }
                (main)
            }
        }
    };
    page.into_string()
}

/// JSON that ends no script and begins no comment: it has `<` in texts alone.
fn in_script(json: &[u8]) -> String {
    String::from_utf8_lossy(json).replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_texts_stay_texts() {
        let data = br#"{"name":"</script><script>alert(1)</script><!--"}"#;
        let page = shell(Page::Trace, "<img src=x onerror=\"a\">&", None, data);
        assert!(
            page.contains("<title>&lt;img src=x onerror=&quot;a&quot;&gt;&amp; · traceable</title>"),
            "{page}"
        );
        assert!(page.contains(r#"{"name":"\u003c/script>\u003cscript>alert(1)"#), "{page}");
        assert_eq!(page.matches("</script>").count(), 3);
        assert!(page.contains("<body data-page=\"trace\">") && !page.contains("aria-current"));
        let list = shell(Page::List, "Traces", Some("/"), b"{}");
        assert!(list.contains(r#"<a href="/" aria-current="page">Traces</a>"#), "{list}");
    }
}
