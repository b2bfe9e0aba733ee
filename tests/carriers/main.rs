//! The carriers of the forms: what each file holds of a small protocol, what its loss report tells, and that nothing in a
//! protocol can break a file.

mod fhir;
mod odm;
mod redcap;
mod support;
mod times;
mod truths;
