//! From files to names: takes in what `use` asks for, carries out amendments, and binds every declared name to its item.

mod amend;
mod print;
mod program;
mod scope;

pub use amend::{Action, Amended};
pub use print::resolved;
pub use program::{Base, Program, gather};
pub use scope::{Entity, Scope, Space};
