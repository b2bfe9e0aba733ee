//! The whole statement: named queries, one after the other, and the table that they end in.

use std::fmt::Write as _;

use indexmap::IndexMap;

use super::columns::LONGEST_NAME;
use super::rows::Part;
use super::says::Says;
use super::{Dialect, NotSaid, Options, Writer};
use crate::eligibility::{EligibilityDocument, Truth};
use crate::model::{Criterion, CriterionKind, Decision};

/// A column of a criterion.
pub(super) struct Column {
    pub name: String,
    pub decision: String,
    pub code: String,
    pub arm: Option<String>,
    pub kind: CriterionKind,
    pub prose: String,
    pub is: Is,
}

pub(super) enum Is {
    Said(Says),
    NotSaid(NotSaid),
    /// It concerns other arms.
    NotApplicable,
}

/// A verdict on a decision, or on one arm of it.
pub(super) struct Verdict {
    pub name: String,
    pub decision: String,
    pub arm: Option<String>,
    /// Places of the columns that it rests on; for a decision with arms, of the verdicts of the arms.
    pub rests_on: Vec<usize>,
    pub is_over_arms: bool,
}

pub(super) struct Statement {
    pub text: String,
    pub columns: Vec<Column>,
    pub verdicts: Vec<Verdict>,
    pub remarks: Vec<String>,
}

impl Statement {
    pub fn of(document: &EligibilityDocument, options: &Options, dialect: &'static Dialect) -> Self {
        let mut writer = Writer::of(document, options, dialect);
        let (mut columns, mut verdicts) = (Vec::new(), Vec::new());
        let mut names: Vec<String> = vec!["person_id".into()];
        for decision in document.decisions.values() {
            decide(&mut writer, decision, &mut names, &mut columns, &mut verdicts);
        }
        let text = written(&mut writer, &columns, &verdicts);
        Self { text, columns, verdicts, remarks: writer.remarks }
    }
}

fn decide<'a>(
    writer: &mut Writer<'a>,
    decision: &'a Decision,
    names: &mut Vec<String>,
    columns: &mut Vec<Column>,
    verdicts: &mut Vec<Verdict>,
) {
    writer.decision.clone_from(&decision.event);
    let arms = arms_in_question(writer.document, decision);
    let mut by_arm: IndexMap<&str, Vec<usize>> = arms.iter().map(|arm| (*arm, Vec::new())).collect();
    let first = columns.len();
    for (code, criterion) in &decision.criteria {
        let mut column = |writer: &mut Writer<'a>, arm: Option<&str>, concerns: bool| {
            writer.arm = arm.map(str::to_owned);
            let before = writer.written.clone();
            let is = match concerns {
                false => Is::NotApplicable,
                true => match writer.criterion(criterion) {
                    Ok(says) => Is::Said(says),
                    Err(why) => {
                        writer.written = before;
                        Is::NotSaid(why)
                    }
                },
            };
            let name = arm.map_or_else(|| code.clone(), |arm| format!("{code}@{arm}"));
            columns.push(Column {
                name: unique(&name, names),
                decision: decision.event.clone(),
                code: code.clone(),
                arm: arm.map(str::to_owned),
                kind: criterion.kind,
                prose: criterion.prose.clone(),
                is,
            });
            columns.len() - 1
        };
        if criterion.arms.is_empty() {
            let place = column(writer, None, true);
            by_arm.values_mut().for_each(|places| places.push(place));
            continue;
        }
        let concerned: Vec<&str> = arms.iter().copied().filter(|arm| concerns(criterion, arm)).collect();
        for arm in &concerned {
            let place = column(writer, Some(arm), true);
            if let Some(places) = by_arm.get_mut(arm) {
                places.push(place);
            }
        }
        if concerned.is_empty() {
            column(writer, None, false);
        }
    }
    let of_arms = verdicts.len();
    for (arm, rests_on) in by_arm {
        verdicts.push(Verdict {
            name: unique(&format!("verdict_{}@{arm}", decision.event), names),
            decision: decision.event.clone(),
            arm: Some(arm.to_owned()),
            rests_on,
            is_over_arms: false,
        });
    }
    let is_over_arms = verdicts.len() > of_arms;
    let rests_on =
        if is_over_arms { (of_arms..verdicts.len()).collect() } else { (first..columns.len()).collect() };
    verdicts.push(Verdict {
        name: unique(&format!("verdict_{}", decision.event), names),
        decision: decision.event.clone(),
        arm: None,
        rests_on,
        is_over_arms,
    });
}

fn concerns(criterion: &Criterion, arm: &str) -> bool {
    criterion.arms.iter().any(|one| one == arm)
}

/// The arms of which a verdict is asked: those that are open at the decision, where a criterion is limited to arms.
fn arms_in_question<'a>(document: &'a EligibilityDocument, decision: &Decision) -> Vec<&'a str> {
    if decision.criteria.values().all(|criterion| criterion.arms.is_empty()) {
        return Vec::new();
    }
    let allocated = document.allocations.values().filter(|allocation| allocation.at == decision.event);
    let open: Vec<&str> = allocated.flat_map(|allocation| &allocation.arms).map(String::as_str).collect();
    if open.is_empty() { document.arms.keys().map(String::as_str).collect() } else { open }
}

/// A name that no column has, and that no engine cuts off.
fn unique(name: &str, names: &mut Vec<String>) -> String {
    let is_taken = |name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    let mut found = name.to_owned();
    let mut number = 1;
    while found.len() > LONGEST_NAME || is_taken(&found) {
        number += 1;
        let mut end = name.len().min(LONGEST_NAME - 6);
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        found = format!("{}~{number}", &name[..end]);
    }
    names.push(found.clone());
    found
}

fn written(writer: &mut Writer<'_>, columns: &[Column], verdicts: &[Verdict]) -> String {
    let result_parts = writer.result_parts();
    let throughouts = writer.written.throughouts.clone();
    let mut throughout_parts = Vec::new();
    for one in &throughouts {
        throughout_parts.extend(writer.throughout_parts(one));
    }
    let mut parts = vec![writer.persons()];
    let needs_entries = !writer.written.entry_columns.is_empty()
        || !writer.written.edges.is_empty()
        || !writer.written.event_columns.is_empty()
        || !writer.written.throughouts.is_empty();
    if needs_entries {
        parts.push(writer.entries());
    }
    parts.extend(writer.people());
    parts.extend(result_parts);
    parts.extend(writer.happened_part());
    parts.extend(writer.cover_parts());
    parts.extend(throughout_parts);
    parts.push(writer.facts_part());
    parts.extend(writer.worst_parts());
    parts.push(criteria_part(writer, columns));
    parts.extend(words_part(writer.dialect));
    let last = last(writer, columns, verdicts);
    let mut text = head(writer);
    text.push_str("WITH\n");
    for ((place, part), uses) in parts.iter().enumerate().zip(uses(&parts, &last)) {
        if place > 0 {
            text.push_str(",\n\n");
        }
        // What is asked for once is worked out where it is asked for.
        let kept = if part.is_kept && uses > 1 { writer.dialect.kept } else { "" };
        let _ =
            write!(text, "-- {}\n{} AS {kept}(\n{}\n)", comment(&part.about), part.name, indented(&part.sql));
    }
    text.push_str("\n\n");
    text.push_str(&last);
    text
}

/// How often each part would be worked out if none of those that can be kept were, save where it is asked for by one that is.
fn uses(parts: &[Part], last: &str) -> Vec<usize> {
    let mut uses = vec![0usize; parts.len()];
    for (place, part) in parts.iter().enumerate().rev() {
        let of_others = parts.iter().enumerate().skip(place + 1).map(|(other, asking)| {
            let times = if asking.is_kept { uses[other].min(1) } else { uses[other] };
            mentions(&asking.sql, &part.name) * times
        });
        uses[place] = of_others.sum::<usize>() + mentions(last, &part.name);
    }
    uses
}

/// How often a statement reads a named query.
fn mentions(sql: &str, name: &str) -> usize {
    let reads = |word: &str| {
        let of = format!("{word} {name}");
        let ends = |rest: &str| !rest.starts_with(|sign: char| sign.is_alphanumeric() || sign == '_');
        sql.match_indices(&of).filter(|(at, _)| ends(&sql[at + of.len()..])).count()
    };
    reads("FROM") + reads("JOIN")
}

fn head(writer: &Writer<'_>) -> String {
    let document = writer.document;
    let mut text = format!("-- Eligibility: {}\n", comment(&document.trial.title));
    for id in &document.trial.ids {
        let _ = writeln!(text, "-- {}: {}", comment(&id.scheme), comment(&id.value));
    }
    if let Some(version) = &document.trial.version {
        let _ = writeln!(text, "-- Version of the protocol: {}", comment(&version.label));
    }
    let _ = writeln!(text, "-- For {} over the OMOP Common Data Model 5.4.", writer.dialect.engine);
    let vocabulary = writer.options.sets.vocabulary.as_deref();
    let _ = writeln!(
        text,
        "-- Concept ids: {}.",
        vocabulary.map_or_else(
            || "those that were listed, without a vocabulary".to_owned(),
            |version| format!("expanded with the vocabulary {}", comment(version))
        )
    );
    text.push_str(
        "-- One row for each person: met, not_met, unknown or not_applicable for each criterion, not_computed where the rule\n\
         -- cannot be said here exactly (eligibility.sql.losses.md says why); then the verdicts.\n",
    );
    text
}

fn criteria_part(writer: &Writer<'_>, columns: &[Column]) -> Part {
    let mut lines = vec!["  f.person_id".to_owned()];
    for (place, column) in columns.iter().enumerate() {
        let Is::Said(says) = &column.is else { continue };
        let kind = if column.kind == CriterionKind::Include { "included where" } else { "excluded where" };
        let arm = column.arm.as_deref().map(|arm| format!(" (arm {})", comment(arm))).unwrap_or_default();
        lines.push(format!(
            "  -- {}{arm}, {kind}: {}\n  {} AS c{place}",
            comment(&column.code),
            comment(&column.prose),
            says.text()
        ));
    }
    let mut from = String::from("FROM facts f");
    for worst in &writer.written.worsts {
        let _ = write!(from, "\nLEFT JOIN {0} ON {0}.person_id = f.person_id", worst.name);
    }
    let sql = format!("SELECT\n{}\n{from}", lines.join(",\n"));
    Part::new("criteria", "Whether the rule of each criterion holds: NULL where that is not known.", sql)
        .kept()
}

const STATUSES: [&str; 5] = ["met", "not_met", "unknown", "not_applicable", "not_computed"];
const VERDICTS: [&str; 3] = ["eligible", "ineligible", "undetermined"];

/// The words of the answers, where the engine has a type for a few words.
fn words_part(dialect: &Dialect) -> Option<Part> {
    if !dialect.has_word_types {
        return None;
    }
    let of = |words: &[&str]| {
        let all = dialect.texts(words.iter().copied());
        let one = |word: &&str| format!("  CAST({} AS ENUM({all})) AS {word}", dialect.text(word));
        words.iter().map(one).collect::<Vec<_>>()
    };
    let columns = [of(&STATUSES), of(&VERDICTS)].concat();
    let about = "The words of the answers. An ENUM takes one byte, and is compared and printed as text.";
    Some(Part::new("words", about, format!("SELECT\n{}", columns.join(",\n"))))
}

fn last(writer: &Writer<'_>, columns: &[Column], verdicts: &[Verdict]) -> String {
    let dialect = writer.dialect;
    let word = |word| dialect.word(word);
    let mut lines = vec!["  k.person_id".to_owned()];
    let status = |place: usize| -> (String, Option<String>, Option<String>) {
        // The status, and the conditions under which it is not met, and open.
        let column = &columns[place];
        let says = match &column.is {
            Is::NotApplicable => return (word("not_applicable"), None, None),
            Is::NotSaid(_) => return (word("not_computed"), None, Some("TRUE".into())),
            Is::Said(says) => says,
        };
        let is_include = column.kind == CriterionKind::Include;
        let (when_true, when_false) = if is_include { ("met", "not_met") } else { ("not_met", "met") };
        match says {
            Says::Always(Truth::Unknown) => (word("unknown"), None, Some("TRUE".into())),
            Says::Always(truth) => {
                let is_met = (*truth == Truth::True) == is_include;
                let text = word(if is_met { "met" } else { "not_met" });
                (text, (!is_met).then(|| "TRUE".into()), None)
            }
            Says::Sql(_) => {
                let test = format!("k.c{place}");
                let failing = if is_include { format!("NOT {test}") } else { test.clone() };
                (
                    format!(
                        "CASE WHEN {test} THEN {} WHEN NOT {test} THEN {} ELSE {} END",
                        word(when_true),
                        word(when_false),
                        word("unknown")
                    ),
                    Some(failing),
                    Some(format!("{test} IS NULL")),
                )
            }
        }
    };
    for (place, column) in columns.iter().enumerate() {
        let not = match &column.is {
            Is::NotSaid(why) => {
                format!("  -- {}: not computed here: {}\n", comment(&column.code), comment(&why.0))
            }
            _ => String::new(),
        };
        lines.push(format!("{not}  {} AS {}", status(place).0, dialect.identifier(&column.name)));
    }
    let of_columns = |rests_on: &[usize]| {
        let failing: Vec<String> = rests_on.iter().filter_map(|place| status(*place).1).collect();
        let open: Vec<String> = rests_on.iter().filter_map(|place| status(*place).2).collect();
        verdict_case(dialect, &failing, &open)
    };
    for verdict in verdicts {
        let text = match verdict.is_over_arms {
            false => of_columns(&verdict.rests_on),
            // Eligible for one arm is eligible.
            true => {
                let each: Vec<String> =
                    verdict.rests_on.iter().map(|place| of_columns(&verdicts[*place].rests_on)).collect();
                format!(
                    "CASE WHEN {eligible} IN ({each}) THEN {eligible} WHEN {undetermined} IN ({each}) THEN {undetermined} ELSE {} END",
                    word("ineligible"),
                    each = each.join(", "),
                    eligible = word("eligible"),
                    undetermined = word("undetermined")
                )
            }
        };
        lines.push(format!(
            "  -- The verdict for {}{}.\n  {text} AS {}",
            comment(&verdict.decision),
            verdict.arm.as_deref().map(|arm| format!(", arm {}", comment(arm))).unwrap_or_default(),
            dialect.identifier(&verdict.name)
        ));
    }
    let words = if dialect.has_word_types { "\nCROSS JOIN words w" } else { "" };
    format!("SELECT\n{}\nFROM criteria k{words}\nORDER BY k.person_id\n", lines.join(",\n"))
}

fn verdict_case(dialect: &Dialect, failing: &[String], open: &[String]) -> String {
    if failing.iter().any(|one| one == "TRUE") {
        return dialect.word("ineligible");
    }
    let mut cases = String::new();
    if !failing.is_empty() {
        cases.push_str(&format!(" WHEN {} THEN {}", failing.join(" OR "), dialect.word("ineligible")));
    }
    let otherwise = if open.iter().any(|one| one == "TRUE") {
        "undetermined"
    } else {
        if !open.is_empty() {
            cases.push_str(&format!(" WHEN {} THEN {}", open.join(" OR "), dialect.word("undetermined")));
        }
        "eligible"
    };
    let otherwise = dialect.word(otherwise);
    if cases.is_empty() { otherwise } else { format!("CASE{cases} ELSE {otherwise} END") }
}

impl Writer<'_> {
    fn happened_part(&self) -> Option<Part> {
        if self.written.entry_columns.is_empty() {
            return None;
        }
        let columns: Vec<String> = self
            .written
            .entry_columns
            .iter()
            .map(|column| format!("  -- {}\n  {} AS {}", comment(&column.words), column.sql, column.name))
            .collect();
        let texts: Vec<&str> = self.written.entry_columns.iter().map(|column| column.sql.as_str()).collect();
        let join = super::results::people_join(&texts, "e");
        let sql = format!(
            "SELECT\n  e.person_id,\n{}\nFROM entries e{join}\nGROUP BY e.person_id",
            columns.join(",\n")
        );
        Some(Part::new("happened", "What happened in each window: 2 surely, 1 perhaps; or how often.", sql))
    }

    fn facts_part(&self) -> Part {
        let mut columns = vec!["  p.person_id".to_owned()];
        let mut from = format!("FROM {} p", self.people_table());
        let mut join = |table: &str, alias: &str| {
            let _ = write!(from, "\nLEFT JOIN {table} {alias} ON {alias}.person_id = p.person_id");
        };
        if !self.written.together.is_empty() {
            join("measured", "m");
            let own: Vec<String> =
                self.written.together.iter().map(super::measured::Together::fact).collect();
            columns.push(format!("  {}", own.join(", ")));
        }
        if !self.written.undated.is_empty() {
            join("undated", "u");
            columns.extend(
                self.written
                    .undated
                    .iter()
                    .map(|(_, column)| format!("  COALESCE(u.{column}, 0) = 1 AS {column}")),
            );
        }
        for few in &self.written.last_few {
            let name = &few.column.name;
            join(&format!("{name}_last"), &format!("t_{name}"));
            columns.push(format!("  t_{name}.{name}"));
        }
        for middle in &self.written.middles {
            let name = &middle.name;
            join(&format!("{name}_middle"), &format!("t_{name}"));
            columns.push(format!("  t_{name}.{name}"));
        }
        for choice in self.written.choices.iter().filter(|choice| choice.worst.is_some()) {
            let name = &choice.name;
            join(&format!("{name}_chosen"), &format!("t_{name}"));
            columns.push(format!("  t_{name}.{name}"));
        }
        for one in &self.written.throughouts {
            let name = &one.name;
            join(&format!("{name}_throughout"), &format!("t_{name}"));
            columns.push(format!("  t_{name}.{name}"));
        }
        if !self.written.entry_columns.is_empty() {
            join("happened", "h");
        }
        for (place, _) in self.written.covers.iter().enumerate() {
            if self.written.cover_columns.iter().any(|column| column.cover == place) {
                join(&format!("covered_{place}"), &format!("c{place}"));
            }
        }
        for fact in &self.written.facts {
            columns.push(format!("  -- {}\n  {} AS {}", comment(&fact.words), fact.sql, fact.name));
        }
        let sql = format!("SELECT\n{}\n{from}", columns.join(",\n"));
        Part::new(
            "facts",
            "What the rules ask, one column each: TRUE, FALSE, or NULL where it is not known.",
            sql,
        )
        .kept()
    }

    /// Each combination of the results that can be meant is tried; the worst stands.
    fn worst_parts(&self) -> Vec<Part> {
        let part = |worst: &super::columns::WorstOf| {
            let mut from = String::from("FROM facts f");
            let mut before: Vec<&str> = Vec::new();
            for name in &worst.choices {
                let _ = write!(from, "\nLEFT JOIN {name} ON {name}.person_id = f.person_id");
                let Some(choice) = self.written.choices.iter().find(|choice| choice.name == *name) else {
                    continue;
                };
                for other in &before {
                    // Of one measure and one day it is the same result.
                    let is_same = self.written.choices.iter().any(|known| {
                        known.name == *other
                            && known.measure == choice.measure
                            && known.select == choice.select
                    });
                    if is_same {
                        let _ = write!(
                            from,
                            "\n  AND ({other}.on_day IS NULL OR {name}.on_day IS NULL OR {other}.on_day <> {name}.on_day OR {other}.row_number = {name}.row_number)"
                        );
                    }
                }
                before.push(name);
            }
            let sql =
                format!("SELECT\n  f.person_id,\n  {} AS truth\n{from}\nGROUP BY f.person_id", worst.sql);
            Part::new(
                worst.name.clone(),
                format!(
                    "Every combination of the results that can be meant is tried; the worst stands: {}",
                    worst.prose
                ),
                sql,
            )
        };
        self.written.worsts.iter().map(part).collect()
    }
}

fn indented(sql: &str) -> String {
    sql.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// Text that stays in its line of comment: no line ends, no signs that turn the direction of writing.
pub(super) fn comment(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {}
            sign if sign.is_whitespace() || sign.is_control() || matches!(sign, '\u{2028}' | '\u{2029}') => {
                if !safe.ends_with(' ') {
                    safe.push(' ');
                }
            }
            other => safe.push(other),
        }
    }
    safe.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_kept_where_it_would_be_worked_out_several_times() {
        let part = |name: &str, sql: &str| Part::new(name, "", sql);
        let parts = [
            part("one", "SELECT 1").kept(),
            part("two", "SELECT * FROM one o\nJOIN one_more m ON TRUE").kept(),
            part("three", "SELECT * FROM two\nLEFT JOIN two t ON TRUE").kept(),
            part("twice", "SELECT * FROM three"),
            part("alone", "SELECT * FROM one"),
        ];
        let last = "SELECT * FROM twice\nJOIN twice t ON TRUE";
        // `two` is kept, so that `one` is asked for once; nobody asks for `alone`.
        assert_eq!(uses(&parts, last), [1, 2, 2, 2, 0]);
    }
}
