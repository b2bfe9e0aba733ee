//! The forms as whatever carries or checks them sees them: questions with their conditions, limits and checks in terms
//! that no carrier owns.
//!
//! [`sheets`] walks over the forms once. A condition or check is a [`Truth`]; each carrier writes it in its own
//! [`Syntax`], the checker of entries decides it.

mod checks;
mod conditions;
mod limits;
mod names;
mod occasions;
mod own;
mod sheet;
mod times;
mod truth;

pub use checks::{Carried, Demand};
pub use conditions::{Conditions, Days, Details, FieldCondition, FormCondition, Laid, List, Tells, tells};
pub use limits::{Bounds, UnitLimits, limits};
pub use names::{
    PARTICIPANT, RECORDS, REPEAT, VISIT, numbered_visits, of_cycles, topic, unit_variable, variable,
    visit_label, visits_of,
};
pub use occasions::{Occasion, occasions};
pub use own::{Own, Sources};
pub use sheet::{Answer, Item, Number, Sheet, sheets};
pub use times::{LISTED, modulo, numbers};
pub use truth::{Answers, Compared, Operator, Syntax, Truth, in_common, write};
