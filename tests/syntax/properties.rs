//! What holds for every text, tried on random ones and on sound protocols with random damage.

use proptest::prelude::*;
use trialc::ast::Item;
use trialc::source::FileId;
use trialc::syntax::{self, Parsed};

const SOUND: &[&str] = &[
    include_str!("../../protocols/nct01719640/trial.trial"),
    include_str!("../../protocols/crossover/trial.trial"),
    include_str!("../../src/library/vitals.trial"),
];

/// Every place that is told lies in the text, on the borders of letters.
fn is_consistent(text: &str, parsed: &Parsed) -> Result<(), TestCaseError> {
    let fits = |span: trialc::source::Span| {
        let range = span.range();
        range.start <= range.end
            && range.end <= text.len()
            && text.is_char_boundary(range.start)
            && text.is_char_boundary(range.end)
    };
    for found in &parsed.diagnostics {
        prop_assert!(fits(found.primary.span), "{found:?}");
        for label in &found.secondary {
            prop_assert!(fits(label.span), "{found:?}");
        }
        prop_assert!(found.fix.as_ref().is_none_or(|fix| fits(fix.span)), "{found:?}");
        prop_assert!(!found.message.is_empty());
        prop_assert!(found.help.as_ref().is_some_and(|help| !help.is_empty()), "no help: {found:?}");
    }
    let mut items: Vec<&Item> = parsed.file.items.iter().collect();
    while let Some(item) = items.pop() {
        prop_assert!(fits(item.span) && fits(item.keyword.span));
        items.extend(&item.items);
    }
    Ok(())
}

fn read(text: &str) -> Parsed {
    syntax::parse(FileId(0), text)
}

/// Bits of protocols and of nonsense.
fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "event ", "include I1 ", "{", "}", "(", ")", ":", ";", ",", "\n", "\n  ", "\"", "\"\"\"", "“", "”", "//", "/// ",
            "at ", "and ", "or ", ">= ", "=> ", "7,5 ", "x ULN", "[IU]/d ", "±7 days", "within 14 days before consent ", "1:1 ",
            "not stated ", "unspecified ", "phase", "rule", "query", "trial ", "eligibility for ", "schedule ", "visit ",
            "collect ", "example ", "answer ", "\u{a0}", "\u{200b}", "\u{feff}", "\r", "{score}", "2018-04-25 ", "…", "é", "=",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,8}",
        1 => "[a-z_]{1,8} ?",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in "\\PC*") {
        is_consistent(&text, &read(&text))?;
    }

    #[test]
    fn any_sequence_of_fragments_is_read(parts in prop::collection::vec(fragment(), 0..60)) {
        let text = parts.concat();
        is_consistent(&text, &read(&text))?;
    }

    #[test]
    fn a_damaged_protocol_is_read(
        which in 0..SOUND.len(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, fragment()), 1..6),
    ) {
        let mut text = SOUND[which].to_owned();
        for (at, length, put) in cuts {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let start = places[at.index(places.len())];
            let end = text[start..].char_indices().nth(length).map_or(text.len(), |(at, _)| start + at);
            text.replace_range(start..end, &put);
        }
        is_consistent(&text, &read(&text))?;
    }

    /// What a fault costs: the other items of the file are still there.
    #[test]
    fn a_bad_line_costs_no_item(line in "[a-z_,;.?! =<>%#*+-]{0,40}", which in 0..SOUND.len()) {
        let whole = read(SOUND[which]);
        prop_assert!(whole.diagnostics.is_empty());
        let text = format!("{}\n{line}\n{}", SOUND[which].trim_end(), "event the_last \"Last\"\n");
        let damaged = read(&text);
        for item in &whole.file.items[..whole.file.items.len() - 1] {
            prop_assert!(damaged.file.items.contains(item), "{:?} is lost to {line:?}", item.name);
        }
        prop_assert!(damaged.file.items.iter().any(|item| item.name.as_ref().is_some_and(|name| name.value == "the_last")));
    }

    /// Blanks and comments have no meaning.
    #[test]
    fn comments_and_blanks_do_not_change_the_tree(which in 0..SOUND.len(), at in any::<prop::sample::Index>()) {
        let text = SOUND[which];
        let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        let end = ends[at.index(ends.len())];
        let line = text[..end].rsplit('\n').next().unwrap_or("");
        prop_assume!(!line.contains("//"));
        let with_comment = format!("{}  // remark{}", &text[..end], &text[end..]);
        let with_blank = format!("{} \t{}", &text[..end], &text[end..]);
        prop_assert!(read(&with_comment).file == read(text).file, "after {line}");
        prop_assert!(read(&with_blank).file == read(text).file, "after {line}");
    }
}
