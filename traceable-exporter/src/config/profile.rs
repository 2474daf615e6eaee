//! Reads the profile file, where LangSmith's command line keeps addresses and keys.

use std::path::PathBuf;

use serde_json::{Map, Value};

use super::api_key::SecretText;
use super::error::{ConfigError, ConfigErrorKind};
use super::tidy::{tidy, trim};
use super::variable_names::{API_KEY, CONFIG_FILE, HOME, PROFILE, USERPROFILE};
use super::variables::Variables;

/// A larger file cannot be a list of profiles, and is not read to its end.
const MAX_FILE_SIZE: u64 = 1 << 20;

/// One profile.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    pub(crate) api_url: Option<String>,
    pub(crate) api_key: Option<SecretText>,
    pub(crate) workspace_id: Option<String>,
    /// Whether it has the token of a login instead of a key.
    pub(crate) has_login: bool,
    /// The path of the file, for errors.
    pub(crate) file: String,
}

/// Reads the selected profile: `LANGSMITH_PROFILE`, else the file's `current_profile`, else `default`. `None`: no
/// variable names a file or a profile, and the default file does not exist or has no such profile.
pub(crate) fn read(vars: &Variables<'_>) -> Result<Option<Profile>, ConfigError> {
    let selected = vars.exact(PROFILE).map(|found| found.value);
    let named = vars.exact(CONFIG_FILE).map(|found| PathBuf::from(found.value));
    let is_named = named.is_some();
    let Some(path) = named.or_else(|| default_path(vars)) else {
        return match selected {
            Some(name) => Err(no_profile(&name, "no file, and the home directory is not known")),
            None => Ok(None),
        };
    };
    let file = path.display().to_string();
    let text = match read_text(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !is_named => {
            return match selected {
                Some(name) => Err(no_profile(&name, &format!("{file}, which does not exist"))),
                None => Ok(None),
            };
        }
        Err(error) => {
            let expected = format!("a file of profiles that can be read ({error})");
            return Err(ConfigError::malformed(CONFIG_FILE, Some(&file), expected));
        }
    };
    // errors repeat nothing of the text: it holds keys
    let malformed = |expected: &str| Err(ConfigError::malformed(CONFIG_FILE, Some(&file), expected));
    let Ok(Value::Object(content)) = serde_json::from_str(trim(&text)) else {
        return malformed("a file of profiles, a JSON object {\"profiles\": {..}}");
    };
    let current = content.get("current_profile").and_then(Value::as_str).and_then(tidy);
    let name = selected.as_deref().or(current).unwrap_or("default");
    let profiles = match content.get("profiles") {
        None | Some(Value::Null) => &Map::new(),
        Some(Value::Object(profiles)) => profiles,
        Some(_) => return malformed("a file in which `profiles` is an object"),
    };
    match profiles.get(name) {
        Some(Value::Object(profile)) => profile_of(profile, name, file).map(Some),
        Some(_) => malformed("a file in which each profile is an object"),
        None if selected.is_some() => Err(no_profile(name, &file)),
        None if current.is_some() => malformed("a file that has the profile its `current_profile` names"),
        None => Ok(None),
    }
}

fn default_path(vars: &Variables<'_>) -> Option<PathBuf> {
    let home = vars.exact(HOME).or_else(|| vars.exact(USERPROFILE).filter(|_| cfg!(windows)))?;
    Some(PathBuf::from(home.value).join(".langsmith").join("config.json"))
}

fn read_text(path: &std::path::Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(path)?.take(MAX_FILE_SIZE).read_to_string(&mut text)?;
    Ok(text)
}

fn no_profile(name: &str, file: &str) -> ConfigError {
    ConfigError::malformed(PROFILE, Some(name), format!("the name of a profile in {file}"))
}

fn profile_of(found: &Map<String, Value>, name: &str, file: String) -> Result<Profile, ConfigError> {
    let text = |key: &str| match found.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(tidy(text).map(str::to_owned)),
        Some(_) => {
            let expected = format!("a file in which `{key}` of the profile {name:?} is a text");
            Err(ConfigError::malformed(CONFIG_FILE, Some(&file), expected))
        }
    };
    Ok(Profile {
        api_url: text("api_url")?,
        api_key: text("api_key")?.map(SecretText),
        workspace_id: text("workspace_id")?,
        has_login: matches!(found.get("oauth"), Some(Value::Object(login)) if login.contains_key("access_token")),
        file,
    })
}

impl Profile {
    /// The error of a profile with a login only. Its token expires within about an hour, and only an interactive
    /// program can renew it.
    pub(crate) fn login_unsupported(&self) -> ConfigError {
        let expected = format!(
            "an API key: the profile in {} has a login (OAuth) only, which is not supported here",
            self.file
        );
        ConfigError::new(ConfigErrorKind::Missing, API_KEY, None, expected)
    }
}
