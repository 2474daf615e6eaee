//! The messages for expressions in options, and for options of other libraries.

use proc_macro2::TokenStream;
use quote::quote;

use super::messages;
use crate::options::OPTIONS;

/// The messages for options of a function with an argument `query`.
fn said(options: &str) -> Vec<String> {
    let options: TokenStream = options.parse().expect("tokens");
    messages(
        options,
        quote!(
            async fn ask(&self, query: &str) {}
        ),
    )
}

#[track_caller]
fn refused(options: &str, part: &str) {
    let said = said(options);
    assert!(said.len() == 1 && said[0].contains(part), "{options}: {said:?}");
}

#[test]
fn an_option_neither_waits_nor_ends_the_call() {
    for expr in [
        "f().await",
        "{ f().await }",
        "!f(g().await)",
        "x.y.await.z",
        "matches!(f().await, 1)",
        "a || b.await",
    ] {
        refused(&format!("enabled = {expr}"), "`.await` is not possible in `enabled`");
        refused(&format!("metadata(k = {expr})"), "`.await` is not possible in `metadata`");
    }
    for expr in ["f()?", "x?", "f(g()?)", "[a[0]?]", "f()??.y", "a | b?"] {
        refused(&format!("enabled = {expr}"), "`?` is not possible in `enabled`");
        refused(&format!("inputs(k = {expr})"), "`?` is not possible in `inputs`");
    }
    for option in ["process_inputs", "process_outputs", "handled"] {
        refused(&format!("{option} = hook().await"), "a hook is no `async` function");
    }
    refused("parent = if x { return } else { y }", "`return` is not possible in `parent`");
    for fine in [
        "x.map(|y| y?.z)",
        "f(async { g().await })",
        "f(async move { g().await? }, 1)",
        "f(|| { return 1; }, x)",
        "x.await_all()",
        "a || b",
        "a | b",
        "f(move |x| async move { x.await })",
    ] {
        assert!(
            said(&format!("enabled = {fine}")).is_empty(),
            "{fine}: {:?}",
            said(&format!("enabled = {fine}"))
        );
    }
}

#[test]
fn what_is_the_same_for_all_calls_is_no_argument() {
    for option in ["name", "project", "custom_run_type"] {
        for expr in [
            "query",
            "self.name",
            "&query",
            "query.x()",
            "f(query)",
            "format!(\"{query}\")",
            "format!(\"a {}\", query)",
        ] {
            refused(&format!("{option} = {expr}"), &format!("`{option}` is the same for all calls, but"));
        }
        for expr in [
            "\"a\".to_string()",
            "String::from(\"a\")",
            "std::string::String::from(\"a\")",
            "format!(\"a\")",
            "|| 1",
        ] {
            refused(&format!("{option} = {expr}"), &format!("`{option}` is a literal or a `const`"));
        }
        for fine in [
            "\"{query}\"",
            "NAME",
            "Self::NAME",
            "self::query::NAME",
            "a::query",
            "concat!(\"a\", \"b\")",
            "query!()",
            "x.query",
        ] {
            assert!(said(&format!("{option} = {fine}")).is_empty(), "{fine}");
        }
    }
    refused("tags = [\"a\", query]", "`tags` is the same for all calls, but `query` is an argument");
}

#[test]
fn what_names_no_run_is_no_parent() {
    for expr in [
        "None",
        "Option::None",
        "None::<&RunTree>",
        "::core::option::Option::<u8>::None",
        "&None",
        "(None)",
        "false",
        "()",
        "\"ignore\"",
        "\"\"",
    ] {
        refused(&format!("parent = {expr}"), "is no parent: write `root` instead");
    }
    for fine in [
        "Some(x)",
        "x",
        "Parent::Root",
        "\"20260101T000000000000Zxyz\"",
        "if x { None } else { y }",
        "self.run.as_ref()",
    ] {
        assert!(said(&format!("parent = {fine}")).is_empty(), "{fine}");
    }
}

#[test]
fn options_of_other_libraries_are_told_what_to_write() {
    for (option, here) in [
        ("level = \"info\"", "enabled = condition"),
        ("target = \"a\"", "project = \"..\""),
        ("follows_from = x", "parent = run"),
        ("err", "recorded without it"),
        ("ret(Debug)", "recorded without it"),
        ("fields(a = 1)", "metadata(key = value)"),
        ("reduce_fn = f", "`reduce = function`"),
        ("project_name = \"p\"", "`project = \"..\"`"),
        ("client = c", "traceable::init()"),
        ("dangerously_allow_filesystem = true", "#[attachment]"),
        ("langsmith_extra = e", "Extra::new()"),
        ("run_id = id", "Extra::new().run_id(id)"),
    ] {
        refused(option, here);
    }
    // none of ours is taken for one of theirs
    for option in OPTIONS {
        assert!(
            !said(&format!("{option} = 1")).iter().any(|said| said.contains("unknown option")),
            "{option}"
        );
    }
}
