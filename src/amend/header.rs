//! The title page: identity, design, numbers and dates; and the sites.

use super::change::{Change, ChangeKind, Class, Impact, Part, Subject};
use super::facets::{self, Facet, Places, collapsed, quoted, stated};
use crate::model::{AgeLimits, Header, QualifiedDate, Site, Trial};
use crate::wording::listed;

pub(super) fn compare(old: &Trial, new: &Trial, changes: &mut Vec<Change>) {
    let (one, other) = (&old.header, &new.header);
    let places = Places { old: one.origin.0, new: other.origin.0 };
    // Each property is a subject of its own: there is one header.
    let whole = Subject::new(Part::Header, "trial");
    for mut change in facets::compare(&whole, "Trial", &places, facets_of(one), facets_of(other)) {
        if let Some(property) = change.property.take() {
            let span = |header: &Header| header.origins.get(&property).or(header.origin.0);
            change = change.at(span(one), span(other));
            change.subject.name = property;
        }
        changes.push(change);
    }
    sites(old, new, changes);
}

fn facets_of(header: &Header) -> Vec<Facet> {
    let words = |list: &[String]| listed(list, "and").replace('_', " ");
    let dated = |date: &Option<QualifiedDate>| {
        date.as_ref().map_or_else(String::new, |date| match &date.basis {
            Some(basis) => format!("{} ({basis})", date.date),
            None => date.date.clone(),
        })
    };
    let key =
        |date: &Option<QualifiedDate>| date.as_ref().map(|date| (date.date.clone(), date.basis.clone()));
    let ids: Vec<String> =
        header.ids.iter().map(|id| format!("{} {}", id.scheme.replace('_', " "), id.value)).collect();
    let sorted = |list: &[String]| list.iter().cloned().collect::<std::collections::BTreeSet<String>>();
    let date = |name, called, date: &Option<QualifiedDate>| {
        Facet::new(name, called, Class::Administrative, &key(date)).shown(dated(date))
    };
    let enrollment = stated(&header.enrollment, |enrollment| match &enrollment.basis {
        Some(basis) => format!("{} ({basis})", enrollment.count),
        None => enrollment.count.to_string(),
    });
    let yes = |value: Option<bool>| match value {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    };
    let admin = Class::Administrative;
    vec![
        Facet::text("title", "the title", Class::Editorial, Some(&header.title)),
        Facet::text(
            "official_title",
            "the official title",
            Class::Editorial,
            header.official_title.as_deref(),
        ),
        Facet::text("acronym", "the acronym", admin, header.acronym.as_deref()),
        Facet::new("id", "the identifiers", admin, &ids).shown(listed(&ids, "and")),
        Facet::new("phase", "the phase", Class::Design, &header.phase)
            .shown(header.phase.join("/"))
            .impact(Impact::BOTH),
        Facet::text("purpose", "the purpose", Class::Design, header.purpose.as_deref()).impact(Impact::BOTH),
        Facet::new("design", "the design", Class::Design, &sorted(&header.design))
            .shown(words(&header.design))
            .impact(Impact::BOTH),
        Facet::new("masked", "who is masked", Class::Design, &sorted(&header.masked))
            .shown(words(&header.masked))
            .impact(Impact::DATA),
        Facet::new("enrollment", "the number of participants", Class::Design, &header.enrollment)
            .shown(enrollment)
            .impact(Impact::DATA),
        Facet::new("sample_size", "the rationale of the sample size", Class::Design, &header.sample_size)
            .shown(stated(&header.sample_size, |text| collapsed(text)))
            .impact(Impact::DATA),
        Facet::text("status", "the status", admin, header.status.as_deref()),
        Facet::text("sponsor", "the sponsor", admin, header.sponsor.as_deref()).impact(Impact::PARTICIPANTS),
        Facet::text("responsible_party", "the responsible party", admin, header.responsible_party.as_deref()),
        Facet::new("collaborators", "the collaborators", admin, &sorted(&header.collaborators))
            .shown(listed(&header.collaborators, "and")),
        date("started", "the start", &header.started),
        date("primary_completion", "the primary completion", &header.primary_completion),
        date("completed", "the completion", &header.completed),
        date("registered", "the registration", &header.registered),
        date("updated", "the last update", &header.updated),
        date("verified", "the verification", &header.verified),
        Facet::new("conditions", "the conditions", Class::Design, &sorted(&header.conditions))
            .shown(words(&header.conditions))
            .impact(Impact::BOTH),
        Facet::new("keywords", "the keywords", admin, &sorted(&header.keywords))
            .shown(listed(&header.keywords, "and")),
        Facet::new(
            "healthy_volunteers",
            "whether healthy volunteers take part",
            Class::Eligibility,
            &header.healthy_volunteers,
        )
        .shown(yes(header.healthy_volunteers))
        .impact(Impact::BOTH),
        Facet::text(
            "sexes",
            "the sexes that the registry names",
            Class::Eligibility,
            header.sexes.as_deref(),
        ),
        Facet::new("ages", "the ages that the registry names", Class::Eligibility, &header.ages)
            .shown(header.ages.as_ref().map(ages).unwrap_or_default()),
        Facet::new("fda_drug", "whether it is of a drug that the FDA regulates", admin, &header.fda_drug)
            .shown(yes(header.fda_drug)),
        Facet::new(
            "fda_device",
            "whether it is of a device that the FDA regulates",
            admin,
            &header.fda_device,
        )
        .shown(yes(header.fda_device)),
    ]
}

fn ages(ages: &AgeLimits) -> String {
    match (&ages.low, &ages.high) {
        (Some(low), Some(high)) => format!("{low} to {high} years"),
        (Some(low), None) => format!("{low} years and over"),
        (None, Some(high)) => format!("up to {high} years"),
        (None, None) => "any age".to_owned(),
    }
}

fn sites(old: &Trial, new: &Trial, changes: &mut Vec<Change>) {
    let pairing = facets::pair(&old.sites, &new.sites);
    let said = |site: &Site| {
        let place = [&site.city, &site.region, &site.country].into_iter().flatten().cloned();
        std::iter::once(collapsed(&site.label)).chain(place).collect::<Vec<_>>().join(", ")
    };
    let change = |name: &str, kind: ChangeKind, sentence: String| {
        Change::new(Subject::new(Part::Site, name), kind, Class::Administrative, sentence)
    };
    for (name, one, other) in pairing.both.iter().filter(|(_, one, other)| one != other) {
        let sentence = format!("Site {}: name or address change.", quoted(&other.label));
        changes.push(change(name, ChangeKind::Changed, sentence).words(Some(said(one)), Some(said(other))));
    }
    for (name, site) in &pairing.added {
        let sentence = format!("Site {} joins.", quoted(&site.label));
        changes.push(change(name, ChangeKind::Added, sentence).words(None, Some(said(site))));
    }
    for (name, site) in &pairing.removed {
        let sentence = format!("Site {} leaves.", quoted(&site.label));
        changes.push(change(name, ChangeKind::Removed, sentence).words(Some(said(site)), None));
    }
}
