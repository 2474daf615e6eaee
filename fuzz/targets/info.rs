//! Whatever a server says of itself, there are limits to work with.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| traceable_exporter::fuzzing::info(text));
