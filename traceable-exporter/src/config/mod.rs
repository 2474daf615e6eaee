//! Reads and checks every setting: from the environment, from a profile, from the program.
//!
//! In: variables, the profile file, calls of [`ConfigBuilder`]. Out: a checked [`Config`] for each destination, or a
//! [`ConfigError`] that names the variable. Reads the profile and certificates, and does no other I/O.
//!
//! `variable_names` has the name of every variable, `limits` every default number and what is allowed.

mod api_key;
mod builder;
mod builder_limits;
mod destination;
mod endpoint;
mod environment;
mod error;
mod limits;
mod profile;
mod replica;
mod root_certificates;
mod settings;
mod target;
mod tidy;
mod variable_names;
mod variables;

pub use api_key::{ApiKey, InvalidKey};
pub use builder::ConfigBuilder;
pub(crate) use endpoint::Endpoint;
pub use error::{ConfigError, ConfigErrorKind};
pub(crate) use limits::{BATCH_BYTES, BATCH_OPERATIONS};
pub use replica::Replica;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
pub(crate) use root_certificates::RootCertificates;
pub use settings::Config;
