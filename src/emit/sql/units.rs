//! Units as the statement carries them: whole numbers. A unit is its concept id in the CDM; one that is only written as text
//! has a number below zero, and no unit is 0. What no rule can use has no number (NULL) or one that no table of the
//! statement lists.

use std::collections::{BTreeMap, BTreeSet};

use super::Writer;
use super::limits::{NO_UNIT, UNWRITTEN};
use super::rows::Part;

/// The number of a result without a unit.
const NONE: i64 = 0;

/// The numbers of units, by their UCUM codes.
pub(super) struct UnitNumbers {
    by_code: BTreeMap<String, Vec<i64>>,
    without_concept: i64,
}

impl UnitNumbers {
    /// Of the units that have concept ids.
    pub fn of(units: &BTreeMap<i64, String>) -> Self {
        let mut by_code: BTreeMap<String, Vec<i64>> = BTreeMap::from([(NO_UNIT.to_owned(), vec![NONE])]);
        for (id, code) in units.iter().filter(|(id, _)| **id > 0) {
            if let Some(unit) = crate::units::recognise(code) {
                by_code.entry(unit.code().to_owned()).or_default().push(*id);
            }
        }
        Self { by_code, without_concept: 0 }
    }

    /// The numbers that rows with this unit can have; the first is that of its spellings.
    pub fn numbers(&mut self, code: &str) -> &[i64] {
        let without_concept = &mut self.without_concept;
        self.by_code.entry(code.to_owned()).or_insert_with(|| {
            *without_concept -= 1;
            vec![*without_concept]
        })
    }
}

impl Writer<'_> {
    /// The unit of a row `w`, with `s` of `unit_of_text`.
    pub(super) fn unit_of_row(&self) -> String {
        format!(
            "CASE WHEN w.unit_concept_id > 0 THEN w.unit_concept_id WHEN w.unit_concept_id < 0 THEN NULL\n      \
             WHEN TRIM(COALESCE(w.unit_source_value, '')) = '' THEN {NONE} ELSE s.unit END"
        )
    }

    /// The text of a unit of a row `w` as `unit_of_text` writes it: see [`super::limits::as_listed`].
    pub(super) fn unit_text_of_row(&self) -> String {
        UNWRITTEN.iter().fold("TRIM(w.unit_source_value)".to_owned(), |text, (from, to)| {
            format!("REPLACE({text}, '{from}', '{to}')")
        })
    }

    /// The limits of the rules, in each unit that a result can have, and the spellings of units. Units in which all limits
    /// are the same share one number where no concept id tells them apart.
    pub(super) fn unit_parts(&mut self) -> Vec<Part> {
        let of_limits = self.written.limits.iter().flat_map(|(_, by_unit)| by_unit.keys());
        let codes: BTreeSet<String> = of_limits.chain(&self.written.named_units).cloned().collect();
        let mut rows: BTreeMap<i64, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
        let mut shared: Vec<(Vec<&str>, i64)> = Vec::new();
        let mut of_text: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
        // Those with a concept id first: the others take theirs.
        let has_concept = |writer: &mut Self, code: &str| writer.unit_numbers.numbers(code)[0] >= NONE;
        let (with, without): (Vec<&String>, Vec<&String>) =
            codes.iter().partition(|code| has_concept(self, code));
        let numbers: BTreeMap<&str, Vec<i64>> =
            codes.iter().map(|code| (code.as_str(), self.unit_numbers.numbers(code).to_vec())).collect();
        for code in with.into_iter().chain(without) {
            let cells: Vec<&str> = self
                .written
                .limits
                .iter()
                .map(|(_, by_unit)| by_unit.get(code).map_or("NULL", String::as_str))
                .collect();
            let own = numbers.get(code.as_str()).map(Vec::as_slice).unwrap_or_default();
            let can_share =
                own.iter().all(|number| *number < NONE) && !self.written.named_units.contains(code);
            let known =
                shared.iter().find(|(known, _)| can_share && *known == cells).map(|(_, number)| *number);
            let numbers = known.map_or_else(|| own.to_vec(), |number| vec![number]);
            for number in &numbers {
                rows.entry(*number).or_insert_with(|| (cells.clone(), Vec::new())).1.push(code);
            }
            let Some(first) = numbers.first() else { continue };
            if !self.written.named_units.contains(code) && code != NO_UNIT {
                shared.push((cells, *first));
            }
            if code != NO_UNIT {
                let spellings = self.known_units.get(code).into_iter().flatten().map(String::as_str);
                of_text.entry(*first).or_default().extend(spellings);
            }
        }
        let mut parts = Vec::new();
        let mut by_text: Vec<String> = Vec::new();
        for (number, mut spellings) in of_text {
            spellings.sort_unstable();
            let pair = |spelling: &str| format!("({}, {number})", self.dialect.text(spelling));
            for some in spellings.chunks(8) {
                by_text
                    .push(format!("  {}", some.iter().map(|one| pair(one)).collect::<Vec<_>>().join(", ")));
            }
        }
        if by_text.is_empty() {
            by_text.push(format!("  ({}, {NONE})", self.dialect.text("?")));
        }
        parts.push(Part::new(
            "unit_of_text",
            "Units by the ways in which laboratories write them, with u for micro: a concept id, or a number below zero where there is \
             none.",
            format!("SELECT * FROM (VALUES\n{}\n) AS u (spelling, unit)", by_text.join(",\n")),
        ));
        if self.written.limits.is_empty() {
            return parts;
        }
        let double = self.dialect.double;
        let rows: Vec<String> = rows
            .into_iter()
            .filter(|(_, (cells, _))| cells.iter().any(|cell| *cell != "NULL"))
            .map(|(number, (cells, codes))| {
                let codes: Vec<&str> = codes.into_iter().filter(|code| *code != NO_UNIT).collect();
                let few = codes.iter().take(6).copied().collect::<Vec<_>>().join("  ");
                let more = if codes.len() > 6 { " …" } else { "" };
                let codes = if codes.is_empty() { "no unit".to_owned() } else { format!("{few}{more}") };
                format!("  -- {}\n  ({number}, {})", super::document::comment(&codes), cells.join(", "))
            })
            .collect();
        let names: Vec<&str> = self.written.limits.iter().map(|(name, _)| name.as_str()).collect();
        let columns: Vec<String> =
            names.iter().map(|name| format!("CAST({name} AS {double}) AS {name}")).collect();
        parts.push(Part::new(
            "limits",
            "The limits of the rules in each unit in which a result can be recorded, by the number of the unit: results are never \
             converted.",
            format!(
                "SELECT unit, {}\nFROM (VALUES\n{}\n) AS u (unit, {})",
                columns.join(", "),
                rows.join(",\n"),
                names.join(", ")
            ),
        ));
        parts
    }
}
