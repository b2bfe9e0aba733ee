//! Statements that are none: misspelt or misplaced keywords and properties, and text that belongs to nothing.

use super::{Content, Piece, Reader};
use crate::ast::Keyword;
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::syntax::schema::{self, ItemRow};

/// Words that people write for a property, and what it is called here.
const USUAL: &[(Keyword, &str, &str)] = &[
    (Keyword::Trial, "title", "the title stands in quotes behind the name: `trial name \"…\" { … }`"),
    (Keyword::Trial, "name", "the name stands behind the keyword: `trial name \"…\" { … }`"),
    (Keyword::Trial, "nct", "write `id: clinicaltrials_gov \"NCT…\"`"),
    (Keyword::Trial, "eudract", "write `id: eudract \"…\"`"),
    (Keyword::Trial, "sex", "write `sexes: all`"),
    (Keyword::Trial, "gender", "write `sexes: all`"),
    (Keyword::Trial, "age", "write `ages: 40 to 65 years`"),
    (Keyword::Trial, "masking", "write `masked: participant, investigator`"),
    (Keyword::Trial, "blinding", "write `masked: participant, investigator`"),
    (Keyword::Trial, "indication", "write `conditions: …` with the names of declared conditions"),
    (Keyword::Trial, "start", "write `started: 2011-01 actual`"),
    (Keyword::Trial, "start_date", "write `started: 2011-01 actual`"),
    (Keyword::Trial, "sample", "write `enrollment: 120 planned`"),
    (
        Keyword::Trial,
        "allocation",
        "how participants come to their arms is a block of its own: `randomize main at randomization { ratio: 1:1 … }` with the arms inside",
    ),
    (
        Keyword::Trial,
        "arms",
        "arms stand in a block of their own: `randomize main at randomization { arm a \"…\": experimental { gives … }  arm b \"…\": placebo_comparator { gives … } }`",
    ),
    (Keyword::Trial, "intervention_model", "write `design: parallel` or another shape of the trial"),
    (
        Keyword::Trial,
        "eligibility",
        "criteria stand in a block of their own: `eligibility for randomization { include I1 \"…\": … }`",
    ),
    (
        Keyword::Intervention,
        "dose",
        "what is given belongs to the arm: `arm a \"…\": experimental { gives product: 5 mg, oral, daily }`",
    ),
    (
        Keyword::Intervention,
        "frequency",
        "how often it is given belongs to the arm: `arm a \"…\": experimental { gives product: 5 mg, oral, daily }`",
    ),
    (Keyword::Intervention, "drug", "write `substance: …` with the name of a declared drug"),
    (Keyword::Measure, "synonyms", "write `also: \"…\"`"),
    (Keyword::Measure, "range", "write `plausible: 0 to 500`"),
    (
        Keyword::Measure,
        "normal",
        "limits of normal belong to the laboratory: `reference_range: by_laboratory`",
    ),
    (Keyword::Condition, "synonyms", "write `also: \"…\"`"),
    (Keyword::Arm, "label", "the label stands in quotes behind the name: `arm name \"…\": experimental`"),
    (Keyword::Arm, "dose", "write what the arm gives: `gives product: 5 mg, oral, daily`"),
    (Keyword::Gives, "duration", "write `for: 4 weeks`"),
    (Keyword::Gives, "start", "write `from: randomization`"),
    (Keyword::Gives, "stop", "write `until: progression`"),
    (Keyword::Gives, "max", "write `cap: 250 mg`"),
    (Keyword::Event, "when", "write `timing: 0 to 14 days after randomization`"),
    (Keyword::Event, "time", "write `timing: 0 to 14 days after randomization`"),
    (Keyword::Outcome, "measure", "write `value: change of hba1c from baseline to month_12`"),
    (Keyword::Outcome, "timeframe", "write `time_frame: 1 year after randomization`"),
    (Keyword::Outcome, "population", "write `among: all_randomized`"),
    (
        Keyword::Outcome,
        "estimand",
        "an outcome is an estimand: `value`, `compare`, `among`, `missing`, `events`",
    ),
    (Keyword::Visit, "day", "write the day behind the colon of the visit: `visit name: day 15`"),
    (Keyword::Visit, "at", "write when it takes place behind the colon of the visit: `visit name: day 15`"),
    (Keyword::Amendment, "summary", "list what changes, a line for each: `change I8 \"…\": broader`"),
    (Keyword::Amendment, "changes", "list what changes, a line for each: `change I8 \"…\": broader`"),
    (Keyword::Amendment, "date", "write `dated: 2011-09-01`"),
    (Keyword::Amendment, "base", "write `amends: \"trial.trial\"`"),
    (Keyword::Include, "text", "the wording stands in quotes behind the number: `include I1 \"…\": …`"),
    (Keyword::Include, "note", "write `query: \"…\"` for a question, or a comment: `// …`"),
    (Keyword::Exclude, "text", "the wording stands in quotes behind the number: `exclude E1 \"…\": …`"),
    (Keyword::Exclude, "note", "write `query: \"…\"` for a question, or a comment: `// …`"),
];

/// Words that people begin a statement with, and how it is said here.
const USUAL_STATEMENTS: &[(&[&str], &str)] = &[
    (&["study", "protocol"], "write `trial name \"…\" { … }`"),
    (&["import", "include_file", "library"], "write `use std.labs`, or `use \"file.trial\"`"),
    (
        &["allocation", "allocate", "randomization", "randomisation", "randomise"],
        "write `randomize main at randomization { ratio: 1:1 … }` with the arms inside",
    ),
    (&["group", "cohort", "treatment_arm"], "write `arm name \"…\": experimental { gives … }`"),
    (&["endpoint", "end_point", "objective", "estimand"], "write `outcome primary name \"…\" { value: … }`"),
    (
        &["criteria", "criterion", "inclusion", "inclusions", "exclusion", "exclusions", "eligible"],
        "write `eligibility for randomization { include I1 \"…\": …  exclude E1 \"…\": … }`",
    ),
    (&["treatment", "product", "imp"], "write `intervention name \"…\": drug { substance: … }`"),
    (&["medication", "medicine", "substance"], "write `drug name { rxnorm: … }`"),
    (&["disease", "diagnosis", "comorbidity", "history"], "write `condition name \"…\" { snomed: … }`"),
    (&["lab", "laboratory", "test", "assessment", "variable", "vital"], "write `measure name \"…\": mg/dL`"),
    (&["calculate", "formula", "computed", "calculated"], "write `derive name \"…\": weight / height ^ 2`"),
    (&["scale", "questionnaire", "instrument"], "write `score name: 0 to 30`"),
    (&["visits", "timeline", "calendar", "assessments"], "visits stand in a `schedule { … }`"),
    (&["crf", "ecrf", "casebook"], "write `form name \"…\" { collects: … }`"),
    (
        &["patient", "participant", "subject", "testcase"],
        "write `example \"…\" { sex: female … expect: eligible }`",
    ),
    (&["milestone", "timepoint", "date"], "write `event name \"…\"`"),
];

impl Reader<'_, '_> {
    /// An item in a block where it cannot stand.
    pub(super) fn misplaced(&mut self, piece: &Piece, row: &ItemRow, context: Option<Keyword>) {
        let keyword = row.keyword.text();
        let homes: Vec<String> = row.inside.iter().map(|home| format!("`{}`", home.text())).collect();
        let home = match (row.top_level, homes.as_slice()) {
            (true, _) => "outside every block".to_owned(),
            (false, homes) => format!("inside {}", joined(homes, "or")),
        };
        let here = match context {
            None => "outside every block".to_owned(),
            Some(context) => format!("inside `{}`", context.text()),
        };
        let span = self.span_at(piece.text.start, self.first_word(piece.text.clone()).len());
        self.mistakes.push(
            Diagnostic::new(&codes::MISPLACED, span, format!("`{keyword}` cannot stand {here}"))
                .label(format!("it stands {home}"))
                .help(match context {
                    // A crossover trial: who begins with what is a sequence, not an arm.
                    Some(Keyword::Arm) if matches!(row.keyword, Keyword::Sequence | Keyword::Period) => {
                        "in a crossover trial sequences stand in the place of arms: `randomize … { sequence ab \"A, then B\" { period first \"…\" { gives … }  period second \"…\" { gives … } } }`".to_owned()
                    }
                    Some(context) if row.top_level => {
                        format!(
                            "move it out of the block of `{}`, or close that block before it with `}}`",
                            context.text()
                        )
                    }
                    _ => format!("move it {home}"),
                }),
        );
    }

    /// A statement that begins with no known word.
    pub(super) fn unknown(
        &mut self,
        piece: &Piece,
        word: &str,
        alone: bool,
        context: Option<Keyword>,
        content: &mut Content,
    ) {
        let span = self.span_at(piece.text.start, word.len());
        if word.is_empty() || word.starts_with(|sign: char| sign.is_ascii_digit()) {
            self.stray_statement(piece, context);
            return;
        }
        if alone && piece.colon.is_some() {
            self.unknown_property(piece, word, span, context, content);
            return;
        }
        let here: Vec<&str> = schema::items_in(context).map(Keyword::text).collect();
        let properties: Vec<&str> =
            context.map_or_else(Vec::new, |context| schema::property_names(context).collect());
        let all =
            Keyword::ALL.iter().filter(|keyword| **keyword != Keyword::Fact).map(|keyword| keyword.text());
        let guess = did_you_mean(word, here.iter().copied().chain(properties.iter().copied()))
            .or_else(|| did_you_mean(word, all));
        let found = Diagnostic::new(
            &codes::UNKNOWN_KEYWORD,
            span,
            format!("`{word}` is not a word that begins a statement"),
        );
        match guess {
            Some(guess) => {
                self.mistakes.push(
                    found
                        .label(format!("did you mean `{guess}`?"))
                        .help(format!("write `{guess}`"))
                        .fix(span, guess),
                );
                self.read_as(piece, guess, context, content);
            }
            None if context.is_none() && usual_statement(word).is_some() => {
                self.mistakes.push(
                    found.label("said in another way here").help(usual_statement(word).unwrap_or_default()),
                );
            }
            None if context == Some(Keyword::Amendment)
                && matches!(word, "add" | "adds" | "insert" | "new") =>
            {
                self.mistakes.push(found.label("what is new stands outside of this block").help(
                    "write it below the block of `amendment`, as in the protocol: `eligibility for randomization { include I10 \"…\": … }` \
                     adds a criterion to the decision",
                ));
            }
            None if matches!(word, "when" | "unless") => {
                self.mistakes.push(found.label("stands behind a rule").help(format!(
                    "write it behind the rule to which it belongs, without a new statement: `rule: … {word} …`"
                )));
            }
            None if self.is_rule_without_word(piece, context) => self.rule_without_word(piece, content),
            None => {
                let words: Vec<String> =
                    here.iter().chain(&properties).map(|word| format!("`{word}`")).collect();
                let place = context.map_or("outside every block".to_owned(), |context| {
                    format!("inside `{}`", context.text())
                });
                let found = found.label("not known here");
                self.mistakes.push(if words.is_empty() {
                    found.help("remove it")
                } else {
                    found.help(format!("a statement {place} begins with {}", joined(&words, "or")))
                });
            }
        }
    }

    /// A rule that stands in the block of a criterion without its word: `{ hemoglobin >= 10 g/dL }`.
    fn is_rule_without_word(&self, piece: &Piece, context: Option<Keyword>) -> bool {
        const OF_RULES: [&str; 8] =
            [" within ", " before ", " at ", " is ", " in ", " present", " ever", " unless "];
        let text = &self.text[piece.text.clone()];
        matches!(context, Some(Keyword::Include | Keyword::Exclude))
            && piece.colon.is_none()
            && piece.block.is_none()
            && (text.contains(['<', '>', '=', '≥', '≤']) || OF_RULES.iter().any(|word| text.contains(word)))
    }

    /// Said once of all such lines of a criterion, which are one rule.
    fn rule_without_word(&mut self, piece: &Piece, content: &mut Content) {
        let is_rule = |property: &crate::ast::Property| property.key.value == "rule";
        let told = |property: &crate::ast::Property| matches!(property.value.value, crate::ast::Value::Error);
        if content.properties.iter().any(|property| is_rule(property) && told(property)) {
            return;
        }
        let words = self.trimmed(piece.text.clone());
        let span = self.mistakes.span(words.clone());
        let mut shown = self.shown(words.clone()).to_owned();
        if shown.len() < words.len() {
            shown.push_str(" …");
        }
        self.mistakes.push(
            Diagnostic::new(&codes::UNKNOWN_KEYWORD, span, "a rule stands behind `rule:`")
                .label("not behind a word")
                .help(format!("write `rule: {shown}`; several lines are one rule: join them with `and`")),
        );
        let key = crate::source::Spanned::new("rule".to_owned(), span);
        let value = crate::source::Spanned::new(crate::ast::Value::Error, span);
        content.properties.push(crate::ast::Property { key, value });
    }

    /// Reads a statement with a misspelt first word as what was probably meant, so that its names are known.
    fn read_as(&mut self, piece: &Piece, guess: &str, context: Option<Keyword>, content: &mut Content) {
        if let Some(keyword) =
            Keyword::from_text(guess).filter(|keyword| schema::row(*keyword).stands_in(context))
        {
            let item = self.item(piece, keyword);
            content.items.push(item);
        }
    }

    /// `word:` that is no property here.
    fn unknown_property(
        &mut self,
        piece: &Piece,
        word: &str,
        span: crate::source::Span,
        context: Option<Keyword>,
        content: &mut Content,
    ) {
        let Some(context) = context else {
            self.property_outside(piece, word, span, content);
            return;
        };
        let item = context.text();
        let found =
            Diagnostic::new(&codes::UNKNOWN_PROPERTY, span, format!("`{item}` has no property `{word}`"));
        let usual = USUAL.iter().find(|(keyword, usual, _)| *keyword == context && *usual == word);
        let names: Vec<&str> = schema::property_names(context).collect();
        let all: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let list = match all.len() {
            0 => format!("`{item}` has no properties"),
            _ => format!("`{item}` has {}", joined(&all, "and")),
        };
        if let Some((.., advice)) = usual {
            self.mistakes.push(found.label("not known here").help(*advice));
            return;
        }
        match did_you_mean(word, names.iter().copied()) {
            Some(guess) => {
                self.mistakes.push(
                    found
                        .label(format!("did you mean `{guess}`?"))
                        .help(format!("write `{guess}`"))
                        .fix(span, guess),
                );
                if let Some(row) = schema::property(context, guess)
                    && let Some(body) = piece.body()
                {
                    let key = crate::source::Spanned::new(guess.to_owned(), span);
                    let place = super::Place { name: row.name, kind: row.kind, key: span, body: false };
                    let value = self.value(body, place);
                    content.properties.push(crate::ast::Property { key, value });
                }
            }
            None => {
                // An item's keyword, misspelt, with a body and without a name (`washuot: at least 14 days`).
                let items = schema::items_in(Some(context)).map(Keyword::text);
                match did_you_mean(word, items).and_then(Keyword::from_text) {
                    Some(keyword) => {
                        let text = keyword.text();
                        self.mistakes.push(
                            Diagnostic::new(
                                &codes::UNKNOWN_KEYWORD,
                                span,
                                format!("`{word}` is not known inside `{item}`"),
                            )
                            .label(format!("did you mean `{text}`?"))
                            .help(format!("write `{text}`"))
                            .fix(span, text),
                        );
                        let read = self.item(piece, keyword);
                        content.items.push(read);
                    }
                    None => self.mistakes.push(found.label("not known here").help(list)),
                }
            }
        }
    }

    /// A property that stands in no block.
    fn property_outside(
        &mut self,
        piece: &Piece,
        word: &str,
        span: crate::source::Span,
        content: &mut Content,
    ) {
        let homes: Vec<String> = schema::ROWS
            .iter()
            .filter(|row| row.properties.iter().any(|property| property.name == word))
            .map(|row| format!("`{}`", row.keyword.text()))
            .collect();
        if homes.is_empty() {
            self.unknown(piece, word, false, None, content);
            return;
        }
        self.mistakes.push(
            Diagnostic::new(&codes::UNKNOWN_PROPERTY, span, format!("`{word}` stands outside every block"))
                .label("a property belongs to an item")
                .help(format!("put it between the braces of {}", joined(&homes, "or"))),
        );
    }

    /// Text that begins with no word.
    fn stray_statement(&mut self, piece: &Piece, context: Option<Keyword>) {
        let words = self.first_words(piece.text.clone());
        let text = &self.text[words.clone()];
        let span = self.mistakes.span(words);
        let found = Diagnostic::new(&codes::STRAY_TEXT, span, "this text belongs to nothing")
            .label("not expected here");
        let help = if text.starts_with('#')
            || text.starts_with("--")
            || text.starts_with("/*")
            || text.starts_with('%')
        {
            "a comment begins with `//`".to_owned()
        } else if text.starts_with(['•', '*', '-', '–', '·', '▪']) {
            "a list has no bullets: begin with the keyword".to_owned()
        } else if text.starts_with('"') {
            match context {
                Some(Keyword::Include | Keyword::Exclude) | None => {
                    "the wording stands behind the name of its item: `include I1 \"…\": …`".to_owned()
                }
                Some(context) => format!(
                    "write the property that the text is of, as in `query: \"…\"` of `{}`",
                    context.text()
                ),
            }
        } else {
            "remove it, or make a comment of it with `//`".to_owned()
        };
        self.mistakes.push(found.help(help));
    }
}

/// `a, b and c`.
fn joined(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

/// How a statement is written that begins with this usual word.
fn usual_statement(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    USUAL_STATEMENTS.iter().find(|(words, _)| words.contains(&word.as_str())).map(|(_, help)| *help)
}
