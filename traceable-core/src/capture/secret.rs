//! Values that are never recorded.

use std::fmt;

use serde::{Serialize, Serializer};

/// What stands in a run where a [`Secret`] was.
const PLACEHOLDER: &str = "[secret]";

/// A value that is never recorded: serialised, it is the text `[secret]`, at whatever depth it sits. Nor does it
/// print itself.
///
/// ```
/// use traceable_core::{Payload, Secret};
/// #[derive(serde::Serialize)]
/// struct Login { user: &'static str, password: Secret<String> }
/// let login = Login { user: "ada", password: Secret::new("hunter2".into()) };
/// assert_eq!(Payload::of(&login).as_str(), r#"{"user":"ada","password":"[secret]"}"#);
/// assert_eq!(login.password.expose(), "hunter2");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides a value.
    pub fn new(value: T) -> Secret<T> {
        Secret(value)
    }

    /// The value itself.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, owned.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Secret<T> {
        Secret(value)
    }
}

impl<T> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(PLACEHOLDER)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PLACEHOLDER)
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PLACEHOLDER)
    }
}
