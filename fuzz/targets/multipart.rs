//! Both readers of multipart bodies: the collector's, and the one for what was kept on disk.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    // one that a body can be made for
    let content_type = "multipart/form-data; boundary=b";
    traceable_viewer::fuzzing::multipart(content_type, body);
    traceable_exporter::fuzzing::stored_body(content_type, body);
    traceable_exporter::fuzzing::stored_body("application/json", body);
    if let Some((content_type, body)) = body.split_first_chunk::<64>() {
        let content_type = String::from_utf8_lossy(content_type);
        traceable_viewer::fuzzing::multipart(&content_type, body);
        traceable_exporter::fuzzing::stored_body(&content_type, body);
    }
});
