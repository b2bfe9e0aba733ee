//! The whole study on one page, complete in itself: synopsis, arms, schedule, pictures, criteria, outcomes and forms.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Artifact;
use super::schedule::{self, Picture, given};
use crate::model::{Computability, Criterion, CriterionKind, Decision, Form, Header, Stated, Tier, Trial};
use crate::wording::{Wording, listed, sentence};

const STYLE: &str = include_str!("study.css");

/// One page.
pub(super) fn emit(trial: &Trial) -> Vec<Artifact> {
    let mut page = page(trial).into_string();
    page.push('\n');
    vec![Artifact::new("study.html", page)]
}

/// A part of the page: the name of its place, its title, what it holds.
struct Section {
    id: &'static str,
    title: &'static str,
    body: Markup,
}

fn page(trial: &Trial) -> Markup {
    let header = &trial.header;
    let pictures = schedule::pictures(trial);
    let (schema, others): (Vec<&Picture>, Vec<&Picture>) =
        pictures.iter().partition(|picture| picture.path == "schema.svg");
    let activities = schedule::activities(trial).map(|part| html! { div.schedule { (part) } });
    let all = [
        section("synopsis", "Synopsis", Some(synopsis(trial))),
        section("design", "Design and arms", design(trial, &schema)),
        section("activities", "Schedule of Activities", activities),
        section("timeline", "Visits in time", gallery(&others)),
        section("criteria", "Eligibility", criteria(trial)),
        section("outcomes", "Outcomes", outcomes(trial)),
        section("forms", "Case report forms", forms(trial)),
    ];
    let sections: Vec<Section> = all.into_iter().flatten().collect();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (header.acronym.as_ref().unwrap_or(&header.title)) }
                style {
                    (PreEscaped(STYLE))
                    "@scope (.schedule) {" (PreEscaped(schedule::STYLE)) "}"
                }
            }
            body {
                nav aria-label="Parts of the page" {
                    p.short { (header.acronym.as_ref().unwrap_or(&header.name)) }
                    ol {
                        @for section in &sections { li { a href=(format!("#{}", section.id)) { (section.title) } } }
                    }
                }
                main {
                    header {
                        h1 { (header.title) }
                        @if let Some(official) = &header.official_title { p.official { (official) } }
                        p.ids { (identity(header)) }
                    }
                    @for section in &sections {
                        section id=(section.id) { h2 { (section.title) } (section.body) }
                    }
                }
            }
        }
    }
}

fn section(id: &'static str, title: &'static str, body: Option<Markup>) -> Option<Section> {
    body.map(|body| Section { id, title, body })
}

fn identity(header: &Header) -> String {
    let ids = header.ids.iter().map(|id| id.value.clone());
    let version = header.version.iter().map(|version| match &version.dated {
        Some(dated) => format!("Protocol version {} of {dated}", version.label),
        None => format!("Protocol version {}", version.label),
    });
    ids.chain(version).collect::<Vec<_>>().join(" · ")
}

// ---- synopsis ---------------------------------------------------------------------------------------------------

fn synopsis(trial: &Trial) -> Markup {
    let header = &trial.header;
    let conditions: Vec<String> =
        header.conditions.iter().map(|name| Wording::of(trial).named(name)).collect();
    let words = |list: &[String]| (!list.is_empty()).then(|| sentence(&list.join(", ").replace('_', " ")));
    let enrollment = match &header.enrollment {
        Stated::Is(enrollment) => {
            let basis = enrollment.basis.as_ref().map(|basis| format!(" ({basis})")).unwrap_or_default();
            Some(format!("{}{basis}", enrollment.count))
        }
        other => said(other),
    };
    let ages = header.ages.as_ref().and_then(|ages| match (&ages.low, &ages.high) {
        (Some(low), Some(high)) => Some(format!("{low} to {high} years")),
        (Some(low), None) => Some(format!("{low} years and over")),
        (None, Some(high)) => Some(format!("up to {high} years")),
        (None, None) => None,
    });
    let phase = (!header.phase.is_empty()).then(|| header.phase.join("/"));
    let rows: [(&str, Option<String>); 13] = [
        ("Phase", phase),
        ("Purpose", header.purpose.as_ref().map(|purpose| sentence(&purpose.replace('_', " ")))),
        ("Design", words(&header.design)),
        ("Masked", words(&header.masked)),
        ("Conditions", words(&conditions)),
        ("Participants", enrollment),
        ("Sample size", header.sample_size.is().cloned().or_else(|| said(&header.sample_size))),
        ("Sexes", header.sexes.as_ref().map(|sexes| sentence(sexes))),
        ("Ages", ages),
        ("Sponsor", header.sponsor.clone()),
        ("Collaborators", (!header.collaborators.is_empty()).then(|| header.collaborators.join(", "))),
        ("Status", header.status.as_ref().map(|status| sentence(&status.replace('_', " ")))),
        ("Keywords", words(&header.keywords)),
    ];
    html! {
        dl.synopsis {
            @for (name, value) in rows {
                @if let Some(value) = value { div { dt { (name) } dd { (value) } } }
            }
        }
        @if let Some(query) = &header.query { p.query { "Query: " (query) } }
    }
}

/// What is known not to be stated.
fn said<T>(stated: &Stated<T>) -> Option<String> {
    match stated {
        Stated::NotStated => Some("not stated".to_owned()),
        Stated::Unspecified(text) => Some(text.clone()),
        Stated::Is(_) | Stated::Missing => None,
    }
}

// ---- arms ---------------------------------------------------------------------------------------------------------

fn design(trial: &Trial, schema: &[&Picture]) -> Option<Markup> {
    if trial.arms.is_empty() && trial.sequences.is_empty() && trial.interventions.is_empty() {
        return None;
    }
    let spelt = |kind: &str| sentence(&kind.replace('_', " "));
    Some(html! {
        @for picture in schema { (figure(picture)) }
        @if !trial.arms.is_empty() {
            table {
                thead { tr { th { "Arm" } th { "Type" } th { "What is given" } } }
                tbody {
                    @for arm in trial.arms.values() {
                        tr {
                            th scope="row" { (arm.label) }
                            td { (spelt(&arm.kind)) }
                            td {
                                @if let Some(description) = &arm.description { p { (description) } }
                                @for line in given(trial, &arm.gives) { p { (line) } }
                            }
                        }
                    }
                }
            }
        }
        @if !trial.interventions.is_empty() {
            table {
                thead { tr { th { "Intervention" } th { "Type" } th { "Description" } } }
                tbody {
                    @for product in trial.interventions.values() {
                        tr {
                            th scope="row" { (product.label) }
                            td { (spelt(&product.kind)) }
                            td { (product.description.as_deref().unwrap_or("")) }
                        }
                    }
                }
            }
        }
    })
}

// ---- pictures -----------------------------------------------------------------------------------------------------

fn gallery(pictures: &[&Picture]) -> Option<Markup> {
    (!pictures.is_empty()).then(|| html! { @for picture in pictures { (figure(picture)) } })
}

/// A picture inside the page, apart from its styles.
fn figure(picture: &Picture) -> Markup {
    html! {
        figure { img src=(format!("data:image/svg+xml,{}", percent(&picture.svg))) alt=(picture.title); }
    }
}

/// Text as a part of an address (RFC 3986): what has a meaning there is written by its bytes.
fn percent(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() * 5 / 4);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b' ' => safe.push(char::from(byte)),
            b'-' | b'_' | b'.' | b'/' | b':' | b'=' | b',' | b';' | b'(' | b')' | b'\'' => {
                safe.push(char::from(byte))
            }
            _ => {
                const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
                let [high, low] = [byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)]));
                safe.extend(['%', high, low]);
            }
        }
    }
    safe
}

// ---- criteria -------------------------------------------------------------------------------------------------------

fn criteria(trial: &Trial) -> Option<Markup> {
    let wording = Wording::of(trial);
    let decisions = trial.decisions.values().filter(|decision| !decision.criteria.is_empty());
    let parts: Vec<Markup> = decisions.map(|decision| of_decision(wording, decision)).collect();
    (!parts.is_empty()).then(|| html! { @for part in &parts { (part) } })
}

fn of_decision(wording: Wording<'_>, decision: &Decision) -> Markup {
    let label = decision.label.clone().unwrap_or_else(|| format!("For {}", wording.named(&decision.event)));
    let computed =
        decision.criteria.values().filter(|one| one.computability == Computability::Computed).count();
    let of = |kind: CriterionKind| -> Vec<(&String, &Criterion)> {
        decision.criteria.iter().filter(|(_, criterion)| criterion.kind == kind).collect()
    };
    let kinds = [("Inclusion", of(CriterionKind::Include)), ("Exclusion", of(CriterionKind::Exclude))];
    html! {
        h3 { (sentence(&label)) }
        p.count { (computed) " of " (decision.criteria.len()) " criteria are computed from recorded data." }
        table.criteria {
            @for (heading, criteria) in &kinds {
                @if !criteria.is_empty() {
                    tbody {
                        tr.group { th colspan="4" scope="rowgroup" { (heading) } }
                        @for (code, criterion) in criteria {
                            tr {
                                th scope="row" { (code) }
                                td {
                                    (criterion.prose)
                                    @if !criterion.arms.is_empty() {
                                        p.only { "Only for " (wording.arms(&criterion.arms)) "." }
                                    }
                                    @if let Some(query) = &criterion.query { p.query { "Query: " (query) } }
                                }
                                td.rule { (sentence(&wording.condition(&criterion.rule))) }
                                td.decided { (decided(criterion.computability)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn decided(computability: Computability) -> &'static str {
    match computability {
        Computability::Computed => "from the record",
        Computability::Partly => "partly from the record",
        Computability::Attested => "by a person",
        Computability::TextOnly => "by hand",
    }
}

// ---- outcomes and forms ---------------------------------------------------------------------------------------------

fn outcomes(trial: &Trial) -> Option<Markup> {
    if trial.outcomes.is_empty() {
        return None;
    }
    Some(html! {
        table {
            thead { tr { th { "Outcome" } th { "Tier" } th { "Among" } th { "Missing data" } } }
            tbody {
                @for outcome in trial.outcomes.values() {
                    tr {
                        th scope="row" { (outcome.label) }
                        td { (tier(outcome.tier)) }
                        td { (outcome.among.is().map(|among| among.replace('_', " ")).or_else(|| said(&outcome.among)).unwrap_or_default()) }
                        td { (outcome.missing.is().cloned().or_else(|| said(&outcome.missing)).unwrap_or_default()) }
                    }
                }
            }
        }
    })
}

fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Primary => "Primary",
        Tier::Secondary => "Secondary",
        Tier::Exploratory => "Exploratory",
        Tier::Unstated => "",
    }
}

fn forms(trial: &Trial) -> Option<Markup> {
    if trial.forms.is_empty() {
        return None;
    }
    let visits = |form: &Form| {
        let label = |name: &String| {
            let visit = trial.schedule.as_ref().and_then(|schedule| schedule.visits.get(name));
            visit.map_or_else(|| name.clone(), |visit| visit.label.clone())
        };
        let labels: Vec<String> = form.visits.iter().map(label).collect();
        if labels.is_empty() { "throughout".to_owned() } else { listed(&labels, "and") }
    };
    Some(html! {
        p.count { "The forms to try out and to print are in " a href="preview.html" { "preview.html" } ", which " code { "trialc build" } " writes beside this page." }
        table {
            thead { tr { th { "Form" } th { "Title" } th { "Fields" } th { "At" } } }
            tbody {
                @for (name, form) in &trial.forms {
                    tr {
                        th scope="row" { (name) }
                        td { (form.label) }
                        td.number { (form.fields.len()) }
                        td { (visits(form)) }
                    }
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn a_picture_in_an_address_has_no_sign_that_ends_it() {
        assert_eq!(percent("<a b='1'>#%\"±"), "%3Ca b='1'%3E%23%25%22%C2%B1");
    }
}
