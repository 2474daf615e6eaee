//! Attributes that do not rewrite the function under them.

/// Attributes that the compiler or a tool reads in place, without rewriting the item.
pub(crate) fn is_inert(path: &syn::Path) -> bool {
    const INERT: &[&str] = &[
        "allow",
        "automatically_derived",
        "cfg",
        "cfg_attr",
        "cold",
        "coverage",
        "deny",
        "deprecated",
        "doc",
        "expect",
        "export_name",
        "forbid",
        "ignore",
        "inline",
        "link_name",
        "link_section",
        "must_use",
        "no_mangle",
        "optimize",
        "should_panic",
        "target_feature",
        "track_caller",
        "traceable",
        "unsafe",
        "warn",
    ];
    const TOOLS: &[&str] = &["clippy", "diagnostic", "miri", "rust_analyzer", "rustfmt"];
    match path.get_ident() {
        Some(ident) => INERT.iter().any(|inert| ident == inert),
        None => path.segments.first().is_some_and(|first| {
            TOOLS.iter().any(|tool| first.ident == tool)
                || path.segments.last().is_some_and(|last| last.ident == "traceable")
        }),
    }
}
