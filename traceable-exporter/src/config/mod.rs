//! Every setting: from the environment, from a profile, from the program.
//!
//! In: variables, the profile file, calls of [`ConfigBuilder`]. Out: a checked [`Config`] for each destination, or a
//! [`ConfigError`] that names the variable. Reads the profile and certificates, and does no other I/O.

mod agent;
mod api_key;
mod builder;
mod destination;
mod endpoint;
mod environment;
mod error;
mod limits;
mod profile;
mod replica;
mod root_certificates;
mod settings;
mod variables;

pub use api_key::{ApiKey, InvalidKey};
pub use builder::ConfigBuilder;
pub(crate) use endpoint::Endpoint;
pub use error::{ConfigError, ConfigErrorKind};
pub use replica::Replica;
pub(crate) use root_certificates::RootCertificates;
pub use settings::Config;
