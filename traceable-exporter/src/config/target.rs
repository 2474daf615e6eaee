//! The target of runs that name none: a project or, in LangSmith's workspaces that have agents, the environment of an
//! agent.

use super::error::{ConfigError, ConfigErrorKind};
use super::settings::DEFAULT_PROJECT;
use super::variable_names::{AGENT_ENVIRONMENT, AGENT_ID, HOSTED_PROJECT, PROJECT, SESSION};
use super::variables::Variables;
use crate::wire::Target;

const ENVIRONMENTS: [&str; 4] = ["local", "development", "staging", "production"];

/// The settings of the target at one level: the environment, or the program.
#[derive(Clone, Debug, Default)]
pub(crate) struct TargetSettings {
    /// The variable, and the project.
    pub(crate) project: Option<(String, String)>,
    pub(crate) agent_id: Option<String>,
    pub(crate) agent_environment: Option<String>,
}

impl TargetSettings {
    pub(crate) fn from_vars(vars: &Variables<'_>) -> TargetSettings {
        let hosted = vars.exact(HOSTED_PROJECT);
        let project = hosted.or_else(|| vars.get(PROJECT)).or_else(|| vars.get(SESSION));
        TargetSettings {
            project: project.map(|found| (found.name, found.value)),
            agent_id: vars.exact(AGENT_ID).map(|found| found.value),
            agent_environment: vars.exact(AGENT_ENVIRONMENT).map(|found| found.value),
        }
    }

    /// `None`: this level names no target.
    fn target(&self) -> Result<Option<Target>, ConfigError> {
        let agent = match (&self.agent_id, &self.agent_environment) {
            (None, None) => None,
            (Some(id), Some(environment)) => Some(address(id, environment)?),
            (Some(_), None) => return Err(missing(AGENT_ENVIRONMENT, AGENT_ID)),
            (None, Some(_)) => return Err(missing(AGENT_ID, AGENT_ENVIRONMENT)),
        };
        match (&self.project, agent) {
            (Some((variable, _)), Some(_)) => {
                let expected =
                    format!("only one of it and {variable}: a run goes to an agent or to a project");
                Err(ConfigError::new(ConfigErrorKind::Conflict, AGENT_ID, self.agent_id.as_deref(), expected))
            }
            (None, agent) => Ok(agent.map(Target::Address)),
            (Some((variable, name)), None) => {
                check_project(name, variable)?;
                Ok(Some(Target::Project(name.clone())))
            }
        }
    }
}

/// The target of the first level that names one. An id and an environment of different levels are not combined.
pub(crate) fn first(levels: [&TargetSettings; 2]) -> Result<Target, ConfigError> {
    for level in levels {
        if let Some(target) = level.target()? {
            return Ok(target);
        }
    }
    Ok(Target::Project(DEFAULT_PROJECT.to_owned()))
}

fn missing(variable: &str, other: &str) -> ConfigError {
    ConfigError::missing(variable, format!("a value, because {other} is set: an address needs both"))
}

/// The value of a run's `address` field. Ids are DNS labels; there are four environments, in lower case.
fn address(id: &str, environment: &str) -> Result<String, ConfigError> {
    let is_edge = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let is_label = matches!(id.as_bytes(), [first, .., last] if first.is_ascii_lowercase() && is_edge(*last))
        || matches!(id.as_bytes(), [only] if only.is_ascii_lowercase());
    if !is_label || id.len() > 63 || !id.bytes().all(|b| is_edge(b) || b == b'-') {
        let expected = "1 to 63 lower-case letters, digits and hyphens, a letter first and no hyphen last";
        return Err(ConfigError::malformed(AGENT_ID, Some(id), expected));
    }
    let lower = environment.to_ascii_lowercase();
    if !ENVIRONMENTS.contains(&lower.as_str()) {
        let expected = format!("one of {}", ENVIRONMENTS.join(", "));
        return Err(ConfigError::malformed(AGENT_ENVIRONMENT, Some(environment), expected));
    }
    Ok(format!("lrn:agents/{id}/environments/{lower}"))
}

/// Checks the name of a project. Errors name `variable`.
pub(super) fn check_project(name: &str, variable: &str) -> Result<(), ConfigError> {
    if !name.trim().is_empty() && !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(ConfigError::malformed(variable, Some(name), "a project name without control characters"))
}
