//! Which parts of a run are left out, and the note about it in the run's metadata.

/// Parts of a run that are left out, because the queue was full or the server takes no run of that size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    pub(crate) attachments: bool,
    /// With events and `serialized`.
    pub(crate) outputs: bool,
    /// With the error.
    pub(crate) inputs: bool,
}

/// The beginning of `extra`, as this crate writes it.
const EXTRA: &[u8] = b"{\"metadata\":{";
/// The beginning of the note.
const NOTE: &[u8] = b"\"trimmed\":[";

impl LeftOut {
    pub(crate) fn is_nothing(self) -> bool {
        self == LeftOut::default()
    }

    /// Both.
    pub(crate) fn with(self, other: LeftOut) -> LeftOut {
        LeftOut {
            attachments: self.attachments | other.attachments,
            outputs: self.outputs | other.outputs,
            inputs: self.inputs | other.inputs,
        }
    }

    fn words(self) -> impl Iterator<Item = &'static str> {
        let all = [
            (self.attachments, "\"attachments\""),
            (self.outputs, "\"outputs\""),
            (self.inputs, "\"inputs\""),
        ];
        all.into_iter().filter_map(|(is_left_out, word)| is_left_out.then_some(word))
    }

    /// Writes the note into `extra`: an entry of the metadata that lists the parts. A stored run may have one already.
    /// `None`: there is nothing to note, or `extra` has another form.
    pub(super) fn note_in(self, extra: &[u8]) -> Option<Vec<u8>> {
        let metadata = extra.strip_prefix(EXTRA).filter(|_| !self.is_nothing())?;
        let (noted, metadata) = LeftOut::read_note(metadata);
        let words: Vec<&str> = self.with(noted).words().collect();
        let comma: &[u8] = if metadata.starts_with(b"}") { b"" } else { b"," };
        Some([EXTRA, NOTE, words.join(",").as_bytes(), b"]", comma, metadata].concat())
    }

    /// Splits metadata into the note at their beginning and the rest.
    fn read_note(metadata: &[u8]) -> (LeftOut, &[u8]) {
        let end = metadata.iter().position(|byte| *byte == b']').filter(|_| metadata.starts_with(NOTE));
        let Some(end) = end else { return (LeftOut::default(), metadata) };
        let (list, rest) = metadata.split_at(end + 1);
        let list = &list[NOTE.len()..];
        let has = |word: &[u8]| list.split(|byte| *byte == b'"').any(|part| part == word);
        let noted =
            LeftOut { attachments: has(b"attachments"), outputs: has(b"outputs"), inputs: has(b"inputs") };
        (noted, rest.strip_prefix(b",").unwrap_or(rest))
    }
}

#[cfg(all(test, not(traceable_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_the_first_entry_and_takes_up_one_that_is_there() {
        let outputs = LeftOut { outputs: true, ..LeftOut::default() };
        let inputs = LeftOut { inputs: true, ..LeftOut::default() };
        for rest in [r#"},"runtime":{}}"#, r#""a":[1]},"runtime":{}}"#] {
            let extra = format!(r#"{{"metadata":{{{rest}"#);
            assert_eq!(LeftOut::default().note_in(extra.as_bytes()), None);
            let once = outputs.note_in(extra.as_bytes()).unwrap();
            let twice = inputs.note_in(&once).unwrap();
            for (noted, words) in [(once, r#"["outputs"]"#), (twice, r#"["outputs","inputs"]"#)] {
                let value: serde_json::Value = serde_json::from_slice(&noted).unwrap();
                assert_eq!(value["metadata"]["trimmed"].to_string(), words);
                assert_eq!(value["metadata"]["a"].is_array(), rest.contains("[1]"));
            }
        }
        assert_eq!(outputs.note_in(b"{}"), None);
    }
}
