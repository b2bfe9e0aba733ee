//! Identifiers inside an ODM file. No name of the language has a dot in it, so that they are unique.

pub(super) fn event(name: &str) -> String {
    format!("SE.{name}")
}

/// An event of the trial that visits are counted from.
pub(super) fn milestone(name: &str) -> String {
    format!("SE.{name}.MILESTONE")
}

pub(super) fn form(name: &str) -> String {
    format!("F.{name}")
}

pub(super) fn group(form: &str) -> String {
    format!("IG.{form}")
}

pub(super) fn item(form: &str, item: &str) -> String {
    format!("IT.{form}.{item}")
}

/// The item that holds the one unit of a number (2.0).
pub(super) fn unit_of(form: &str, item: &str) -> String {
    format!("IT.{form}.{item}.UNIT")
}

pub(super) fn unit(ucum: &str) -> String {
    format!("MU.{ucum}")
}

pub(super) fn condition(form: &str, item: &str) -> String {
    format!("COND.{form}.{item}")
}
