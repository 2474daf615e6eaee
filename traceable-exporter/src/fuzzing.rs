//! Entry points for the fuzz targets in `fuzz/`: the readers of data that others may have written.

use std::io;

use crate::server::ServerInfo;
use crate::spool::{Label, Unread, read_failed_trace, scan};
use crate::wire::{self, Encoder, Format, Resource, Trim};

/// Reads an answer to `GET /info`.
pub fn info(text: &str) {
    let info = ServerInfo::read(text);
    assert!(info.batch_operations > 0 && info.batch_bytes > 0);
}

/// Reads a stored body. If that works, encoding its runs must work too, and give the same number of runs.
pub fn stored_body(content_type: &str, body: &[u8]) {
    let Some(runs) = wire::read_runs(content_type, body.to_vec()) else { return };
    let mut encoder = Encoder::new(Resource::new("project".to_owned(), None), None);
    let format = Format::Multipart { compressed: false };
    let encoded = encoder.encode(&runs, format, usize::MAX, Trim::Nothing).expect("nothing is compressed");
    assert_eq!(encoded.runs, runs.len());
    let again = wire::read_runs(&encoded.content_type, encoder.body().to_vec());
    assert_eq!(again.expect("own bodies can be read").len(), runs.len());
}

/// Reads a segment file of a spool. Every byte must belong to a record or count as damaged.
pub fn segment(file: &[u8]) {
    let mut read = 0;
    let scanned = scan(io::Cursor::new(file), file.len() as u64, 0, |payload, _| {
        read += payload.end - payload.start + 16;
    });
    match scanned {
        // less, where records were delivered before the file was moved
        Ok(damaged) => assert!(read + damaged <= file.len().saturating_sub(8) as u64),
        Err(Unread::Unknown) => assert_eq!(read, 0),
        Err(Unread::Disk(error)) => panic!("there is no disk: {error}"),
    }
    // anybody can write a record with a valid checksum, so that its payload may be anything too
    let _ = Label::split(file);
}

/// Reads a file of failed traces.
pub fn failed_trace(text: &[u8]) {
    let _ = read_failed_trace(text);
}
