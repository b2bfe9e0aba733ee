//! Both forms of eligibility: the worksheet on which every criterion is answered and signed for (`IEW`), and CDASH's list of
//! the criteria that a participant does not meet (`IE`).

use std::collections::BTreeMap;

use super::book::{Book, put};
use super::field::{Asked, NO, YES, choice, field};
use super::names::{MAX_LENGTH, Taken, short};
use super::needs::{Need, What};
use crate::model::{
    AttestationVerb, CheckKind, Computability, Criterion, CriterionKind, Decision, Field, FieldCondition,
    FieldKind, Form, FormCheck, Level, Named, Rule, TestCodes, Why,
};

const DOMAIN: &str = "IE";
const TEST_CODE: &str = "IETESTCD";
const NOT_APPLICABLE: &str = "NA";

pub(super) fn add(book: &mut Book<'_>) {
    let trial = book.trial;
    let several = trial.decisions.len() > 1;
    let mut answers: Answers<'_> = BTreeMap::new();
    for need in &book.needs {
        if let (What::Answer(_), Why::Criterion { decision, code }) = (&need.what, &need.why) {
            answers.entry((decision.clone(), code.clone())).or_default().push(need.clone());
        }
    }
    let mut exceptions: Vec<Level> = Vec::new();
    let codes = TestCodes::of(trial);
    let mut why: Vec<Why> = Vec::new();
    let mut at: Vec<String> = Vec::new();
    for (event, decision) in trial.decisions.iter().filter(|(_, decision)| !decision.criteria.is_empty()) {
        worksheet(book, &answers, event, decision, several);
        at.extend(book.timing.checks(decision));
        for (code, criterion) in &decision.criteria {
            let value = codes.get(event, code).unwrap_or(code).to_owned();
            // One code of the author's may stand in two decisions.
            let is_shared =
                trial.decisions.values().filter(|other| other.criteria.contains_key(code)).count() > 1;
            let of = if is_shared { format!(" for {}", book.concept_label(event)) } else { String::new() };
            exceptions.push(Level { value, label: Some(format!("{code}{of}: {}", criterion.prose)) });
            why.push(Why::Criterion { decision: event.clone(), code: code.clone() });
        }
    }
    if exceptions.is_empty() {
        return;
    }
    let visits = book.timing.in_order(&at);
    let form = book.form("IE", "Eligibility criteria that are not met", DOMAIN);
    form.visits = visits;
    form.repeating = true;
    form.instructions = Some(
        "One record for each inclusion criterion answered with No and each exclusion criterion answered with Yes. \
         Left empty when the participant is eligible."
            .to_owned(),
    );
    let kinds = choice(&[("INCLUSION", "Inclusion criterion"), ("EXCLUSION", "Exclusion criterion")]);
    put(form, field("IECAT", "Kind of criterion", kinds).required().why(why.clone()));
    let code = field(TEST_CODE, "Criterion that is not met", FieldKind::Choice { levels: exceptions });
    put(form, code.required().why(why));
}

/// Gives the criteria of the list the codes that they have as those of an amended protocol.
pub fn recode(forms: &mut Named<Form>, codes: &TestCodes) {
    let listed = forms.values_mut().filter(|form| form.domain == DOMAIN).flat_map(|form| &mut form.fields);
    for field in listed.filter(|field| field.name == TEST_CODE) {
        let FieldKind::Choice { levels } = &mut field.kind else { continue };
        for (level, why) in levels.iter_mut().zip(&field.why) {
            if let Why::Criterion { decision, code } = why
                && let Some(code) = codes.get(decision, code)
            {
                level.value = code.to_owned();
            }
        }
    }
}

/// What each criterion, by decision and code, asks a person.
type Answers<'a> = BTreeMap<(String, String), Vec<Need<'a>>>;

fn worksheet(book: &mut Book<'_>, open: &Answers<'_>, event: &str, decision: &Decision, several: bool) {
    let name = if several { format!("IEW_{}", short(event, MAX_LENGTH)) } else { "IEW".to_owned() };
    let label = match (&decision.label, several) {
        (Some(label), _) => format!("Eligibility worksheet: {label}"),
        (None, true) => format!("Eligibility worksheet: {}", book.concept_label(event)),
        (None, false) => "Eligibility worksheet".to_owned(),
    };
    let visits = book.timing.checks(decision);
    let mut codes = Taken::default();
    let tests: Vec<String> =
        decision.criteria.keys().map(|code| codes.claim(&test_code(code), MAX_LENGTH)).collect();
    let mut agrees: Vec<FieldCondition> = Vec::new();
    let mut fields: Vec<Field> = Vec::new();
    for ((code, criterion), test) in decision.criteria.iter().zip(tests) {
        let why = Why::Criterion { decision: event.to_owned(), code: code.clone() };
        let (heading, met) = match criterion.kind {
            CriterionKind::Include => ("Inclusion criteria", YES),
            CriterionKind::Exclude => ("Exclusion criteria", NO),
        };
        let answer = format!("{test}_IEORRES");
        let limited = !criterion.arms.is_empty();
        let kind = if limited {
            choice(&[(YES, "Yes"), (NO, "No"), (NOT_APPLICABLE, "Not applicable: another arm")])
        } else {
            FieldKind::YesNo
        };
        let mut accepted = vec![met.to_owned()];
        accepted.extend(limited.then(|| NOT_APPLICABLE.to_owned()));
        agrees.push(FieldCondition { field: answer.clone(), one_of: accepted });
        let asked = field(&answer, format!("{code}. {}", criterion.prose), kind).required().group(heading);
        let answers = is_question(criterion).then(|| code.clone());
        let asked = Field { answers, help: guidance(criterion), origin: criterion.origin, ..asked };
        fields.push(asked.why([why.clone()]));
        let asks = open.get(&(event.to_owned(), code.clone())).filter(|_| !is_question(criterion));
        let parts = asks.map(|needs| parts(needs)).unwrap_or_default();
        for part in parts {
            // The only question of a criterion has the criterion's own key.
            let wish = if part.key == *code { format!("{}Q", test_code(code)) } else { test_code(&part.key) };
            let of = codes.claim(&wish[..wish.len().min(MAX_LENGTH)], MAX_LENGTH);
            let text = format!("{}: {}", part.key, part.question);
            let asked = field(format!("{of}_IEORRES"), text, FieldKind::YesNo);
            let asked = asked.group(heading).why([why.clone()]).help(part.help);
            fields.push(Field { answers: Some(part.key), origin: criterion.origin, ..asked });
        }
    }
    let form = book.form(&name, &label, DOMAIN);
    form.visits = visits;
    form.instructions = Some(
        "Answer every criterion. A participant is eligible when every inclusion criterion is answered with Yes and every \
         exclusion criterion with No."
            .to_owned(),
    );
    put(
        form,
        field("IEDAT", "Day on which eligibility was checked", FieldKind::Date).required().why([Why::Record]),
    );
    fields.into_iter().for_each(|field| put(form, field));
    let all = field("IEYN", "Does the participant meet every criterion?", FieldKind::YesNo).required();
    put(form, all.group("Conclusion").why([Why::Record]));
    form.checks.push(FormCheck {
        id: format!("{name}.IEYN.agrees"),
        message: "The conclusion is Yes exactly when every inclusion criterion is answered with Yes and every exclusion \
                  criterion with No."
            .to_owned(),
        check: CheckKind::Agrees { field: "IEYN".to_owned(), yes_when: agrees },
        hard: true,
    });
}

/// The code of a criterion as a test code: `E10.2` is `E10_2`.
fn test_code(key: &str) -> String {
    let flat = key.replace(['.', '-'], "_").to_ascii_uppercase();
    let fits = flat.len() <= MAX_LENGTH
        && flat.starts_with(|first: char| first.is_ascii_uppercase())
        && flat.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_');
    if fits { flat } else { short(key, MAX_LENGTH) }
}

/// A question inside a criterion that a person answers.
struct Part {
    key: String,
    question: String,
    help: String,
}

/// The whole criterion is one answer of a person.
fn is_question(criterion: &Criterion) -> bool {
    matches!(criterion.rule.rule, Rule::Attested { .. } | Rule::Text { .. })
}

/// The answers that a criterion rests on beside data.
fn parts(needs: &[Need<'_>]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for need in needs {
        let What::Answer(answer) = &need.what else { continue };
        if parts.iter().any(|part| part.key == answer.key) {
            continue;
        }
        let (question, help) = match answer.asked {
            Some((verb, by, question)) => (question.to_owned(), who(verb, by)),
            None => (need.text.to_owned(), "Answered by hand, from the wording of the protocol.".to_owned()),
        };
        parts.push(Part { key: answer.key.to_owned(), question, help });
    }
    parts
}

fn who(verb: AttestationVerb, by: &str) -> String {
    let by = by.replace('_', " ");
    match verb {
        AttestationVerb::Attested => format!("Answered by the {by}."),
        AttestationVerb::Agreed => format!("Agreed to by the {by}."),
        AttestationVerb::Approved => format!("Approved by the {by}."),
        AttestationVerb::Declined => format!("Yes, when the {by} declines."),
    }
}

/// How the criterion comes to its answer.
fn guidance(criterion: &Criterion) -> Option<String> {
    let own = match &criterion.rule.rule {
        Rule::Attested { verb, by, question, .. } => {
            Some(format!("{question}. {}", who(*verb, by)).replace("?.", "?"))
        }
        Rule::Text { because, .. } => Some(format!("Answered by hand: {because}.")),
        _ => None,
    };
    own.or_else(|| match criterion.computability {
        Computability::Computed => Some("Follows from the data on other forms.".to_owned()),
        Computability::Partly => {
            Some("Follows from the data on other forms and the answers below.".to_owned())
        }
        Computability::Attested | Computability::TextOnly => None,
    })
}
