//! The environment of an agent: where runs go instead of a project, in LangSmith's workspaces that have agents.

use super::destination::check_project;
use super::error::{ConfigError, ConfigErrorKind};
use super::settings::DEFAULT_PROJECT;
use super::variables::Variables;
use crate::wire::Target;

const ID: &str = "LANGSMITH_AGENT_ID";
const ENVIRONMENT: &str = "LANGSMITH_AGENT_ENVIRONMENT";
const ENVIRONMENTS: [&str; 4] = ["local", "development", "staging", "production"];

/// What one level of settings (the environment, or the program) says about where runs are put.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// With the variable that names it.
    pub(crate) project: Option<(String, String)>,
    pub(crate) agent_id: Option<String>,
    pub(crate) agent_environment: Option<String>,
}

impl Wanted {
    pub(crate) fn from_vars(vars: &Variables<'_>) -> Wanted {
        let hosted = vars.exact("HOSTED_LANGSERVE_PROJECT_NAME");
        let project = hosted.or_else(|| vars.get("PROJECT")).or_else(|| vars.get("SESSION"));
        Wanted {
            project: project.map(|found| (found.name, found.value)),
            agent_id: vars.exact(ID).map(|found| found.value),
            agent_environment: vars.exact(ENVIRONMENT).map(|found| found.value),
        }
    }

    /// `None`: this level says nothing.
    fn target(&self) -> Result<Option<Target>, ConfigError> {
        let agent = match (&self.agent_id, &self.agent_environment) {
            (None, None) => None,
            (Some(id), Some(environment)) => Some(address(id, environment)?),
            (Some(_), None) => return Err(missing(ENVIRONMENT, ID)),
            (None, Some(_)) => return Err(missing(ID, ENVIRONMENT)),
        };
        match (&self.project, agent) {
            (Some((variable, _)), Some(_)) => {
                let expected =
                    format!("only one of it and {variable}: a run goes to an agent or to a project");
                Err(ConfigError::new(ConfigErrorKind::Conflict, ID, self.agent_id.as_deref(), expected))
            }
            (None, agent) => Ok(agent.map(Target::Address)),
            (Some((variable, name)), None) => {
                check_project(name, variable)?;
                Ok(Some(Target::Project(name.clone())))
            }
        }
    }
}

/// What the first level says that says something; halves of two levels are not put together.
pub(crate) fn first(levels: [&Wanted; 2]) -> Result<Target, ConfigError> {
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

/// The address, as the field of a run has it. Ids are DNS labels; environments are four, in lower case.
fn address(id: &str, environment: &str) -> Result<String, ConfigError> {
    let is_edge = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let is_label = matches!(id.as_bytes(), [first, .., last] if first.is_ascii_lowercase() && is_edge(*last))
        || matches!(id.as_bytes(), [only] if only.is_ascii_lowercase());
    if !is_label || id.len() > 63 || !id.bytes().all(|b| is_edge(b) || b == b'-') {
        let expected = "1 to 63 lower-case letters, digits and hyphens, a letter first and no hyphen last";
        return Err(ConfigError::malformed(ID, Some(id), expected));
    }
    let lower = environment.to_ascii_lowercase();
    if !ENVIRONMENTS.contains(&lower.as_str()) {
        let expected = format!("one of {}", ENVIRONMENTS.join(", "));
        return Err(ConfigError::malformed(ENVIRONMENT, Some(environment), expected));
    }
    Ok(format!("lrn:agents/{id}/environments/{lower}"))
}
