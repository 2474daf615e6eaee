//! The reader of export requests, in protobuf and JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| traceable_viewer::fuzzing::otlp(body));
