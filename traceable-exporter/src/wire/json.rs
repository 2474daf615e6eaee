//! Writes small pieces of JSON into a buffer.

use serde::Serialize;
use traceable_core::Timestamp;
use uuid::Uuid;

/// Writes a string with its quotes.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    value(out, text);
}

/// Writes any value. Serialising this crate's own types into a buffer does not fail; if it did, the value would become
/// null.
pub(crate) fn value<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    let start = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(start);
        out.extend_from_slice(b"null");
    }
}

/// Writes an id, without quotes.
pub(crate) fn id(out: &mut Vec<u8>, id: Uuid) {
    let mut text = [0; 36];
    out.extend_from_slice(id.hyphenated().encode_lower(&mut text).as_bytes());
}

/// Writes an id with its quotes.
pub(crate) fn quoted_id(out: &mut Vec<u8>, uuid: Uuid) {
    out.push(b'"');
    id(out, uuid);
    out.push(b'"');
}

/// Writes a time with its quotes.
pub(crate) fn time(out: &mut Vec<u8>, time: Timestamp) {
    out.push(b'"');
    time.write_rfc3339(out);
    out.push(b'"');
}

/// Writes a number in decimal.
pub(crate) fn number(out: &mut Vec<u8>, mut n: usize) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}
