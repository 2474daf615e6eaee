//! Values that are never recorded.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a run has in place of a [`Secret`].
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
/// assert_eq!(format!("{:?}", login.password), "[secret]");
/// ```
///
/// It deserialises like its value, so requests and settings may have such fields; serialised, it is the placeholder. There
/// is no `Deref`: every access to the value is spelt out.
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

    /// The value itself, to be changed.
    pub fn expose_mut(&mut self) -> &mut T {
        &mut self.0
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

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Secret<T>, D::Error> {
        T::deserialize(deserializer).map(Secret)
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;
    use crate::Payload;

    #[test]
    fn it_shows_nothing_wherever_it_sits() {
        let mut secret: Secret<String> = serde_json::from_value(json!("hunter2")).unwrap();
        secret.expose_mut().push('!');
        assert_eq!(secret.expose(), "hunter2!");
        let everywhere = (
            HashMap::from([("k", vec![Some(secret.clone())])]),
            HashMap::from([(1, Secret::new(vec![("hunter2", 2)]))]),
            Secret::new(Secret::new("hunter2")),
        );
        let text = Payload::of(&everywhere).as_str().to_owned();
        assert_eq!(text, r#"[{"k":["[secret]"]},{"1":"[secret]"},"[secret]"]"#);
        assert_eq!(format!("{secret} {secret:?} {secret:#?} {everywhere:?}").matches("hunter2").count(), 0);
        assert_eq!(secret.into_exposed(), "hunter2!");
    }
}
