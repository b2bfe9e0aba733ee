//! Many people at once: their data as narrow tables, and which of them each criterion lets in.
//!
//! Meaning is that of [`crate::eligibility`]. What a table can say of a person is decided on the tables; a person of
//! whom they cannot say all is screened from a record of its own ([`Population::record`]), so that no verdict depends
//! on the way it was computed.

pub mod attrition;
mod counts;
mod evaluate;
pub mod read;
mod record;
mod results;
mod screened;
mod shown;
mod tables;
pub mod write;

pub use counts::{Cell, Count, Histogram};
pub use evaluate::{days_of_results, screen, screen_records};
pub use results::{Results, ResultsOf};
pub use screened::{Column, Counted, Mask, Screened};
pub use shown::render_text;
pub use tables::{
    Day, Days, Grouped, Happening, List, Naming, Period, Population, ResultRow, ResultValue, Subject,
    SubjectId, WhyUnknown,
};
