//! The headers that carry a run to other processes: `langsmith-trace` and `baggage`.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use super::dotted_order::{DottedOrder, ParseError};

/// The name of the header with the sending run's dotted order.
pub(crate) const TRACE_HEADER: &str = "langsmith-trace";
/// The name of the header with the trace's metadata, tags and project.
pub(crate) const BAGGAGE_HEADER: &str = "baggage";

/// Neither header may be longer than this, in bytes; the W3C's limit for `baggage`.
const MAX_HEADER: usize = 8192;
/// No more members of a baggage than this are looked at.
const MAX_MEMBERS: usize = 64;

/// What two headers said about the run that sent them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Incoming {
    pub(crate) order: DottedOrder,
    pub(crate) baggage: Baggage,
}

/// The members of a `baggage` header that are LangSmith's.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Baggage {
    /// A JSON object, as it is written: numbers in it are not rounded.
    pub(crate) metadata: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) project: Option<String>,
    /// Instead of a project: the environment of an agent.
    pub(crate) address: Option<String>,
}

/// Reads the two headers. A baggage that cannot be read is left out member by member; the order decides alone
/// whether there is a parent.
pub(crate) fn read(trace: &str, baggage: Option<&str>) -> Result<Incoming, ParseError> {
    if trace.len() > MAX_HEADER {
        return Err(ParseError { what: "`langsmith-trace` header", reason: "it is longer than 8192 bytes" });
    }
    let order = trace.trim().parse().map_err(|e| ParseError { what: "`langsmith-trace` header", ..e })?;
    Ok(Incoming { order, baggage: baggage.map(Baggage::read).unwrap_or_default() })
}

impl Baggage {
    fn read(header: &str) -> Baggage {
        let mut baggage = Baggage::default();
        if header.len() > MAX_HEADER {
            return baggage;
        }
        for member in header.split(',').take(MAX_MEMBERS) {
            // W3C Baggage: optional white space round everything, properties behind a semicolon
            let Some((key, value)) = member.split(';').next().unwrap_or_default().split_once('=') else {
                continue;
            };
            let Some(value) = percent_decode(value.trim()) else { continue };
            match key.trim() {
                "langsmith-metadata" if is_object(&value) => baggage.metadata = Some(value),
                "langsmith-tags" => {
                    baggage.tags = value.split(',').filter(|t| !t.is_empty()).map(str::to_owned).collect();
                }
                "langsmith-project" if !value.is_empty() => baggage.project = Some(value),
                "langsmith-address" if is_address(&value) => baggage.address = Some(value),
                _ => {}
            }
        }
        if baggage.project.is_some() && baggage.address.is_some() {
            // a run is in one of the two, and which is not said
            (baggage.project, baggage.address) = (None, None);
        }
        baggage
    }

    /// The header, or `None` if there is nothing to say.
    pub(crate) fn write(&self) -> Option<String> {
        let mut members = Vec::new();
        if let Some(json) = &self.metadata {
            members.push(format!("langsmith-metadata={}", percent_encode(json)));
        }
        if !self.tags.is_empty() {
            members.push(format!("langsmith-tags={}", percent_encode(&self.tags.join(","))));
        }
        if let Some(project) = &self.project {
            members.push(format!("langsmith-project={}", percent_encode(project)));
        }
        if let Some(address) = &self.address {
            members.push(format!("langsmith-address={}", percent_encode(address)));
        }
        // what no receiver would read is not sent
        Some(members.join(",")).filter(|header| !header.is_empty() && header.len() <= MAX_HEADER)
    }
}

fn is_object(json: &str) -> bool {
    serde_json::from_str::<BTreeMap<String, IgnoredAny>>(json).is_ok()
}

/// `lrn:agents/{id}/environments/{environment}`, and nothing that a stranger could put there besides.
fn is_address(text: &str) -> bool {
    let is_name = |name: &str| {
        let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (1..=63).contains(&name.len()) && name.bytes().all(is_part)
    };
    let parts = text.strip_prefix("lrn:agents/").and_then(|rest| rest.split_once("/environments/"));
    parts.is_some_and(|(id, environment)| is_name(id) && is_name(environment))
}

/// Everything but letters, digits and `_.-~/` becomes `%XX`, as Python's `urllib.parse.quote` has it.
fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' | b'/' => {
                out.push(byte as char)
            }
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(HEX[usize::from(byte >> 4)] as char);
                out.push(HEX[usize::from(byte & 15)] as char);
            }
        }
    }
    out
}

/// The inverse; `None` if the result is not UTF-8. A `%` without two hex digits stands for itself.
fn percent_decode(text: &str) -> Option<String> {
    let hex = |b: Option<&u8>| b.and_then(|b| (*b as char).to_digit(16));
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], hex(bytes.get(at + 1)), hex(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ORDER: &str = "20261122T133014472497Z01a20373-4048-75be-8922-6d54cb823837";

    #[test]
    fn the_python_sdks_baggage_is_read_and_written_to_the_byte() {
        let header = "langsmith-metadata=%7B%22k%22%3A%22v%2C%3D%C3%A9%20x%22%2C%22ls_method%22%3A%22traceable%22%7D,\
                      langsmith-tags=svc-a,langsmith-project=proj%20%C3%A9%2C%3D1";
        let baggage = read(ORDER, Some(header)).unwrap().baggage;
        assert_eq!(baggage.metadata.as_deref(), Some(r#"{"k":"v,=é x","ls_method":"traceable"}"#));
        assert_eq!(baggage.tags, ["svc-a"]);
        assert_eq!(baggage.project.as_deref(), Some("proj é,=1"));
        assert_eq!(baggage.write().unwrap(), header.replace(",\n", ","));
    }

    #[test]
    fn white_space_properties_and_strangers_are_no_trouble() {
        let header = "foo=1, langsmith-project = x ;ttl=3 , other, langsmith-metadata=%7Bbad";
        let baggage = read(ORDER, Some(header)).unwrap().baggage;
        assert_eq!(baggage, Baggage { project: Some("x".into()), ..Baggage::default() });
    }

    #[test]
    fn an_address_stands_in_the_place_of_a_project() {
        let address = "lrn:agents/support/environments/production";
        let header = "langsmith-tags=t,langsmith-address=lrn%3Aagents/support/environments/production";
        let baggage = read(ORDER, Some(header)).unwrap().baggage;
        assert_eq!(baggage.address.as_deref(), Some(address));
        assert_eq!(baggage.write().unwrap(), header);
        let both = read(ORDER, Some(&format!("{header},langsmith-project=p"))).unwrap().baggage;
        assert_eq!((both.project, both.address), (None, None));
        for wrong in
            ["x", "lrn:agents//environments/local", "lrn:agents/A/environments/local", "lrn:agents/a/b"]
        {
            let header = format!("langsmith-address={}", percent_encode(wrong));
            assert_eq!(read(ORDER, Some(&header)).unwrap().baggage.address, None, "{wrong}");
        }
    }

    #[test]
    fn a_malformed_order_is_an_error_that_names_the_header() {
        let error = read("nonsense", None).unwrap_err().to_string();
        assert!(error.starts_with("malformed `langsmith-trace` header: "), "{error}");
        assert!(read(&"x".repeat(9000), None).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(tags in proptest::collection::vec("[^,]{1,9}", 0..4), project in proptest::option::of(".{1,20}"), key in ".{0,8}", text in ".{0,20}") {
            let mut baggage = Baggage { tags, project, ..Baggage::default() };
            baggage.metadata = Some(serde_json::json!({key: text}).to_string());
            let header = baggage.write().unwrap();
            prop_assert!(header.is_ascii());
            prop_assert_eq!(read(ORDER, Some(&header)).unwrap().baggage, baggage);
        }

        #[test]
        fn no_header_makes_it_panic(trace in ".{0,80}", baggage in ".{0,200}") {
            let _ = read(&trace, Some(&baggage));
            let _ = read(ORDER, Some(&baggage));
        }
    }
}
