//! The traceability matrix as a page: each criterion, outcome and stratification with the fields that serve it and the visits
//! at which they are asked, and each field with what needs it. What nothing serves, and what serves nothing, stands out.

use maud::{Markup, PreEscaped, html};

use super::page::identity;
use crate::casebook::{visit_label, visits_of};
use crate::emit::entry::{reason, short_reason};
use crate::emit::shell::still_page;
use crate::model::{Computability, CriterionKind, Field, Form, Trial, Why};

const STYLE: &str = include_str!("matrix.css");

/// Something of the protocol that asks for data.
struct Need<'a> {
    why: Why,
    kind: &'static str,
    name: &'a str,
    wording: String,
    /// The fields that serve it, those of the eligibility forms apart: there every criterion is answered by hand.
    fields: Vec<(&'a str, &'a Form, &'a Field)>,
    answered_on: Vec<(&'a str, &'a Field)>,
    /// It needs data, not only an answer.
    needs_data: bool,
}

impl Need<'_> {
    fn is_gap(&self) -> bool {
        self.fields.is_empty() && (self.needs_data || self.answered_on.is_empty())
    }
}

pub(super) fn page(trial: &Trial) -> String {
    let needs = needs(trial);
    let visits: Vec<&String> = trial.schedule.iter().flat_map(|schedule| schedule.visits.keys()).collect();
    let gaps = needs.iter().filter(|need| need.is_gap()).count();
    let fields: Vec<(&String, &Form, &Field)> = trial
        .forms
        .iter()
        .flat_map(|(name, form)| form.fields.iter().map(move |field| (name, form, field)))
        .collect();
    let idle = fields.iter().filter(|(.., field)| field.why.is_empty()).count();
    let title = format!("Traceability – {}", trial.header.title);
    let body = html! {
        main {
            h1 { "Traceability" }
            p.trial { bdi { (trial.header.title) } }
            p.ids { bdi { (identity(trial)) } }
            p.sum {
                (needs.len()) " criteria, outcomes and stratifications are served by fields of " (trial.forms.len()) " forms; "
                @if gaps == 0 { "each reaches a field. " } @else { span.gap { (gaps) " reach no field" } ". " }
                @if idle == 0 { "Each of the " (fields.len()) " fields has a reason." }
                @else { span.gap { (idle) " of the " (fields.len()) " fields have no reason" } "." }
            }
            h2 id="when" { "What is known when" }
            (grid(trial, &needs, &visits))
            h2 id="needs" { "From the protocol to the fields" }
            (forward(trial, &needs))
            h2 id="fields" { "From the fields to the protocol" }
            (backward(trial, &needs))
        }
    };
    still_page(&title, STYLE, &body)
}

/// Every criterion, outcome and stratification of the protocol, in its order.
fn needs(trial: &Trial) -> Vec<Need<'_>> {
    let mut needs = Vec::new();
    for (event, decision) in &trial.decisions {
        for (code, criterion) in &decision.criteria {
            let why = Why::Criterion { decision: event.clone(), code: code.clone() };
            let kind = match criterion.kind {
                CriterionKind::Include => "Inclusion criteria",
                CriterionKind::Exclude => "Exclusion criteria",
            };
            let needs_data =
                matches!(criterion.computability, Computability::Computed | Computability::Partly);
            needs.push(need(trial, why, kind, code, criterion.prose.clone(), needs_data));
        }
    }
    for (name, outcome) in &trial.outcomes {
        let why = Why::Outcome { name: name.clone() };
        needs.push(need(trial, why, "Outcomes", name, outcome.label.clone(), true));
    }
    for (name, allocation) in &trial.allocations {
        let Some(strata) = allocation.strata.is().filter(|strata| !strata.is_empty()) else { continue };
        let why = Why::Stratum { allocation: name.clone() };
        needs.push(need(trial, why, "Stratification", name, strata.join(", "), true));
    }
    needs
}

fn need<'a>(
    trial: &'a Trial,
    why: Why,
    kind: &'static str,
    name: &'a str,
    wording: String,
    needs_data: bool,
) -> Need<'a> {
    let (mut fields, mut answered_on) = (Vec::new(), Vec::new());
    for (form_name, form) in &trial.forms {
        for field in form.fields.iter().filter(|field| field.why.contains(&why)) {
            if form.domain == "IE" {
                answered_on.push((form_name.as_str(), field));
            } else {
                fields.push((form_name.as_str(), form, field));
            }
        }
    }
    Need { why, kind, name, wording, fields, answered_on, needs_data }
}

/// At which visits a need's fields are asked: a dot each.
fn grid(trial: &Trial, needs: &[Need<'_>], visits: &[&String]) -> Markup {
    let mut kind = "";
    html! {
        div.scroll {
            table.grid {
                thead {
                    tr {
                        th scope="col" { "Need" }
                        th scope="col" { "Wording" }
                        @for visit in visits { th.visit scope="col" { span { bdi { (visit_label(trial, visit)) } } } }
                        th.visit scope="col" { span { "Throughout" } }
                    }
                }
                tbody {
                    @for (number, need) in needs.iter().enumerate() {
                        @if need.kind != kind {
                            ({ kind = need.kind; PreEscaped("") })
                            tr.kind { th colspan=(visits.len() + 3) scope="rowgroup" { (kind) } }
                        }
                        tr.gap[need.is_gap()] {
                            th scope="row" { a href={ "#need-" (number) } { bdi { (need.name) } } }
                            td.wording { bdi { (shortened(&need.wording)) } }
                            @for visit in visits { td { (dot(is_asked_at(need, visit))) } }
                            td { (dot(need.fields.iter().any(|(_, form, _)| form.visits.is_empty()))) }
                        }
                    }
                }
            }
        }
        p.legend { "A dot: a field that serves it is asked then. The answer on the eligibility worksheet is not counted. Red: no field serves it." }
    }
}

fn is_asked_at(need: &Need<'_>, visit: &str) -> bool {
    need.fields.iter().any(|(_, form, field)| visits_of(form, field).iter().any(|one| one == visit))
}

fn dot(is_there: bool) -> Markup {
    html! { @if is_there { span.dot role="img" aria-label="asked" {} } }
}

/// Letters of a wording that the overview shows.
const SHOWN: usize = 110;

fn shortened(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    let cut: String = text.chars().take(SHOWN).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{whole} …")
}

fn forward(trial: &Trial, needs: &[Need<'_>]) -> Markup {
    html! {
        table.list {
            thead { tr { th scope="col" { "Need" } th scope="col" { "Wording" } th scope="col" { "Field" } th scope="col" { "Question" } th scope="col" { "Visits" } } }
            tbody {
                @for (number, need) in needs.iter().enumerate() {
                    @let lines = need.fields.len().max(1) + usize::from(!need.answered_on.is_empty());
                    tr.gap[need.is_gap()] id={ "need-" (number) } {
                        th scope="row" rowspan=(lines) { bdi { (need.name) } }
                        td.wording rowspan=(lines) { bdi { (need.wording) } }
                        @match need.fields.first() {
                            Some((name, form, field)) => (line(trial, name, form, field)),
                            None if need.is_gap() => td colspan="3" { "No field serves it." },
                            None => td.question colspan="3" { "A person answers it." },
                        }
                    }
                    @for (name, form, field) in need.fields.iter().skip(1) { tr { (line(trial, name, form, field)) } }
                    @if !need.answered_on.is_empty() {
                        tr { td.question colspan="3" { "Answered on " (answered(&need.answered_on)) } }
                    }
                }
            }
        }
    }
}

fn line(trial: &Trial, name: &str, form: &Form, field: &Field) -> Markup {
    html! {
        td { a href={ "#" (name) "." (field.name) } { span.code { (name) "." (field.name) } } }
        td.question { bdi { (field.label) } }
        td { bdi { (when(trial, form, field)) } }
    }
}

fn answered(fields: &[(&str, &Field)]) -> String {
    let names: Vec<String> = fields.iter().map(|(form, field)| format!("{form}.{}", field.name)).collect();
    names.join(", ")
}

fn when(trial: &Trial, form: &Form, field: &Field) -> String {
    let visits: Vec<&str> = visits_of(form, field).iter().map(|visit| visit_label(trial, visit)).collect();
    match (visits.is_empty(), form.visits.is_empty()) {
        (false, _) => visits.join(", "),
        (true, true) => "throughout".to_owned(),
        (true, false) => "at no visit".to_owned(),
    }
}

fn backward(trial: &Trial, needs: &[Need<'_>]) -> Markup {
    let because = |why: &Why| -> Markup {
        let number = needs.iter().position(|need| need.why == *why);
        let text = short_reason(trial, why);
        let (.., wording) = reason(trial, why);
        match number {
            Some(number) => html! { a href={ "#need-" (number) } title=(wording) { bdi { (text) } } },
            None => html! { bdi { (text) } },
        }
    };
    html! {
        table.fields {
            thead { tr { th scope="col" { "Form" } th scope="col" { "Field" } th scope="col" { "Question" } th scope="col" { "Visits" } th scope="col" { "Because of" } } }
            tbody {
                @for (name, form) in &trial.forms {
                    @for (place, field) in form.fields.iter().enumerate() {
                        tr.first[place == 0].gap[field.why.is_empty()] id={ (name) "." (field.name) } {
                            @if place == 0 {
                                th scope="rowgroup" rowspan=(form.fields.len()) { span.code { (name) } br; bdi { (form.label) } }
                            }
                            td { span.code { (field.name) } }
                            td.question { bdi { (field.label) } }
                            td { bdi { (when(trial, form, field)) } }
                            td {
                                @if field.why.is_empty() { "Nothing in the protocol needs it." }
                                @for (number, why) in field.why.iter().enumerate() {
                                    @if number > 0 { " · " }
                                    (because(why))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
