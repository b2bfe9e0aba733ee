//! What the user declares of the data. A database says none of this of itself, and nothing of it is assumed.

use jiff::civil::Date;

use crate::eligibility::record::{Coverage, CoveredDomain, Entry, Record};

/// Declared of everybody.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assumptions {
    /// The data hold everything of these domains or names, so that silence means no.
    pub coverage: Vec<Coverage>,
    /// The data hold everything of these domains or names during each person's own periods of table `observation_period`.
    pub in_observation_period: Vec<CoveredDomain>,
    /// Events and visits of the trial with their dates: `randomization` on 2020-05-01.
    pub events: Vec<Entry>,
    /// What was prescribed, ordered or dispensed was taken.
    pub orders_are_taken: bool,
    /// Taken for events that are still to come.
    pub as_of: Option<Date>,
}

impl Assumptions {
    /// What is added to the record of each.
    pub fn everybody(&self) -> Record {
        Record { coverage: self.coverage.clone(), events: self.events.clone(), ..Record::default() }
    }
}
