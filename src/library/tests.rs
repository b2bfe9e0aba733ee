//! What a compilation relies on when it reads a library in part.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

#[test]
fn no_name_is_declared_twice() {
    let mut seen = BTreeMap::new();
    for library in NAMES {
        for item in declared(library) {
            if let Some(other) = seen.insert(item, library) {
                panic!("`{item}` is declared in {other} and in {library}");
            }
        }
    }
    assert!(!seen.is_empty());
}

#[test]
fn every_library_has_a_text_a_path_and_items() {
    for library in NAMES {
        assert!(text(library).is_some_and(|text| text.is_ascii() || text.ends_with('\n')), "{library}");
        assert_eq!(path(library), Some(format!("{}.trial", library.replace('.', "/"))).as_deref());
        assert!(!declared(library).is_empty(), "{library} declares nothing");
    }
    assert_eq!(text("std.nothing"), None);
    assert_eq!(declared("std.nothing"), Vec::<&str>::new());
}

#[test]
fn an_item_is_found_in_its_library() {
    assert_eq!(home_of("hba1c"), Some("std.labs"));
    assert_eq!(home_of("metformin"), Some("std.drugs"));
    assert_eq!(home_of("hba1x"), None);
}

#[test]
fn what_an_item_needs_comes_with_it() {
    let needed = closure(&BTreeSet::from(["bmi", "no_item_of_ours"]));
    assert_eq!(needed, BTreeSet::from(["bmi", "height", "weight"]));
    assert!(closure(&BTreeSet::from(["glp1_agonists"])).contains("exenatide"));
}

#[test]
fn an_excerpt_keeps_every_byte_in_its_place() {
    for library in NAMES {
        let whole = text(library).unwrap_or_default();
        for item in declared(library) {
            let part = excerpt(library, &closure(&BTreeSet::from([item])));
            assert_eq!(part.len(), whole.len(), "{library}");
            let differs = part.bytes().zip(whole.bytes()).any(|(a, b)| a != b && !(a == b' ' && b != b'\n'));
            assert!(!differs, "{library}: an excerpt holds only bytes of its text and spaces");
            let kept: BTreeSet<_> = split::split(&part).into_iter().map(|entry| entry.name).collect();
            let ours: BTreeSet<_> = declared(library).into_iter().collect();
            let expected = closure(&BTreeSet::from([item])).intersection(&ours).copied().collect();
            assert_eq!(kept, expected, "{library}, {item}");
        }
    }
}

#[test]
fn an_excerpt_holds_what_an_item_of_another_library_needs() {
    let drugs = excerpt("std.drugs", &wanted(&|_, name| name == "glp1_agonists"));
    assert!(drugs.contains("drug exenatide"));
    assert!(!drugs.contains("drug warfarin"));
}

#[test]
fn nothing_wanted_leaves_a_blank_text() {
    assert_eq!(excerpt("std.labs", &wanted(&|library, _| library == "std.procedures")), "");
    assert!(excerpt("std.labs", &wanted(&|_, _| true)).contains("measure hba1c"));
}

#[test]
fn every_word_of_a_list_of_members_is_declared() {
    for library in NAMES {
        for item in split::split(text(library).unwrap_or_default()) {
            if let "drug_class" | "condition" = item.keyword {
                for word in item.words.iter().filter(|word| {
                    word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
                }) {
                    let is_word_of_language = matches!(*word, "open_list" | "hours" | "days");
                    assert!(
                        is_word_of_language || home_of(word).is_some(),
                        "{library}: `{word}` of `{}`",
                        item.name
                    );
                }
            }
        }
    }
}

#[test]
fn an_item_is_found_by_what_else_it_is_called() {
    assert_eq!(
        called("bilirubin"),
        ["bilirubin_total", "bilirubin_direct"],
        "`also:`, then a part of a name"
    );
    assert_eq!(called("SGOT"), ["ast"]);
    assert_eq!(called("total_bilirubin"), ["bilirubin_total"], "its title");
    assert_eq!(called("qtc"), ["qtcf", "qtcb", "qtcf_by_formula", "qtcb_by_formula"], "a letter is missing");
    assert!(called("moonlight").is_empty());
}
