//! What to say when the grammar does not fit: which words are in the way, and what could stand there, in the
//! author's terms.

use std::ops::Range;

use pest::error::{Error, ErrorVariant, InputLocation};

use super::Rule;
use super::mistakes::one_line;
use crate::diagnostics::{Diagnostic, codes};
use crate::syntax::Slice;

/// Most things that a message offers.
const MOST: usize = 3;

pub(super) fn report(slice: Slice<'_>, entry: Rule, error: &Error<Rule>) -> Diagnostic {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at.min(slice.text.len()),
    };
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        return Diagnostic::new(
            &codes::TOO_DEEP,
            slice.span(trimmed(slice.text)),
            "this is too deeply nested to be read",
        )
        .help("give the inner parts names of their own with `define` or `derive`, and use the names");
    };
    let rest = after_blanks(slice.text, at);
    let wanted = Wanted::of(positives);
    if rest == slice.text.len() {
        return missing(slice, entry, &wanted);
    }
    let word = word_at(slice.text, rest);
    if after_blanks(slice.text, word.end) == slice.text.len() && opens(&slice.text[word.clone()]) {
        return missing(slice, entry, &wanted);
    }
    if let Some(known) = known_slip(slice, &word, &wanted) {
        return known;
    }
    if wanted.needed.is_empty() { stray(slice, rest, &wanted) } else { in_the_way(slice, word, &wanted) }
}

const OPERAND: &str = "a finding, a measure or a number";

/// How far down the list a thing stands that could follow.
fn usual(text: &str) -> usize {
    ["`,`", "`)`", "`and`", "`or`", "`unless`", "`when`"].iter().position(|usual| *usual == text).unwrap_or(9)
}

/// The rules that failed at the farthest place, in the author's terms.
struct Wanted {
    /// What must come: something has been begun and is incomplete without it.
    needed: Vec<&'static str>,
    /// What could follow on something complete.
    possible: Vec<&'static str>,
}

impl Wanted {
    fn of(rules: &[Rule]) -> Self {
        let mut wanted = Self { needed: Vec::new(), possible: Vec::new() };
        let mut complete = false;
        for rule in rules {
            let (list, text) = match meaning(*rule) {
                Meaning::Needed(text) => (&mut wanted.needed, text),
                Meaning::Follows(text) => (&mut wanted.possible, text),
                Meaning::End => {
                    complete = true;
                    continue;
                }
                Meaning::Unsaid => continue,
            };
            if !list.contains(&text) {
                list.push(text);
            }
        }
        // Where the text may end, nothing is missing.
        if complete {
            wanted.possible.append(&mut wanted.needed);
        }
        // Where any operand may begin, the words that it may begin with say less than the general term.
        let has = |text: &str| wanted.needed.contains(&text);
        if has(OPERAND) || (has("a finding, drug or event") || has("a name")) && has("a number with its unit")
        {
            wanted.needed = vec![OPERAND];
        }
        wanted.needed.sort_by_key(|text| text.starts_with('`'));
        if wanted.needed.len() > 1 {
            wanted.needed.retain(|text| *text != "`(`");
        }
        wanted.possible.sort_by_key(|text| usual(text));
        wanted
    }

    fn list(&self) -> String {
        let all = if self.needed.is_empty() { &self.possible } else { &self.needed };
        either(&all[..all.len().min(MOST)])
    }
}

fn either(list: &[&str]) -> String {
    // `before` or `after` is one thing that comes in two words.
    let split = |text: &&'_ str| text.split(" or ").map(str::to_owned).collect::<Vec<_>>();
    let list: Vec<String> = list
        .iter()
        .flat_map(|text| if text.starts_with('`') { split(text) } else { vec![(*text).to_owned()] })
        .collect();
    match list.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn missing(slice: Slice<'_>, entry: Rule, wanted: &Wanted) -> Diagnostic {
    let whole = trimmed(slice.text);
    if whole.is_empty() {
        return Diagnostic::new(&codes::SYNTAX, slice.span(0..0), "nothing is written here")
            .help(format!("write {}", subject(entry)));
    }
    let last = last_word(slice.text, &whole);
    let word = &slice.text[last.clone()];
    let list = wanted.list();
    let help =
        if list.is_empty() { format!("write {}", subject(entry)) } else { format!("after it write {list}") };
    Diagnostic::new(&codes::SYNTAX, slice.span(last), format!("something is missing after `{word}`"))
        .help(help)
}

fn in_the_way(slice: Slice<'_>, word: Range<usize>, wanted: &Wanted) -> Diagnostic {
    let text = &slice.text[word.clone()];
    let mut help = format!("here could stand {}", wanted.list());
    if is_reserved(text) && wanted.needed.iter().any(|item| item.contains("name") || item.contains("finding"))
    {
        help.push_str(&format!("; `{text}` is a word of the language and never a name"));
    }
    Diagnostic::new(&codes::SYNTAX, slice.span(word), format!("`{text}` cannot stand here")).help(help)
}

/// Words behind something complete, up to the next word that could join them to it.
fn stray(slice: Slice<'_>, start: usize, wanted: &Wanted) -> Diagnostic {
    let text = slice.text;
    let mut end = word_at(text, start).end;
    loop {
        let next = start_of_next(text, end);
        if next.is_none_or(|next| joins(&text[word_at(text, next)])) {
            break;
        }
        let Some(next) = next else { break };
        end = word_at(text, next).end;
    }
    let help = if wanted.possible.contains(&"`and`") {
        "remove it, or join it with `and` or `or`".to_owned()
    } else if wanted.possible.contains(&"`,`") {
        "remove it, or separate it with a comma".to_owned()
    } else {
        "remove it".to_owned()
    };
    let message = format!("`{}` does not belong here", one_line(&text[start..end], 60));
    Diagnostic::new(&codes::STRAY_TEXT, slice.span(start..end), message).help(help)
}

/// Where the next word of the same line begins.
fn start_of_next(text: &str, end: usize) -> Option<usize> {
    let rest = &text[end..];
    let blanks = rest.len() - rest.trim_start_matches(is_blank).len();
    let next = rest[blanks..].chars().next()?;
    (!matches!(next, '\n' | '\r' | ')' | ',' | '(') && !rest[blanks..].starts_with("//"))
        .then_some(end + blanks)
}

fn joins(word: &str) -> bool {
    matches!(word, "and" | "or" | "unless" | "when" | "and/or")
}

/// Words behind which something must come.
fn opens(word: &str) -> bool {
    matches!(
        word,
        "ever" | "taking" | "no" | "not" | "any" | "every" | "each" | "by" | "for" | "within" | "is"
    )
}

/// Slips that are known by their first word, whatever could stand there.
fn known_slip(slice: Slice<'_>, word: &Range<usize>, wanted: &Wanted) -> Option<Diagnostic> {
    let text = &slice.text[word.clone()];
    let span = slice.span(word.clone());
    let stray = |message: String| Diagnostic::new(&codes::STRAY_TEXT, span, message);
    let prose = |message: String| Diagnostic::new(&codes::WORD_FOR_SYMBOL, span, message);
    if let Some(said) = blank_in_unit(slice, word)
        .or_else(|| date(slice, word))
        .or_else(|| lone_x(slice, word))
        .or_else(|| whichever(slice, word))
    {
        return Some(said);
    }
    Some(match text {
        "“" | "”" | "„" | "‘" | "’" => {
            Diagnostic::new(&codes::CURLY_QUOTES, span, "this is a typographic quote")
                .help("write a straight quote: `\"`")
                .fix(span, "\"")
        }
        "," if wanted.needed.is_empty() && behind_is(&slice.text[..word.start]) => {
            stray("the values after `is` are joined by `or`".into())
                .help("write `or` instead of the comma: `is III or IV or V`")
                .fix(span, " or")
        }
        "," if wanted.needed.is_empty() => stray("a comma does not say whether all are meant or any".into())
            .help("write `and` or `or`, or a list: `each of (a, b)`, `any of (a, b)`"),
        "if" | "where" if wanted.needed.is_empty() => {
            prose(format!("`{text}` is written `when`")).help("write `when`").fix(span, "when")
        }
        "except" | "excluding" | "but" if wanted.needed.is_empty() => {
            prose(format!("`{text}` is no word of a rule"))
                .help("write `unless` and a condition, or `other than (…)` behind a finding")
        }
        "cycle" => prose("a day of a cycle is the time of a visit inside that cycle".into())
            .help("write `cycle c1: every 28 days from first_dose { visit c1d15: day 15 }`"),
        "during" => prose("`during` does not say when the time begins and ends".into())
            .help("write `from` and a moment, `to` and a moment"),
        "per" if wanted.needed.is_empty() => prose("`per` is no sign".into()).help(
            "write `/`: inside a unit without blanks (`mg/d`), between two values with blanks around it",
        ),
        _ if text.starts_with(|c: char| c.is_alphabetic() && !c.is_ascii()) => {
            let start = slice.text[..word.start].trim_end_matches(is_word).len();
            let name = &slice.text[start..word.end];
            Diagnostic::new(
                &codes::BAD_NAME,
                slice.span(start..word.end),
                format!("`{name}` cannot be a name"),
            )
            .help("a name has the letters a to z, digits and `_`")
        }
        _ => return None,
    })
}

/// `mm Hg`: a unit that is one when the blank goes.
fn blank_in_unit(slice: Slice<'_>, word: &Range<usize>) -> Option<Diagnostic> {
    let before = slice.text[..word.start].trim_end_matches(is_blank);
    let first = before.rfind(|c: char| is_blank(c) || c == '(').map_or(0, |at| at + 1);
    let first = (first..before.len()).find(|at| before.is_char_boundary(*at))?;
    let unit = &before[first..];
    let (unit, first) = match unit.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-'))) {
        Some(at) => (&unit[at..], first + at),
        None => return None,
    };
    let second = &slice.text[word.clone()];
    if !second.starts_with(|c: char| c.is_alphabetic() || c == '/')
        || is_reserved(second)
        || (unit.is_empty() || unit.contains(char::is_whitespace))
    {
        return None;
    }
    let number = before[..first].trim_end_matches(is_blank);
    if !number.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let together = crate::units::parse(&format!("{unit} {second}")).ok()?;
    let good = together.code().to_owned();
    let span = slice.span(first..word.end);
    Some(
        Diagnostic::new(&codes::SYNTAX, span, "a unit has no blank inside")
            .help(format!("write `{good}`"))
            .fix(span, good),
    )
}

/// A date where an event was to be named.
fn date(slice: Slice<'_>, word: &Range<usize>) -> Option<Diagnostic> {
    let is_part = |c: char| c.is_ascii_digit() || c == '-';
    let start = slice.text[..word.start].trim_end_matches(is_part).len();
    let rest = &slice.text[start..];
    let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let parts: Vec<&str> = rest[..length].split('-').collect();
    if parts.len() < 2 || parts[0].len() != 4 || parts.iter().any(|part| part.is_empty()) {
        return None;
    }
    Some(
        Diagnostic::new(
            &codes::SYNTAX,
            slice.span(start..start + length),
            format!("`{}` is a date", &rest[..length]),
        )
        .help("a rule speaks of the participant's own events: name one, as in `before consent`"),
    )
}

/// `x` where no limit of normal follows.
fn lone_x(slice: Slice<'_>, word: &Range<usize>) -> Option<Diagnostic> {
    let before = slice.text[..word.start].trim_end_matches(is_blank);
    let start = before.strip_suffix('x')?.len();
    if before[..start].ends_with(is_word) {
        return None;
    }
    let power = &slice.text[word.start..];
    if ["10^", "10*", "10⁹", "10⁶", "10¹"].iter().any(|ten| power.starts_with(ten)) {
        let blanks = slice.span(start + 1..word.start);
        let length = power.find(|c: char| c.is_whitespace() || matches!(c, ',' | ')')).unwrap_or(power.len());
        return Some(
            Diagnostic::new(
                &codes::SYNTAX,
                slice.span(start..word.start + length),
                "a unit has no blank inside",
            )
            .help(format!("write `x{}`", &power[..length]))
            .fix(blanks, ""),
        );
    }
    Some(
        Diagnostic::new(
            &codes::SYNTAX,
            slice.span(start..start + 1),
            "`x` stands only before `ULN` and `LLN`",
        )
        .help("write `1.5 x ULN`; a product of two values is written with `*`; `x` is never a name"),
    )
}

/// `90 days or 5 half_lives, whichever is longer`.
fn whichever(slice: Slice<'_>, word: &Range<usize>) -> Option<Diagnostic> {
    let text = &slice.text[word.clone()];
    if !matches!(text, "or" | "," | "whichever") {
        return None;
    }
    let start = word.start + slice.text[word.start..].find("whichever")?;
    let mut end = start;
    for _ in 0..3 {
        end = word_at(slice.text, after_blanks(slice.text, end)).end;
    }
    let which = if slice.text[start..end].contains("short") { "shorter" } else { "longer" };
    Some(
        Diagnostic::new(
            &codes::WORD_FOR_SYMBOL,
            slice.span(start..end),
            format!("the {which} of several times is written as a list"),
        )
        .help(format!("write `the {which} of (90 days, 5 half_lives of drug)`")),
    )
}

/// Whether a comma stands behind `is` and values.
fn behind_is(before: &str) -> bool {
    let mut words = before.split_whitespace().rev().skip(1);
    matches!(words.next(), Some("is" | "not" | "or"))
}

// ---- places in the text ------------------------------------------------------------------------------------------

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

/// The first place from here on that is no blank, line end or comment.
fn after_blanks(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        let trimmed = rest.trim_start_matches(|c| is_blank(c) || c == '\n' || c == '\r');
        at += rest.len() - trimmed.len();
        if !trimmed.starts_with("//") {
            return at;
        }
        at += trimmed.find(['\n', '\r']).unwrap_or(trimmed.len());
    }
}

/// The text without blanks and comments at its ends.
fn trimmed(text: &str) -> Range<usize> {
    let start = after_blanks(text, 0);
    let mut end = start;
    let mut at = start;
    while at < text.len() {
        end = word_at(text, at).end;
        at = after_blanks(text, end);
    }
    start..end
}

/// The word that begins here: letters and digits with what connects them, a quoted text, or one sign.
fn word_at(text: &str, start: usize) -> Range<usize> {
    let rest = &text[start..];
    let Some(first) = rest.chars().next() else { return start..start };
    let length = if first == '"' {
        rest[1..].find('"').map_or(rest.len(), |at| at + 2)
    } else if is_word(first) {
        let end = rest.find(|c| !is_word(c) && !matches!(c, '-' | '/' | '.' | ','));
        let word = &rest[..end.unwrap_or(rest.len())];
        let word = &word[..word.find("//").unwrap_or(word.len())];
        word.trim_end_matches(['-', '/', '.', ',']).len()
    } else if matches!(first, '<' | '>' | '=' | '!') {
        rest.find(|c| !matches!(c, '<' | '>' | '=' | '!')).unwrap_or(rest.len())
    } else {
        first.len_utf8()
    };
    start..start + length
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '%' | '[' | ']')
}

fn last_word(text: &str, whole: &Range<usize>) -> Range<usize> {
    let mut at = whole.start;
    loop {
        let word = word_at(text, at);
        if word.end >= whole.end {
            return word.start..whole.end;
        }
        at = after_blanks(text, word.end.max(at + 1));
    }
}

pub(super) fn is_reserved(word: &str) -> bool {
    const WORDS: &str = "and or not no unless when instead at on in to of is than within without with before after from until since for \
                         over during by each any every stable differs other the present started ended ever taking x per";
    WORDS.split_ascii_whitespace().any(|reserved| reserved == word)
}

/// What an entry reads, for a message about an empty text.
fn subject(entry: Rule) -> &'static str {
    match meaning(entry) {
        Meaning::Needed(text) | Meaning::Follows(text) => text,
        Meaning::End | Meaning::Unsaid => "a value",
    }
}

// ---- rules in the author's terms -----------------------------------------------------------------------------------

enum Meaning {
    /// Something is incomplete without it.
    Needed(&'static str),
    /// Something complete can go on with it.
    Follows(&'static str),
    /// The end of the text.
    End,
    /// Not worth offering: a mistake with a rule of its own, or a rarity.
    Unsaid,
}

/// Every rule of the grammar, so that a new rule cannot reach the author by its name.
fn meaning(rule: Rule) -> Meaning {
    use Meaning::{End, Follows, Needed, Unsaid};
    match rule {
        Rule::EOI => End,
        // What a rule is made of.
        Rule::expression | Rule::operand | Rule::timed | Rule::expression_entry | Rule::truth => {
            Needed(OPERAND)
        }
        Rule::finding | Rule::inner | Rule::finding_test => Needed("a finding, drug or event"),
        Rule::name | Rule::key | Rule::route => Needed("a name"),
        Rule::paren | Rule::open => Needed("`(`"),
        Rule::literal | Rule::quantity | Rule::row_operand | Rule::row_value | Rule::quantity_entry => {
            Needed("a number with its unit")
        }
        Rule::number | Rule::integer | Rule::low_duration => Needed("a number"),
        Rule::count_word => Needed("a number"),
        Rule::long_text | Rule::short_text => Needed("a text in quotes"),
        Rule::code => Needed("a value such as `positive`"),
        Rule::mode => Follows("`present`, `started`, `ended` or `ever`"),
        // Times.
        Rule::moment | Rule::moment_entry => Needed("the name of an event or visit"),
        Rule::duration | Rule::simple_duration | Rule::window_duration | Rule::duration_entry => {
            Needed("a length of time such as `14 days`")
        }
        Rule::time_unit => Needed("`days`, `weeks`, `months` or `years`"),
        Rule::direction | Rule::side => Needed("`before` or `after`"),
        Rule::before => Needed("`before`"),
        Rule::after => Needed("`after`"),
        Rule::phrase | Rule::misplaced => Follows("a time such as `before consent`"),
        // Words that continue.
        Rule::and => Follows("`and`"),
        Rule::or => Follows("`or`"),
        Rule::compare_op | Rule::comparator => Follows("a comparison such as `>=`"),
        Rule::in_op => Follows("`in … to …`"),
        Rule::plus | Rule::minus | Rule::multiply | Rule::divide | Rule::power => {
            Follows("a sign of arithmetic")
        }
        Rule::unless => Follows("`unless`"),
        Rule::when => Follows("`when`"),
        Rule::instead_op | Rule::instead => Follows("`instead`"),
        Rule::is_codes | Rule::is_mode | Rule::is_stable => Follows("`is` and a value"),
        Rule::differs_by | Rule::differs => Follows("`differs by at most …`"),
        Rule::other_than => Follows("`other than (…)`"),
        Rule::with_test => Follows("`with` and an attribute"),
        Rule::unit => Follows("a unit"),
        Rule::close => Follows("`)`"),
        Rule::comma => Follows("`,`"),
        Rule::to | Rule::range_to => Needed("`to`"),
        Rule::of => Needed("`of`"),
        Rule::from => Needed("`from`"),
        Rule::for_ => Needed("`for`"),
        Rule::by => Needed("`by`"),
        Rule::at => Needed("`at`"),
        Rule::on => Needed("`on`"),
        Rule::is => Follows("`is`"),
        Rule::within => Needed("`within`"),
        Rule::in_ => Needed("`in`"),
        Rule::until => Needed("`until`"),
        Rule::since => Needed("`since`"),
        Rule::over => Needed("`over`"),
        Rule::every => Needed("`every`"),
        Rule::not => Needed("`not`"),
        Rule::at_most => Needed("`at most`"),
        Rule::at_least => Needed("`at least`"),
        Rule::colon => Follows("`:`"),
        Rule::axis => Needed("`age`, `sex` or `country`"),
        Rule::its => Needed("`its first value`"),
        Rule::because => Needed("`because` and the reason in quotes"),
        Rule::only => Needed("`only because` and the reason in quotes"),
        Rule::than => Needed("`than`"),
        Rule::reference => Needed("`first`, `last`, `highest`, `lowest` or `mean`"),
        Rule::value => Needed("`value`"),
        Rule::limit | Rule::bare_limit => Needed("`ULN` or `LLN`"),
        Rule::ages | Rule::keys => Needed("for whom, such as `male` or `1 to 12 years`"),
        Rule::row => Needed("a row such as `1.5 mg/dL for male`"),
        Rule::quantified | Rule::quantified_operand => Needed("a list such as `each of (a, b)`"),
        Rule::over_word => Needed("`over`"),
        Rule::not_stated => Needed("`not stated`"),
        // Times of events and visits, plans.
        Rule::timing | Rule::constraint | Rule::timing_entry => {
            Needed("a time such as `on or after consent`")
        }
        Rule::visit | Rule::visit_entry => Needed("a time such as `day 15` or `1 month after randomization`"),
        Rule::on_day => Needed("`day` and a number"),
        Rule::window | Rule::around | Rule::one_sided | Rule::window_entry => {
            Follows("a window such as `±7 days`")
        }
        Rule::sign_plus_minus | Rule::sign_plus | Rule::sign_minus => Needed("`±`, `+` or `-`"),
        Rule::slash => Follows("`/`"),
        Rule::cycle | Rule::cycle_entry => Needed("a cycle such as `every 28 days from first_dose`"),
        Rule::cycles => Needed("`cycles`"),
        Rule::range | Rule::range_entry => Needed("a range such as `0 to 500 mg/dL`"),
        Rule::plan | Rule::plan_entry => Needed("a dose, a route, a frequency or a time"),
        Rule::plan_dose => Needed("a dose such as `5 mg`"),
        Rule::frequency => Needed("a frequency such as `twice daily`"),
        Rule::day_run | Rule::day_number => Needed("a day of the cycle"),
        Rule::plan_on | Rule::plan_from | Rule::plan_until => Needed("a time such as `on infusion`"),
        Rule::plan_for => Needed("`for` and a length of time"),
        Rule::per_day => Needed("`daily`"),
        // Parts that larger rules above already name, rarities, and mistakes with rules of their own.
        Rule::and_or
        | Rule::no
        | Rule::each
        | Rule::any
        | Rule::stable
        | Rule::the
        | Rule::with
        | Rule::times
        | Rule::least
        | Rule::most
        | Rule::bad_name
        | Rule::bad_number
        | Rule::also
        | Rule::bad_dash
        | Rule::limit_sign
        | Rule::glued_limit
        | Rule::extreme_of
        | Rule::extreme
        | Rule::number_word
        | Rule::half_lives
        | Rule::offset
        | Rule::occurrence
        | Rule::part
        | Rule::prior_to
        | Rule::before_or_after
        | Rule::at_phrase
        | Rule::before_phrase
        | Rule::after_phrase
        | Rule::since_phrase
        | Rule::until_phrase
        | Rule::within_phrase
        | Rule::at_least_phrase
        | Rule::at_most_phrase
        | Rule::for_phrase
        | Rule::over_phrase
        | Rule::from_to_phrase
        | Rule::between_phrase
        | Rule::in_past_phrase
        | Rule::past
        | Rule::between
        | Rule::bad_divide
        | Rule::between_op
        | Rule::range_words
        | Rule::exponent
        | Rule::and_compare
        | Rule::stop_word
        | Rule::word_comparator
        | Rule::stable_tail
        | Rule::minus_prefix
        | Rule::scope
        | Rule::person_scope
        | Rule::proportion
        | Rule::unspecified
        | Rule::text_only
        | Rule::attested
        | Rule::verb
        | Rule::time_between
        | Rule::call
        | Rule::table
        | Rule::under
        | Rule::quantifier
        | Rule::exactly
        | Rule::none
        | Rule::bad_quantifier
        | Rule::lead
        | Rule::ever
        | Rule::taking
        | Rule::selector
        | Rule::consecutive
        | Rule::age
        | Rule::duration_of
        | Rule::change
        | Rule::percent
        | Rule::area_under
        | Rule::count_of
        | Rule::dose_of
        | Rule::incidence_of
        | Rule::history_of
        | Rule::first_time
        | Rule::on_or_order
        | Rule::on_constraint
        | Rule::order
        | Rule::bound
        | Rule::exact_after
        | Rule::between_durations
        | Rule::on_target
        | Rule::offset_target
        | Rule::range_target
        | Rule::every_target
        | Rule::bad_window
        | Rule::bad_visit
        | Rule::post
        | Rule::dose_not_stated
        | Rule::frequency_not_stated
        | Rule::target_auc
        | Rule::cap
        | Rule::days_of
        | Rule::bad_frequency
        | Rule::plan_text => Unsaid,
        // Rules that leave no node of their own and never fail under their name.
        Rule::blank
        | Rule::comment
        | Rule::os
        | Rule::hs
        | Rule::ws
        | Rule::sp
        | Rule::end
        | Rule::reserved
        | Rule::hyphenated
        | Rule::any_name
        | Rule::text
        | Rule::digits
        | Rule::any_number
        | Rule::unit_start
        | Rule::unit_char
        | Rule::anchored
        | Rule::tail
        | Rule::join
        | Rule::suffix
        | Rule::code_goes_on
        | Rule::prefix
        | Rule::primary
        | Rule::row_join
        | Rule::list_comma
        | Rule::core
        | Rule::name_stop
        | Rule::truth_tail
        | Rule::visit_target
        | Rule::plan_phrase => Unsaid,
    }
}
