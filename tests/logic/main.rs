//! The logic of eligibility: what two versions of criteria have to do with each other, and who shows it.

mod influence;
mod protocol;
mod relations;
