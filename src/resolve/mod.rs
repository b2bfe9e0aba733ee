//! From files to names: takes in what `use` asks for, and binds every declared name to its item.

mod program;
mod scope;

pub use program::{Program, gather};
pub use scope::{Entity, Scope, Space};
