//! Interventions, background therapy, allocations, arms and sequences.

use super::finding::Sought;
use super::header::origins;
use super::{Lowering, label_of};
use crate::ast::{self, Item, Keyword, Name, PlanPhrase, Value};
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::model::{
    Administration, Allocation, Amount, Arm, Background, Dose, Duration, Frequency, Intervention, Named,
    Period, Sequence, Stated,
};
use crate::resolve::Space;
use crate::source::Span;

impl Lowering<'_> {
    pub(super) fn interventions(&mut self) -> Named<Intervention> {
        let own = self.own_named(Keyword::Intervention);
        own.into_iter().map(|(name, item)| (name, self.intervention(item))).collect()
    }

    fn intervention(&mut self, item: &Item) -> Intervention {
        let substance = self.name(item, "substance");
        let substance =
            substance.filter(|name| self.use_concept(name, &[Keyword::Drug, Keyword::DrugClass]).is_some());
        let kind =
            self.body_word(item).or_else(|| self.word(item, "type")).unwrap_or_else(|| "other".to_owned());
        Intervention {
            label: label_of(item),
            kind,
            description: self.text(item, "description"),
            substance: substance.map(|name| name.value),
            route: self.word(item, "route"),
            investigational: self.flag(item, "investigational"),
            levels: self.levels_of(item),
            maximum: self.amount_of(item, "maximum"),
            safety_follow_up: self.duration_of(item, "safety_follow_up"),
            origin: item.head_span().into(),
            origins: origins(item),
        }
    }

    fn levels_of(&mut self, item: &Item) -> Named<Amount> {
        let Some(Value::Doses(doses)) = item.property("levels").map(|property| &property.value.value) else {
            return Named::new();
        };
        doses.iter().filter_map(|(name, dose)| Some((name.value.clone(), self.amount(dose)?))).collect()
    }

    /// An amount that a property gives.
    pub(super) fn amount_of(&mut self, item: &Item, key: &str) -> Option<Amount> {
        match &item.property(key)?.value.value {
            Value::Quantity(quantity) => self.amount(quantity),
            _ => None,
        }
    }

    /// A length of time that a property gives.
    pub(super) fn duration_of(&mut self, item: &Item, key: &str) -> Option<Duration> {
        let property = item.property(key)?;
        match &property.value.value {
            Value::Duration(duration) => self.duration(duration, property.value.span),
            _ => None,
        }
    }

    /// The one name that stands after an item's colon.
    pub(super) fn body_word(&self, item: &Item) -> Option<String> {
        match &item.body.as_ref()?.value {
            Value::Names(names) => Self::plain_names(names).into_iter().next().map(|name| name.value),
            _ => None,
        }
    }

    pub(super) fn backgrounds(&mut self) -> Named<Background> {
        let own = self.own_named(Keyword::Background);
        own.into_iter()
            .map(|(name, item)| {
                let background = Background {
                    label: label_of(item),
                    gives: self.gives(item),
                    origin: item.head_span().into(),
                };
                (name, background)
            })
            .collect()
    }

    pub(super) fn allocations(&mut self) -> Named<Allocation> {
        let mut allocations = Named::new();
        for (name, item) in self.own_named(Keyword::Randomize) {
            let Some(at) = self.name(item, "at") else {
                self.report(
                    Diagnostic::new(
                        &codes::MISSING_PROPERTY,
                        item.head_span(),
                        "the event of the allocation is missing",
                    )
                    .label("randomised when?")
                    .help(format!("write the event: `randomize {name} at randomization {{ … }}`")),
                );
                continue;
            };
            if !self.is_event(&at) {
                continue;
            }
            // In a crossover, participants are allocated to sequences.
            let is_arm = |inner: &&Item| matches!(inner.keyword.value, Keyword::Arm | Keyword::Sequence);
            let arms = item.items.iter().filter(is_arm);
            let arms: Vec<String> = arms.filter_map(|arm| Some(arm.name.as_ref()?.value.clone())).collect();
            let count = arms.len();
            let ratio = self.stated(item, "ratio", |lowering, property| match &property.value.value {
                Value::Ratio(parts) if parts.len() == count => Some(parts.clone()),
                Value::Ratio(parts) => {
                    let message =
                        format!("the ratio has {} parts for {count} arms or sequences", parts.len());
                    lowering.report(
                        Diagnostic::new(&codes::RATIO_PARTS, property.value.span, message)
                            .label(format!("{} parts", parts.len()))
                            .and(item.name_span(), format!("{count} arms or sequences"))
                            .help("write one number for each, in their order"),
                    );
                    None
                }
                _ => None,
            });
            let strata = self.strata(item);
            let allocation = Allocation {
                label: item.prose.as_ref().map(|prose| prose.value.clone()),
                at: at.value,
                ratio,
                strata,
                blocks: self.stated_text(item, "blocks"),
                method: self.stated_text(item, "method"),
                arms,
                origin: item.head_span().into(),
                origins: origins(item),
            };
            allocations.insert(name, allocation);
        }
        allocations
    }

    /// Stratification factors: measures, definitions, sex, country, or the protocol's words.
    fn strata(&mut self, item: &Item) -> Stated<Vec<String>> {
        self.stated(item, "strata", |lowering, property| match &property.value.value {
            Value::Names(names) => {
                let names = Self::plain_names(names);
                let mut strata = Vec::new();
                for name in names {
                    let known = lowering.scope.get(Space::Thing, &name.value).is_some()
                        || matches!(name.value.as_str(), "sex" | "country" | "site" | "age");
                    if known {
                        lowering.use_measure(&name);
                        strata.push(name.value);
                    } else if matches!(name.value.as_str(), "none" | "no") {
                        lowering.report(
                            Diagnostic::new(&codes::UNDECLARED, name.span, "this names no factor")
                                .label("no stratification?")
                                .help("leave the line out where the allocation is not stratified; where the protocol is silent, `strata: not stated`"),
                        );
                    } else {
                        lowering.unknown_in_rule(&name, Sought::Anything);
                    }
                }
                Some(strata)
            }
            Value::Texts(texts) => Some(texts.iter().map(|text| text.value.clone()).collect()),
            _ => None,
        })
    }

    pub(super) fn arms(&mut self) -> Named<Arm> {
        let own = self.own_named(Keyword::Arm);
        let mut arms: Named<Arm> = Named::new();
        for (name, item) in own {
            let kind = self
                .body_word(item)
                .or_else(|| self.word(item, "type"))
                .unwrap_or_else(|| "other".to_owned());
            let like = self.name(item, "like").filter(|like| self.is_arm(like));
            let mut gives = match &like {
                Some(like) => self.like(&arms, like),
                None => Vec::new(),
            };
            for stopped in self.names(item, "stop") {
                let before = gives.len();
                gives.retain(|one| one.product != stopped.value);
                if gives.len() == before {
                    self.report(
                        Diagnostic::new(
                            &codes::UNKNOWN_NAME,
                            stopped.span,
                            format!("`{}` is not given in that arm", stopped.value),
                        )
                        .label("nothing to stop")
                        .help("name a product that the arm after `like` gives"),
                    );
                }
            }
            for own in self.gives(item) {
                // A product that is given again replaces what the other arm gives of it.
                gives.retain(|one| one.product != own.product || like.is_none());
                gives.push(own);
            }
            arms.insert(
                name,
                Arm {
                    label: label_of(item),
                    kind,
                    description: self.text(item, "description"),
                    gives,
                    query: self.text(item, "query"),
                    origin: item.head_span().into(),
                    origins: origins(item),
                },
            );
        }
        arms
    }

    fn like(&mut self, arms: &Named<Arm>, like: &Name) -> Vec<Administration> {
        match arms.get(&like.value) {
            Some(arm) => arm.gives.clone(),
            None => {
                self.report(
                    Diagnostic::new(
                        &codes::CYCLE,
                        like.span,
                        format!("the arm `{}` comes later", like.value),
                    )
                    .label("not known yet")
                    .help("put the arm that others are like before them"),
                );
                Vec::new()
            }
        }
    }

    pub(super) fn sequences(&mut self) -> Named<Sequence> {
        let own = self.own_named(Keyword::Sequence);
        own.into_iter().map(|(name, item)| (name, self.sequence(item))).collect()
    }

    fn sequence(&mut self, item: &Item) -> Sequence {
        let mut periods: Named<Period> = Named::new();
        for inner in &item.items {
            match inner.keyword.value {
                Keyword::Period => {
                    let Some(name) = &inner.name else { continue };
                    let period = Period { label: label_of(inner), gives: self.gives(inner), washout: None };
                    periods.insert(name.value.clone(), period);
                }
                Keyword::Washout => {
                    let washout = self.washout(inner);
                    if let Some((_, period)) = periods.last_mut() {
                        period.washout = washout;
                    }
                }
                _ => {}
            }
        }
        Sequence { label: label_of(item), periods, origin: item.head_span().into() }
    }

    fn washout(&mut self, item: &Item) -> Option<Duration> {
        let body = item.body.as_ref()?;
        match &body.value {
            Value::Duration(duration) => self.duration(duration, body.span),
            _ => None,
        }
    }

    // ---- what is given ------------------------------------------------------------------------------

    /// What an item gives, regimens taken apart.
    pub(super) fn gives(&mut self, item: &Item) -> Vec<Administration> {
        let mut given = Vec::new();
        for inner in item.items_of(Keyword::Gives) {
            let Some(product) = &inner.name else { continue };
            let regimen = self.scope.get(Space::Treatment, &product.value);
            match regimen.filter(|entity| entity.keyword() == Keyword::Regimen) {
                Some(regimen) if !self.expanding.contains(&product.value) => {
                    self.expanding.push(product.value.clone());
                    given.extend(self.gives(regimen.item));
                    self.expanding.pop();
                }
                Some(_) => self.report(
                    Diagnostic::new(
                        &codes::CYCLE,
                        product.span,
                        format!("the regimen `{}` gives itself", product.value),
                    )
                    .label("a regimen cannot be part of itself")
                    .help("name the products that it consists of"),
                ),
                None => {
                    self.is_product(product);
                    given.push(self.administration(&product.value, inner));
                }
            }
        }
        given
    }

    fn is_product(&mut self, name: &Name) {
        if self
            .scope
            .get(Space::Treatment, &name.value)
            .is_some_and(|entity| entity.keyword() == Keyword::Intervention)
        {
            return;
        }
        if self.scope.get(Space::Thing, &name.value).is_some_and(|entity| {
            matches!(entity.keyword(), Keyword::Drug | Keyword::DrugClass | Keyword::Procedure)
        }) {
            self.concept(&name.value);
            return;
        }
        let candidates: Vec<&str> = self
            .scope
            .all(Space::Treatment)
            .map(|(name, _)| name)
            .chain(
                self.scope
                    .all(Space::Thing)
                    .filter(|(_, entity)| entity.keyword() == Keyword::Drug)
                    .map(|(name, _)| name),
            )
            .collect();
        let otherwise = format!("declare it: `intervention {} \"…\": drug`", name.value);
        let found = self.scope.unknown(
            &codes::UNDECLARED_PRODUCT,
            name,
            "intervention or drug",
            &candidates,
            &otherwise,
        );
        self.report(found);
    }

    fn administration(&mut self, product: &str, item: &Item) -> Administration {
        let mut given = Administration {
            product: product.to_owned(),
            dose: Stated::Missing,
            level: None,
            cap: None,
            route: Stated::Missing,
            frequency: Stated::Missing,
            on: None,
            from: None,
            lasting: None,
            until: None,
            days: None,
            text: None,
            origin: item.head_span().into(),
        };
        if let Some(body) = &item.body
            && let Value::Plan(phrases) = &body.value
        {
            for phrase in phrases {
                self.phrase_of_plan(phrase, body.span, &mut given);
            }
        }
        for property in &item.properties {
            let span = property.value.span;
            match (property.key.value.as_str(), &property.value.value) {
                (_, Value::Plan(phrases)) => {
                    for phrase in phrases {
                        self.phrase_of_plan(phrase, span, &mut given);
                    }
                }
                ("dose", Value::Quantity(quantity)) => {
                    given.dose = self
                        .amount(quantity)
                        .map_or(Stated::Missing, |amount| Stated::Is(Dose::Amount(amount)));
                }
                ("dose", Value::NotStated) => given.dose = Stated::NotStated,
                ("dose", Value::Unspecified(text)) => given.dose = Stated::Unspecified(text.value.clone()),
                ("route", Value::NotStated) => given.route = Stated::NotStated,
                ("frequency", Value::NotStated) => given.frequency = Stated::NotStated,
                ("cap", Value::Quantity(quantity)) => given.cap = self.amount(quantity),
                ("route", Value::Names(names)) => {
                    if let Some(route) = Self::plain_names(names).into_iter().next() {
                        given.route = Stated::Is(route.value);
                    }
                }
                ("for", Value::Duration(duration)) => given.lasting = self.duration(duration, span),
                ("text", Value::Texts(texts)) => {
                    given.text = texts.first().map(|text| text.value.clone());
                }
                _ => {}
            }
        }
        given
    }

    /// The dose that a level stands for; reports one that the product does not have.
    fn dose_level(&mut self, level: &Name, given: &mut Administration) {
        let product = given.product.clone();
        let entity = self.scope.get(Space::Treatment, &product);
        let item =
            entity.filter(|entity| entity.keyword() == Keyword::Intervention).map(|entity| entity.item);
        let levels = item.map_or_else(Named::new, |item| self.levels_of(item));
        given.level = Some(level.value.clone());
        if let Some(amount) = levels.get(&level.value) {
            given.dose = Stated::Is(Dose::Amount(amount.clone()));
            return;
        }
        // What is wrong is said here, not once more as a dose that is missing.
        given.dose = Stated::NotStated;
        let message = format!("`{product}` has no dose level `{}`", level.value);
        let names: Vec<&str> = levels.keys().map(String::as_str).collect();
        let found = Diagnostic::new(&codes::UNKNOWN_DOSE_LEVEL, level.span, message);
        let found = match (did_you_mean(&level.value, names.iter().copied()), names.as_slice()) {
            (Some(near), _) => found
                .label(format!("did you mean `{near}`?"))
                .help(format!("write `level {near}`, or add the level to `levels` of `{product}`"))
                .fix(level.span, near),
            (None, []) => found.label("no levels are declared").help(format!(
                "declare them with the product: `intervention {product} \"…\": drug {{ levels: {} 5 mg }}`",
                level.value
            )),
            (None, names) => found
                .label(format!("its levels are {}", names.join(", ")))
                .help(format!("name one of them, or add `{} …` to `levels` of `{product}`", level.value)),
        };
        let declared = item.and_then(|item| Some(item.property("levels")?.value.span));
        self.report(match declared {
            Some(span) => found.and(span, "the levels"),
            None => found,
        });
    }

    fn phrase_of_plan(&mut self, phrase: &PlanPhrase, span: Span, given: &mut Administration) {
        match phrase {
            PlanPhrase::Dose(quantity) => {
                given.dose =
                    self.amount(quantity).map_or(Stated::Missing, |amount| Stated::Is(Dose::Amount(amount)));
            }
            PlanPhrase::DoseNotStated => given.dose = Stated::NotStated,
            PlanPhrase::Level(level) => self.dose_level(level, given),
            PlanPhrase::TargetAuc(target) => given.dose = Stated::Is(Dose::TargetAuc(target.value.clone())),
            PlanPhrase::Cap(quantity) => given.cap = self.amount(quantity),
            PlanPhrase::Route(route) => given.route = Stated::Is(route.value.clone()),
            PlanPhrase::RouteNotStated => given.route = Stated::NotStated,
            PlanPhrase::Frequency(frequency) => {
                given.frequency = match frequency {
                    ast::Frequency::Once => Stated::Is(Frequency::Once),
                    ast::Frequency::TimesDaily(times) => Stated::Is(Frequency::TimesDaily(*times)),
                    ast::Frequency::TimesWeekly(times) => Stated::Is(Frequency::TimesWeekly(*times)),
                    ast::Frequency::Every(every) => self
                        .duration(every, span)
                        .map_or(Stated::Missing, |every| Stated::Is(Frequency::Every(every))),
                    ast::Frequency::NotStated => Stated::NotStated,
                };
            }
            PlanPhrase::On(moment) => given.on = self.moment(moment),
            PlanPhrase::From(moment) => given.from = self.moment(moment),
            PlanPhrase::For(duration) => given.lasting = self.duration(duration, span),
            PlanPhrase::Until(moment) => given.until = self.moment(moment),
            PlanPhrase::Days { days, of } => given.days = Some((days.clone(), *of)),
            PlanPhrase::Text(text) => given.text = Some(text.value.clone()),
        }
    }
}
