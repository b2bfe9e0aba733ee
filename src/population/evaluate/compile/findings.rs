//! What findings mean in the tables.

use super::{Compiler, Lasting, LastingOf, Leaf, Tree};
use crate::eligibility::record::CoveredDomain;
use crate::eligibility::{Scale, Truth};
use crate::model::{Comparator, Domain, Finding, Term, TimeUnit, UnitRef};
use crate::population::evaluate::days::day_of;
use crate::population::evaluate::happenings::{Cover, Sought};
use crate::population::record::entry;
use crate::population::tables::{Day, Days, Happening, Naming};
use crate::time::DateRange;

/// Beyond this depth a class of classes is taken for a circle, as the evaluator does.
const DEEPEST_CLASS: usize = 16;

impl<'a> Compiler<'a, '_> {
    pub(super) fn lasting(
        &mut self,
        finding: &'a Finding,
        time: TimeUnit,
        of: LastingOf,
        tests: &[(Comparator, &'a Term)],
        unit: Option<&'a UnitRef>,
    ) -> Option<Tree> {
        let sought = self.sought(finding)?;
        let tests = self.whole_numbers(&Scale::Time(time), Some(time), tests, unit)?;
        Some(self.leaf(Leaf::Lasting(Lasting { sought, unit: time, of, tests })))
    }

    /// `None` where something that is known of everybody may be meant: then it is in every record.
    pub(super) fn sought(&self, finding: &Finding) -> Option<Sought> {
        let everybody = &self.population.everybody;
        if everybody.events.iter().any(|entry| self.parts.is_meant(entry, finding) != Truth::False) {
            return None;
        }
        let meant = |naming: &Naming, is_unsure| {
            let on = Days::exactly(0);
            let row = Happening { start: on, end: on, naming: 0, is_unsure };
            self.parts.is_meant(&entry(naming, &row), finding)
        };
        let meant = self.population.namings.iter().map(|naming| [meant(naming, false), meant(naming, true)]);
        let begins = |from: Option<DateRange>| from.map_or(Day::MIN, |from| day_of(from.latest));
        let ends = |to: Option<DateRange>| to.map_or(Day::MAX, |to| day_of(to.earliest));
        let absences = everybody.absences.iter().filter(|absence| {
            self.parts
                .find_absent(&absence.name)
                .iter()
                .any(|broader| self.parts.is_a(&finding.name, broader))
        });
        Some(Sought {
            meant: meant.collect(),
            cover: self.cover(&finding.name, 0),
            denied: absences.map(|absence| (begins(absence.from), ends(absence.to))).collect(),
        })
    }

    fn cover(&self, name: &str, depth: usize) -> Cover {
        let everybody = &self.population.everybody;
        let concept = self.parts.concept(name);
        let is_open = concept.is_some_and(|concept| concept.open_list);
        let begins = |from: Option<DateRange>| from.map_or(Day::MIN, |from| day_of(from.latest));
        let ends = |to: Option<DateRange>| to.map_or(Day::MAX, |to| day_of(to.earliest));
        let domain = self.parts.domain(name).filter(|_| !is_open);
        let speaks = |of: &CoveredDomain| match of {
            CoveredDomain::Conditions => domain == Some(Domain::Condition),
            CoveredDomain::Drugs => matches!(domain, Some(Domain::Drug | Domain::DrugClass)),
            CoveredDomain::Procedures => domain == Some(Domain::Procedure),
            CoveredDomain::Events => domain == Some(Domain::Event),
            CoveredDomain::Name(of) => self.parts.find_thing(of).is_some_and(|of| self.parts.is_a(name, of)),
        };
        let covers = everybody.coverage.iter().filter(|cover| speaks(&cover.of));
        let covers = covers.map(|cover| (begins(cover.from), ends(cover.to)));
        let absences = everybody.absences.iter().filter(|absence| {
            self.parts.find_absent(&absence.name).iter().any(|broader| self.parts.is_a(name, broader))
        });
        let absences = absences.map(|absence| (begins(absence.from), ends(absence.to)));
        let members = concept.filter(|_| !is_open && depth < DEEPEST_CLASS).map(|concept| &concept.members);
        Cover {
            common: covers.chain(absences).collect(),
            speaks: self.population.covered.iter().map(speaks).collect(),
            members: members.into_iter().flatten().map(|member| self.cover(member, depth + 1)).collect(),
        }
    }
}
