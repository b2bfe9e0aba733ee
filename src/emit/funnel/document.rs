//! The counts of all decisions and arms: `funnel.json`, and what the page counts from.

use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use super::Funnel;
use crate::model::CriterionKind;
use crate::population::attrition::{self, Attrition, Question, attrition};
use crate::population::{Cell, Count, Histogram, Mask, Screened};

/// The format of `funnel.json`, described by `docs/schemas/funnel.schema.json`.
const FORMAT: &str = "trialc-funnel/1";

#[derive(Serialize)]
pub(super) struct Document<'a> {
    format: &'static str,
    pub trial: Heading,
    /// Everybody.
    pub people: u64,
    /// Numbers below this one are withheld.
    pub suppressed_below: Option<u64>,
    pub decisions: Vec<Decision<'a>>,
}

/// What the trial is called.
#[derive(Serialize)]
pub(super) struct Heading {
    pub title: String,
    /// Identifiers and the version, as a title page has them.
    pub ids: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Decision<'a> {
    pub decision: &'a str,
    pub label: Option<&'a str>,
    pub arms: Vec<Arm<'a>>,
    pub criteria: Vec<Criterion>,
    /// People with the same criteria not met and open.
    cells: Vec<Box<RawValue>>,
    /// All open arms together, then each of them.
    pub funnels: Vec<Counts<'a>>,
}

#[derive(Serialize)]
pub(super) struct Arm<'a> {
    pub name: &'a str,
    pub label: &'a str,
}

#[derive(Serialize)]
pub(super) struct Criterion {
    pub code: String,
    pub kind: CriterionKind,
    pub prose: String,
    /// Its columns in `cells`: one, or one for each arm that it is limited to.
    pub columns: Vec<Column>,
}

#[derive(Serialize)]
pub(super) struct Column {
    pub column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
}

#[derive(Serialize)]
struct CellEntry {
    not_met: Vec<usize>,
    unknown: Vec<usize>,
    /// Places of the arms that are not open for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    closed: Vec<usize>,
    #[serde(serialize_with = "number_or_range")]
    people: Count,
}

/// One question counted with the chosen criteria in their order.
#[derive(Serialize)]
pub(super) struct Counts<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arm: Option<&'a str>,
    #[serde(serialize_with = "number_or_range")]
    pub everybody: Count,
    #[serde(serialize_with = "number_or_range")]
    pub eligible: Count,
    #[serde(serialize_with = "number_or_range")]
    pub undetermined: Count,
    #[serde(serialize_with = "number_or_range")]
    pub ineligible: Count,
    pub steps: Vec<Step>,
    pub costs: Vec<Cost>,
}

#[derive(Serialize)]
pub(super) struct Step {
    /// The code of the criterion.
    pub criterion: String,
    #[serde(serialize_with = "number_or_range")]
    pub definite: Count,
    #[serde(serialize_with = "number_or_range")]
    pub possible: Count,
    #[serde(serialize_with = "number_or_range")]
    pub definite_lost: Count,
    #[serde(serialize_with = "number_or_range")]
    pub possible_lost: Count,
}

/// What a criterion does, given the other chosen ones: see [`attrition::Cost`].
#[derive(Serialize)]
pub(super) struct Cost {
    pub criterion: String,
    /// Is it among the chosen ones?
    pub chosen: bool,
    #[serde(serialize_with = "number_or_range")]
    pub not_met: Count,
    #[serde(serialize_with = "number_or_range")]
    pub unknown: Count,
    #[serde(serialize_with = "number_or_range")]
    pub lost_alone: Count,
    #[serde(serialize_with = "number_or_range")]
    pub lost_partly: Count,
    #[serde(serialize_with = "number_or_range")]
    pub open_alone: Count,
    #[serde(serialize_with = "number_or_range")]
    pub open_partly: Count,
    #[serde(serialize_with = "number_or_range")]
    pub gained_definite: Count,
    #[serde(serialize_with = "number_or_range")]
    pub gained_possible: Count,
}

/// `7`, or where it is withheld `{"least": 1, "most": 4}`, without `most` where nothing is said of it.
fn number_or_range<S: Serializer>(count: &Count, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Range {
        least: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        most: Option<u64>,
    }
    if count.is_exact() {
        return serializer.serialize_u64(count.least);
    }
    Range { least: count.least, most: Some(count.most).filter(|most| *most != u64::MAX) }
        .serialize(serializer)
}

impl<'a> Document<'a> {
    pub fn of(funnel: &Funnel<'a>, histograms: &[Histogram]) -> Self {
        let header = &funnel.trial.header;
        let version = header.version.iter().map(|version| match &version.dated {
            Some(date) => format!("protocol version {} of {date}", version.label),
            None => format!("protocol version {}", version.label),
        });
        let ids = header.ids.iter().map(|id| id.value.clone()).chain(version).collect();
        let decisions = funnel.screened.iter().zip(histograms);
        Self {
            format: FORMAT,
            trial: Heading { title: header.title.clone(), ids },
            people: histograms.iter().map(|all| all.people).max().unwrap_or(0),
            suppressed_below: histograms.iter().find_map(|all| all.below),
            decisions: decisions.map(|(screened, all)| decision(funnel, screened, all)).collect(),
        }
    }
}

fn decision<'a>(funnel: &Funnel<'a>, screened: &'a Screened, all: &Histogram) -> Decision<'a> {
    let arm = |name: &'a String| {
        let label = funnel.trial.arms.get(name).map(|arm| arm.label.as_str());
        Arm { name, label: label.filter(|label| !label.is_empty()).unwrap_or(name) }
    };
    let criterion = |one: attrition::Criterion| Criterion {
        code: one.code,
        kind: one.kind,
        prose: one.prose,
        columns: one.columns.into_iter().map(|(column, arm)| Column { column, arm }).collect(),
    };
    Decision {
        decision: &screened.decision,
        label: screened.label.as_deref(),
        arms: screened.arms.iter().map(arm).collect(),
        criteria: attrition::criteria(&screened.columns).into_iter().map(criterion).collect(),
        cells: all.cells.iter().map(cell).collect(),
        funnels: Question::all(screened).iter().map(|question| counts(all, question, funnel.order)).collect(),
    }
}

/// On one line: there can be many.
fn cell(cell: &Cell) -> Box<RawValue> {
    let places = |mask: &Mask| mask.iter().collect();
    let entry = CellEntry {
        not_met: places(&cell.not_met),
        unknown: places(&cell.unknown),
        closed: places(&cell.closed),
        people: cell.people,
    };
    to_raw_value(&entry).expect("numbers serialise")
}

fn counts<'a>(all: &Histogram, question: &Question<'a>, order: &[String]) -> Counts<'a> {
    let place = |code: &String| question.criteria.iter().position(|one| one.code == *code);
    let mut chosen: Vec<usize> = Vec::new();
    for place in order.iter().filter_map(place) {
        if !chosen.contains(&place) {
            chosen.push(place);
        }
    }
    if order.is_empty() {
        chosen = question.as_written();
    }
    let Attrition { everybody, steps, eligible, undetermined, ineligible, costs } =
        attrition(all, question, &chosen);
    let code = |place: usize| question.criteria[place].code.clone();
    let step = |step: attrition::Step| Step {
        criterion: code(step.criterion),
        definite: step.definite,
        possible: step.possible,
        definite_lost: step.definite_lost,
        possible_lost: step.possible_lost,
    };
    let cost = |(place, cost): (usize, attrition::Cost)| Cost {
        criterion: code(place),
        chosen: chosen.contains(&place),
        not_met: cost.not_met,
        unknown: cost.unknown,
        lost_alone: cost.lost_alone,
        lost_partly: cost.lost_partly,
        open_alone: cost.open_alone,
        open_partly: cost.open_partly,
        gained_definite: cost.gained_definite,
        gained_possible: cost.gained_possible,
    };
    Counts {
        arm: question.arm,
        everybody,
        eligible,
        undetermined,
        ineligible,
        steps: steps.into_iter().map(step).collect(),
        costs: costs.into_iter().enumerate().map(cost).collect(),
    }
}

impl Counts<'_> {
    /// Heading of this funnel among those of its decision; nothing where there is only one.
    pub fn of_arm(&self, decision: &Decision<'_>) -> Option<String> {
        if decision.arms.is_empty() {
            return None;
        }
        let Some(name) = self.arm else { return Some("Any arm".to_owned()) };
        let label = decision.arms.iter().find(|arm| arm.name == name).map_or(name, |arm| arm.label);
        Some(format!("Arm {label}"))
    }
}

impl Decision<'_> {
    pub fn criterion(&self, code: &str) -> &Criterion {
        let found = self.criteria.iter().find(|criterion| criterion.code == code);
        found.expect("a step is one of the decision's criteria")
    }

    pub fn heading(&self) -> &str {
        self.label.unwrap_or(self.decision)
    }
}
