//! One change, addressable by what it is of and how it changed.

use serde::Serialize;

use crate::model::Origin;
use crate::source::Span;

/// What a change is of: a part of the protocol and its name in the language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Subject {
    pub part: Part,
    /// As the protocol names it: `I8`, `week_4`, `hba1c`, `enrollment`.
    pub name: String,
    /// What the name stands in: the event of a criterion's decision, the visit of an activity, the form of a field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

impl Subject {
    pub fn new(part: Part, name: impl Into<String>) -> Self {
        Self { part, name: name.into(), within: None }
    }

    #[must_use]
    pub fn within(mut self, name: impl Into<String>) -> Self {
        self.within = Some(name.into());
        self
    }
}

impl std::fmt::Display for Subject {
    /// `criterion I8 for randomization`, `activity hba1c at month_3`, `field HBA1C_LBORRES on LB`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.part.word(), self.name)?;
        match (&self.within, self.part) {
            (None, _) => Ok(()),
            (Some(event), Part::Criterion) => write!(f, " for {event}"),
            (Some(form), Part::Field | Part::Check) => write!(f, " on {form}"),
            (Some(visit), _) => write!(f, " at {visit}"),
        }
    }
}

/// The parts of a protocol that can change, in the order in which a protocol document has them (ICH M11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A property of the header, by its key in the language.
    Header,
    Site,
    Outcome,
    Decision,
    Criterion,
    Arm,
    Sequence,
    Allocation,
    Intervention,
    Background,
    /// A property of the schedule as a whole: `closed`, `blood_limit`.
    Schedule,
    Clock,
    Epoch,
    Visit,
    Activity,
    Timepoints,
    Form,
    Field,
    /// A check across the fields of a form.
    Check,
    Event,
    Concept,
    Measure,
    Person,
}

impl Part {
    /// The word for it in the language, or a plain one.
    pub fn word(self) -> &'static str {
        match self {
            Part::Header => "trial",
            Part::Site => "site",
            Part::Outcome => "outcome",
            Part::Decision => "eligibility",
            Part::Criterion => "criterion",
            Part::Arm => "arm",
            Part::Sequence => "sequence",
            Part::Allocation => "randomize",
            Part::Intervention => "intervention",
            Part::Background => "background",
            Part::Schedule => "schedule",
            Part::Clock => "clock",
            Part::Epoch => "epoch",
            Part::Visit => "visit",
            Part::Activity => "activity",
            Part::Timepoints => "timepoints",
            Part::Form => "form",
            Part::Field => "field",
            Part::Check => "check",
            Part::Event => "event",
            Part::Concept => "concept",
            Part::Measure => "measure",
            Part::Person => "person",
        }
    }

    /// The heading of a protocol document under which it stands, in the terms of ICH M11.
    pub fn section(self) -> &'static str {
        match self {
            Part::Header => "Title page and synopsis",
            Part::Site => "Sites",
            Part::Outcome => "Objectives and estimands",
            Part::Decision | Part::Criterion | Part::Person => "Trial population",
            Part::Arm | Part::Sequence | Part::Allocation => "Trial design",
            Part::Intervention | Part::Background => "Trial intervention",
            Part::Schedule | Part::Clock | Part::Epoch | Part::Visit | Part::Activity | Part::Timepoints => {
                "Schedule of Activities"
            }
            Part::Form | Part::Field | Part::Check => "Case report forms",
            Part::Event | Part::Concept | Part::Measure => "Definitions",
        }
    }
}

/// How it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Added,
    Removed,
    Changed,
    /// A criterion that lets fewer people in.
    Narrower,
    /// A criterion that lets more people in.
    Broader,
    /// A criterion that lets some in and keeps others out.
    Incomparable,
    /// To another day, epoch or place.
    Moved,
    /// A window or range that allows less.
    Tightened,
    /// A window or range that allows more.
    Loosened,
    /// A window or range that allows other days or values, neither fewer nor more alone.
    Shifted,
    /// Another wording or label of what means the same.
    Reworded,
    /// Another code for what means the same.
    Renumbered,
    /// Another place in the order.
    Reordered,
    /// Several criteria decide together what one decided.
    Split,
    /// One criterion decides what several decided together.
    Merged,
}

impl ChangeKind {
    pub fn word(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Removed => "removed",
            ChangeKind::Changed => "changed",
            ChangeKind::Narrower => "narrower",
            ChangeKind::Broader => "broader",
            ChangeKind::Incomparable => "changed both ways",
            ChangeKind::Moved => "moved",
            ChangeKind::Tightened => "tightened",
            ChangeKind::Loosened => "loosened",
            ChangeKind::Shifted => "shifted",
            ChangeKind::Reworded => "reworded",
            ChangeKind::Renumbered => "renumbered",
            ChangeKind::Reordered => "reordered",
            ChangeKind::Split => "split",
            ChangeKind::Merged => "merged",
        }
    }

    /// Nothing that the protocol says of a participant is different.
    pub fn is_editorial(self) -> bool {
        matches!(
            self,
            ChangeKind::Reworded
                | ChangeKind::Renumbered
                | ChangeKind::Reordered
                | ChangeKind::Split
                | ChangeKind::Merged
        )
    }
}

/// Whom a change concerns first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// What is risked or done to participants.
    Safety,
    /// Who may take part.
    Eligibility,
    /// What is shown, and how.
    Outcome,
    /// What is given, to whom, how allocated.
    Design,
    /// When participants come and what is done then.
    Schedule,
    /// What is recorded, and how.
    Data,
    /// Names, dates and numbers of the trial as a project.
    Administrative,
    /// Words, codes and order.
    Editorial,
}

impl Class {
    pub fn word(self) -> &'static str {
        match self {
            Class::Safety => "safety",
            Class::Eligibility => "eligibility",
            Class::Outcome => "outcomes",
            Class::Design => "design",
            Class::Schedule => "schedule",
            Class::Data => "data",
            Class::Administrative => "administrative",
            Class::Editorial => "editorial",
        }
    }
}

/// What a change asks of those who run the trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Effect {
    pub kind: EffectKind,
    /// As a sentence without its full stop.
    pub because: String,
}

impl Effect {
    pub fn new(kind: EffectKind, because: impl Into<String>) -> Self {
        Self { kind, because: because.into() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// Participants must be told and asked again.
    Consent,
    /// Participants who are in may not fulfil what is now asked of them.
    Enrolled,
    /// Collected data do not fit any more.
    BreaksData,
    /// Collected data still fit.
    KeepsData,
    /// Codes of criteria on collected forms mean something else, or nothing.
    Codes,
}

/// How the judgement that a change is substantial divides (ICH M11, amendment details; Regulation (EU) No 536/2014,
/// article 2(2)(13)): on the safety or rights of participants, on the reliability and robustness of the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Impact {
    pub participants: bool,
    pub data: bool,
}

impl Impact {
    pub const NONE: Impact = Impact { participants: false, data: false };
    pub const PARTICIPANTS: Impact = Impact { participants: true, data: false };
    pub const DATA: Impact = Impact { participants: false, data: true };
    pub const BOTH: Impact = Impact { participants: true, data: true };

    /// A proposal: the sponsor decides.
    pub fn is_substantial(self) -> bool {
        self.participants || self.data
    }

    pub fn and(self, other: Self) -> Self {
        Self { participants: self.participants || other.participants, data: self.data || other.data }
    }
}

/// Days that a visit's window spans under both protocols, counted from its anchor, or from its own day where that is counted in
/// months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WindowDays {
    /// What the days count from, in words.
    pub from: String,
    /// First and last day.
    pub old: (i64, i64),
    pub new: (i64, i64),
    /// The visit's own day, where it has one.
    pub old_target: Option<i64>,
    pub new_target: Option<i64>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    pub subject: Subject,
    pub kind: ChangeKind,
    /// The property that changed, where the subject has several: `label`, `timing`, `dose`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    pub class: Class,
    pub impact: Impact,
    /// In plain words, a whole sentence.
    pub sentence: String,
    /// The old words; absent for what is added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The new words; absent for what is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
    /// Of a visit that is timed otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowDays>,
    /// In the old protocol's files.
    #[serde(skip)]
    pub old: Origin,
    /// In the new protocol's files.
    #[serde(skip)]
    pub new: Origin,
}

impl Change {
    pub fn new(subject: Subject, kind: ChangeKind, class: Class, sentence: impl Into<String>) -> Self {
        Self {
            subject,
            kind,
            property: None,
            class,
            impact: Impact::NONE,
            sentence: sentence.into(),
            from: None,
            to: None,
            effects: Vec::new(),
            window: None,
            old: Origin(None),
            new: Origin(None),
        }
    }

    #[must_use]
    pub fn property(mut self, name: impl Into<String>) -> Self {
        self.property = Some(name.into());
        self
    }

    #[must_use]
    pub fn words(mut self, from: Option<String>, to: Option<String>) -> Self {
        (self.from, self.to) = (from, to);
        self
    }

    #[must_use]
    pub fn impact(mut self, impact: Impact) -> Self {
        self.impact = impact;
        self
    }

    #[must_use]
    pub fn effect(mut self, kind: EffectKind, because: impl Into<String>) -> Self {
        self.effects.push(Effect::new(kind, because));
        self
    }

    #[must_use]
    pub fn at(mut self, old: Option<Span>, new: Option<Span>) -> Self {
        (self.old, self.new) = (Origin(old), Origin(new));
        self
    }

    /// Nothing that the protocol says of a participant is different.
    pub fn is_editorial(&self) -> bool {
        self.class == Class::Editorial
    }

    pub fn has(&self, kind: EffectKind) -> bool {
        self.effects.iter().any(|effect| effect.kind == kind)
    }
}
