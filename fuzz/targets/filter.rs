//! The reader of filters. What it reads is printed and read again as the same filter.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|filter: &str| traceable_viewer::fuzzing::filter(filter));
