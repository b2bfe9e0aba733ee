//! Amendments: what a later version of the protocol says of itself.

use serde::{Deserialize, Serialize};

use super::{Origin, QualifiedDate, Version};

/// A substantial or other change of an approved protocol (ICH M11, "Amendment Details").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Amendment {
    pub label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// The protocol that it changes, as the author names it: a path from the folder of the amendment's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amends: Option<String>,
    /// Approval by the sponsor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<QualifiedDate>,
    /// The version of the protocol that it makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// `global`, `country` or `site`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The primary reason, one of ICH M11's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further_reasons: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rationale: Option<String>,
    /// Whether it bears on the participants' safety or rights, or on the reliability of the data, as the author says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substantial: Option<bool>,
    /// The author's summary of changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub summary: Vec<SummaryLine>,
    /// The statements that it touched, where it is written as a patch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<AmendedStatement>,
    #[serde(skip)]
    pub origin: Origin,
}

/// One line of the summary of changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SummaryLine {
    /// The name of what changed: `I8`, `week_4`, `hba1c_change`.
    pub subject: String,
    /// What the name is (`criterion`, `visit`, …), where the author says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// What became of it: `broader`, `moved`, … , where the author says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// What changed, in the author's words.
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rationale: Option<String>,
    #[serde(skip)]
    pub origin: Origin,
}

/// A statement that an amendment touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendedStatement {
    /// `added`, `replaced`, `revised` or `removed`.
    pub action: String,
    /// Its head: `include I8`.
    pub statement: String,
    /// The name that it declares.
    #[serde(skip)]
    pub name: Option<String>,
    /// Where the amendment says it.
    #[serde(skip)]
    pub origin: Origin,
}
