//! Limits by age, sex or country, and what is recorded of the person.

use super::Evaluator;
use super::bind::Scope;
use super::term::{Found, Lookup};
use crate::eligibility::evidence::{Evidence, Missing, MissingKind};
use crate::eligibility::record::Sex;
use crate::model::{Axis, Occurrence, TableKey, TableRow, TimeUnit};
use crate::number::Exact;
use crate::time::completed;

impl<'a> Evaluator<'a> {
    /// The row of a table for this person; where the person's place is open, everything that the possible rows say.
    pub(super) fn table(&self, by: Axis, rows: &'a [TableRow], scope: &Scope<'a>) -> Lookup<'a> {
        let mut evidence = Vec::new();
        let mut lacking = Vec::new();
        let possible: Vec<&'a TableRow> = match by {
            Axis::Age => {
                let unit = rows.iter().find_map(|row| match &row.key {
                    TableKey::Ages { unit, .. } => Some(*unit),
                    TableKey::Codes { .. } => None,
                });
                let at = self.event(self.decision, Occurrence::Once, scope);
                let mut missing = at.missing;
                match scope.person.facts.born {
                    Some(born) if missing.is_empty() => {
                        let mut possible = Vec::new();
                        for row in rows {
                            let TableKey::Ages { unit, .. } = &row.key else { continue };
                            let (low, high) = completed(born, at.range, *unit);
                            if (low..=high.min(low + 400)).any(|age| in_row(&row.key, &age.into())) {
                                possible.push(row);
                            }
                        }
                        let (low, high) = completed(born, at.range, unit.unwrap_or(TimeUnit::Year));
                        let mut shown = Evidence::of("age", "age").value(if low == high {
                            low.to_string()
                        } else {
                            format!("{low} to {high}")
                        });
                        (shown.from, shown.on) = (Some(born), Some(at.range));
                        evidence.push(shown);
                        if possible.len() > 1 {
                            lacking.push(Missing::new(
                                MissingKind::Date,
                                "born",
                                format!("the date of birth is only known as {born}"),
                                "record the full date of birth",
                            ));
                        }
                        possible
                    }
                    Some(_) => {
                        lacking.append(&mut missing);
                        rows.iter().collect()
                    }
                    None => {
                        lacking.push(Missing::new(
                            MissingKind::Attribute,
                            "born",
                            "the date of birth is not recorded",
                            "record the date of birth",
                        ));
                        rows.iter().collect()
                    }
                }
            }
            Axis::Sex | Axis::Country => {
                let name = if by == Axis::Sex { "sex" } else { "country" };
                match self.attribute(name, scope) {
                    Ok(value) => {
                        evidence.push(Evidence::of(name, name).value(value.clone()));
                        let holds = |row: &&TableRow| matches!(&row.key, TableKey::Codes { codes } if codes.iter().any(|code| code.eq_ignore_ascii_case(&value)));
                        rows.iter().filter(holds).collect()
                    }
                    Err(missing) => {
                        lacking.push(missing);
                        rows.iter().collect()
                    }
                }
            }
        };
        if possible.is_empty() {
            let shown = evidence.iter().filter_map(|one| one.value.clone()).collect::<Vec<_>>().join(", ");
            return Err(vec![Missing::new(
                MissingKind::Rule,
                "table",
                format!("the table has no row for this person ({shown})"),
                "say in the protocol what counts for this person",
            )]);
        }
        let mut found: Option<Found<'a>> = None;
        for row in possible {
            let next = self.side(&row.value, scope)?;
            found = Some(match found {
                None => next,
                Some(before) => {
                    let amount = match before.amount.unit().cloned() {
                        Some(unit) => {
                            self.converted(before.of.unwrap_or_default(), &next.amount, Some(&unit))
                                .map_err(|missing| vec![missing])?
                                .amount
                        }
                        None => next.amount,
                    };
                    Found { amount: before.amount.hull(&amount), ..before }
                }
            });
        }
        let mut found = found.ok_or_else(Vec::new)?;
        found.evidence.extend(evidence);
        found.lacking.extend(lacking);
        Ok(found)
    }

    /// Sex, country or arm, in lower case for sex.
    pub(super) fn attribute(&self, name: &str, scope: &Scope<'a>) -> Result<String, Missing> {
        let facts = scope.person.facts;
        let not = |why: &str, ask: &str| Missing::new(MissingKind::Attribute, name, why, ask);
        match name {
            "sex" => match facts.sex {
                Some(Sex::Female) => Ok("female".into()),
                Some(Sex::Male) => Ok("male".into()),
                Some(Sex::Other) => Err(not(
                    "the sex is recorded as other, and the rule speaks of female or male",
                    "record which of the two the rule means for this person",
                )),
                Some(Sex::Unknown) | None => Err(not("the sex is not recorded", "record the sex")),
            },
            "country" => {
                facts.country.clone().ok_or_else(|| not("the country is not recorded", "record the country"))
            }
            "arm" => self
                .arm
                .map(str::to_owned)
                .or_else(|| facts.arm.clone())
                .ok_or_else(|| not("the arm is not known yet", "allocate, or screen for each arm")),
            other => Err(not(&format!("`{other}` is not recorded of a person"), "repair the rule")),
        }
    }
}

fn in_row(key: &TableKey, age: &Exact) -> bool {
    match key {
        TableKey::Ages { from, to, below, .. } => {
            from.as_ref().is_none_or(|from| age >= from)
                && to.as_ref().is_none_or(|to| age <= to)
                && below.as_ref().is_none_or(|below| age < below)
        }
        TableKey::Codes { .. } => false,
    }
}
