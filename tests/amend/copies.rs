//! Copies of every protocol that say the same: laid out otherwise, in another order, under other codes, in other words.

use trialc::amend::{ChangeKind, Difference, compare};

use crate::support::{lines, protocols, trial};

#[test]
fn a_protocol_differs_from_itself_in_nothing() {
    for (path, text) in protocols() {
        let one = trial(&text);
        let difference = compare(&one, &one);
        assert!(difference.is_empty(), "{path}: {:#?}", lines(&difference));
        assert!(!difference.impact().is_substantial());
        let same = difference.decisions.iter().flat_map(|decision| &decision.criteria);
        assert!(same.into_iter().all(|criterion| criterion.standing.is_same()), "{path}");
    }
}

/// A part of a text, and whether it is in quotes or a comment.
fn pieces(text: &str) -> Vec<(bool, &str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let quote = rest.find('"').unwrap_or(rest.len());
        let comment = rest.find("//").unwrap_or(rest.len());
        let start = quote.min(comment);
        pieces.push((false, &rest[..start]));
        rest = &rest[start..];
        if rest.is_empty() {
            break;
        }
        let end = if let Some(long) = rest.strip_prefix("\"\"\"") {
            long.find("\"\"\"").map(|at| at + 6)
        } else if let Some(short) = rest.strip_prefix('"') {
            short.find('"').map(|at| at + 2)
        } else {
            rest.find('\n')
        };
        let end = end.unwrap_or(rest.len());
        pieces.push((true, &rest[..end]));
        rest = &rest[end..];
    }
    pieces
}

/// The text with its code, but not its quotes and comments, written anew.
fn outside_quotes(text: &str, write: impl Fn(&str) -> String) -> String {
    pieces(text)
        .into_iter()
        .map(|(quoted, part)| if quoted { part.to_owned() } else { write(part) })
        .collect()
}

/// Codes of criteria: the names behind `include` and `exclude`.
fn codes(text: &str) -> Vec<String> {
    let words = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        matches!(words.next()?, "include" | "exclude").then(|| words.next().map(str::to_owned))?
    });
    words.collect()
}

/// Each whole word that is a code, perhaps with the number of a question behind a point, under its new code.
fn renumbered(text: &str, rename: impl Fn(&str) -> Option<String>) -> String {
    outside_quotes(text, |part| {
        let mut out = String::new();
        let mut word = String::new();
        for sign in part.chars().chain(['\0']) {
            if sign.is_alphanumeric() || sign == '_' {
                word.push(sign);
                continue;
            }
            out.push_str(&rename(&word).unwrap_or_else(|| word.clone()));
            word.clear();
            if sign != '\0' {
                out.push(sign);
            }
        }
        out
    })
}

fn no_meaning_changed(path: &str, difference: &Difference) {
    let meaning: Vec<String> = difference.of_meaning().map(crate::support::line).collect();
    assert!(meaning.is_empty(), "{path}: {meaning:#?}");
    assert!(!difference.impact().is_substantial(), "{path}");
}

#[test]
fn another_layout_is_no_change() {
    for (path, text) in protocols() {
        let spread = outside_quotes(&text, |part| part.replace(": ", ":   ").replace('\n', "\n\n"));
        let commented = format!("// Copied.\n{}\n// The end.\n", spread.replace("\n\n\n", "\n"));
        let difference = compare(&trial(&text), &trial(&commented));
        assert!(difference.is_empty(), "{path}: {:#?}", lines(&difference));
    }
}

#[test]
fn other_codes_are_told_as_renumbered_and_nothing_else() {
    let mut seen = 0;
    for (path, text) in protocols() {
        let codes = codes(&text);
        let new = |code: &str| codes.iter().any(|known| known == code).then(|| format!("X{code}"));
        let difference = compare(&trial(&text), &trial(&renumbered(&text, new)));
        no_meaning_changed(&path, &difference);
        let renumbered = difference.changes.iter().filter(|change| change.kind == ChangeKind::Renumbered);
        assert_eq!(renumbered.count(), codes.len(), "{path}: {:#?}", lines(&difference));
        seen += codes.len();
    }
    assert!(seen > 60, "{seen} criteria");
}

/// A criterion in front pushes every code along, which is what happens to lists that word processors number.
#[test]
fn codes_that_are_pushed_along_by_a_new_criterion_stay_with_their_criteria() {
    let (path, text) =
        protocols().into_iter().find(|(path, _)| path.contains("nct01719640")).expect("the first trial");
    let exclusions: Vec<String> = codes(&text).into_iter().filter(|code| code.starts_with('E')).collect();
    let next = |code: &str| {
        let number: u32 = exclusions.iter().any(|known| known == code).then(|| code[1..].parse().ok())??;
        Some(format!("E{}", number + 1))
    };
    let pushed = renumbered(&text, next);
    let first = pushed.find("  exclude E2 ").expect("the first exclusion is now E2");
    let new = "  exclude E1 \"Known dementia\":\n    dementia present at randomization\n\n";
    let with_one_more = format!("{}{new}{}", &pushed[..first], &pushed[first..]);
    let difference = compare(&trial(&text), &trial(&with_one_more));
    let meaning: Vec<_> = difference
        .of_meaning()
        .filter(|change| change.subject.part == trialc::amend::Part::Criterion)
        .map(|change| (change.kind, change.subject.name.clone()))
        .collect();
    assert_eq!(meaning, [(ChangeKind::Added, "E1".to_owned())], "{path}: {:#?}", lines(&difference));
}

#[test]
fn other_words_are_told_as_reworded_and_nothing_else() {
    for (path, text) in protocols() {
        // The wording of a criterion that is answered by hand is its meaning.
        let lines: Vec<String> = text
            .lines()
            .map(|line| {
                let start = line.trim_start();
                let is_criterion = start.starts_with("include ") || start.starts_with("exclude ");
                let titled =
                    ["arm ", "visit ", "outcome ", "epoch "].iter().any(|word| start.starts_with(word));
                if (is_criterion || titled) && line.matches('"').count() == 2 {
                    let end = line.rfind('"').expect("there is one");
                    format!("{}, as worded anew{}", &line[..end], &line[end..])
                } else {
                    line.to_owned()
                }
            })
            .collect();
        let difference = compare(&trial(&text), &trial(&lines.join("\n")));
        no_meaning_changed(&path, &difference);
        assert!(difference.editorial().count() > 0, "{path}");
    }
}

/// Items of the file, each with the comments above it.
fn items(text: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    for line in text.lines() {
        let begins = line.starts_with(|sign: char| sign.is_ascii_lowercase());
        if begins {
            items.push(String::new());
        }
        let last = items.last_mut().expect("there is one");
        last.push_str(line);
        last.push('\n');
    }
    items
}

#[test]
fn another_order_of_the_items_is_no_change_of_meaning() {
    for (path, text) in protocols() {
        let mut turned = items(&text);
        turned.reverse();
        let difference = compare(&trial(&text), &trial(&turned.concat()));
        no_meaning_changed(&path, &difference);
    }
}

#[test]
fn another_order_of_the_criteria_is_told_and_changes_no_meaning() {
    for (path, text) in protocols() {
        let old = trial(&text);
        let mut new = old.clone();
        let mut several = false;
        for decision in new.decisions.values_mut() {
            several |= decision.criteria.len() > 1;
            decision.criteria.reverse();
        }
        let difference = compare(&old, &new);
        no_meaning_changed(&path, &difference);
        let told = difference.changes.iter().any(|change| change.kind == ChangeKind::Reordered);
        assert_eq!(told, several, "{path}: {:#?}", lines(&difference));
    }
}
