//! Files of a spool, however damaged, and files of failed traces.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    traceable_exporter::fuzzing::segment(file);
    traceable_exporter::fuzzing::failed_trace(file);
});
