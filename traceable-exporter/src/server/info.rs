//! What the server says about itself at `GET /info`.

use serde_json::Value;

use crate::config::{BATCH_BYTES, BATCH_OPERATIONS};

/// The parts that matter here. The default holds until the server answers, and for what it leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ServerInfo {
    pub(crate) multipart: bool,
    pub(crate) zstd: bool,
    /// Runs per request.
    pub(crate) batch_operations: usize,
    /// Bytes per request.
    pub(crate) batch_bytes: usize,
}

impl Default for ServerInfo {
    fn default() -> ServerInfo {
        ServerInfo {
            multipart: true,
            zstd: false,
            batch_operations: BATCH_OPERATIONS,
            batch_bytes: BATCH_BYTES,
        }
    }
}

impl ServerInfo {
    /// Reads an answer. What has an unexpected form counts as left out.
    pub(crate) fn read(text: &str) -> ServerInfo {
        let answer: Value = serde_json::from_str(text).unwrap_or_default();
        let ingest = |key: &str| &answer["batch_ingest_config"][key];
        let size = |key: &str| {
            let size = ingest(key).as_u64().filter(|n| *n > 0)?;
            usize::try_from(size).ok()
        };
        let default = ServerInfo::default();
        ServerInfo {
            multipart: ingest("use_multipart_endpoint").as_bool().unwrap_or(default.multipart),
            zstd: answer["instance_flags"]["zstd_compression_enabled"].as_bool().unwrap_or(default.zstd),
            batch_operations: size("size_limit").unwrap_or(default.batch_operations),
            batch_bytes: size("size_limit_bytes").unwrap_or(default.batch_bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_odd_is_the_default() {
        for text in
            ["", "null", "[]", "{\"batch_ingest_config\":7}", "{\"batch_ingest_config\":{\"size_limit\":-1}}"]
        {
            assert_eq!(ServerInfo::read(text), ServerInfo::default(), "{text}");
        }
    }

    #[test]
    fn what_is_said_holds() {
        let info = ServerInfo::read(
            r#"{"batch_ingest_config":{"use_multipart_endpoint":false,"size_limit":7,"size_limit_bytes":1000},
                "instance_flags":{"zstd_compression_enabled":true}}"#,
        );
        assert_eq!(info, ServerInfo { multipart: false, zstd: true, batch_operations: 7, batch_bytes: 1000 });
    }
}
