//! Names, as messages write them.

/// An identifier without `r#`.
pub(crate) fn plain(ident: &syn::Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

/// A path as it is written, for messages.
pub(crate) fn path_name(path: &syn::Path) -> String {
    path.segments.iter().map(|segment| plain(&segment.ident)).collect::<Vec<_>>().join("::")
}
