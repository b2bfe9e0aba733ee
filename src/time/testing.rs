//! Small trials for tests, put together by hand.

use crate::model::{
    Activity, ActivityKind, Allocation, Anchor, Arm, Cell, Clause, Clock, Constraint, Direction, Duration,
    Epoch, Event, Header, Moment, Occurrence, Offset, Origin, Origins, Repeat, Rule, Schedule, Stated, Trial,
    Visit, VisitTiming,
};

pub(crate) fn days(count: i64) -> Duration {
    Duration::Days(count)
}

pub(crate) fn weeks(count: i64) -> Duration {
    Duration::Days(7 * count)
}

pub(crate) fn months(count: i64) -> Duration {
    Duration::Months(count)
}

pub(crate) fn after(by: Duration) -> Offset {
    Offset { direction: Direction::After, by }
}

pub(crate) fn before(by: Duration) -> Offset {
    Offset { direction: Direction::Before, by }
}

/// The day itself.
pub(crate) fn event(name: &str) -> Moment {
    occurrence(name, Occurrence::Once)
}

pub(crate) fn occurrence(name: &str, occurrence: Occurrence) -> Moment {
    Moment { offset: None, of: Anchor::Event { name: name.to_owned(), occurrence } }
}

pub(crate) fn visit(name: &str) -> Moment {
    Moment { offset: None, of: Anchor::Visit { name: name.to_owned() } }
}

pub(crate) fn target(
    anchor: Moment,
    offset: Offset,
    early: Duration,
    late: Duration,
    text: &str,
) -> VisitTiming {
    VisitTiming::Target { anchor, offset, early, late, text: text.to_owned() }
}

pub(crate) fn range(anchor: Moment, from: Offset, to: Offset, text: &str) -> VisitTiming {
    VisitTiming::Range { anchor, from, to, text: text.to_owned() }
}

pub(crate) fn on(moment: Moment, text: &str) -> VisitTiming {
    VisitTiming::OnEvent { moment, text: text.to_owned() }
}

pub(crate) fn constraint(
    anchor: Moment,
    low: Option<Offset>,
    high: Option<Offset>,
    text: &str,
) -> Constraint {
    Constraint { anchor, low, high, text: text.to_owned(), origin: Origin::default() }
}

/// A condition of which only the words matter.
pub(crate) fn clause(text: &str) -> Clause {
    let rule = Rule::Text { key: "C".to_owned(), because: "of no matter here".to_owned() };
    Clause { text: text.to_owned(), rule, origin: Origin::default() }
}

/// A trial in the making.
pub(crate) struct Draft(pub Trial);

impl Draft {
    pub(crate) fn new(name: &str) -> Self {
        let schedule = Schedule {
            clocks: [].into(),
            timepoints: [].into(),
            epochs: [].into(),
            visits: [].into(),
            activities: [].into(),
            closed: Vec::new(),
            blood_limit: None,
            origin: Origin::default(),
        };
        let header = Header { name: name.to_owned(), title: name.replace('_', " "), ..Header::default() };
        let trial = serde_json::json!({
            "language": 1, "header": header, "events": {}, "concepts": {}, "measures": {}, "interventions": {},
            "arms": {}, "decisions": {}, "outcomes": {}, "schedule": schedule, "forms": {},
        });
        Self(serde_json::from_value(trial).expect("an empty trial"))
    }

    fn schedule(&mut self) -> &mut Schedule {
        self.0.schedule.as_mut().expect("a draft has a schedule")
    }

    /// `day N` counts from this event, its own day being day 1.
    pub(crate) fn clock(mut self, first: i64, anchor: Moment) -> Self {
        self.schedule().clocks.insert("study".to_owned(), Clock { first, anchor });
        self
    }

    pub(crate) fn event(self, name: &str) -> Self {
        self.event_with(name, |_| {})
    }

    pub(crate) fn event_with(mut self, name: &str, change: impl FnOnce(&mut Event)) -> Self {
        let mut event = Event {
            label: name.replace('_', " "),
            arms: Vec::new(),
            repeats: false,
            constraints: Vec::new(),
            attributes: Vec::new(),
            weekdays: Vec::new(),
            when: None,
            one_of: None,
            origin: Origin::default(),
        };
        change(&mut event);
        self.0.events.insert(name.to_owned(), event);
        self
    }

    pub(crate) fn arms(mut self, at: &str, arms: &[&str]) -> Self {
        for arm in arms {
            let label = format!("Arm {arm}");
            let kind = "experimental".to_owned();
            let entry = Arm {
                label,
                kind,
                description: None,
                gives: vec![],
                query: None,
                origin: Origin::default(),
                origins: Origins::default(),
            };
            self.0.arms.insert((*arm).to_owned(), entry);
        }
        let allocation = Allocation {
            label: None,
            at: at.to_owned(),
            ratio: Stated::Missing,
            strata: Stated::Missing,
            blocks: Stated::Missing,
            method: Stated::Missing,
            arms: arms.iter().map(|arm| (*arm).to_owned()).collect(),
            origin: Origin::default(),
            origins: Origins::default(),
        };
        self.0.allocations.insert(format!("at_{at}"), allocation);
        self
    }

    /// A visit of the epoch, which is made where it is new.
    pub(crate) fn visit(self, epoch: &str, name: &str, timing: VisitTiming) -> Self {
        self.visit_with(epoch, name, timing, |_| {})
    }

    pub(crate) fn visit_with(
        mut self,
        epoch: &str,
        name: &str,
        timing: VisitTiming,
        change: impl FnOnce(&mut Visit),
    ) -> Self {
        let mut visit = Visit {
            label: name.replace('_', " "),
            epoch: epoch.to_owned(),
            timing,
            constraints: Vec::new(),
            contact: "clinic".to_owned(),
            blood: None,
            supply: None,
            arms: Vec::new(),
            when: None,
            repeat: None,
            cycles: None,
            origin: Origin::default(),
        };
        change(&mut visit);
        let label = epoch.replace('_', " ");
        let new = Epoch { label, arms: Vec::new(), visits: Vec::new(), origin: Origin::default() };
        let schedule = self.schedule();
        schedule.epochs.entry(epoch.to_owned()).or_insert(new).visits.push(name.to_owned());
        schedule.visits.insert(name.to_owned(), visit);
        self
    }

    /// A row of the table, collected at these visits, at some only when a condition holds.
    pub(crate) fn collect(mut self, kind: ActivityKind, name: &str, visits: &[(&str, Option<&str>)]) -> Self {
        let cells = visits
            .iter()
            .map(|(visit, when)| Cell {
                visit: (*visit).to_owned(),
                when: when.map(clause),
                ..Cell::default()
            })
            .collect();
        let label = name.replace('_', " ");
        let activity = Activity { label, kind, cells, throughout: None, origin: Origin::default() };
        self.schedule().activities.insert(name.to_owned(), activity);
        self
    }

    /// A row that is collected from one moment to another.
    pub(crate) fn throughout(
        mut self,
        kind: ActivityKind,
        name: &str,
        from: Moment,
        to: Option<Moment>,
    ) -> Self {
        let throughout = Some((from, to));
        let label = name.replace('_', " ");
        let activity = Activity { label, kind, cells: Vec::new(), throughout, origin: Origin::default() };
        self.schedule().activities.insert(name.to_owned(), activity);
        self
    }
}

/// Once in every so long, so many times, until something happens.
pub(crate) fn cycle(every: Duration, count: Option<i64>, until: Option<Moment>) -> Option<Repeat> {
    Some(Repeat { cycle: "main".to_owned(), every, count, until })
}
