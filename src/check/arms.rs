//! A: what the arms give.

use std::collections::BTreeSet;

use super::demands::{Demand, Subject};
use super::prose::{Prose, TokenKind};
use super::{at, listed, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{
    Administration, Anchor, Arm, Domain, Finding, Intervention, Mode, Rule, Stated, Trial, Value, Window,
};

pub(super) fn check(trial: &Trial, demands: &[Demand<'_>], found: &mut Vec<Diagnostic>) {
    for arm in trial.arms.values() {
        found.extend(arm.gives.iter().filter_map(|given| incomplete(trial, given)));
    }
    unused(trial, found);
    for (name, arm) in &trial.arms {
        found.extend(investigational_comparator(trial, name, arm));
        found.extend(label_names_other(trial, name, arm));
    }
    found.extend(trial.interventions.values().filter_map(product_type));
    assumed_therapy(trial, demands, found);
    forbidden_product(trial, demands, found);
    found.extend(masking(trial));
}

fn is_medicine(intervention: &Intervention) -> bool {
    matches!(
        intervention.kind.as_str(),
        "drug" | "biological" | "genetic" | "combination_product" | "dietary_supplement"
    )
}

/// A01: a medicine without dose, or with a dose but without route or frequency.
fn incomplete(trial: &Trial, given: &Administration) -> Option<Diagnostic> {
    let intervention =
        trial.interventions.get(&given.product).filter(|intervention| is_medicine(intervention))?;
    let product = &given.product;
    let timed = given.on.is_some() || given.days.is_some();
    let route = given.route.is_missing() && intervention.route.is_none();
    let frequency = given.frequency.is_missing() && !timed;
    let missing: Vec<&str> = match &given.dose {
        Stated::Missing if given.text.is_none() => {
            [(true, "dose"), (route, "route"), (frequency, "frequency")]
                .iter()
                .filter(|(is, _)| *is)
                .map(|(_, what)| *what)
                .collect()
        }
        Stated::Is(_) => [(route, "route"), (frequency, "frequency")]
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, what)| *what)
            .collect(),
        _ => return None,
    };
    if missing.is_empty() {
        return None;
    }
    let wanted = listed(missing.iter().copied());
    let not_stated = match missing.first() {
        Some(&"dose") => "`dose not stated`",
        Some(&"frequency") => "`frequency not stated`",
        _ => "`route not stated`",
    };
    Some(
        at(&codes::INCOMPLETE_DOSE, given.origin.0, format!("`{product}` is given without {wanted}"))?
            .label(format!("no {}", missing.join(", no ")))
            .help(format!("add it, as in `gives {product}: 5 mg, oral, daily`; where the protocol is silent, say {not_stated}")),
    )
}

/// A02: an intervention that nobody is given.
fn unused(trial: &Trial, found: &mut Vec<Diagnostic>) {
    let arms = trial.arms.values().flat_map(|arm| &arm.gives);
    let backgrounds = trial.backgrounds.values().flat_map(|background| &background.gives);
    let periods = trial
        .sequences
        .values()
        .flat_map(|sequence| sequence.periods.values())
        .flat_map(|period| &period.gives);
    let given: BTreeSet<&str> =
        arms.chain(backgrounds).chain(periods).map(|given| given.product.as_str()).collect();
    for (name, intervention) in &trial.interventions {
        if given.contains(name.as_str()) {
            continue;
        }
        let diagnostic =
            at(&codes::UNUSED_INTERVENTION, intervention.origin.0, format!("no arm gives `{name}`"));
        found.extend(diagnostic.map(|found| {
            found
                .label("declared, never given")
                .help(format!("write `gives {name}: …` in the arms that have it, or remove it"))
        }));
    }
}

/// A product made of cells or genes: not yet anybody's standard treatment, and not a drug by law.
fn living_product(intervention: &Intervention) -> Option<(Prose<'_>, std::ops::Range<usize>)> {
    const PHRASES: [&str; 12] = [
        "stem cell|cells",
        "mononuclear cell|cells",
        "stromal cell|cells",
        "progenitor cell|cells",
        "dendritic cell|cells",
        "islet|islets cell|cells|transplantation",
        "t cells",
        "car - t",
        "gene therapy|transfer",
        "viral|lentiviral|adenoviral vector",
        "oncolytic virus",
        "donor lymphocyte|lymphocytes",
    ];
    // Mesenchymal and haematopoietic stem cells, mononuclear cells, with any source before them.
    const ACRONYMS: [&str; 5] = ["MSC", "MNC", "HSC", "PBSC", "PBMC"];
    let label = Prose::new(&intervention.label, intervention.origins.get("prose").or(intervention.origin.0));
    let is_target = |range: &std::ops::Range<usize>| {
        let at = label.tokens.iter().position(|token| token.range.start == range.start);
        let before = at.and_then(|at| at.checked_sub(1)).map(|at| &label.tokens[at]);
        let behind = label.tokens.iter().find(|token| token.range.start >= range.end);
        before.is_some_and(|word| ["against", "anti", "of", "for", "-"].iter().any(|one| word.is(one)))
            || behind.is_some_and(|word| {
                ["factor", "inhibitor", "antibody", "modulator", "agonist", "antagonist", "mobilizer"]
                    .iter()
                    .any(|one| word.is(one))
            })
    };
    if let Some(range) = label.find_first(&PHRASES) {
        // `antibody against stem cell factor` acts on cells, and holds none.
        return (!is_target(&range)).then_some((label, range));
    }
    let acronym = label.tokens.iter().find(|token| {
        let word = label.words(token.range.clone());
        token.kind == TokenKind::Word
            && ACRONYMS.iter().any(|acronym| word.trim_end_matches('s').ends_with(acronym))
    });
    if let Some(token) = acronym {
        let range = token.range.clone();
        return Some((label, range));
    }
    let description = intervention.description.as_ref()?;
    let description =
        Prose::new(description, intervention.origins.get("description").or(intervention.origin.0));
    let range = description.find_first(&PHRASES)?;
    Some((description, range))
}

/// A03: a comparator arm that gives what is under investigation.
fn investigational_comparator(trial: &Trial, name: &str, arm: &Arm) -> Option<Diagnostic> {
    if !matches!(
        arm.kind.as_str(),
        "active_comparator" | "placebo_comparator" | "sham_comparator" | "no_intervention"
    ) {
        return None;
    }
    let (given, why) = arm.gives.iter().find_map(|given| {
        let intervention = trial.interventions.get(&given.product)?;
        let everywhere =
            trial.arms.values().all(|arm| arm.gives.iter().any(|other| other.product == given.product));
        if intervention.investigational {
            Some((given, "declared `investigational`"))
        } else if !everywhere && living_product(intervention).is_some() {
            Some((given, "a product of cells or genes"))
        } else {
            None
        }
    })?;
    let product = &given.product;
    let found = at(
        &codes::INVESTIGATIONAL_COMPARATOR,
        given.origin.0,
        format!("arm `{name}` is a comparator and gives `{product}`, which is under investigation"),
    )?
    .label(why);
    Some(
        with(found, arm.origin.0, arm.kind.replace('_', " "))
            .help("make the arm `experimental`; an active comparator gives what is known to work"),
    )
}

/// Words before the name of a product of which something else is said than that it is given.
const NOT_IT: [&str; 10] =
    ["without", "no", "versus", "vs", "sham", "placebo", "dummy", "mock", "simulated", "imitation"];

/// A03: an arm named after a product that it does not give.
fn label_names_other(trial: &Trial, name: &str, arm: &Arm) -> Option<Diagnostic> {
    if arm.gives.is_empty() {
        return None;
    }
    let label = Prose::new(&arm.label, arm.origins.get("prose").or(arm.origin.0));
    let token = label.tokens.iter().find(|token| {
        trial.interventions.contains_key(&token.lower)
            && !arm.gives.iter().any(|given| given.product == token.lower)
    })?;
    let negated =
        token.range.start > 0 && label.find_first(&NOT_IT).is_some_and(|at| at.end <= token.range.start);
    if negated {
        return None;
    }
    let word = label.words(token.range.clone());
    Some(
        at(
            &codes::INVESTIGATIONAL_COMPARATOR,
            label.span(token.range.clone()),
            format!("arm `{name}` is named after `{word}` and does not give it"),
        )?
        .label("not given")
        .help(format!(
            "add `gives {}: …`, or name the arm after what it gives: {}",
            token.lower,
            listed(arm.gives.iter().map(|given| given.product.as_str()))
        )),
    )
}

/// A04: cells or genes typed as a drug.
fn product_type(intervention: &Intervention) -> Option<Diagnostic> {
    if intervention.kind != "drug" {
        return None;
    }
    let (prose, range) = living_product(intervention)?;
    let words = prose.words(range.clone());
    Some(
        at(&codes::CELL_PRODUCT, prose.span(range), format!("`{words}` is a product of cells or genes, typed as a drug"))?
            .label("a biological or genetic product")
            .help("registries and regulators list it as `biological` (cells, vaccines, viruses) or `genetic` (gene transfer)"),
    )
}

fn substances(trial: &Trial, given: &[Administration]) -> BTreeSet<String> {
    let of = |given: &Administration| {
        let substance =
            trial.interventions.get(&given.product).and_then(|intervention| intervention.substance.clone());
        [Some(given.product.clone()), substance]
    };
    given.iter().flat_map(of).flatten().collect()
}

/// A05: a therapy that must go on, and that no arm and no background therapy gives.
fn assumed_therapy(trial: &Trial, demands: &[Demand<'_>], found: &mut Vec<Diagnostic>) {
    let background: BTreeSet<String> =
        trial.backgrounds.values().flat_map(|background| substances(trial, &background.gives)).collect();
    let is_given =
        |given: &BTreeSet<String>, drug: &str| given.iter().any(|product| counts_as(trial, product, drug));
    let in_every_arm = |drug: &str| {
        !trial.arms.is_empty()
            && trial.arms.values().all(|arm| is_given(&substances(trial, &arm.gives), drug))
    };
    let mut told = BTreeSet::new();
    for demand in demands {
        let Subject::Truth { holds: true, .. } = demand.subject else { continue };
        let finding = match &demand.clause.rule {
            Rule::Steady { measure, .. } => match &measure.value {
                Value::Dose { finding, .. } => finding,
                _ => continue,
            },
            Rule::Occurs { finding, mode: Mode::Present | Mode::Throughout, window }
                if reaches(window, demand.place.decision) =>
            {
                finding
            }
            _ => continue,
        };
        let drug = &finding.name;
        let given = is_given(&background, drug) || in_every_arm(drug);
        if !matches!(finding.domain, Domain::Drug | Domain::DrugClass) || given || !told.insert(drug.clone())
        {
            continue;
        }
        let diagnostic = at(
            &codes::ASSUMED_THERAPY,
            demand.clause.origin.0,
            format!(
                "{} requires `{drug}`, and nothing says who gives it during the trial",
                demand.place.code
            ),
        );
        found.extend(diagnostic.map(|found| {
            found.label("neither background therapy nor in every arm").help(format!(
                "declare it: `background {drug}_therapy \"…\" {{ gives {drug}: dose not stated }}`, or say in a `query` that it may be stopped"
            ))
        }));
    }
}

/// Whether a product is the drug, one of its class, or the class of which it is one: `insulin` counts as `insulins`.
fn counts_as(trial: &Trial, product: &str, drug: &str) -> bool {
    let member = |of: &str, name: &str| {
        trial.concepts.get(of).is_some_and(|concept| concept.members.iter().any(|member| member == name))
    };
    product.trim_end_matches('s') == drug.trim_end_matches('s')
        || member(drug, product)
        || member(product, drug)
}

/// Whether a window ends with the decision itself.
fn reaches(window: &Window, decision: &str) -> bool {
    window.to.as_ref().is_some_and(|to| {
        to.offset.is_none()
            && match &to.of {
                Anchor::Decision => true,
                Anchor::Event { name, .. } => name == decision,
                _ => false,
            }
    })
}

/// A08: what is forbidden at or after the start is given by the trial itself.
fn forbidden_product(trial: &Trial, demands: &[Demand<'_>], found: &mut Vec<Diagnostic>) {
    let background: BTreeSet<String> =
        trial.backgrounds.values().flat_map(|background| substances(trial, &background.gives)).collect();
    let arms: BTreeSet<String> = trial.arms.values().flat_map(|arm| substances(trial, &arm.gives)).collect();
    for demand in demands {
        let Subject::Truth { holds: false, .. } = demand.subject else { continue };
        let Rule::Occurs { finding, mode: Mode::Present | Mode::Throughout | Mode::Started, window } =
            &demand.clause.rule
        else {
            continue;
        };
        if !matches!(finding.domain, Domain::Drug | Domain::DrugClass) {
            continue;
        }
        let open = window.to.is_none();
        let now = reaches(window, demand.place.decision);
        let counted = |given: &BTreeSet<String>| counted_in(trial, finding, given);
        let given = if open {
            counted(&arms).or(counted(&background))
        } else if now {
            counted(&background)
        } else {
            None
        };
        let Some(given) = given else { continue };
        let diagnostic = at(
            &codes::FORBIDDEN_PRODUCT,
            demand.clause.origin.0,
            format!("{} forbids `{}`, and the trial itself gives `{given}`", demand.place.code, finding.name),
        );
        found.extend(diagnostic.map(|found| {
            let instead = if given == finding.name {
                "drop one of the two".to_owned()
            } else {
                format!("leave it out (`{} other than {given}`)", finding.name)
            };
            found
                .label("given by the trial")
                .help(format!("{instead}, or end the window before the treatment begins"))
        }));
    }
}

/// The product that counts as the finding.
fn counted_in(trial: &Trial, finding: &Finding, given: &BTreeSet<String>) -> Option<String> {
    let members =
        trial.concepts.get(&finding.name).map(|concept| concept.members.as_slice()).unwrap_or_default();
    let counts = |product: &&String| {
        (**product == finding.name || members.contains(product)) && !finding.other_than.contains(product)
    };
    given.iter().find(counts).cloned()
}

/// A09: masking that the design denies, or does not fill.
fn masking(trial: &Trial) -> Option<Diagnostic> {
    let header = &trial.header;
    let design = |word: &str| header.design.iter().any(|one| one == word);
    let span = |key: &str| header.origins.get(key).or(header.origin.0);
    let roles = header.masked.len();
    if design("open_label") && roles > 0 {
        let found = at(&codes::MASKING, span("masked"), "an open-label trial masks nobody")?
            .label(listed(header.masked.iter().map(String::as_str)));
        return Some(with(found, span("design"), "open label").help("remove `masked`, or say `double_blind` (two or more roles) or `single_blind` (one) in the design"));
    }
    let (word, least, most) = if design("single_blind") {
        ("single_blind", 1, 1)
    } else if design("double_blind") {
        ("double_blind", 2, usize::MAX)
    } else {
        return None;
    };
    if roles == 0 || (least..=most).contains(&roles) {
        return None;
    }
    let are = if roles == 1 { "is" } else { "are" };
    let needs = if least == 1 { "one masked role" } else { "at least two masked roles" };
    let found = at(&codes::MASKING, span("masked"), format!("`{word}` needs {needs}; {roles} {are} listed"))?
        .label(listed(header.masked.iter().map(String::as_str)));
    Some(with(found, span("design"), word).help("list every role that does not know the arm: participant, care_provider, investigator, outcomes_assessor"))
}
