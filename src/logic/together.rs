//! One criterion of one version that several of the other decide together.

use super::compare::{Engine, Side};
use super::encode::Rails;

/// A criterion of one side against criteria of the other.
#[derive(Clone, Copy, Debug)]
pub struct Whole<'c> {
    pub side: Side,
    pub code: &'c str,
    /// The code of its counterpart on the other side, which is one of the parts; where it has none, all parts are found.
    pub counterpart: Option<&'c str>,
}

impl Engine<'_> {
    /// Those of `candidates`, criteria of the other side, that with the counterpart let through whom the whole lets through:
    /// the same people, and decided on the same data. None of them can be left out. `None` where there are no such.
    pub fn parts_of(&mut self, event: &str, whole: Whole<'_>, candidates: &[&str]) -> Option<Vec<String>> {
        // A part keeps nobody out whom the whole lets in; so all that could be parts can be tried together.
        let given = whole.counterpart;
        if given.is_some_and(|part| !self.follows(event, whole, part)) {
            return None;
        }
        let mut parts: Vec<&str> =
            candidates.iter().copied().filter(|part| self.follows(event, whole, part)).collect();
        if !self.suffice(event, whole, &parts) {
            return None;
        }
        for candidate in candidates.iter().rev() {
            let fewer: Vec<&str> = parts.iter().copied().filter(|part| part != candidate).collect();
            if fewer.len() < parts.len() && self.suffice(event, whole, &fewer) {
                parts = fewer;
            }
        }
        let is_several = parts.len() + usize::from(given.is_some()) > 1;
        let is_it = is_several && self.decide_alike(event, whole, &parts);
        is_it.then(|| parts.into_iter().map(str::to_owned).collect())
    }

    /// Whoever passes the whole passes the part.
    fn follows(&mut self, event: &str, whole: Whole<'_>, part: &str) -> bool {
        self.scopes(event).into_iter().all(|arm| {
            let (own, other) = self.of_whole(true, event, whole, &[part], arm);
            self.complete.circuit.solve(&[own.yes, other[0].no]).is_err()
        })
    }

    /// Whoever passes all parts passes the whole.
    fn suffice(&mut self, event: &str, whole: Whole<'_>, parts: &[&str]) -> bool {
        let parts: Vec<&str> = whole.counterpart.into_iter().chain(parts.iter().copied()).collect();
        self.scopes(event).into_iter().all(|arm| {
            let (own, others) = self.of_whole(true, event, whole, &parts, arm);
            let mut goal = vec![own.no];
            goal.extend(others.iter().map(|other| other.yes));
            self.complete.circuit.solve(&goal).is_err()
        })
    }

    /// With data missing too, all parts together are passed, failed and open where the whole is.
    fn decide_alike(&mut self, event: &str, whole: Whole<'_>, parts: &[&str]) -> bool {
        let parts: Vec<&str> = whole.counterpart.into_iter().chain(parts.iter().copied()).collect();
        self.scopes(event).into_iter().all(|arm| {
            let (own, others) = self.of_whole(false, event, whole, &parts, arm);
            let encoder = self.encoder(false);
            let all = encoder.every(&others);
            let pairs = [(own.yes, all.yes), (own.no, all.no)];
            pairs.into_iter().all(|(one, other)| {
                encoder.circuit.solve(&[one, !other]).is_err()
                    && encoder.circuit.solve(&[!one, other]).is_err()
            })
        })
    }

    fn of_whole(
        &mut self,
        complete: bool,
        event: &str,
        whole: Whole<'_>,
        parts: &[&str],
        arm: Option<&str>,
    ) -> (Rails, Vec<Rails>) {
        let (own, other) = match whole.side {
            Side::Old => (self.side(Side::Old), self.side(Side::New)),
            Side::New => (self.side(Side::New), self.side(Side::Old)),
        };
        let rails = self.passes(complete, own, event, whole.code, arm);
        (rails, parts.iter().map(|part| self.passes(complete, other, event, part, arm)).collect())
    }
}
