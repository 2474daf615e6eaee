//! "Did you mean ..?": the nearest known name.

pub(super) fn unknown(what: &str, found: &str, known: &[&str]) -> String {
    match nearest(found, known.iter().copied()) {
        Some(near) => format!("unknown {what} `{found}`, did you mean `{near}`?"),
        None => {
            let list: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("unknown {what} `{found}`; expected one of {}", list.join(", "))
        }
    }
}

/// The known name that `found` probably means, or `None` if none is near. Capitals make no difference.
pub(super) fn nearest<'a>(found: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let found = found.to_lowercase();
    known
        .map(|name| (distance(&found, &name.to_lowercase()), name))
        .filter(|(steps, name)| *steps <= (found.chars().count().max(name.chars().count()) / 3).max(1))
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, name)| name)
}

/// Edits (insert, delete, replace, swap neighbours) from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before = vec![0; to.len() + 1];
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for i in 1..=from.len() {
        let mut row = vec![i; to.len() + 1];
        for j in 1..=to.len() {
            let replace = last[j - 1] + usize::from(from[i - 1] != to[j - 1]);
            row[j] = replace.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let known = || ["name", "skip", "skip_all", "query"].into_iter();
        assert_eq!(nearest("nmae", known()), Some("name"));
        assert_eq!(nearest("skip_al", known()), Some("skip_all"));
        assert_eq!(nearest("qurey", known()), Some("query"));
        assert_eq!(nearest("SKIP_ALL", known()), Some("skip_all"));
        assert_eq!(nearest("banana", known()), None);
        assert_eq!(nearest("", known()), None);
    }

    #[test]
    fn a_swap_is_one_step() {
        assert_eq!(distance("nmae", "name"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }
}
