//! Everyday spellings into UCUM, with the way back to the author's bytes.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::ucum::symbol_of;

/// The one list of spellings, read once.
pub(super) struct Spellings {
    words: HashMap<&'static str, &'static str>,
    lower_case_words: HashMap<&'static str, &'static str>,
    /// Longest first, so that `mm Hg` wins over a part of it.
    phrases: Vec<(Vec<char>, &'static str)>,
    /// False friends wherever they stand, then those that must stand alone.
    pub friends: HashMap<&'static str, FalseFriend>,
    pub calendar: HashMap<&'static str, &'static str>,
    /// Usual units by their lower-case spelling.
    pub usual: HashMap<String, &'static str>,
}

/// A symbol that is valid UCUM and hardly what is meant.
#[derive(Clone, Copy)]
pub(super) struct FalseFriend {
    pub replacement: Option<&'static str>,
    pub meaning: &'static str,
    pub only_alone: bool,
}

pub(super) static SPELLINGS: LazyLock<Spellings> = LazyLock::new(|| {
    let mut spellings = Spellings {
        words: HashMap::new(),
        lower_case_words: HashMap::new(),
        phrases: Vec::new(),
        friends: HashMap::new(),
        calendar: HashMap::new(),
        usual: HashMap::new(),
    };
    for line in include_str!("aliases.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let mut cell = || cells.next().unwrap_or_default();
        let (sort, spelling, code, remark) = (cell(), cell(), cell(), cell());
        match sort {
            "word" => {
                spellings.words.insert(spelling, code);
                if spelling.len() > 3 && spelling.bytes().all(|byte| byte.is_ascii_lowercase()) {
                    spellings.lower_case_words.insert(spelling, code);
                }
            }
            "phrase" => spellings.phrases.push((spelling.chars().collect(), code)),
            "calendar" => {
                spellings.calendar.insert(spelling, code);
            }
            "usual" => {
                spellings.usual.insert(spelling.to_lowercase(), code);
            }
            _ => {
                let replacement = Some(code).filter(|code| !code.is_empty());
                let friend = FalseFriend { replacement, meaning: remark, only_alone: sort == "alone" };
                spellings.friends.insert(spelling, friend);
            }
        }
    }
    spellings.phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
    spellings
});

/// Everyday words and phrases that stand for a whole part of a unit, with the UCUM code of each: `mcg` is `ug`. Sorted.
pub fn everyday_words() -> Vec<(String, &'static str)> {
    let phrases = SPELLINGS.phrases.iter().map(|(phrase, code)| (phrase.iter().collect(), *code));
    let words = SPELLINGS.words.iter().map(|(word, code)| ((*word).to_owned(), *code));
    let mut all: Vec<(String, &'static str)> = words.chain(phrases).collect();
    all.retain(|(word, _)| !word.contains(['/', '(']) && word.trim() == word);
    all.sort_unstable();
    all
}

/// A text on its way to UCUM: each sign with the author's bytes it comes from.
pub(super) struct Rewritten {
    signs: Vec<Sign>,
    /// A power of ten was written in a way that has two readings (`10E9`).
    pub doubtful_power: bool,
}

#[derive(Clone, Copy)]
struct Sign {
    is: char,
    start: usize,
    end: usize,
}

impl Rewritten {
    pub fn text(&self) -> String {
        self.signs.iter().map(|sign| sign.is).collect()
    }

    /// The author's bytes behind a range of [`Rewritten::text`].
    pub fn origin(&self, range: &Range<usize>) -> Range<usize> {
        let mut at = 0;
        let mut found: Option<Range<usize>> = None;
        let mut end = 0;
        for sign in &self.signs {
            let next = at + sign.is.len_utf8();
            if next > range.start && at < range.end.max(range.start + 1) {
                let known = found.get_or_insert(sign.start..sign.end);
                known.end = known.end.max(sign.end);
            }
            end = sign.end;
            at = next;
        }
        found.unwrap_or(end..end)
    }
}

/// Rewrites the everyday spellings in a text. What UCUM knows stays as it is.
pub(super) fn rewrite(text: &str) -> Rewritten {
    let mut signs = plain_signs(text);
    replace_phrases(&mut signs);
    let mut rewritten = Rewritten { signs: Vec::with_capacity(signs.len()), doubtful_power: false };
    let mut at = 0;
    while at < signs.len() {
        let length = word_length(&signs[at..]);
        if length > 0 {
            rewritten.push_word(&signs[at..at + length]);
            at += length;
            continue;
        }
        let sign = signs[at];
        if sign.is != ' ' {
            rewritten.signs.push(sign);
        } else if let Some(next) = signs.get(at + 1) {
            rewritten.push_blank(sign, next.is, &signs[at + 1..]);
        }
        at += 1;
    }
    rewritten
}

/// `log10 copies/mL` and its like: the rest of the text and where it starts.
pub(super) fn after_logarithm(text: &str) -> Option<&str> {
    let trimmed = text.trim();
    for head in ["log10", "Log10", "LOG10", "log₁₀", "log", "Log", "lg"] {
        let Some(rest) = trimmed.strip_prefix(head) else { continue };
        let inside = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        if let Some(inside) = inside {
            return Some(inside.trim());
        }
        if rest.starts_with([' ', '_', '-', '.']) {
            return Some(rest[1..].trim());
        }
    }
    None
}

/// One sign each, typography removed, blanks collapsed.
fn plain_signs(text: &str) -> Vec<Sign> {
    let mut signs: Vec<Sign> = Vec::with_capacity(text.len());
    for (start, is) in text.char_indices() {
        let end = start + is.len_utf8();
        let mut push = |is| signs.push(Sign { is, start, end });
        match is {
            'µ' | 'μ' => push('u'),
            '⁰' => push('0'),
            '¹' => push('1'),
            '²' => push('2'),
            '³' => push('3'),
            '⁴'..='⁹' => push(char::from(b'4' + (is as u32 - '⁴' as u32) as u8)),
            '×' | '✕' | '✖' | '∗' => push('x'),
            '·' | '⋅' | '∙' | '•' => push('.'),
            '−' | '–' | '‐' | '⁻' => push('-'),
            '∕' | '⁄' => push('/'),
            'º' | '˚' => push('°'),
            _ if is.is_whitespace() => {
                if signs.last().is_some_and(|last| last.is != ' ') {
                    signs.push(Sign { is: ' ', start, end });
                }
            }
            _ => push(is),
        }
        if matches!(is, '⁰' | '¹' | '²' | '³' | '⁴'..='⁹' | '⁻') {
            mark_power_of_ten(&mut signs);
        }
    }
    while signs.last().is_some_and(|last| last.is == ' ') {
        signs.pop();
    }
    signs
}

/// `10⁹` becomes `10^9`, so that it does not become the number 109.
fn mark_power_of_ten(signs: &mut Vec<Sign>) {
    let Some([.., one, zero, raised]) = signs.get(..) else { return };
    let before = signs.len().checked_sub(4).map(|at| signs[at].is);
    if one.is == '1' && zero.is == '0' && !before.is_some_and(|c| c.is_ascii_digit() || c == '^') {
        let mark = Sign { is: '^', start: raised.start, end: raised.end };
        let at = signs.len() - 1;
        signs.insert(at, mark);
    }
}

fn replace_phrases(signs: &mut Vec<Sign>) {
    let mut at = 0;
    'next: while at < signs.len() {
        if signs[at].is == '{' {
            at += signs[at..].iter().position(|sign| sign.is == '}').unwrap_or(0) + 1;
            continue;
        }
        let starts_word = at == 0 || !signs[at - 1].is.is_alphanumeric() || !signs[at].is.is_alphanumeric();
        if starts_word {
            for (phrase, code) in &SPELLINGS.phrases {
                let Some(found) = signs.get(at..at + phrase.len()) else { continue };
                let ends_word = signs.get(at + phrase.len()).is_none_or(|after| !after.is.is_alphanumeric());
                let same = found.iter().zip(phrase).all(|(sign, wanted)| sign.is == *wanted);
                if !same || (!ends_word && phrase.last().is_some_and(|last| last.is_alphanumeric())) {
                    continue;
                }
                let (start, end) = (found[0].start, found[found.len() - 1].end);
                let signs_of_code = code.chars().map(|is| Sign { is, start, end });
                signs.splice(at..at + phrase.len(), signs_of_code);
                at += code.chars().count();
                continue 'next;
            }
        }
        at += 1;
    }
}

/// The length of the word, number or bracketed symbol at the start; 0 for an operator or a blank.
fn word_length(signs: &[Sign]) -> usize {
    if signs.first().is_some_and(|sign| sign.is == '{') {
        return signs.iter().position(|sign| sign.is == '}').map_or(signs.len(), |at| at + 1);
    }
    let mut in_brackets = false;
    for (at, sign) in signs.iter().enumerate() {
        match sign.is {
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            _ if in_brackets => {}
            '/' | '.' | '(' | ')' | ' ' | '{' | '}' => return at,
            _ => {}
        }
    }
    signs.len()
}

impl Rewritten {
    fn push(&mut self, code: &str, start: usize, end: usize) {
        self.signs.extend(code.chars().map(|is| Sign { is, start, end }));
    }

    fn push_word(&mut self, signs: &[Sign]) {
        let word: String = signs.iter().map(|sign| sign.is).collect();
        let (start, end) = (signs[0].start, signs[signs.len() - 1].end);
        if word.starts_with('{') || symbol_of(&word).is_ok() {
            self.signs.extend_from_slice(signs);
        } else if let Some((power, doubtful)) = power_of_ten(&word) {
            self.doubtful_power |= doubtful;
            self.push(&power, start, end);
        } else if let Some(code) = known_word(&word) {
            self.push(code, start, end);
        } else if let Some(code) = raised_word(&word) {
            self.push(&code, start, end);
        } else if matches!(word.as_str(), "x" | "X" | "*") && self.signs.is_empty() {
            // The `x` of `x 10^9/L` says no more than `times`.
        } else {
            self.signs.extend_from_slice(signs);
        }
    }

    /// A blank before an operator or after one means nothing; a blank after a number multiplies; a blank before a
    /// counted thing (`/100 neutrophils`) makes it an annotation. Any other blank stays, and is an error.
    fn push_blank(&mut self, blank: Sign, next: char, rest: &[Sign]) {
        let Some(last) = self.signs.last().copied() else { return };
        if matches!(last.is, '/' | '.' | '(') || matches!(next, '/' | '.' | ')' | '{') {
            return;
        }
        let word: String = rest[..word_length(rest)].iter().map(|sign| sign.is).collect();
        let counted = known_word(&word).is_some_and(|code| code.starts_with('{') && code.ends_with('}'));
        if counted {
            return;
        }
        let after_number = last.is.is_ascii_digit();
        self.signs.push(if after_number { Sign { is: '.', ..blank } } else { blank });
    }
}

fn known_word(word: &str) -> Option<&'static str> {
    let direct = SPELLINGS.words.get(word).copied();
    direct.or_else(|| {
        let long = word.len() > 3 && word.is_ascii();
        long.then(|| SPELLINGS.lower_case_words.get(word.to_ascii_lowercase().as_str()).copied()).flatten()
    })
}

/// `10^9`, `x10^9`, `10**9`, `1e9`, `10E9` as UCUM's `10*9`; and whether the spelling has two readings.
fn power_of_ten(word: &str) -> Option<(String, bool)> {
    let bare = word.trim_start_matches(['x', 'X', '*']);
    let (mantissa, power, doubtful) = if let Some((head, power)) = bare.split_once(['e', 'E']) {
        (head, power, head == "10")
    } else if let Some((head, power)) = bare.split_once("**") {
        (head, power, false)
    } else if let Some((head, power)) = bare.split_once(['^', '*']) {
        (head, power, false)
    } else {
        // `x109`: the superscript was lost on the way.
        let power = bare.strip_prefix("10").filter(|_| bare.len() != word.len())?;
        ("10", power, true)
    };
    let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
    let plain = !digits.is_empty() && digits.len() < 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let power = power.strip_prefix('+').unwrap_or(power);
    (plain && matches!(mantissa, "10" | "1")).then(|| (format!("10*{power}"), doubtful))
}

/// `cms2`, `m^2`, `day-1`: a word with its power.
fn raised_word(word: &str) -> Option<String> {
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let (stem, sign) = match stem.strip_suffix('-') {
        Some(stem) => (stem, "-"),
        None => (stem, ""),
    };
    let power = &word[stem.len() + sign.len()..];
    let stem = stem.trim_end_matches("**").trim_end_matches('^');
    if power.is_empty() || stem.is_empty() {
        return None;
    }
    if symbol_of(stem).is_ok() {
        return Some(format!("{stem}{sign}{power}"));
    }
    let code = known_word(stem)?;
    symbol_of(code).is_ok().then(|| format!("{code}{sign}{power}"))
}
