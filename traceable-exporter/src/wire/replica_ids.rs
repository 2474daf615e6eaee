//! Derives the ids that runs have in a replica's project, as LangSmith's SDKs do.

use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

/// Derives a run's id in another project from its id and the project's name, so that all processes of a trace get the
/// same one. It keeps the milliseconds of a UUIDv7, and so sorts as the run's own id does. (The rule of LangSmith's
/// Python SDK from 0.15 on.)
pub(crate) fn remapped(id: Uuid, project: &str) -> Uuid {
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    let id_text: &str = id.hyphenated().encode_lower(&mut text);
    let hash = xxh3_128(format!("{id_text}:{project}").as_bytes()).to_be_bytes();
    let mut bytes = [0; 16];
    let time = if id.get_version_num() == 7 { &id.as_bytes()[..6] } else { &hash[10..] };
    bytes[..6].copy_from_slice(time);
    bytes[6] = 0x70 | (hash[0] & 0x0f);
    bytes[7] = hash[1];
    bytes[8] = 0x80 | (hash[2] & 0x3f);
    bytes[9..].copy_from_slice(&hash[3..10]);
    Uuid::from_bytes(bytes)
}

/// Remaps the ids in a dotted order; a malformed segment stays.
pub(crate) fn remapped_order(order: &str, project: &str) -> String {
    let mut out = String::with_capacity(order.len());
    for segment in order.split('.') {
        if !out.is_empty() {
            out.push('.');
        }
        let at = segment.len().saturating_sub(uuid::fmt::Hyphenated::LENGTH);
        match segment.get(at..).map(Uuid::try_parse) {
            Some(Ok(id)) => {
                out.push_str(&segment[..at]);
                out.push_str(remapped(id, project).hyphenated().encode_lower(&mut [0; 36]));
            }
            _ => out.push_str(segment),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_agrees_with_the_published_vectors() {
        for (id, project, expected) in [
            ("01a2036e-7943-7180-aa53-4023084e2e12", "second", "01a2036e-7943-7be2-9fc9-49716303af82"),
            ("01a2036e-7943-7180-aa53-4023084e2e12", "third", "01a2036e-7943-7598-ae36-035014b84345"),
            ("01a2036e-7953-75b8-beda-8496c9404995", "second", "01a2036e-7953-732c-8bfe-8a5f42421bee"),
            ("00000000-0000-4000-8000-000000000005", "second", "ea27fd71-1dce-7f4d-9495-d8c4a4f20318"),
        ] {
            assert_eq!(remapped(id.parse().unwrap(), project).to_string(), expected);
        }
    }

    #[test]
    fn each_segment_of_an_order_is_remapped() {
        let order = "20261122T132433386589Z01a2036e-7943-7180-aa53-4023084e2e12.\
                     20261122T132433390000Z01a2036e-7953-75b8-beda-8496c9404995";
        let expected = "20261122T132433386589Z01a2036e-7943-7be2-9fc9-49716303af82.\
                        20261122T132433390000Z01a2036e-7953-732c-8bfe-8a5f42421bee";
        assert_eq!(remapped_order(order, "second"), expected);
        assert_eq!(remapped_order("", "second"), "");
    }
}
