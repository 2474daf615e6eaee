//! What the fuzz targets call: readers of what was written elsewhere.

use std::io;

use crate::server::ServerInfo;
use crate::spool::{Label, Unread, read_failed_trace, scan};
use crate::wire::{self, Encoder, Format, Resource, Trim};

/// An answer to `GET /info`.
pub fn info(text: &str) {
    let info = ServerInfo::read(text);
    assert!(info.batch_operations > 0 && info.batch_bytes > 0);
}

/// A body that was kept. What can be read can be written, and is the same number of runs then.
pub fn kept_body(content_type: &str, body: &[u8]) {
    let Some(runs) = wire::read_runs(content_type, body.to_vec()) else { return };
    let mut encoder = Encoder::new(Resource::new("project".to_owned(), None), None);
    let format = Format::Multipart { compressed: false };
    let encoded = encoder.encode(&runs, format, usize::MAX, Trim::Nothing).expect("nothing is compressed");
    assert_eq!(encoded.runs, runs.len());
    let again = wire::read_runs(&encoded.content_type, encoder.body().to_vec());
    assert_eq!(again.expect("own bodies can be read").len(), runs.len());
}

/// A file of a spool. All of it is either part of a record or counted as damaged.
pub fn segment(file: &[u8]) {
    let mut read = 0;
    let scanned = scan(io::Cursor::new(file), file.len() as u64, 0, |payload, _| {
        read += payload.end - payload.start + 16;
    });
    match scanned {
        // or part of what was delivered before the file was moved
        Ok(damaged) => assert!(read + damaged <= file.len().saturating_sub(8) as u64),
        Err(Unread::Unknown) => assert_eq!(read, 0),
        Err(Unread::Disk(error)) => panic!("there is no disk: {error}"),
    }
    // what lies in a record is not protected by a checksum of ours if somebody else has written it
    let _ = Label::split(file);
}

/// A file of failed traces.
pub fn failed_trace(text: &[u8]) {
    let _ = read_failed_trace(text);
}
