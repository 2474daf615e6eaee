//! Names by which a client selects what an answer has.

/// A list of names, of which a client selects some.
pub(crate) trait Select: Copy + PartialEq + 'static {
    /// All of them, with their names in capitals; a key of the answer is the name in small letters.
    const ALL: &'static [(&'static str, Self)];

    /// What is selected, each once, in the order of the list; `default` when nothing is.
    fn parse_all(names: &[String], default: &[Self]) -> Result<Vec<Self>, UnknownName> {
        if names.is_empty() {
            return Ok(default.to_vec());
        }
        let mut found = Vec::new();
        for name in names {
            let select = Self::ALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            match select {
                Some((_, select)) if found.contains(select) => {}
                Some((_, select)) => found.push(*select),
                None => return Err(unknown(name, Self::ALL.iter().map(|(known, _)| *known))),
            }
        }
        Ok(found)
    }

    /// Its key in an answer.
    fn key(self) -> String {
        let name = Self::ALL.iter().find(|(_, select)| *select == self).map(|(name, _)| *name);
        name.unwrap_or_default().to_ascii_lowercase()
    }
}

/// Makes an enum of names that can be selected.
macro_rules! selects {
    ($(#[$doc:meta])* $of:ident: $($name:literal $select:ident),* $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $of { $($select),* }

        impl Select for $of {
            const ALL: &'static [(&'static str, Self)] = &[$(($name, $of::$select)),*];
        }
    };
}

pub(crate) use selects;

/// A name that is not on the list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot select `{}`; did you mean {nearest}?", name.escape_debug())]
pub(crate) struct UnknownName {
    name: String,
    nearest: &'static str,
}

/// Longer names are cut before they are compared and shown.
const MAX_SHOWN: usize = 64;

fn unknown(name: &str, known: impl Iterator<Item = &'static str>) -> UnknownName {
    let name: String = name.chars().take(MAX_SHOWN).collect();
    UnknownName { nearest: nearest(&name, known).unwrap_or_default(), name }
}

/// The known name that is most like a given one; of two that are equally near, the first.
pub(crate) fn nearest(name: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let name = name.to_ascii_uppercase();
    let mut best: Option<(f64, &'static str)> = None;
    for known in known {
        let likeness = strsim::jaro_winkler(&name, &known.to_ascii_uppercase());
        if best.is_none_or(|(other, _)| likeness > other) {
            best = Some((likeness, known));
        }
    }
    best.map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_proposed() {
        let known = ["ID", "NAME", "TOTAL_TOKENS", "TOTAL_COST"];
        for (wrong, right) in
            [("nmae", "NAME"), ("TOTAL_TOKEN", "TOTAL_TOKENS"), ("total_costs", "TOTAL_COST"), ("", "ID")]
        {
            assert_eq!(nearest(wrong, known.into_iter()), Some(right), "{wrong}");
        }
        let long = unknown(&"x\u{1b}".repeat(500), known.into_iter()).to_string();
        assert!(long.len() < 500 && !long.contains('\u{1b}'), "{long}");
    }
}
