//! The name of every environment variable that is read.
//!
//! Each name that begins with `LANGSMITH_` may also begin with `LANGCHAIN_`, unless it is said to be exact.
//! [`Config::from_env`](super::Config::from_env) says what they mean.

// Whether to trace.
pub(super) const TRACING_V2: &str = "LANGSMITH_TRACING_V2";
pub(super) const TRACING: &str = "LANGSMITH_TRACING";
pub(super) const TRACING_SAMPLING_RATE: &str = "LANGSMITH_TRACING_SAMPLING_RATE";
pub(super) const TRACING_BACKGROUND: &str = "LANGSMITH_TRACING_BACKGROUND";

// The server, and the credentials for it.
pub(super) const ENDPOINT: &str = "LANGSMITH_ENDPOINT";
pub(super) const API_KEY: &str = "LANGSMITH_API_KEY";
pub(super) const WORKSPACE_ID: &str = "LANGSMITH_WORKSPACE_ID";
pub(super) const RUNS_ENDPOINTS: &str = "LANGSMITH_RUNS_ENDPOINTS";
pub(super) const ALLOW_INSECURE: &str = "LANGSMITH_ALLOW_INSECURE";
/// Exact.
pub(super) const CONFIG_FILE: &str = "LANGSMITH_CONFIG_FILE";
/// Exact.
pub(super) const PROFILE: &str = "LANGSMITH_PROFILE";
/// Exact. The home directory, where the profile file is by default.
pub(super) const HOME: &str = "HOME";
/// Exact. The home directory on Windows.
pub(super) const USERPROFILE: &str = "USERPROFILE";
/// Exact. As OpenSSL, Go and Python's SDK have it.
pub(super) const ROOT_CERTIFICATES: &str = "SSL_CERT_FILE";

// The target of runs that name none.
/// Exact.
pub(super) const HOSTED_PROJECT: &str = "HOSTED_LANGSERVE_PROJECT_NAME";
pub(super) const PROJECT: &str = "LANGSMITH_PROJECT";
/// An older name of the project.
pub(super) const SESSION: &str = "LANGSMITH_SESSION";
/// Exact.
pub(super) const AGENT_ID: &str = "LANGSMITH_AGENT_ID";
/// Exact.
pub(super) const AGENT_ENVIRONMENT: &str = "LANGSMITH_AGENT_ENVIRONMENT";
pub(super) const REVISION_ID: &str = "LANGSMITH_REVISION_ID";

// Limits and compression.
pub(super) const MAX_QUEUE_BYTES: &str = "LANGSMITH_MAX_INGEST_MEMORY_BYTES";
pub(super) const BATCH_OPERATIONS: &str = "LANGSMITH_BATCH_INGEST_SIZE_LIMIT";
pub(super) const COMPRESSION_LEVEL: &str = "LANGSMITH_RUN_COMPRESSION_LEVEL";
pub(super) const DISABLE_COMPRESSION: &str = "LANGSMITH_DISABLE_RUN_COMPRESSION";

// Folders on disk.
pub(super) const SPOOL_DIR: &str = "LANGSMITH_SPOOL_DIR";
pub(super) const SPOOL_MAX_MB: &str = "LANGSMITH_SPOOL_MAX_MB";
pub(super) const FAILED_TRACES_DIR: &str = "LANGSMITH_FAILED_TRACES_DIR";
pub(super) const FAILED_TRACES_MAX_MB: &str = "LANGSMITH_FAILED_TRACES_MAX_MB";

// Redaction.
pub(super) const HIDE_INPUTS: &str = "LANGSMITH_HIDE_INPUTS";
pub(super) const HIDE_OUTPUTS: &str = "LANGSMITH_HIDE_OUTPUTS";
pub(super) const HIDE_METADATA: &str = "LANGSMITH_HIDE_METADATA";
/// Unknown to LangSmith's own SDKs.
pub(super) const HIDE_ERRORS: &str = "LANGSMITH_HIDE_ERRORS";
