//! The rows of the CDM as the statement reads them: people, what happened to them, and over which days that is known.

use super::Writer;
use super::happened::Edge;
use crate::model::Domain;
use crate::omop::standard;

/// A named query of the statement, with the sentence that stands above it.
pub(super) struct Part {
    pub name: String,
    pub about: String,
    pub sql: String,
    /// Worked out once, and not wherever it is mentioned.
    pub is_kept: bool,
}

impl Part {
    pub fn new(name: impl Into<String>, about: impl Into<String>, sql: impl Into<String>) -> Self {
        Self { name: name.into(), about: about.into(), sql: sql.into(), is_kept: false }
    }

    pub fn kept(self) -> Self {
        Self { is_kept: true, ..self }
    }
}

pub(super) fn list<'i>(ids: impl IntoIterator<Item = &'i i64>) -> String {
    ids.into_iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

impl Writer<'_> {
    /// A table of the database.
    pub(super) fn table(&self, name: &str) -> String {
        let Some(schema) = self.options.schema else { return name.to_owned() };
        let parts: Vec<String> = schema.split('.').map(|part| self.dialect.identifier(part)).collect();
        format!("{}.{name}", parts.join("."))
    }

    /// Everybody, with the days between which each was born.
    pub(super) fn persons(&self) -> Part {
        let month_first = "MAKE_DATE(CAST(year_of_birth AS INTEGER), CAST(month_of_birth AS INTEGER), 1)";
        let month_last = self.dialect.add_days(&self.dialect.add_months(month_first, 1), -1);
        let day = "MAKE_DATE(CAST(year_of_birth AS INTEGER), CAST(month_of_birth AS INTEGER), CAST(day_of_birth AS INTEGER))";
        let is_year = "year_of_birth BETWEEN 1800 AND 9998";
        let is_month = "month_of_birth BETWEEN 1 AND 12";
        let sex = format!(
            "CASE gender_concept_id WHEN {} THEN 'male' WHEN {} THEN 'female' END",
            standard::gender::MALE,
            standard::gender::FEMALE
        );
        // Every month has 28 days: how many more it has is worked out for the few who need it.
        let open = |of_year: &str, of_month: &str| {
            format!(
                "CASE\n      WHEN day_of_birth IS NOT NULL AND month_of_birth IS NOT NULL THEN NULL\n      \
                 WHEN {is_year} AND month_of_birth IS NULL THEN MAKE_DATE(CAST(year_of_birth AS INTEGER), {of_year})\n      \
                 WHEN {is_year} AND {is_month} THEN {of_month}\n    END"
            )
        };
        let sql = format!(
            "SELECT person_id, sex, COALESCE(born, open_first) AS born_first, COALESCE(born, open_last) AS born_last\nFROM (\n  \
             SELECT\n    person_id,\n    {sex} AS sex,\n    \
             CASE\n      WHEN {is_year} AND {is_month} AND day_of_birth BETWEEN 1 AND 28 THEN {day}\n      \
             WHEN {is_year} AND {is_month} AND day_of_birth BETWEEN 29 AND EXTRACT(DAY FROM {month_last}) THEN {day}\n    END AS born,\n    \
             {} AS open_first,\n    {} AS open_last\n  FROM {}\n) b",
            open("1, 1", month_first),
            open("12, 31", &month_last),
            self.table("person")
        );
        Part::new(
            "persons",
            "Everybody. A birth of which the day or the month is missing lies between two days.",
            sql,
        )
        .kept()
    }

    /// Where the days stand that windows hang on: with everybody, where there are none.
    pub(super) fn people_table(&self) -> &'static str {
        if self.written.event_columns.is_empty() && self.written.edges.is_empty() {
            "persons"
        } else {
            "people"
        }
    }

    /// Conditions, drugs, procedures, stays and events. An end that nobody recorded is not known: it is NULL.
    pub(super) fn entries(&self) -> Part {
        let mut unions = Vec::new();
        let table = |name: &str| self.table(name);
        let source = |source: &str,
                      id: &str,
                      source_id: &str,
                      start: &str,
                      end: &str,
                      unsure: &str,
                      from: String,
                      ids: &[i64]| {
            let ids = list(ids);
            let mut test = match source_id {
                "0" => format!("{id} IN ({ids})"),
                _ => format!("({id} IN ({ids}) OR {source_id} IN ({ids}))"),
            };
            // What was over before all windows says nothing; days that run backwards do not say that it was.
            if let Some(since) = self.entries_since(source) {
                let since = self.dialect.date(since);
                test.push_str(&format!("\n      AND COALESCE({end} >= {since} OR {end} < {start}, TRUE)"));
            }
            format!(
                "  SELECT person_id, '{source}' AS source, {id} AS concept_id, {source_id} AS source_concept_id, '' AS event,\n    \
                 {start} AS start_day, {end} AS end_day, {unsure} AS is_unsure\n  FROM {from}\n  WHERE {test}"
            )
        };
        let of = |domains: &[Domain]| self.all_ids(domains).into_iter().collect::<Vec<i64>>();
        let conditions = of(&[Domain::Condition]);
        if !conditions.is_empty() {
            let unsure = format!(
                "COALESCE(condition_status_concept_id IN ({}), FALSE)",
                list(standard::PRELIMINARY_DIAGNOSIS)
            );
            unions.push(source(
                "condition",
                "condition_concept_id",
                "condition_source_concept_id",
                "condition_start_date",
                "condition_end_date",
                &unsure,
                table("condition_occurrence"),
                &conditions,
            ));
        }
        let drugs = of(&[Domain::Drug, Domain::DrugClass]);
        if !drugs.is_empty() {
            let unsure = match self.options.orders_are_taken {
                true => "FALSE".to_owned(),
                false => format!(
                    "COALESCE(drug_type_concept_id IN ({}), FALSE)",
                    list(standard::DRUGS_NOT_SEEN_TAKEN)
                ),
            };
            unions.push(source(
                "drug",
                "drug_concept_id",
                "drug_source_concept_id",
                "drug_exposure_start_date",
                "COALESCE(verbatim_end_date, drug_exposure_end_date)",
                &unsure,
                table("drug_exposure"),
                &drugs,
            ));
        }
        let procedures = of(&[Domain::Procedure]);
        if !procedures.is_empty() {
            unions.push(source(
                "procedure",
                "procedure_concept_id",
                "procedure_source_concept_id",
                "procedure_date",
                "COALESCE(procedure_end_date, procedure_date)",
                "FALSE",
                table("procedure_occurrence"),
                &procedures,
            ));
            unions.push(source(
                "visit",
                "visit_concept_id",
                "0",
                "visit_start_date",
                "visit_end_date",
                "FALSE",
                table("visit_occurrence"),
                &procedures,
            ));
        }
        let observed = of(&[Domain::Condition, Domain::Procedure]);
        if !observed.is_empty() {
            unions.push(source(
                "observation",
                "observation_concept_id",
                "observation_source_concept_id",
                "observation_date",
                "observation_date",
                "FALSE",
                table("observation"),
                &observed,
            ));
        }
        unions.extend(self.event_rows());
        if unions.is_empty() {
            unions.push(
                "  SELECT person_id, '' AS source, 0 AS concept_id, 0 AS source_concept_id, '' AS event,\n    \
                 born_first AS start_day, born_first AS end_day, FALSE AS is_unsure\n  FROM persons\n  WHERE FALSE"
                    .to_owned(),
            );
        }
        let is_backward = "e.end_day < e.start_day";
        // Without a beginning it began between birth and its end.
        let since_birth = "CASE WHEN e.end_day < p.born_first THEN e.end_day ELSE p.born_first END";
        let sql = format!(
            "SELECT\n  e.person_id, e.source, e.concept_id, e.source_concept_id, e.event, e.is_unsure,\n  \
             CASE WHEN {is_backward} THEN p.born_first WHEN e.start_day IS NULL THEN {since_birth} ELSE e.start_day END AS start_first,\n  \
             CASE WHEN {is_backward} THEN NULL ELSE COALESCE(e.start_day, e.end_day) END AS start_last,\n  \
             CASE WHEN {is_backward} THEN p.born_first ELSE COALESCE(e.end_day, e.start_day, p.born_first) END AS end_first,\n  \
             CASE WHEN {is_backward} THEN NULL ELSE e.end_day END AS end_last\n\
             FROM (\n{}\n) e\nJOIN persons p ON p.person_id = e.person_id",
            unions.join("\n  UNION ALL\n")
        );
        Part::new(
            "entries",
            "What happened, and the days between which it began and ended. NULL: nothing bounds that end. Dates that run backwards \
             say nothing but that it was.",
            sql,
        )
        .kept()
    }

    /// The rows that give the days of events.
    fn event_rows(&self) -> Vec<String> {
        let mut rows = Vec::new();
        let row = |event: &str, day: &str, from: &str, and: &str| {
            format!(
                "  SELECT person_id, 'event' AS source, 0 AS concept_id, 0 AS source_concept_id, {event} AS event,\n    \
                 {day} AS start_day, {day} AS end_day, FALSE AS is_unsure\n  FROM {from}\n  WHERE {day} IS NOT NULL{and}"
            )
        };
        let asked: Vec<&str> = self
            .document
            .events
            .keys()
            .map(String::as_str)
            .filter(|event| {
                self.is_in_table(event)
                    && (self.written.asked.contains(*event)
                        || self.written.event_columns.iter().any(|(known, _)| known == event))
            })
            .collect();
        if asked.contains(&"death") {
            rows.push(row("'death'", "death_date", &self.table("death"), ""));
        }
        let of_table: Vec<&str> = asked.into_iter().filter(|_| self.options.has_event_table).collect();
        if !of_table.is_empty() {
            let names = self.dialect.texts(of_table.iter().copied());
            rows.push(row(
                "event",
                "event_date",
                &self.table("trial_event"),
                &format!(" AND event IN ({names})"),
            ));
        }
        rows
    }

    /// Everybody again, with the days that windows hang on.
    pub(super) fn people(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        if self.people_table() == "persons" {
            return parts;
        }
        let (mut columns, mut joins) = (String::new(), String::new());
        if !self.written.event_columns.is_empty() {
            let mut days = Vec::new();
            for (event, column) in &self.written.event_columns {
                let is = format!("e.event = {}", self.dialect.text(event));
                days.push(format!("  MIN(CASE WHEN {is} THEN e.start_first END) AS {column}_first"));
                days.push(format!("  MAX(CASE WHEN {is} THEN e.start_first END) AS {column}_last"));
                columns.push_str(&format!(", v.{column}_first, v.{column}_last"));
            }
            let sql = format!(
                "SELECT\n  e.person_id,\n{}\nFROM entries e\nWHERE e.source = 'event'\nGROUP BY e.person_id",
                days.join(",\n")
            );
            parts.push(Part::new(
                "event_days",
                "The first and the last day of each event of the trial.",
                sql,
            ));
            joins.push_str("\nLEFT JOIN event_days v ON v.person_id = p.person_id");
        }
        if !self.written.edges.is_empty() {
            let mut days = Vec::new();
            for edge in &self.written.edges {
                let (first, last, function) = match edge.edge {
                    Edge::Onset => ("e.start_first", "e.start_last", "MIN"),
                    Edge::End => ("e.end_first", "e.end_last", "MAX"),
                };
                // What nothing bounds stands before or after all days.
                let (low, high) = ("DATE '0001-01-01'", "DATE '9999-12-31'");
                let (sure, possible) = (edge.meant.sure().unwrap_or("FALSE"), edge.meant.possible.as_str());
                let of = |test: &str, day: &str, open: &str| {
                    format!("NULLIF({function}(CASE WHEN {test} THEN COALESCE({day}, {open}) END), {open})")
                };
                let (earliest, latest) = match edge.edge {
                    Edge::Onset => (of(possible, first, low), of(sure, last, high)),
                    Edge::End => (of(sure, first, low), of(possible, last, high)),
                };
                let name = &edge.name;
                days.push(format!(
                    "  -- {}\n  {earliest} AS {name}_first",
                    super::document::comment(&edge.words)
                ));
                days.push(format!("  {latest} AS {name}_last"));
                days.push(format!("  MAX(CASE WHEN {sure} THEN 1 ELSE 0 END) AS {name}_is_known"));
                // Where nothing says surely that it was, no day of it is known.
                for end in ["first", "last"] {
                    columns.push_str(&format!(
                        ",\n  CASE WHEN g.{name}_is_known = 1 THEN g.{name}_{end} END AS {name}_{end}"
                    ));
                }
                columns.push_str(&format!(", COALESCE(g.{name}_is_known, 0) = 0 AS {name}_is_missing"));
            }
            let sql =
                format!("SELECT\n  e.person_id,\n{}\nFROM entries e\nGROUP BY e.person_id", days.join(",\n"));
            parts.push(Part::new("edges", "When what the rules speak of began or ended.", sql));
            joins.push_str("\nLEFT JOIN edges g ON g.person_id = p.person_id");
        }
        let sql =
            format!("SELECT p.person_id, p.sex, p.born_first, p.born_last{columns}\nFROM persons p{joins}");
        parts.push(Part::new("people", "Everybody, with the days that windows hang on.", sql).kept());
        parts
    }

    /// The days over which each person's data are complete, joined where they meet.
    pub(super) fn cover_parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        for (place, cover) in self.written.covers.iter().enumerate() {
            let mut rows = Vec::new();
            if cover.own_periods {
                rows.push(format!(
                    "SELECT person_id, observation_period_start_date AS first_day, observation_period_end_date AS last_day\nFROM {}\nWHERE observation_period_start_date <= observation_period_end_date",
                    self.table("observation_period")
                ));
            }
            for (first, last) in &cover.always {
                rows.push(format!(
                    "SELECT person_id, {} AS first_day, {} AS last_day FROM persons",
                    self.dialect.date(*first),
                    self.dialect.date(*last)
                ));
            }
            let about = "Days over which nothing is missing from the data.";
            parts.push(Part::new(format!("cover_{place}_rows"), about, rows.join("\nUNION ALL\n")));
            parts.extend(self.joined(&format!("cover_{place}"), &format!("cover_{place}_rows")));
            let columns: Vec<String> = self
                .written
                .cover_columns
                .iter()
                .filter(|column| column.cover == place)
                .map(|column| {
                    format!(
                        "  -- {}\n  MAX(CASE WHEN {} THEN 1 ELSE 0 END) AS {}",
                        super::document::comment(&column.words),
                        column.test,
                        column.name
                    )
                })
                .collect();
            if !columns.is_empty() {
                let sql = format!(
                    "SELECT\n  c.person_id,\n{}\nFROM cover_{place} c{}\nGROUP BY c.person_id",
                    columns.join(",\n"),
                    super::results::people_join(&columns.iter().map(String::as_str).collect::<Vec<_>>(), "c")
                );
                parts.push(Part::new(
                    format!("covered_{place}"),
                    "Windows that lie in such days, as far as the person lived.",
                    sql,
                ));
            }
        }
        parts
    }

    /// Intervals (`person_id`, `first_day`, `last_day`) joined where one begins no later than the day after another ends.
    pub(super) fn joined(&self, name: &str, rows: &str) -> Vec<Part> {
        let day_before = self.dialect.add_days("first_day", -1);
        let begun = format!(
            "SELECT person_id, first_day, last_day,\n  CASE WHEN {day_before} <= MAX(last_day) OVER (PARTITION BY person_id ORDER BY first_day, last_day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS begins\nFROM {rows}"
        );
        let numbered = format!(
            "SELECT person_id, first_day, last_day,\n  SUM(begins) OVER (PARTITION BY person_id ORDER BY first_day, last_day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS stretch\nFROM {name}_begun"
        );
        let sql = format!(
            "SELECT person_id, MIN(first_day) AS first_day, MAX(last_day) AS last_day\nFROM {name}_numbered\nGROUP BY person_id, stretch"
        );
        vec![
            Part::new(format!("{name}_begun"), "Where a new stretch of days begins.", begun),
            Part::new(format!("{name}_numbered"), "The stretches, counted.", numbered),
            Part::new(name, "Stretches of days without a gap.", sql),
        ]
    }
}
