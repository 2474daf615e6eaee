//! Which statements may run: those that only read.

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

/// Pragmas whose value says what they are asked about.
const ABOUT_TABLES: [&str; 8] = [
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "quick_check",
    "integrity_check",
];

/// Pragmas that only tell when they have no value. Full text search asks for the version of the data.
const TELL: [&str; 8] = [
    "data_version",
    "user_version",
    "application_id",
    "page_count",
    "page_size",
    "freelist_count",
    "compile_options",
    "function_list",
];

/// Asked by SQLite while it compiles a statement. It is a list of what is allowed, so that what a later version of
/// SQLite can do is not.
pub(crate) fn authorize(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Select
        | AuthAction::Read { .. }
        | AuthAction::Recursive
        // none of the built-in functions writes, and extensions cannot be loaded
        | AuthAction::Function { .. } => Authorization::Allow,
        AuthAction::Pragma { pragma_name, pragma_value } => {
            let about_tables = ABOUT_TABLES.contains(&pragma_name);
            let tells = pragma_value.is_none() && TELL.contains(&pragma_name);
            if about_tables || tells { Authorization::Allow } else { Authorization::Deny }
        }
        _ => Authorization::Deny,
    }
}
