//! Limits by sex and age, and coded results: what a row says by the person that it is about, or by its word.

use super::limits::Scale;
use super::of_row::{BySex, OfRow};
use super::{NotSaid, Writer};
use crate::model::{
    Axis, Comparator, Measure, MeasureKind, Occurrence, TableKey, TableRow, TimeUnit, UnitRef,
};
use crate::number::Exact;

impl<'a> Writer<'a> {
    /// A limit by sex, age or country; what all rows say that can be meant where that is open.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn table_test(
        &mut self,
        operator: Comparator,
        by: Axis,
        rows: &'a [TableRow],
        unit: Option<&'a UnitRef>,
        scale: &Scale<'_>,
        name: &str,
        depth: usize,
    ) -> Result<Option<OfRow>, NotSaid> {
        let mut truths = Vec::new();
        for row in rows {
            match self.one_test(operator, &row.value, unit, scale, name, depth + 1)? {
                Some(truth) => truths.push(truth),
                None => return Ok(None),
            }
        }
        let all = |not: bool| {
            let tests = truths.iter().map(|truth| match truth {
                OfRow::Settled { yes, no } => format!("({})", if not { no } else { yes }),
                other if not => format!("NOT {}", other.text()),
                other => other.text(),
            });
            tests.collect::<Vec<_>>().join(" AND ")
        };
        let open = OfRow::settled(all(false), all(true));
        match by {
            Axis::Country => Ok(Some(open)),
            Axis::Sex => {
                let of = |sex: &str| {
                    let is = |row: &&TableRow| matches!(&row.key, TableKey::Codes { codes } if codes.iter().any(|code| code.eq_ignore_ascii_case(sex)));
                    let found: Vec<usize> =
                        rows.iter().enumerate().filter(|(_, row)| is(row)).map(|(place, _)| place).collect();
                    found
                };
                let said = |sex: &str| match of(sex).as_slice() {
                    [] => Ok(OfRow::Text(OfRow::UNKNOWN.into())),
                    [one] => Ok(truths[*one].clone()),
                    _ => Err(NotSaid::new("a table has two rows for one sex")),
                };
                let (male, female) = (said("male")?, said("female")?);
                // Two limits that a value is held against in the same way: what reaches the farther one reaches the nearer.
                let is_nested = rows.len() == 2
                    && [&male, &female].iter().all(|one| matches!(one, OfRow::Settled { .. }));
                Ok(Some(OfRow::BySex(Box::new(BySex { male, female, open, is_nested }))))
            }
            Axis::Age => {
                let texts: Vec<String> = truths.iter().map(OfRow::text).collect();
                self.age_table(rows, &texts, &open.text()).map(|text| Some(OfRow::Text(text)))
            }
        }
    }

    fn age_table(&mut self, rows: &[TableRow], truths: &[String], open: &str) -> Result<String, NotSaid> {
        let decision = self.decision.clone();
        let at = self.event_of(&decision, Occurrence::Once)?;
        let mut possible = Vec::new();
        for row in rows {
            let TableKey::Ages { from, to, below, unit } = &row.key else {
                return Err(NotSaid::new("a table by age has a row that is not of ages"));
            };
            if !matches!(unit, TimeUnit::Year | TimeUnit::Month | TimeUnit::Week | TimeUnit::Day) {
                return Err(NotSaid::new("a table counts age in hours"));
            }
            let mut tests = Vec::new();
            if let Some(from) = from {
                tests.push(self.age_reaches(&at, *unit, &-(-from.clone()).floor(), true));
            }
            let most = match (to, below) {
                (Some(to), _) => Some(&to.floor() + &Exact::one()),
                (None, Some(below)) => Some(-(-below.clone()).floor()),
                (None, None) => None,
            };
            if let Some(first_beyond) = most {
                tests.push(format!("NOT ({})", self.age_reaches(&at, *unit, &first_beyond, false)));
            }
            possible.push(if tests.is_empty() { "TRUE".to_owned() } else { tests.join(" AND ") });
        }
        let born = "p.born_first IS NULL";
        let said = |not: &str| {
            let each: Vec<String> = possible
                .iter()
                .zip(truths)
                .map(|(possible, truth)| format!("(NOT ({possible}) OR {not}{truth})"))
                .collect();
            each.join(" AND ")
        };
        let any = possible.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" OR ");
        let missing = match &at.missing {
            super::moments::Missing::Never => born.to_owned(),
            super::moments::Missing::Always => "TRUE".to_owned(),
            super::moments::Missing::Where(text) => format!("{born} OR {text}"),
        };
        Ok(format!(
            "CASE WHEN {missing} THEN {open} WHEN NOT ({any}) THEN NULL WHEN {} THEN TRUE WHEN {} THEN FALSE END",
            said(""),
            said("NOT ")
        ))
    }

    /// A coded result is one of a list.
    pub(super) fn level_truth(&mut self, measure: &Measure, one_of: &[String]) -> String {
        let is_listed = |level: &str| one_of.iter().any(|one| one.eq_ignore_ascii_case(level));
        let mut words: (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        let mut known: Vec<&str> = self.options.sets.levels.values().map(String::as_str).collect();
        known.sort_unstable();
        known.dedup();
        for word in known {
            if let Some(level) = level_of(measure, word) {
                if is_listed(&level) { words.0.push(word) } else { words.1.push(word) }
            }
        }
        let mut numbers: (Vec<i64>, Vec<i64>) = (Vec::new(), Vec::new());
        let candidates: Vec<i64> = match &measure.kind {
            MeasureKind::Score { low, high, .. } if high - low < 10_000 => (*low..=*high).collect(),
            MeasureKind::Coded { levels, .. } => levels
                .iter()
                .flat_map(|level| [Some(&level.value), level.label.as_ref()])
                .flatten()
                .filter_map(|word| word.parse().ok())
                .collect(),
            _ => Vec::new(),
        };
        for number in candidates {
            if let Some(level) = level_of(measure, &number.to_string()) {
                if is_listed(&level) { numbers.0.push(number) } else { numbers.1.push(number) }
            }
        }
        let mut cases = String::new();
        for (words, numbers, says) in [(&words.0, &numbers.0, "TRUE"), (&words.1, &numbers.1, "FALSE")] {
            if !words.is_empty() {
                let words = self.dialect.texts(words.iter().copied());
                cases.push_str(&format!(" WHEN r.level IN ({words}) THEN {says}"));
            }
            if !numbers.is_empty() {
                let numbers = numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
                cases.push_str(&format!(
                    " WHEN r.level IS NULL AND r.low = r.high AND r.low IN ({numbers}) THEN {says}"
                ));
            }
        }
        if cases.is_empty() { "CAST(NULL AS BOOLEAN)".to_owned() } else { format!("CASE{cases} END") }
    }
}

/// The level that a recorded word stands for, as the checker reads it.
fn level_of(measure: &Measure, recorded: &str) -> Option<String> {
    let is = |text: &str| text.eq_ignore_ascii_case(recorded);
    match &measure.kind {
        MeasureKind::Coded { levels, .. } => levels
            .iter()
            .find(|level| is(&level.value))
            .or_else(|| levels.iter().find(|level| level.label.as_deref().is_some_and(is)))
            .map(|level| level.value.clone()),
        MeasureKind::Score { low, high, labels } => {
            let labelled = labels.iter().find(|level| level.label.as_deref().is_some_and(is));
            let number: i64 = labelled.map_or(recorded, |level| level.value.as_str()).parse().ok()?;
            (number >= *low && number <= *high).then(|| number.to_string())
        }
        MeasureKind::Quantity(_) => Some(recorded.to_owned()),
    }
}
