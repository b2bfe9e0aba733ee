//! The trial's identity and surroundings: header, sites, events, persons.

use super::amendment::version_of;
use super::env::Env;
use super::{Lowering, label_of};
use crate::ast::{self, Item, Keyword, Value};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{AgeLimits, Attribute, Event, Header, Identifier, Moment, Named, OneOf, Origins, Site};
use crate::number::Exact;
use crate::resolve::Space;
use crate::source::Span;

impl Lowering<'_> {
    pub(super) fn header(&mut self) -> Header {
        let trials = self.own(Keyword::Trial);
        if let [first, second, ..] = trials.as_slice() {
            self.report(
                Diagnostic::new(
                    &codes::DUPLICATE_NAME,
                    second.head_span(),
                    "the study has a second `trial` header",
                )
                .label("the second")
                .and(first.head_span(), "the first")
                .help("keep one header; a file that others use has none"),
            );
        }
        let Some(item) = trials.first().copied() else { return Header::default() };
        // The last amendment that is carried out gives the protocol its version.
        let amended = self.own(Keyword::Amendment).into_iter().rev().find_map(version_of);
        Header {
            name: item.name.as_ref().map_or_else(String::new, |name| name.value.clone()),
            title: label_of(item),
            official_title: self.text(item, "official_title"),
            acronym: self.text(item, "acronym"),
            ids: item
                .properties_of("id")
                .filter_map(|property| match &property.value.value {
                    Value::Identifier { scheme, value } => {
                        Some(Identifier { scheme: scheme.value.clone(), value: value.value.clone() })
                    }
                    _ => None,
                })
                .collect(),
            version: amended.or_else(|| version_of(item)),
            phase: item.property("phase").map_or_else(Vec::new, |property| match &property.value.value {
                Value::Phase(phases) => phases.iter().map(|phase| phase.value.clone()).collect(),
                _ => Vec::new(),
            }),
            purpose: self.word(item, "purpose"),
            design: self.words_of(item, "design"),
            masked: self.words_of(item, "masked"),
            enrollment: self.enrollment(item),
            status: self.word(item, "status"),
            sponsor: self.text(item, "sponsor"),
            responsible_party: self.text(item, "responsible_party"),
            collaborators: self.texts(item, "collaborators"),
            started: self.date(item, "started"),
            primary_completion: self.date(item, "primary_completion"),
            completed: self.date(item, "completed"),
            registered: self.date(item, "registered"),
            updated: self.date(item, "updated"),
            verified: self.date(item, "verified"),
            sample_size: self.stated_text(item, "sample_size"),
            conditions: self.header_conditions(item),
            keywords: self.texts(item, "keywords"),
            healthy_volunteers: self.truth_value(item, "healthy_volunteers"),
            sexes: self.word(item, "sexes"),
            ages: self.ages(item),
            fda_drug: self.truth_value(item, "fda_drug"),
            fda_device: self.truth_value(item, "fda_device"),
            query: self.text(item, "query"),
            origin: item.head_span().into(),
            origins: origins(item),
        }
    }

    fn header_conditions(&mut self, item: &Item) -> Vec<String> {
        let names = self.names(item, "conditions");
        names
            .into_iter()
            .filter(|name| self.use_concept(name, &[Keyword::Condition]).is_some())
            .map(|name| name.value)
            .collect()
    }

    fn ages(&mut self, item: &Item) -> Option<AgeLimits> {
        let number = |quantity: &ast::Quantity| quantity.number.value.clone();
        match &item.property("ages")?.value.value {
            Value::Range(range) => {
                Some(AgeLimits { low: Some(number(&range.low)), high: Some(number(&range.high)) })
            }
            Value::OpenRange { low, high, below } => Some(AgeLimits {
                low: low.as_ref().map(number),
                // Under 18 years is at most 17 completed ones.
                high: high
                    .as_ref()
                    .map(|high| if *below { &number(high) - &Exact::one() } else { number(high) }),
            }),
            _ => None,
        }
    }

    pub(super) fn sites(&mut self) -> Named<Site> {
        self.own_named(Keyword::Site)
            .into_iter()
            .map(|(name, item)| {
                let site = Site {
                    label: label_of(item),
                    city: self.text(item, "city"),
                    region: self.text(item, "region"),
                    postal_code: self.text(item, "postal_code"),
                    country: self.text(item, "country"),
                };
                (name, site)
            })
            .collect()
    }

    pub(super) fn persons(&mut self) -> Named<String> {
        self.own_named(Keyword::Person).into_iter().map(|(name, item)| (name, label_of(item))).collect()
    }

    pub(super) fn events(&mut self) -> Named<Event> {
        let own = self.own_named(Keyword::Event);
        let library = self
            .scope
            .all(Space::Thing)
            .filter(|(_, entity)| entity.library && entity.keyword() == Keyword::Event)
            .map(|(name, entity)| (name.to_owned(), entity.item))
            .collect::<Vec<_>>();
        own.into_iter().chain(library).map(|(name, item)| (name, self.event(item))).collect()
    }

    fn event(&mut self, item: &Item) -> Event {
        let arms = self.arm_names(item, "arms");
        let mut constraints = Vec::new();
        let mut when = None;
        let mut one_of = None;
        let timings = item.properties_of("timing").map(|property| &property.value).chain(item.body.as_ref());
        for timing in timings {
            let Value::Timing(written) = &timing.value else { continue };
            for constraint in written {
                if let ast::Constraint::FirstTime(expr) = constraint {
                    when = self.truth(expr, &Env { unanchored: true, ..Env::default() });
                }
                if let ast::Constraint::OneOf { first, of } = constraint {
                    one_of = self.one_of(item, *first, of, timing.span);
                }
            }
            constraints.extend(self.constraints(written, timing.span));
        }
        let attributes = item
            .properties_of("with")
            .filter_map(|property| match &property.value.value {
                Value::Attributes(attributes) => Some(attributes),
                _ => None,
            })
            .flatten()
            .map(|attribute| match attribute {
                ast::Attribute::Ordinal { name, low, high } => {
                    Attribute::Ordinal { name: name.value.clone(), low: *low, high: *high }
                }
                ast::Attribute::Related { name, to } => {
                    Attribute::Related { name: name.value.clone(), to: to.value.clone() }
                }
                ast::Attribute::Flag(name) => Attribute::Flag { name: name.value.clone() },
            })
            .collect();
        Event {
            label: label_of(item),
            arms,
            repeats: self.flag(item, "repeats"),
            constraints,
            attributes,
            weekdays: self.weekdays(item, "weekdays"),
            when,
            one_of,
            origin: item.head_span().into(),
        }
    }

    /// `first of (progression, death)`. An event that is one of itself, on however long a way, never happens.
    fn one_of(&mut self, item: &Item, first: bool, of: &[ast::Moment], span: Span) -> Option<OneOf> {
        let own = item.name.as_ref()?;
        if let Some(itself) = of.iter().find(|moment| moment.name.value == own.value) {
            self.report(
                Diagnostic::new(
                    &codes::WRONG_SORT,
                    itself.name.span,
                    format!("`{}` cannot be one of the events that it stands for", own.value),
                )
                .label("the event itself")
                .help("name the other events only"),
            );
            return None;
        }
        let moments: Vec<Moment> = of.iter().filter_map(|moment| self.moment(moment)).collect();
        (moments.len() == of.len()).then(|| OneOf {
            first,
            of: moments,
            text: self.words(span),
            origin: span.into(),
        })
    }

    /// Names of arms, each of which must be declared.
    pub(super) fn arm_names(&mut self, item: &Item, key: &str) -> Vec<String> {
        let names = self.names(item, key);
        names.into_iter().filter(|name| self.is_arm(name)).map(|name| name.value).collect()
    }

    pub(super) fn is_arm(&mut self, name: &ast::Name) -> bool {
        let groups = [Space::Arm, Space::Sequence];
        if groups.iter().any(|space| self.scope.get(*space, &name.value).is_some()) {
            return true;
        }
        let arms: Vec<&str> =
            groups.iter().flat_map(|space| self.scope.all(*space)).map(|(name, _)| name).collect();
        let otherwise = match arms.as_slice() {
            [] => "declare the arms first: `randomize main at randomization { arm … }`".to_owned(),
            arms => format!("name one of the arms: {}", arms.join(", ")),
        };
        let found = self.scope.unknown(&codes::UNKNOWN_NAME, name, "arm", &arms, &otherwise);
        self.report(found);
        false
    }
}

/// Where the parts of an item stand.
pub(super) fn origins(item: &Item) -> Origins {
    let prose = item.prose.iter().map(|prose| ("prose".to_owned(), prose.span));
    let name = item.name.iter().map(|name| ("name".to_owned(), name.span));
    let body = item.body.iter().map(|body| ("body".to_owned(), body.span));
    let properties = item.properties.iter().map(|property| (property.key.value.clone(), property.value.span));
    prose.chain(name).chain(body).chain(properties).collect()
}
