//! The tables of a vocabulary, as Athena gives them or as a database holds them.

use super::cells::{Batch, Cell, Kind, Wanted, required};
use super::folder::{Folder, Table, Unreadable, table};
use super::scan::scan;
use crate::eligibility::EligibilityDocument;
use crate::omop::{AncestorRow, ConceptRow, ConceptSets, Expansion, ListedCode, RelationshipRow};

const CONCEPT: [Wanted<'static>; 4] = [
    required("concept_id", Kind::Id),
    required("vocabulary_id", Kind::Text),
    required("concept_code", Kind::Text),
    required("standard_concept", Kind::Text),
];
const RELATIONSHIP: [Wanted<'static>; 4] = [
    required("concept_id_1", Kind::Id),
    required("concept_id_2", Kind::Id),
    required("relationship_id", Kind::Text),
    required("invalid_reason", Kind::Text),
];
const ANCESTOR: [Wanted<'static>; 2] =
    [required("ancestor_concept_id", Kind::Id), required("descendant_concept_id", Kind::Id)];
const VOCABULARY: [Wanted<'static>; 2] =
    [required("vocabulary_id", Kind::Text), required("vocabulary_version", Kind::Text)];

/// Where the concepts of codes come from.
#[derive(Clone, Copy)]
pub enum Words<'f> {
    /// Listed ids only.
    None,
    /// The user's vocabulary: it must be whole.
    Given(&'f dyn Folder),
    /// The data themselves, where they hold one.
    InData(&'f dyn Folder),
}

/// The concept sets of a document by a vocabulary.
///
/// # Errors
/// Where a table that was given is not there or cannot be read.
pub fn concept_sets(
    document: &EligibilityDocument,
    listed: &[ListedCode],
    words: Words<'_>,
) -> Result<ConceptSets, Unreadable> {
    let (folder, is_given) = match words {
        Words::None => return Ok(of_list(document, listed)),
        Words::Given(folder) => (folder, true),
        Words::InData(folder) => (folder, false),
    };
    let Some(concepts) = table(folder, "concept")? else {
        return match is_given {
            true => Err(Unreadable::new("there is no table CONCEPT in the folder of the vocabulary")
                .help("unpack a download of athena.ohdsi.org there: CONCEPT.csv, CONCEPT_RELATIONSHIP.csv, CONCEPT_ANCESTOR.csv")),
            false => Ok(of_list(document, listed)),
        };
    };
    let version = match table(folder, "vocabulary")? {
        Some(table) => version_in(&table)?,
        None => None,
    };
    let version = version.unwrap_or_else(|| "of a version that is not stated".to_owned());
    let mut expansion = Expansion::of(document, listed, Some(version));
    let (rows, _) = match scan(&concepts, &CONCEPT, None, |batch, found: &mut Vec<OwnConcept>| {
        for row in 0..batch.rows {
            let Cell::Value(id) = batch.id(0, row) else { continue };
            let text = |column: usize| batch.text(column, row).value().unwrap_or_default();
            let concept = ConceptRow {
                id,
                vocabulary: text(1),
                code: text(2),
                is_standard: text(3).eq_ignore_ascii_case("S"),
            };
            if expansion.wants_concept(&concept) {
                found.push(OwnConcept::of(&concept));
            }
        }
    }) {
        Ok(found) => found,
        // A database may keep a table of this name that is no vocabulary: codes are then those that are listed.
        Err(_) if !is_given => return Ok(of_list(document, listed)),
        Err(error) => return Err(error),
    };
    for concept in rows.iter().flatten() {
        expansion.concept(&concept.row());
    }
    expansion.concepts_end();
    if let Some(table) = table(folder, "concept_relationship")? {
        let (found, _) = scan(&table, &RELATIONSHIP, None, |batch, found: &mut Vec<(i64, i64)>| {
            for row in 0..batch.rows {
                let Some(row) = relationship(batch, row) else { continue };
                if expansion.wants_relationship(&row) {
                    found.push((row.from, row.to));
                }
            }
        })?;
        for (from, to) in found.into_iter().flatten() {
            expansion.relationship(&RelationshipRow { from, to, relationship: "Maps to", is_valid: true });
        }
    }
    expansion.relationships_end();
    let ancestors = table(folder, "concept_ancestor")?;
    if let Some(table) = &ancestors {
        for row in ancestor_rows(table, &|row| expansion.wants_ancestor(row))? {
            expansion.ancestor(row);
        }
    }
    if let (true, Some(table)) = (expansion.ancestors_end(), &ancestors) {
        for row in ancestor_rows(table, &|row| expansion.wants_overlap(row))? {
            expansion.overlap(row);
        }
    }
    Ok(expansion.finish())
}

fn ancestor_rows(
    table: &Table,
    is_wanted: &(dyn Fn(AncestorRow) -> bool + Sync),
) -> Result<Vec<AncestorRow>, Unreadable> {
    let (found, _) = scan(table, &ANCESTOR, None, |batch, found: &mut Vec<AncestorRow>| {
        for row in 0..batch.rows {
            let (Cell::Value(ancestor), Cell::Value(descendant)) = (batch.id(0, row), batch.id(1, row))
            else {
                continue;
            };
            let row = AncestorRow { ancestor, descendant };
            if is_wanted(row) {
                found.push(row);
            }
        }
    })?;
    Ok(found.into_iter().flatten().collect())
}

fn of_list(document: &EligibilityDocument, listed: &[ListedCode]) -> ConceptSets {
    ConceptSets::of(document, listed, None, [], [], [])
}

fn relationship(batch: &Batch, row: usize) -> Option<RelationshipRow<'_>> {
    Some(RelationshipRow {
        from: batch.id(0, row).value()?,
        to: batch.id(1, row).value()?,
        relationship: batch.text(2, row).value().unwrap_or_default(),
        is_valid: batch.text(3, row).value().is_none(),
    })
}

/// The version of the whole stands beside the vocabulary `None`.
fn version_in(table: &Table) -> Result<Option<String>, Unreadable> {
    let (found, _) = scan(table, &VOCABULARY, None, |batch, found: &mut Option<String>| {
        for row in 0..batch.rows {
            if batch.text(0, row) == Cell::Value("None") {
                *found = batch.text(1, row).value().map(str::to_owned);
            }
        }
    })?;
    Ok(found.into_iter().flatten().next())
}

/// A row of CONCEPT that outlives its piece.
struct OwnConcept {
    id: i64,
    vocabulary: String,
    code: String,
    is_standard: bool,
}

impl OwnConcept {
    fn of(row: &ConceptRow<'_>) -> Self {
        Self {
            id: row.id,
            vocabulary: row.vocabulary.into(),
            code: row.code.into(),
            is_standard: row.is_standard,
        }
    }

    fn row(&self) -> ConceptRow<'_> {
        ConceptRow {
            id: self.id,
            vocabulary: &self.vocabulary,
            code: &self.code,
            is_standard: self.is_standard,
        }
    }
}
