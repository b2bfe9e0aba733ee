//! The rows of the schema, in the order of the keywords.

use super::ValueKind::{
    Ages, Allowance, AtLeast, Attributes, Choice, Choices, Clock, Codes, Collection, Comparison, Cycle, Date,
    Dose, Doses, Duration, Enrollment, Expectation, Expression, Fact, FieldType, Flag, Frequency, Identifier,
    Integer, Levels, Libraries, Names, Phase, Plan, PlanMoment, Quantity, Range, Ratio, Rounds, Strategies,
    Texts, TimeFrame, Timepoints, Timing, Units, Version, Visit, Window, WindowInDay, Words,
};
use super::{Head, ItemRow, PropertyRow, ValueKind};
use crate::ast::Keyword as K;
use crate::syntax::routes::ROUTES;

const PURPOSES: &[&str] = &[
    "treatment",
    "prevention",
    "diagnostic",
    "supportive_care",
    "screening",
    "health_services_research",
    "basic_science",
    "device_feasibility",
    "other",
];
const DESIGNS: &[&str] = &[
    "randomized",
    "non_randomized",
    "single_group",
    "parallel",
    "crossover",
    "factorial",
    "sequential",
    "cluster",
    "adaptive",
    "platform",
    "umbrella",
    "basket",
    "open_label",
    "single_blind",
    "double_blind",
    "triple_blind",
    "quadruple_blind",
    "placebo_controlled",
    "active_controlled",
    "dose_comparison",
    "uncontrolled",
];
const MASKED: &[&str] =
    &["participant", "care_provider", "investigator", "outcomes_assessor", "sponsor", "none"];
const STATUSES: &[&str] = &[
    "not_yet_recruiting",
    "recruiting",
    "enrolling_by_invitation",
    "active_not_recruiting",
    "suspended",
    "terminated",
    "completed",
    "withdrawn",
    "unknown",
];
const SEXES: &[&str] = &["all", "female", "male"];
const YES_NO: &[&str] = &["yes", "no"];
const INTERVENTIONS: &[&str] = &[
    "drug",
    "biological",
    "device",
    "procedure",
    "radiation",
    "behavioral",
    "dietary_supplement",
    "genetic",
    "diagnostic",
    "combination_product",
    "other",
];
const ARMS: &[&str] = &[
    "experimental",
    "active_comparator",
    "placebo_comparator",
    "sham_comparator",
    "no_intervention",
    "other",
];
const WEEKDAYS: &[&str] = &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// Reasons of ICH M11 (protocol template, "Amendment Details").
const REASONS: &[&str] = &[
    "regulatory_request",
    "new_regulatory_guidance",
    "ethics_committee_feedback",
    "new_safety_information",
    "manufacturing_change",
    "new_product",
    "change_in_strategy",
    "change_in_standard_of_care",
    "new_data",
    "investigator_feedback",
    "recruitment_difficulty",
    "inconsistency_or_error",
    "protocol_design_error",
    "other",
];
const SCOPES: &[&str] = &["global", "country", "site"];
/// What a line of the summary of changes can say of its subject.
const CHANGES: &[&str] = &[
    "added",
    "removed",
    "broader",
    "narrower",
    "changed",
    "moved",
    "reworded",
    "renumbered",
    "split",
    "merged",
    "corrected",
];
const CONTACTS: &[&str] = &["clinic", "inpatient", "phone", "home", "remote"];

const fn one(name: &'static str, kind: ValueKind, about: &'static str) -> PropertyRow {
    PropertyRow { name, kind, repeatable: false, about }
}

const fn many(name: &'static str, kind: ValueKind, about: &'static str) -> PropertyRow {
    PropertyRow { name, kind, repeatable: true, about }
}

const fn item(
    keyword: K,
    inside: &'static [K],
    head: Head,
    body: Option<ValueKind>,
    properties: &'static [PropertyRow],
    about: &'static str,
) -> ItemRow {
    ItemRow { keyword, top_level: inside.is_empty(), inside, head, body, properties, about }
}

/// One row for each keyword, in the order of [`K::ALL`].
pub const ROWS: &[ItemRow] = &[
    item(K::Trial, &[], Head::NameAndProse, None, TRIAL, "identity, design and dates of the trial"),
    item(K::Use, &[], Head::Bare, Some(Libraries), &[], "takes in a library or another file"),
    item(K::Site, &[], Head::NameAndProse, None, SITE, "a place where the trial runs"),
    item(
        K::Event,
        &[],
        Head::NameAndProse,
        Some(Timing),
        EVENT,
        "something that can happen to a participant",
    ),
    item(K::Condition, &[], Head::NameAndProse, None, CONDITION, "a diagnosis, sign or symptom"),
    item(K::Drug, &[], Head::NameAndProse, None, DRUG, "a substance"),
    item(K::DrugClass, &[], Head::NameAndProse, None, DRUG_CLASS, "a set of substances"),
    item(K::Procedure, &[], Head::NameAndProse, None, PROCEDURE, "something done to a participant"),
    item(K::Person, &[], Head::NameAndProse, None, &[], "another person of whom criteria speak"),
    item(K::Measure, &[], Head::NameAndProse, Some(Units), MEASURE, "a quantity or coded result"),
    item(K::Score, &[], Head::NameAndProse, Some(Levels), SCORE, "an ordinal score or scale"),
    item(K::Derive, &[], Head::NameAndProse, Some(Expression), DERIVE, "a quantity computed from others"),
    item(K::Define, &[], Head::NameAndProse, Some(Expression), DEFINE, "a named truth"),
    item(
        K::Intervention,
        &[],
        Head::NameAndProse,
        Some(Choice(INTERVENTIONS)),
        INTERVENTION,
        "what the trial studies",
    ),
    item(K::Background, &[], Head::NameAndProse, None, BACKGROUND, "therapy that every participant has"),
    item(K::Regimen, &[], Head::NameAndProse, None, BACKGROUND, "a treatment plan that several arms share"),
    item(K::Randomize, &[], Head::NameAtEvent, None, RANDOMIZE, "an allocation to arms"),
    ItemRow {
        keyword: K::Arm,
        top_level: true,
        inside: &[K::Randomize],
        head: Head::NameAndProse,
        body: Some(Choice(ARMS)),
        properties: ARM,
        about: "a group of participants with the same treatment plan",
    },
    item(
        K::Gives,
        &[K::Arm, K::Background, K::Regimen, K::Period],
        Head::Name,
        Some(Plan),
        GIVES,
        "a product and how it is given",
    ),
    ItemRow {
        keyword: K::Sequence,
        top_level: true,
        inside: &[K::Randomize],
        head: Head::NameAndProse,
        body: None,
        properties: &[],
        about: "a crossover sequence of periods",
    },
    item(K::Period, &[K::Sequence], Head::NameAndProse, None, PERIOD, "a period of a sequence"),
    item(K::Washout, &[K::Sequence], Head::Bare, Some(AtLeast), &[], "the time between two periods"),
    item(K::Eligibility, &[], Head::ForEvent, None, ELIGIBILITY, "a decision and its criteria"),
    item(
        K::Include,
        &[K::Eligibility],
        Head::NameAndProse,
        Some(Expression),
        CRITERION,
        "an inclusion criterion",
    ),
    item(
        K::Exclude,
        &[K::Eligibility],
        Head::NameAndProse,
        Some(Expression),
        CRITERION,
        "an exclusion criterion",
    ),
    item(K::Outcome, &[], Head::TierAndName, Some(Expression), OUTCOME, "an outcome measure as an estimand"),
    item(K::Schedule, &[], Head::Bare, None, SCHEDULE, "clocks, epochs, visits and what is collected"),
    item(K::Clock, &[K::Schedule], Head::Name, Some(Clock), &[], "the origin from which days count"),
    item(K::Epoch, &[K::Schedule], Head::NameAndProse, None, EPOCH, "a phase of the participant's way"),
    item(
        K::Visit,
        &[K::Epoch, K::Cycle, K::Schedule],
        Head::NameAndProse,
        Some(Visit),
        VISIT,
        "a planned contact with the participant",
    ),
    item(
        K::Visits,
        &[K::Epoch, K::Cycle, K::Schedule],
        Head::Names,
        Some(Visit),
        VISIT,
        "visits at equal distances",
    ),
    item(
        K::Cycle,
        &[K::Epoch, K::Schedule],
        Head::NameAndProse,
        Some(Cycle),
        EPOCH,
        "a repeating segment of visits",
    ),
    item(
        K::Timepoints,
        &[K::Schedule],
        Head::NameAndProse,
        Some(Timepoints),
        TIMEPOINTS,
        "times within a day, counted from a dose or another event of the visit",
    ),
    item(
        K::Collect,
        &[K::Schedule],
        Head::Bare,
        Some(Collection),
        &[],
        "what is collected, and at which visits",
    ),
    item(K::Form, &[], Head::NameAndProse, None, FORM, "a case report form"),
    item(K::Field, &[K::Form], Head::NameAndProse, Some(FieldType), FIELD, "a field of a form"),
    item(K::Example, &[], Head::Prose, None, &[], "a made-up participant and the expected verdict"),
    item(K::Fact, &[K::Example], Head::Bare, Some(Fact), &[], "something recorded of the person"),
    item(K::Expect, &[K::Example], Head::Bare, Some(Expectation), &[], "the verdict that is expected"),
    item(K::Amendment, &[], Head::NameAndProse, None, AMENDMENT, "a later version of the protocol, and why"),
    item(
        K::Change,
        &[K::Amendment],
        Head::NameAndProse,
        Some(Choice(CHANGES)),
        CHANGE,
        "a line of the summary of changes",
    ),
    item(K::Replace, &[K::Amendment], Head::Bare, None, &[], "statements that take the place of others"),
    item(
        K::Revise,
        &[K::Amendment],
        Head::Bare,
        None,
        &[],
        "statements of which only the given parts change",
    ),
    item(K::Remove, &[K::Amendment], Head::Bare, None, &[], "statements that are no longer there"),
];

const TRIAL: &[PropertyRow] = &[
    one("official_title", Texts, "the full scientific title"),
    one("acronym", Texts, "the short name"),
    many("id", Identifier, "a registry or sponsor number: scheme and value"),
    one("version", Version, "the protocol's version and date"),
    one("phase", Phase, "early_1, 1, 1/2, 2, 2/3, 3, 4 or not_applicable"),
    one("purpose", Choice(PURPOSES), "the primary purpose"),
    one("design", Choices(DESIGNS), "allocation, model and masking"),
    one("masked", Choices(MASKED), "who does not know the allocation"),
    one("enrollment", Enrollment, "participants, planned or actual"),
    one("status", Choice(STATUSES), "overall recruitment status"),
    one("sponsor", Texts, "who is responsible"),
    one("responsible_party", Texts, "who answers for the record"),
    many("collaborators", Texts, "who else supports the trial"),
    one("started", Date, "first participant in"),
    one("primary_completion", Date, "last data for the primary outcome"),
    one("completed", Date, "last participant out"),
    one("registered", Date, "first posted"),
    one("updated", Date, "last posted"),
    one("verified", Date, "last verified"),
    one("sample_size", Texts, "the rationale of the sample size"),
    one("conditions", Names, "the conditions under study"),
    many("keywords", Texts, "keywords of the record"),
    one("healthy_volunteers", Choice(YES_NO), "whether healthy volunteers are accepted"),
    one("sexes", Choice(SEXES), "who can take part"),
    one("ages", Ages, "the ages of the record"),
    one("fda_drug", Choice(YES_NO), "studies a drug that the FDA regulates"),
    one("fda_device", Choice(YES_NO), "studies a device that the FDA regulates"),
];

const SITE: &[PropertyRow] = &[
    one("city", Texts, "the town"),
    one("region", Texts, "state or province"),
    one("postal_code", Texts, "the postal code"),
    one("country", Texts, "ISO 3166-1 code of the country"),
];

const EVENT: &[PropertyRow] = &[
    one("arms", Names, "only in these arms"),
    many("timing", Timing, "when it takes place"),
    one("repeats", Flag, "it can happen more than once"),
    many("with", Attributes, "attributes of each occurrence"),
    one("weekdays", Choices(WEEKDAYS), "only on these days of the week"),
];

const CONDITION: &[PropertyRow] = &[
    many("snomed", Codes, "SNOMED CT"),
    many("icd10", Codes, "ICD-10"),
    many("meddra", Codes, "MedDRA"),
    many("loinc", Codes, "LOINC"),
    many("also", Texts, "other names"),
    many("members", Names, "conditions that belong to it"),
    one("open_list", Flag, "more belongs to it than is listed"),
    one("source", Texts, "where the definition comes from"),
];

const DRUG: &[PropertyRow] = &[
    many("rxnorm", Codes, "RxNorm"),
    many("atc", Codes, "Anatomical Therapeutic Chemical code"),
    many("snomed", Codes, "SNOMED CT"),
    one("half_life", Duration, "elimination half-life"),
    many("brands", Texts, "brand names"),
    many("also", Texts, "other names"),
    many("class", Names, "the classes it belongs to"),
    one("source", Texts, "where the facts come from"),
];

const DRUG_CLASS: &[PropertyRow] = &[
    many("atc", Codes, "Anatomical Therapeutic Chemical code"),
    many("rxnorm", Codes, "RxNorm"),
    many("snomed", Codes, "SNOMED CT"),
    many("members", Names, "drugs that belong to it"),
    one("open_list", Flag, "more belongs to it than is listed"),
    many("also", Texts, "other names"),
    one("source", Texts, "where the definition comes from"),
];

const PROCEDURE: &[PropertyRow] = &[
    many("snomed", Codes, "SNOMED CT"),
    many("icd10", Codes, "ICD-10-PCS"),
    many("meddra", Codes, "MedDRA"),
    many("cpt", Codes, "Current Procedural Terminology"),
    many("loinc", Codes, "LOINC"),
    many("members", Names, "procedures that belong to it"),
    one("open_list", Flag, "more belongs to it than is listed"),
    many("also", Texts, "other names"),
    one("source", Texts, "where the definition comes from"),
];

const MEASURE: &[PropertyRow] = &[
    one("unit", Units, "the unit of plausible range and forms"),
    many("units", Units, "other units that are accepted"),
    one("loinc", Codes, "LOINC"),
    one("kind", Names, "kind of quantity: substance, mass, count, enzyme, …"),
    one("formula", Texts, "chemical formula, for the molar mass"),
    one("molar_mass", Quantity, "molar mass in g/mol"),
    one("valence", Integer, "charge, for equivalents"),
    one("plausible", Range, "what a living person can have"),
    one("precision", Integer, "decimals that the assay reports"),
    one("specimen", Words, "what is examined"),
    one("state", Words, "the state in which it is taken: fasting, …"),
    one("reference_range", Names, "where its limits of normal come from"),
    one("turnaround", Duration, "how long a result takes"),
    one("values", Levels, "the results it can have"),
    many("also", Texts, "other names"),
    one("source", Texts, "where the facts come from"),
];

const SCORE: &[PropertyRow] = &[
    one("values", Levels, "the values, in order"),
    one("loinc", Codes, "LOINC"),
    many("also", Texts, "other names"),
    one("source", Texts, "where the scale is defined"),
];

const DERIVE: &[PropertyRow] = &[
    one("value", Expression, "how it is computed"),
    one("unit", Units, "its unit"),
    many("units", Units, "other units that are accepted"),
    one("kind", Names, "kind of quantity"),
    one("plausible", Range, "what a living person can have"),
    one("precision", Integer, "decimals that are shown"),
    one("loinc", Codes, "LOINC"),
    many("also", Texts, "other names"),
    one("source", Texts, "where the formula comes from"),
];

const DEFINE: &[PropertyRow] = &[
    one("rule", Expression, "when it holds"),
    many("also", Texts, "other names"),
    one("source", Texts, "where the definition comes from"),
];

const INTERVENTION: &[PropertyRow] = &[
    one("type", Choice(INTERVENTIONS), "what sort of intervention"),
    one("substance", Names, "the drug that it is"),
    one("description", Texts, "what it is"),
    one("route", Choice(ROUTES), "how it is given"),
    one("investigational", Flag, "under study, not licensed for this use"),
    one("levels", Doses, "its dose levels, by name"),
    one("maximum", Quantity, "the most that a participant may be given altogether"),
    one("safety_follow_up", Duration, "how long safety is followed after its last dose"),
    many("also", Texts, "other names"),
];

const BACKGROUND: &[PropertyRow] = &[one("description", Texts, "what it is")];

const RANDOMIZE: &[PropertyRow] = &[
    one("at", Names, "the event at which the allocation is made; usually written in the head"),
    one("ratio", Ratio, "participants in each arm"),
    one("strata", Words, "factors of stratification"),
    one("blocks", Words, "sizes of blocks"),
    one("method", Words, "how the allocation is made"),
    one("description", Texts, "what is allocated"),
];

const ARM: &[PropertyRow] = &[
    one("type", Choice(ARMS), "what sort of arm"),
    one("description", Texts, "what it is"),
    one("like", Names, "the arm whose plan it shares"),
    many("stop", Names, "products of that arm that it leaves out"),
];

const GIVES: &[PropertyRow] = &[
    one("dose", Dose, "how much"),
    one("cap", Quantity, "at most this much"),
    one("route", Choice(ROUTES), "how it is given"),
    one("frequency", Frequency, "how often"),
    one("on", PlanMoment, "at this event"),
    one("from", PlanMoment, "from this event on"),
    one("for", Duration, "how long"),
    one("until", PlanMoment, "up to this event"),
    one("days", Plan, "on these days of a cycle"),
    one("text", Texts, "the protocol's words"),
];

const PERIOD: &[PropertyRow] = &[one("description", Texts, "what it is")];

const ELIGIBILITY: &[PropertyRow] = &[
    one("for", Names, "the event that is decided on; usually written in the head"),
    one("checked", Names, "when the criteria are checked"),
    one("description", Texts, "what is decided"),
];

const CRITERION: &[PropertyRow] = &[
    one("rule", Expression, "when it is met"),
    one("arms", Names, "only for these arms"),
    one("category", Names, "what it is for: safety, efficacy, …"),
    one("source", Texts, "where it comes from"),
];

const OUTCOME: &[PropertyRow] = &[
    one(
        "tier",
        Choice(&["primary", "secondary", "exploratory", "other"]),
        "its rank; usually written in the head",
    ),
    one("value", Expression, "what is measured of each participant"),
    one("time_frame", TimeFrame, "when it is measured"),
    one("compare", Comparison, "which arms are compared, and by what"),
    one("among", Words, "the analysis population"),
    one("missing", Words, "how missing data are handled"),
    many("events", Strategies, "intercurrent events and their strategies"),
    one("description", Texts, "what it is"),
];

const EPOCH: &[PropertyRow] = &[
    one("arms", Names, "only in these arms"),
    one("when", Expression, "only for participants of whom this holds"),
    one("description", Texts, "what happens in it"),
];

const TIMEPOINTS: &[PropertyRow] = &[
    one("from", Words, "what the times count from: an event, a visit, or words in quotes"),
    one("at", Timepoints, "the times"),
    one("window", WindowInDay, "how far each may lie from its time"),
    one("description", Texts, "what is done at them"),
];

const SCHEDULE: &[PropertyRow] = &[
    one("closed", Choices(WEEKDAYS), "days of the week without visits"),
    one("blood_limit", Allowance, "the most blood that may be drawn in a time"),
];

const VISIT: &[PropertyRow] = &[
    one("names", Names, "the visits; usually written in the head"),
    one("timing", Visit, "when it takes place"),
    one("window", Window, "how far the date may lie from the target"),
    one("cycles", Rounds, "only in these cycles"),
    one("arms", Names, "only in these arms"),
    one("when", Expression, "only for participants of whom this holds"),
    one("contact", Choice(CONTACTS), "where it takes place"),
    one("blood", Quantity, "how much blood is drawn"),
    one("supply", Duration, "how long the medicine lasts that is handed out"),
    one("description", Texts, "what happens in it"),
];

const AMENDMENT: &[PropertyRow] = &[
    one("number", Integer, "the amendment's number"),
    one("amends", Texts, "the file of the protocol that it changes"),
    one("dated", Date, "when it was approved by the sponsor"),
    one("version", Version, "the version that the protocol has with it"),
    one("scope", Choice(SCOPES), "where it applies: global, country or site"),
    one("reason", Choice(REASONS), "the primary reason, as ICH M11 lists them"),
    many("further_reasons", Choices(REASONS), "other reasons, as ICH M11 lists them"),
    one("rationale", Texts, "why, in the sponsor's words"),
    one("substantial", Choice(YES_NO), "whether it bears on safety, rights or the reliability of the data"),
];

const CHANGE: &[PropertyRow] = &[
    one("sort", Choice(CHANGES), "what became of it; usually written behind the colon"),
    one("of", Names, "what the name is: criterion, visit, outcome, …, where several things have it"),
    one("rationale", Texts, "why"),
];

const FORM: &[PropertyRow] = &[
    one("collects", Names, "what is recorded on it"),
    one("at", Names, "visits at which it is filled"),
    one("instructions", Texts, "what the site is told"),
    one("repeats", Flag, "many records at one visit"),
    one("arms", Names, "only in these arms"),
    one("domain", Names, "CDASH domain"),
];

const FIELD: &[PropertyRow] = &[
    one("type", FieldType, "what can be entered"),
    one("label", Texts, "the question as the site reads it"),
    one("range", Range, "hard limits"),
    one("required", Flag, "must be answered"),
    one("when", Expression, "asked only then"),
    one("help", Texts, "what helps to answer"),
    one("order", Integer, "its place on the form, from 1"),
];
