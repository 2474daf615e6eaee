//! Names of the standard library and of well-known crates, which are never traced. Each list is sorted.

/// Methods.
#[rustfmt::skip]
pub(super) const METHODS: &[&str] = &[
    "abort", "abort_handle", "abs", "accept", "acquire", "acquire_many", "acquire_owned", "add", "add_permits",
    "advance", "all", "any", "append", "args", "as_bytes", "as_deref", "as_deref_mut", "as_millis", "as_mut",
    "as_mut_slice", "as_nanos", "as_path", "as_ref", "as_secs", "as_slice", "as_str", "basic_auth", "bearer_auth",
    "binary_search", "bind", "bind_device", "blocking_lock", "blocking_read", "blocking_recv", "blocking_send",
    "blocking_write", "body", "borrow", "borrow_and_update", "borrow_mut", "boxed", "boxed_local", "broadcast",
    "buffer_unordered", "buffered", "by_ref", "bytes", "bytes_stream", "cancel", "cancelled", "capacity",
    "catch_unwind", "ceil", "chain", "changed", "chars", "checked_add", "checked_div", "checked_mul",
    "checked_rem", "checked_sub", "child_token", "chunks", "chunks_exact", "clear", "clone", "cloned", "close",
    "closed", "cmp", "collect", "compare_exchange", "compare_exchange_weak", "concat", "connect", "contains",
    "contains_key", "copied", "copy_from_slice", "count", "create", "create_new", "current_dir", "cycle",
    "deadline", "dec", "decrement", "dedup", "deref", "deref_mut", "display", "downgrade", "drain",
    "duration_since", "elapsed", "enabled", "end", "ends_with", "enter_span", "entered", "entry", "enumerate",
    "eq", "error_for_status", "exchange", "exists", "exp", "expect", "expect_err", "extend", "extend_from_slice",
    "extension", "fetch_add", "fetch_all", "fetch_and", "fetch_max", "fetch_min", "fetch_one", "fetch_optional",
    "fetch_or", "fetch_sub", "fetch_update", "fetch_xor", "file_name", "fill", "finish", "first", "first_mut",
    "floor", "flush", "forget", "forward", "fract", "from", "from_utf8", "fuse", "gauge", "get", "get_mut",
    "get_or_init", "get_or_insert", "get_ref", "get_unchecked", "has_changed", "header", "headers", "histogram",
    "id", "in_scope", "inc", "incoming", "increment", "insert", "insert_str", "instrument", "into",
    "into_boxed_slice", "into_bytes", "into_inner", "into_iter", "into_keys", "into_owned", "into_parts",
    "into_std", "into_string", "into_values", "is_aborted", "is_alive", "is_alphabetic", "is_alphanumeric",
    "is_ascii", "is_cancelled", "is_char_boundary", "is_closed", "is_digit", "is_dir", "is_disconnected",
    "is_empty", "is_err", "is_file", "is_finished", "is_full", "is_nan", "is_none", "is_numeric", "is_ok",
    "is_open", "is_poisoned", "is_relative", "is_set", "is_shutdown", "is_some", "is_success", "is_terminated",
    "is_whitespace", "iter", "iter_mut", "join", "join_all", "join_next", "json", "json_body", "key", "keys",
    "kill", "last", "last_mut", "leak", "len", "limit", "line", "lines", "listen", "load", "local_addr", "lock",
    "lock_owned", "log10", "log2", "make_ascii_lowercase", "make_ascii_uppercase", "mark_changed",
    "mark_unchanged", "max", "max_capacity", "metadata", "min", "mul", "multipart", "ne", "next", "next_back",
    "next_event", "next_line", "next_message", "nonzero", "notified", "notify", "notify_all", "notify_last",
    "notify_one", "notify_waiters", "now", "nth", "ok", "ok_or", "on_click", "output", "park", "parse",
    "parse_args", "partial_cmp", "partition_point", "path", "peek", "peekable", "peer_addr", "peers", "permits",
    "pid", "pin", "poll", "poll_close", "poll_flush", "poll_next", "poll_ready", "poll_recv", "poll_unpin", "pop",
    "pop_back", "pop_front", "position_of", "pow", "powf", "powi", "publish", "push", "push_back", "push_front",
    "push_str", "rand", "random", "range", "read", "read_dir", "read_exact", "read_line", "read_owned",
    "read_to_end", "read_to_string", "read_write", "readable", "record", "recv", "recv_async", "recv_buf",
    "recv_from", "recv_many", "recv_ref", "recv_timeout", "remaining", "remove", "reopen", "repeat", "replace",
    "replace_range", "reserve", "reset", "resize", "resubscribe", "retain", "rev", "reverse", "rfind", "rollback",
    "rotate_left", "rotate_right", "round", "same_channel", "same_receiver", "sample", "saturating_add",
    "saturating_mul", "saturating_sub", "seek", "send", "send_all", "send_async", "send_blocking",
    "send_if_modified", "send_modify", "send_replace", "send_timeout", "send_to", "set", "set_body", "set_header",
    "set_len", "set_nodelay", "set_permissions", "set_timeout", "shrink_to_fit", "shuffle", "shutdown",
    "shutdown_background", "shutdown_timeout", "size_hint", "skip", "sleep", "sort", "sort_unstable", "split",
    "split_at", "split_first", "split_last", "split_off", "split_once", "split_whitespace", "splitn", "sqrt",
    "start_kill", "start_send", "starts_with", "status", "stderr", "stdin", "stdout", "step", "step_by", "stop",
    "store", "strip_prefix", "strip_suffix", "strong_count", "sub", "subscribe", "subsec_nanos", "sum", "swap",
    "sync", "sync_all", "sync_data", "take", "text", "text_with_charset", "tick", "timeout", "to_bytes",
    "to_lowercase", "to_owned", "to_path_buf", "to_socket_addrs", "to_string", "to_uppercase", "to_vec", "token",
    "trim", "trim_end", "trim_end_matches", "trim_matches", "trim_start", "trim_start_matches", "truncate",
    "try_acquire", "try_acquire_owned", "try_borrow", "try_borrow_mut", "try_clone", "try_collect", "try_into",
    "try_iter", "try_join_next", "try_lock", "try_next", "try_read", "try_recv", "try_reserve", "try_send",
    "try_wait", "try_write", "type_id", "unbounded_send", "unpark", "unsubscribe", "unwrap", "unwrap_err",
    "unwrap_or", "unwrap_or_default", "unwrap_unchecked", "unzip", "upgrade", "value", "values", "values_mut",
    "wait", "wait_for", "wait_timeout", "wake", "wake_by_ref", "weak_count", "windows", "with_capacity",
    "wrapping_add", "wrapping_mul", "wrapping_sub", "writable", "write", "write_all", "write_all_buf",
    "write_buf", "write_fmt", "write_line", "write_owned", "write_str", "write_vectored", "writeln", "yield_now",
    "zip",
];
/// Of these the ones that a method of the program's own, called on `self`, is not named like.
#[rustfmt::skip]
pub(super) const METHODS_OF_SELF: &[&str] = &[
    "as_mut", "as_ref", "borrow", "borrow_mut", "clone", "into", "into_inner", "is_empty", "len", "lock", "read",
    "to_owned", "to_string", "write",
];
/// Methods that call what they are given.
#[rustfmt::skip]
pub(super) const MAPPING_METHODS: &[&str] = &[
    "and_then", "call_once", "filter", "filter_map", "find", "find_map", "flat_map", "fold", "for_each",
    "for_each_concurrent", "get_or_insert_with", "get_or_try_init", "inspect", "inspect_err", "is_none_or",
    "is_ok_and", "is_some_and", "map", "map_err", "map_ok", "map_or", "map_or_else", "map_while", "max_by",
    "max_by_key", "min_by", "min_by_key", "modify_if", "ok_or_else", "or_else", "or_insert_with", "partition",
    "position", "reduce", "retain_mut", "scan", "skip_while", "sort_by", "sort_by_key", "sort_unstable_by",
    "sort_unstable_by_key", "take_while", "then", "then_some", "try_fold", "try_for_each",
    "try_for_each_concurrent", "unwrap_or_else", "wait_while", "with", "with_borrow", "with_borrow_mut",
];
/// Functions that are mostly imported.
#[rustfmt::skip]
pub(super) const FUNCTIONS: &[&str] = &[
    "abort", "available_parallelism", "black_box", "bounded", "catch_unwind", "channel", "ctrl_c", "current_dir",
    "drop", "empty", "exit", "forget", "from_fn", "from_reader", "from_slice", "from_str", "identity", "interval",
    "interval_at", "join_all", "max", "min", "once", "oneshot", "panic_any", "park", "pending", "poll_fn",
    "random", "random_range", "ready", "repeat", "repeat_with", "replace", "resume_unwind", "select_all",
    "size_of", "size_of_val", "sleep", "sleep_until", "spin_loop", "stderr", "stdin", "stdout", "successors",
    "swap", "sync_channel", "take", "temp_dir", "to_vec", "to_writer", "try_join_all", "type_name",
    "type_name_of_val", "unbounded", "unbounded_channel", "yield_now", "zip",
];
/// Functions of this crate that begin no run.
#[rustfmt::skip]
pub(super) const OWN_FUNCTIONS: &[&str] = &[
    "bind", "bind_fn", "bind_mut", "current_run_tree", "diagnostics", "flush", "flush_async", "init", "init_with",
    "install_sink", "is_sampled", "new_run_id", "replay", "set_diagnostic_hook", "set_enabled",
];
/// Crates none of whose functions is traced.
#[rustfmt::skip]
pub(super) const CRATES: &[&str] = &[
    "alloc", "anyhow", "async_channel", "async_std", "aws_config", "axum", "base64", "bytes", "chrono", "clap",
    "config", "core", "crossbeam", "crossbeam_channel", "csv", "dashmap", "dotenvy", "env_logger", "eyre",
    "fastrand", "flume", "fs_err", "futures", "futures_channel", "futures_util", "hex", "http", "humantime",
    "hyper", "itertools", "kanal", "lapin", "libc", "log", "md5", "metrics", "mio", "mockall", "nix", "notify",
    "num_cpus", "once_cell", "opentelemetry", "parking_lot", "prometheus", "rand", "rand_core", "rayon",
    "rdkafka", "redis", "regex", "reqwest", "rusqlite", "scopeguard", "serde_json", "serde_yaml", "sha2",
    "signal_hook", "smol", "sqlx", "std", "sysinfo", "tempfile", "time", "tokio", "tokio_postgres",
    "tokio_stream", "tokio_tungstenite", "tokio_util", "toml", "tonic", "tower", "tracing", "tracing_subscriber",
    "tungstenite", "ulid", "ureq", "url", "uuid", "walkdir", "warp",
];
/// Modules of the standard library and of tokio, as they are imported.
#[rustfmt::skip]
pub(super) const MODULES: &[&str] = &[
    "array", "broadcast", "channel", "char", "cmp", "env", "fmt", "fs", "hint", "io", "iter", "mem", "mpsc",
    "net", "oneshot", "panic", "process", "ptr", "signal", "slice", "str", "sync", "thread", "time", "watch",
];
/// Types none of whose functions is traced.
#[rustfmt::skip]
pub(super) const TYPES: &[&str] = &[
    "Arc", "ArcSwap", "AtomicBool", "AtomicI32", "AtomicI64", "AtomicU32", "AtomicU64", "AtomicUsize", "BTreeMap",
    "BTreeSet", "BinaryHeap", "Box", "BufReader", "BufWriter", "Bytes", "BytesMut", "CString",
    "CancellationToken", "Cell", "Client", "Command", "Condvar", "Context", "Cow", "DateTime", "Duration", "File",
    "Handle", "HashMap", "HashSet", "Instant", "Interval", "Local", "LocalSet", "Mutex", "Notify", "OnceCell",
    "OnceLock", "OpenOptions", "Option", "Ordering", "OsString", "Path", "PathBuf", "Pin", "Poll", "Rc",
    "Receiver", "RefCell", "Regex", "Result", "Runtime", "RwLock", "Semaphore", "Sender", "SocketAddr", "Some",
    "Stdin", "Stdout", "String", "SystemTime", "TcpListener", "TcpStream", "ThreadRng", "UdpSocket",
    "UnboundedSender", "Url", "Utc", "Uuid", "Vec", "VecDeque", "Waker", "Weak",
];
/// Functions that make a value of their type; a block traces them only if they are named.
#[rustfmt::skip]
pub(super) const CONSTRUCTORS: &[&str] = &[
    "builder", "default", "empty", "from", "from_bytes", "from_env", "from_iter", "from_parts", "from_slice",
    "from_str", "from_utf8", "from_utf8_lossy", "from_vec", "new", "now", "parse", "try_from", "try_new",
    "with_capacity", "with_config",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        let lists = [
            METHODS,
            METHODS_OF_SELF,
            MAPPING_METHODS,
            FUNCTIONS,
            OWN_FUNCTIONS,
            CRATES,
            MODULES,
            TYPES,
            CONSTRUCTORS,
        ];
        assert!(lists.iter().all(|list| list.is_sorted()));
    }
}
