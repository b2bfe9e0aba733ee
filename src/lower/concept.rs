//! Conditions, drugs, drug classes and procedures, with their codes and members.

use super::{Lowering, label_of};
use crate::ast::{Code, Item, Keyword, Name, Value};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Concept, ConceptCode, Domain, Duration, Named};
use crate::resolve::Space;

const TERMINOLOGIES: [&str; 7] = ["snomed", "icd10", "meddra", "rxnorm", "atc", "loinc", "cpt"];
const CONCEPTS: [Keyword; 4] = [Keyword::Condition, Keyword::Drug, Keyword::DrugClass, Keyword::Procedure];

pub(super) fn domain(keyword: Keyword) -> Option<Domain> {
    Some(match keyword {
        Keyword::Condition => Domain::Condition,
        Keyword::Drug => Domain::Drug,
        Keyword::DrugClass => Domain::DrugClass,
        Keyword::Procedure => Domain::Procedure,
        Keyword::Event => Domain::Event,
        _ => return None,
    })
}

impl Lowering<'_> {
    /// The author's own concepts, whether or not a rule speaks of them.
    pub(super) fn declare_concepts(&mut self) {
        for keyword in CONCEPTS {
            for (name, _) in self.own_named(keyword) {
                self.concept(&name);
            }
        }
    }

    /// Takes in what the concepts of the model name in turn.
    pub(super) fn complete_concepts(&mut self) {
        let mut at = 0;
        while let Some((_, concept)) = self.concepts.get_index(at) {
            for member in concept.members.clone() {
                self.concept(&member);
            }
            at += 1;
        }
    }

    /// Makes sure that a concept is in the model; reports a name that is none of these sorts.
    pub(super) fn use_concept(&mut self, name: &Name, sorts: &[Keyword]) -> Option<Domain> {
        match self.scope.get(Space::Thing, &name.value) {
            Some(entity) if sorts.contains(&entity.keyword()) => {
                self.concept(&name.value);
                domain(entity.keyword())
            }
            Some(entity) => {
                let is = entity.keyword().text();
                let wanted: Vec<&str> = sorts.iter().map(|sort| sort.text()).collect();
                let message = format!("`{}` is a {is}, not a {}", name.value, wanted.join(" or a "));
                self.report(
                    Diagnostic::new(&codes::WRONG_SORT, name.span, message)
                        .label(format!("declared as `{is}`"))
                        .and(entity.item.name_span(), "here")
                        .help(format!("name a {} here", wanted.join(" or a "))),
                );
                None
            }
            None => {
                let candidates: Vec<&str> = self
                    .scope
                    .all(Space::Thing)
                    .filter(|(_, entity)| sorts.contains(&entity.keyword()))
                    .map(|(name, _)| name)
                    .collect();
                let sort = sorts.first().map_or("condition", |sort| sort.text());
                let otherwise = format!("declare it: `{sort} {} \"…\" {{ … }}`", name.value);
                let found = self.scope.unknown(&codes::UNKNOWN_NAME, name, sort, &candidates, &otherwise);
                self.report(found);
                None
            }
        }
    }

    /// Puts a declared concept into the model.
    pub(super) fn concept(&mut self, name: &str) {
        if self.concepts.contains_key(name) {
            return;
        }
        let Some(entity) = self.scope.get(Space::Thing, name) else { return };
        let Some(domain) = domain(entity.keyword()) else { return };
        let item = entity.item;
        let codes = TERMINOLOGIES
            .iter()
            .filter_map(|terminology| {
                let codes = codes_of(item, terminology);
                (!codes.is_empty()).then(|| ((*terminology).to_owned(), codes))
            })
            .collect::<Named<_>>();
        let half_life = self.half_life(item);
        let (brands, also) = (self.texts(item, "brands"), self.texts(item, "also"));
        let open_list = self.flag(item, "open_list");
        // First in, so that members that name each other end.
        self.concepts.insert(
            name.to_owned(),
            Concept {
                domain,
                label: label_of(item),
                codes,
                members: Vec::new(),
                open_list,
                brands,
                also,
                half_life,
                origin: item.head_span().into(),
            },
        );
        let sorts: &[Keyword] = match domain {
            Domain::Drug | Domain::DrugClass => &[Keyword::Drug, Keyword::DrugClass],
            _ => &[Keyword::Condition, Keyword::Procedure],
        };
        let members = self.names(item, "members");
        let members: Vec<String> = members
            .into_iter()
            .filter(|member| self.use_concept(member, sorts).is_some())
            .map(|member| member.value)
            .collect();
        for class in self.names(item, "class") {
            self.use_concept(&class, &[Keyword::DrugClass]);
        }
        if let Some(concept) = self.concepts.get_mut(name) {
            concept.members = members;
        }
        self.join_classes(name, item);
    }

    /// A drug that names its class is one of the class's members.
    fn join_classes(&mut self, name: &str, item: &Item) {
        for class in self.names(item, "class") {
            if let Some(concept) = self.concepts.get_mut(&class.value)
                && !concept.members.iter().any(|member| member == name)
            {
                concept.members.push(name.to_owned());
            }
        }
    }

    fn half_life(&mut self, item: &Item) -> Option<Duration> {
        let property = item.property("half_life")?;
        match &property.value.value {
            Value::Duration(duration) => self.duration(duration, property.value.span),
            _ => None,
        }
    }
}

pub(super) fn codes_of(item: &Item, terminology: &str) -> Vec<ConceptCode> {
    item.properties_of(terminology)
        .filter_map(|property| match &property.value.value {
            Value::Codes(codes) => Some(codes),
            _ => None,
        })
        .flatten()
        .map(|Code { code, display }| ConceptCode {
            code: code.value.clone(),
            display: display.as_ref().map(|display| display.value.clone()),
            origin: display.as_ref().map_or(code.span, |display| code.span.to(display.span)).into(),
        })
        .collect()
}
