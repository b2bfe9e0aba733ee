//! Results as the statement reads them, and what they say together.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::happened::Throughout;
use super::measured::{Choice, How, ON_DAY, RowColumn, decoded, level};
use super::moments::Test;
use super::rows::{Part, list};
use super::{Worst, Writer};
use crate::model::{MeasureKind, Selector};
use crate::omop::standard;

/// The level of a coded answer that no rule knows.
const UNKNOWN_WORD: &str = "?";

/// The first and the last day; absent where there is no bound.
type Days = (Option<Date>, Option<Date>);

/// All days of all of these.
fn widest<'d>(windows: impl IntoIterator<Item = &'d Days> + Clone) -> Days {
    let from = windows.clone().into_iter().map(|days| days.0).min().flatten();
    // An absent bound is the least of all; here it is the greatest.
    let to = windows.clone().into_iter().all(|days| days.1.is_some());
    (from, windows.into_iter().map(|days| days.1).max().flatten().filter(|_| to))
}

impl Writer<'_> {
    /// From the tables of results to one row for each person.
    pub(super) fn result_parts(&mut self) -> Vec<Part> {
        if self.written.flags.is_empty() {
            return Vec::new();
        }
        let mut parts = self.unit_parts();
        parts.extend([self.result_rows(), self.results()]);
        parts.extend(self.undated_part());
        if !self.written.together.is_empty() {
            parts.push(self.tested());
            parts.push(self.measured_part());
        }
        let last_few = self.written.last_few.clone();
        for few in &last_few {
            parts.extend(self.last_few_parts(&few.column, few.count, few.worst));
        }
        parts.extend(self.middle_parts());
        for choice in self.written.choices.clone() {
            parts.extend(self.choice_parts(&choice));
        }
        parts
    }

    /// The rows of the measures, on the days that some rule asks about or without any.
    fn result_rows(&self) -> Part {
        let double = self.dialect.double;
        let by_days = self.measures_by_days();
        let of = |table: &str, word: &str, operator: &str, low: &str, high: &str| {
            let (day, id, source_id) =
                (format!("{word}_date"), format!("{word}_concept_id"), format!("{word}_source_concept_id"));
            let select = format!(
                "SELECT\n  person_id, {day} AS on_day, {id} AS concept_id, {source_id} AS source_concept_id,\n  \
                 CAST(value_as_number AS {double}) AS number, value_as_concept_id, {operator} AS operator,\n  \
                 unit_concept_id, unit_source_value, CAST({low} AS {double}) AS range_low, CAST({high} AS {double}) AS range_high\n\
                 FROM {}",
                self.table(table)
            );
            let on_days = |days: &Days| {
                let tests: Vec<String> = [(">=", days.0), ("<=", days.1)]
                    .into_iter()
                    .filter_map(|(operator, bound)| {
                        bound.map(|bound| format!("{day} {operator} {}", self.dialect.date(bound)))
                    })
                    .collect();
                (!tests.is_empty()).then(|| format!("({} OR {day} IS NULL)", tests.join(" AND ")))
            };
            let of_all: BTreeSet<i64> = by_days.values().flatten().copied().collect();
            // The widest window of all can be seen by the engine's scan; that of each measure keeps its other rows away.
            let mut more: Vec<String> = on_days(&widest(by_days.keys())).into_iter().collect();
            if by_days.len() > 1 {
                let each = by_days.iter().map(|(days, ids)| {
                    let ids = list(ids);
                    let is = format!("({id} IN ({ids}) OR {source_id} IN ({ids}))");
                    on_days(days).map_or_else(|| is.clone(), |on| format!("({is} AND {on})"))
                });
                more.push(format!("({})", each.collect::<Vec<_>>().join(" OR ")));
            }
            self.of_ids(&select, &id, &source_id, &of_all, &more).join("\nUNION ALL\n")
        };
        let sql = format!(
            "{}\nUNION ALL\n{}",
            of("measurement", "measurement", "COALESCE(operator_concept_id, 0)", "range_low", "range_high"),
            of("observation", "observation", "0", "NULL", "NULL")
        );
        Part::new(
            "result_rows",
            "Results of the measures that the rules compare, on the days that they ask about.",
            sql,
        )
    }

    /// Rows that have one of these ids as their standard or as their source concept, once each.
    fn of_ids(
        &self,
        select: &str,
        id: &str,
        source_id: &str,
        ids: &BTreeSet<i64>,
        more: &[String],
    ) -> Vec<String> {
        let more: String = more.iter().map(|test| format!("\n  AND {test}")).collect();
        let listed = list(ids);
        if !self.dialect.reads_ids_apart {
            return vec![format!("{select}\nWHERE ({id} IN ({listed}) OR {source_id} IN ({listed})){more}")];
        }
        let values = ids.iter().map(|id| format!("({id})")).collect::<Vec<_>>().join(", ");
        let is_one = format!("IN (SELECT id FROM (VALUES {values}) AS i (id))");
        vec![
            format!("{select}\nWHERE {id} {is_one}{more}"),
            format!("{select}\nWHERE {source_id} {is_one} AND COALESCE({id}, 0) NOT IN ({listed}){more}"),
        ]
    }

    /// The ids of the measures, by the days on which some rule asks for them.
    fn measures_by_days(&self) -> BTreeMap<Days, BTreeSet<i64>> {
        let mut found: BTreeMap<Days, BTreeSet<i64>> = BTreeMap::new();
        for (measure, _) in &self.written.flags {
            let asked = self.written.days_asked.iter().filter(|asked| asked.measure == *measure);
            let windows: Vec<Days> = asked.map(|asked| (asked.from, asked.to)).collect();
            let days = if windows.is_empty() { (None, None) } else { widest(&windows) };
            let ids = self.options.sets.measures.get(measure).into_iter().flatten().copied();
            found.entry(days).or_default().extend(ids);
        }
        found
    }

    fn results(&mut self) -> Part {
        use standard::operator::{AT_LEAST, AT_MOST, EQUAL, GREATER, LESS};
        // Only finite numbers are numbers: the other ones stand beyond all that are.
        let (least, most) = (self.dialect.number(f64::MIN), self.dialect.number(f64::MAX));
        // A row of a coded measure is its answer, where it has one; every other row its number.
        let coded = self.is_coded_row();
        let has_answer = coded.map(|coded| format!("({coded} AND COALESCE(w.value_as_concept_id, 0) <> 0)"));
        let is_no_answer = has_answer.as_ref().map(|test| format!("NOT {test} AND ")).unwrap_or_default();
        let mut columns = vec!["w.person_id".to_owned(), "w.on_day".to_owned()];
        if self.written.together.iter().any(|one| matches!(one.how, How::Latest(_) | How::Earliest(_))) {
            columns.push(format!("{} * 4 AS day_4", self.dialect.day_number("w.on_day")));
        }
        for (measure, flag) in &self.written.flags {
            let ids = list(self.options.sets.measures.get(measure).into_iter().flatten());
            columns.push(format!(
                "-- {}\n  (w.concept_id IN ({ids}) OR w.source_concept_id IN ({ids})) AS {flag}",
                super::document::comment(measure)
            ));
        }
        columns.push(format!(
            "-- A result such as <0.5 lies below its number: one of its two ends is open (NULL).\n  \
             CASE WHEN w.operator = 0 THEN w.finite WHEN w.operator IN ({EQUAL}, {GREATER}, {AT_LEAST}) THEN w.finite END AS low"
        ));
        columns.push(format!(
            "CASE WHEN w.operator = 0 THEN w.finite WHEN w.operator IN ({EQUAL}, {LESS}, {AT_MOST}) THEN w.finite END AS high"
        ));
        let has_ties = self.written.choices.iter().any(|choice| choice.worst.is_none());
        let asks = |column: &str| has_ties || self.asks_of_rows(column);
        columns.push("w.unit".to_owned());
        if asks("r.level") {
            columns.push("w.level".to_owned());
        }
        for end in ["range_low", "range_high"] {
            if asks(&format!("r.{end}")) {
                columns
                    .push(format!("CASE WHEN w.{end} BETWEEN {least} AND {most} THEN w.{end} END AS {end}"));
            }
        }
        columns.extend(self.written.limits.iter().map(|(name, _)| format!("l.{name}")));
        let has_levels = self.written.flags.iter().any(|(measure, _)| self.has_levels(measure));
        let level = match has_levels {
            true => {
                let or = has_answer.map(|test| format!("{test} OR ")).unwrap_or_default();
                format!("CASE WHEN {or}w.number IS NULL THEN {} END", self.level_column())
            }
            false => "''".to_owned(),
        };
        let inner = format!(
            "SELECT w.*, {level} AS level,\n    \
             CASE WHEN {is_no_answer}w.number BETWEEN {least} AND {most} THEN w.number END AS finite,\n    \
             -- The unit: its concept id, a number below zero where it has none, 0 where there is no unit; NULL is one that no rule can use.\n    \
             {} AS unit\n  FROM result_rows w\n  LEFT JOIN unit_of_text s ON s.spelling = {}",
            self.unit_of_row(),
            self.unit_text_of_row()
        );
        let join =
            if self.written.limits.is_empty() { "" } else { "\nLEFT JOIN limits l ON l.unit = w.unit" };
        let mut sql = format!("SELECT\n  {}\nFROM (\n  {inner}\n) w{join}", columns.join(",\n  "));
        if has_ties {
            sql = format!(
                "SELECT r.*,\n  ROW_NUMBER() OVER (PARTITION BY r.person_id, r.on_day ORDER BY r.low, r.high, r.unit, r.level, r.range_low, r.range_high) AS row_number\n\
                 FROM (\n{sql}\n) r"
            );
        }
        let about = "Each result with its measures, its number, its unit, its limits of normal and the limits of the rules in its unit.";
        Part::new("results", about, sql).kept()
    }

    /// Whether what is said of rows names a column.
    fn asks_of_rows(&self, column: &str) -> bool {
        let together = self.written.together.iter().map(|one| one.truth.text());
        let few = self.written.last_few.iter().map(|few| few.column.truth.clone());
        let middles = self.written.middles.iter().map(|middle| middle.distance.clone());
        let choices =
            self.written.choices.iter().flat_map(|choice| &choice.columns).map(|column| column.truth.clone());
        together.chain(few).chain(middles).chain(choices).any(|truth| truth.contains(column))
    }

    /// Whether a row is of a measure that has words for answers; absent where there is none.
    fn is_coded_row(&self) -> Option<String> {
        let coded = self
            .document
            .measures
            .iter()
            .filter(|(_, measure)| matches!(measure.kind, MeasureKind::Coded { .. }));
        let ids: BTreeSet<i64> =
            coded.filter_map(|(name, _)| self.options.sets.measures.get(name)).flatten().copied().collect();
        let ids = ids.into_iter().map(|id| id.to_string()).collect::<Vec<_>>().join(", ");
        let is = |column: &str| format!("COALESCE(w.{column}, 0) IN ({ids})");
        (!ids.is_empty()).then(|| format!("({} OR {})", is("concept_id"), is("source_concept_id")))
    }

    fn has_levels(&self, measure: &str) -> bool {
        let kind = self.document.measures.get(measure).map(|measure| &measure.kind);
        matches!(kind, Some(MeasureKind::Coded { .. } | MeasureKind::Score { .. }))
    }

    fn level_column(&self) -> String {
        // A coded answer that nobody knows is a result all the same, of which nothing is known.
        let mut text = String::from("CASE COALESCE(w.value_as_concept_id, 0) WHEN 0 THEN NULL");
        for (id, word) in &self.options.sets.levels {
            text.push_str(&format!(" WHEN {id} THEN {}", self.dialect.text(word)));
        }
        text.push_str(&format!(" ELSE '{UNKNOWN_WORD}' END"));
        text
    }

    /// Who has a result of which nobody knows the day.
    fn undated_part(&self) -> Option<Part> {
        if self.written.undated.is_empty() {
            return None;
        }
        let columns: Vec<String> = self
            .written
            .undated
            .iter()
            .map(|(flag, column)| format!("  MAX(CASE WHEN r.{flag} THEN 1 ELSE 0 END) AS {column}"))
            .collect();
        let sql = format!(
            "SELECT\n  r.person_id,\n{}\nFROM results r\nWHERE r.on_day IS NULL\nGROUP BY r.person_id",
            columns.join(",\n")
        );
        Some(Part::new("undated", "Who has a result without a day: it may be the one that counts.", sql))
    }

    fn tested(&self) -> Part {
        let mut columns = vec!["r.person_id".to_owned()];
        for one in &self.written.together {
            let words = super::document::comment(&one.words);
            for (name, truth) in one.columns() {
                columns.push(format!("-- {words}\n  {} AS {name}", one.of_row(truth)));
            }
        }
        let texts: Vec<&str> = columns.iter().map(String::as_str).collect();
        let sql = format!("SELECT\n  {}\nFROM results r{}", columns.join(",\n  "), people_join(&texts, "r"));
        Part::new(
            "tested",
            "What each result says: 2 true, 1 unknown, 0 false (or the other way round), NULL where it is not concerned. Where the day decides, \
             the day times four stands before it, so that the greatest number is the worst of the latest day. A result without a day may be \
             the one that counts: its number lies beyond all others.",
            sql,
        )
    }

    fn measured_part(&self) -> Part {
        let columns: Vec<String> = self
            .written
            .together
            .iter()
            .flat_map(|one| {
                one.columns().into_iter().map(|(name, _)| format!("  {} AS {name}", one.of_person(&name)))
            })
            .collect();
        let sql =
            format!("SELECT\n  t.person_id,\n{}\nFROM tested t\nGROUP BY t.person_id", columns.join(",\n"));
        Part::new("measured", "What the results of each person say together.", sql)
    }

    /// The last few results, all of which must do. Of those tied on the day at which the count is cut off, each selection
    /// is tried: the worst comes first, or last.
    fn last_few_parts(&self, column: &RowColumn, count: u32, worst: Worst) -> Vec<Part> {
        let name = &column.name;
        let order = if worst == Worst::False { "ASC" } else { "DESC" };
        let ranked = format!(
            "SELECT r.person_id, r.on_day, {} AS truth\nFROM results r{}\nWHERE {}",
            level(&column.truth),
            people_join(&[&column.truth], "r"),
            column.concerned
        );
        let counted = format!(
            "SELECT person_id, on_day, truth,\n  ROW_NUMBER() OVER (PARTITION BY person_id ORDER BY on_day DESC, truth {order}) AS place,\n  \
             COUNT(*) OVER (PARTITION BY person_id ORDER BY on_day DESC RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far,\n  \
             COUNT(*) OVER (PARTITION BY person_id, on_day) AS on_that_day\nFROM {name}_rows"
        );
        // The checker tries no more than eight results of one day; beyond, only what all of them say is known.
        let is_cut = format!("so_far > {count} AND so_far - on_that_day < {count}");
        let too_many = format!("MAX(CASE WHEN {is_cut} AND on_that_day > 8 THEN 1 ELSE 0 END) = 1");
        let later = format!("CASE WHEN so_far <= {count} THEN truth END");
        let tied = format!("CASE WHEN {is_cut} THEN truth END");
        let many = format!(
            "CASE WHEN MIN({later}) IS NULL THEN CASE WHEN MIN({tied}) = MAX({tied}) THEN MIN({tied}) ELSE 1 END WHEN MIN({later}) = 0 THEN 0 WHEN MIN({later}) = 2 AND MIN({tied}) = 2 THEN 2 ELSE 1 END"
        );
        let sql = format!(
            "SELECT\n  person_id,\n  CASE\n    WHEN COUNT(*) < {count} THEN NULL\n    WHEN {too_many} THEN {}\n    ELSE {}\n  END AS {name}\nFROM {name}_counted\nGROUP BY person_id",
            decoded(&many),
            decoded(&format!("MIN(CASE WHEN place <= {count} THEN truth END)"))
        );
        vec![
            Part::new(format!("{name}_rows"), column.words.clone(), ranked),
            Part::new(format!("{name}_counted"), "In order, the latest first.", counted),
            Part::new(format!("{name}_last"), format!("The last {count} of them."), sql),
        ]
    }

    fn middle_parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        for middle in &self.written.middles {
            let name = &middle.name;
            let rows = format!(
                "SELECT r.person_id, {} AS distance\nFROM results r\nWHERE {}",
                middle.distance, middle.concerned
            );
            parts.push(Part::new(
                format!("{name}_rows"),
                format!("{}: how far each result lies above the limit, in whole units.", middle.words),
                rows,
            ));
            let operator = middle.operator.symbol();
            if middle.is_median {
                let ordered = format!(
                    "SELECT person_id, distance,\n  ROW_NUMBER() OVER (PARTITION BY person_id ORDER BY distance) AS place,\n  \
                     COUNT(*) OVER (PARTITION BY person_id) AS of_all,\n  COUNT(distance) OVER (PARTITION BY person_id) AS of_known\nFROM {name}_rows"
                );
                parts.push(Part::new(format!("{name}_ordered"), "In order.", ordered));
                let sql = format!(
                    "SELECT person_id,\n  CASE WHEN MAX(of_known) < MAX(of_all) THEN NULL ELSE SUM(distance) {operator} 0 END AS {name}\n\
                     FROM {name}_ordered\nWHERE of_known < of_all OR 2 * place IN (of_all, of_all + 1, of_all + 2)\nGROUP BY person_id"
                );
                parts.push(Part::new(format!("{name}_middle"), "The one or two in the middle.", sql));
            } else {
                let sql = format!(
                    "SELECT person_id,\n  CASE WHEN COUNT(distance) < COUNT(*) THEN NULL ELSE SUM(distance) {operator} 0 END AS {name}\n\
                     FROM {name}_rows\nGROUP BY person_id"
                );
                parts.push(Part::new(
                    format!("{name}_middle"),
                    "Their sum has the sign of the mean's distance.",
                    sql,
                ));
            }
        }
        parts
    }

    /// Results of which one is chosen: of one day, or where dates leave open which is meant.
    fn choice_parts(&mut self, choice: &Choice) -> Vec<Part> {
        let name = &choice.name;
        let flag = format!("r.{}", self.flag(&choice.measure));
        let sure = self.surely_holds(&choice.span, ON_DAY);
        let possible = Test::all([Test::Sql(flag), self.possibly_holds(&choice.span, ON_DAY)]).text();
        let is_sure = match &sure {
            Test::Is(is) => is.to_string().to_uppercase(),
            Test::Sql(text) => format!("COALESCE({text}, FALSE)"),
        };
        let row_number = if choice.worst.is_none() { ", r.row_number" } else { "" };
        let mut columns = String::new();
        for column in &choice.columns {
            columns.push_str(&format!(
                ",\n  -- {}\n  {} AS {}",
                super::document::comment(&column.words),
                level(&column.truth),
                column.name
            ));
        }
        let rows = format!(
            "SELECT r.person_id, r.on_day{row_number}, {is_sure} AS is_sure{columns}\nFROM results r{}\nWHERE {possible}",
            people_join(&[&is_sure, &columns, &possible], "r")
        );
        let mut parts = vec![Part::new(format!("{name}_rows"), choice.words.clone(), rows)];
        if let (Selector::Any | Selector::Every, Some(_)) = (choice.select, choice.worst) {
            parts.push(any_or_every(name, choice));
            return parts;
        }
        let (function, beyond) = match choice.select {
            Selector::Earliest => ("MIN", "<"),
            _ => ("MAX", ">"),
        };
        let settled = format!(
            "SELECT *, {function}(CASE WHEN is_sure THEN on_day END) OVER (PARTITION BY person_id) AS settled_day\nFROM {name}_rows"
        );
        parts.push(Part::new(format!("{name}_settled"), "The day on which the result surely was.", settled));
        let candidate = format!(
            "settled_day IS NULL OR on_day = settled_day OR (NOT is_sure AND on_day {beyond} settled_day)"
        );
        let all =
            |column: &str| format!("CASE WHEN MIN({column}) = MAX({column}) THEN MIN({column}) ELSE 1 END");
        match choice.worst {
            Some(worst) => {
                let function = if worst == Worst::True { "MAX" } else { "MIN" };
                let column = &choice.columns[0].name;
                let sql = format!(
                    "SELECT person_id,\n  CASE\n    WHEN MAX(settled_day) IS NULL THEN NULL\n    WHEN MAX(CASE WHEN is_sure THEN 0 ELSE 1 END) = 1 THEN {}\n    ELSE {}\n  END AS {column}\n\
                     FROM {name}_settled\nWHERE {candidate}\nGROUP BY person_id",
                    decoded(&all(column)),
                    decoded(&format!("{function}({column})"))
                );
                parts.push(Part::new(
                    format!("{name}_chosen"),
                    "The worst of that day; where dates leave the day open, what all say.",
                    sql,
                ));
            }
            None => {
                let open = format!(
                    "SELECT *, MAX(CASE WHEN is_sure THEN 0 ELSE 1 END) OVER (PARTITION BY person_id) AS is_open\nFROM {name}_settled\nWHERE {candidate}"
                );
                parts.push(Part::new(
                    format!("{name}_open"),
                    "Whether dates leave open which result is meant.",
                    open,
                ));
                let names: Vec<&str> = choice.columns.iter().map(|column| column.name.as_str()).collect();
                let each = |of: &dyn Fn(&str) -> String| {
                    names.iter().map(|name| format!("{} AS {name}", of(name))).collect::<Vec<_>>().join(", ")
                };
                let sql = format!(
                    "SELECT person_id, on_day, row_number, {}\nFROM {name}_open\nWHERE is_open = 0\nUNION ALL\n\
                     SELECT person_id, CAST(NULL AS DATE) AS on_day, 0 AS row_number, {}\nFROM {name}_open\nWHERE is_open = 1\nGROUP BY person_id",
                    each(&|name| decoded(name)),
                    each(&|name| format!(
                        "CASE WHEN MAX(settled_day) IS NULL THEN NULL ELSE {} END",
                        decoded(&all(name))
                    ))
                );
                parts.push(Part::new(name.clone(), "One row for each result that can be meant.", sql));
            }
        }
        parts
    }

    /// On every day of a window.
    pub(super) fn throughout_parts(&mut self, one: &Throughout) -> Vec<Part> {
        use super::happened::{END, START};
        let name = &one.name;
        let mut parts = Vec::new();
        let touches = self.possibly_touches(&one.span, START, END);
        let rows = |days: &str, meant: &str| {
            format!(
                "SELECT e.person_id, {days}\nFROM entries e{}\nWHERE {}",
                people_join(&[&touches.text()], "e"),
                Test::all([Test::sql(meant), touches.clone()]).text()
            )
        };
        let (low, high) = ("DATE '0001-01-01'", "DATE '9999-12-31'");
        let end = |day: &Option<super::moments::Day>, open: &str, writer: &Self| match day {
            None => open.to_owned(),
            Some(super::moments::Day::On(date)) => writer.dialect.date(*date),
            Some(super::moments::Day::Sql(text)) => format!("COALESCE({text}, {open})"),
        };
        let of = |at: &Option<super::moments::At>, earliest: bool, open: &str, writer: &Self| {
            at.as_ref().map_or_else(
                || open.to_owned(),
                |at| end(if earliest { &at.earliest } else { &at.latest }, open, writer),
            )
        };
        let born = |which: &str| format!("COALESCE(p.{which}, {low})");
        // Every day that can belong to it must be held; one day that surely belongs to it is enough to fail.
        let widest = (
            format!("GREATEST({}, {})", of(&one.span.from, true, low, self), born("born_first")),
            of(&one.span.to, false, high, self),
        );
        let narrowest = (
            format!("GREATEST({}, {})", of(&one.span.from, false, high, self), born("born_last")),
            of(&one.span.to, true, low, self),
        );
        let narrowest = match (&one.span.from, &one.span.to) {
            (None, _) => (format!("GREATEST({low}, {})", born("born_last")), narrowest.1),
            (_, None) => (narrowest.0, high.to_owned()),
            _ => narrowest,
        };
        let mut tests = String::new();
        if let Test::Sql(backward) = self.backward(&one.span) {
            tests.push_str(&format!("    WHEN {backward} THEN NULL\n"));
        }
        let people = self.people_table();
        let mut from = format!("{people} p");
        if let (Some(sure), false) = (one.meant.sure(), one.only_false) {
            let days = "e.start_last AS first_day, e.end_first AS last_day";
            let test = format!("{sure} AND e.start_last <= e.end_first");
            parts.push(Part::new(format!("{name}_sure_rows"), one.words.clone(), rows(days, &test)));
            parts.extend(self.joined(&format!("{name}_sure"), &format!("{name}_sure_rows")));
            let held = format!(
                "SELECT p.person_id\nFROM {people} p\nJOIN {name}_sure s ON s.person_id = p.person_id\nWHERE {first} <= {last} AND s.first_day <= {first} AND s.last_day >= {last}\nGROUP BY p.person_id",
                first = widest.0,
                last = widest.1
            );
            parts.push(Part::new(format!("{name}_held"), "Who had it on every day.", held));
            from.push_str(&format!("\nLEFT JOIN {name}_held s ON s.person_id = p.person_id"));
            tests.push_str("    WHEN s.person_id IS NOT NULL THEN TRUE\n");
        }
        if let Some(cover) = &one.cover {
            let place = self.cover_place(cover);
            let days = format!(
                "COALESCE(e.start_first, {low}) AS first_day, COALESCE(e.end_last, {high}) AS last_day"
            );
            let about = format!("{}: days on which it may have been.", one.words);
            parts.push(Part::new(format!("{name}_possible_rows"), about, rows(&days, &one.meant.possible)));
            parts.extend(self.joined(&format!("{name}_possible"), &format!("{name}_possible_rows")));
            // Covered days of the window that no stretch of it holds.
            let (first, last) = narrowest;
            let first = format!("GREATEST(c.first_day, {first})");
            let last = format!("LEAST(c.last_day, {last})");
            let bare = format!(
                "SELECT p.person_id\nFROM {people} p\nJOIN cover_{place} c ON c.person_id = p.person_id\n\
                 LEFT JOIN {name}_possible s ON s.person_id = p.person_id AND s.first_day <= {first} AND s.last_day >= {last}\n\
                 WHERE {first} <= {last} AND s.person_id IS NULL\nGROUP BY p.person_id"
            );
            parts.push(Part::new(format!("{name}_bare"), "Who surely was without it on a day.", bare));
            from.push_str(&format!("\nLEFT JOIN {name}_bare b ON b.person_id = p.person_id"));
            tests.push_str("    WHEN b.person_id IS NOT NULL THEN FALSE\n");
        }
        let sql = format!("SELECT p.person_id,\n  CASE\n{tests}  END AS {name}\nFROM {from}");
        parts.push(Part::new(format!("{name}_throughout"), one.words.clone(), sql));
        parts
    }
}

fn any_or_every(name: &str, choice: &Choice) -> Part {
    let column = &choice.columns[0].name;
    let (sure, perhaps) =
        (format!("CASE WHEN is_sure THEN {column} END"), format!("CASE WHEN NOT is_sure THEN {column} END"));
    // Without a result that surely counts nothing is known; one that may count can only keep it open.
    let cases = match choice.select {
        Selector::Any => format!(
            "WHEN MAX({sure}) = 2 THEN TRUE\n    WHEN MAX({sure}) = 0 AND COALESCE(MAX({perhaps}), 0) = 0 THEN FALSE"
        ),
        _ => format!(
            "WHEN MIN({sure}) = 0 THEN FALSE\n    WHEN MIN({sure}) = 2 AND COALESCE(MIN({perhaps}), 2) = 2 THEN TRUE"
        ),
    };
    let sql = format!(
        "SELECT person_id,\n  CASE\n    {cases}\n  END AS {column}\nFROM {name}_rows\nGROUP BY person_id"
    );
    Part::new(format!("{name}_chosen"), "What all of them say together.", sql)
}

/// Joins what is known of the person where a text asks for it: the days that windows hang on, or birth and sex alone.
pub(super) fn people_join(texts: &[&str], alias: &str) -> String {
    let asks = |text: &str| {
        text.match_indices("p.").any(|(at, _)| {
            let before = text[..at].chars().next_back();
            !before.is_some_and(|sign| sign.is_alphanumeric() || sign == '_')
        })
    };
    let of_person = ["p.sex", "p.born_first", "p.born_last", "p.person_id"];
    let without = |text: &str| of_person.iter().fold(text.to_owned(), |text, known| text.replace(known, ""));
    let table = if texts.iter().any(|text| asks(&without(text))) {
        "people"
    } else if texts.iter().any(|text| asks(text)) {
        "persons"
    } else {
        return String::new();
    };
    format!("\nJOIN {table} p ON p.person_id = {alias}.person_id")
}
