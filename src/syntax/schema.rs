//! Which items there are, where each may stand, and which properties it has: one table for the reader, the resolver,
//! the documentation and an editor's completions.

use crate::ast::Keyword;

#[path = "schema_rows.rs"]
mod rows;

pub use rows::ROWS;

/// How the text behind a colon is read, and into which [`crate::ast::Value`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Quoted texts: `Value::Texts`.
    Texts,
    /// Names, and ranges of names (`month_3 to month_12`): `Value::Names`.
    Names,
    /// One of these words: `Value::Names` of one.
    Choice(&'static [&'static str]),
    /// Some of these words: `Value::Names`.
    Choices(&'static [&'static str]),
    /// Texts, names or whole numbers: `Value::Texts`, `Value::Names` or `Value::Levels`.
    Words,
    /// A property that is there or not: `Value::Flag`; also `yes` and `no` as `Value::Names`.
    Flag,
    /// A whole number: `Value::Integer`.
    Integer,
    /// `22 actual`: `Value::Enrollment`.
    Enrollment,
    /// `1:1:1`: `Value::Ratio`.
    Ratio,
    /// `1/2`: `Value::Phase`.
    Phase,
    /// `2011-01 actual`: `Value::Date`.
    Date,
    /// `scheme "value"`: `Value::Identifier`.
    Identifier,
    /// `"2.0" dated 2018-04-25`: `Value::Version`.
    Version,
    /// `E11`, `4548-4 "…"`: `Value::Codes`.
    Codes,
    /// A criterion, derivation or outcome value: `Value::Expression`, `Value::Unspecified`.
    Expression,
    /// `113.12`, `5 mg`: `Value::Quantity`.
    Quantity,
    /// `0 to 500 mg/dL`: `Value::Range`.
    Range,
    /// `low 5 mg, high 10 mg`: `Value::Doses`.
    Doses,
    /// `450 mL in 8 weeks`: `Value::Allowance`.
    Allowance,
    /// `40 to 65 years`: `Value::Range`; `18 years and over`, `under 18 years`: `Value::OpenRange`.
    Ages,
    /// `mg/dL, umol/L`: `Value::Units`.
    Units,
    /// `6 hours`: `Value::Duration`.
    Duration,
    /// `at least 14 days`, `14 days`: `Value::Duration`.
    AtLeast,
    /// Constraints of an event's time: `Value::Timing`.
    Timing,
    /// When a visit takes place: `Value::Visit`.
    Visit,
    /// `1 year after randomization` as `Value::Visit`, `1 year` as `Value::Duration`, or `Value::Texts`.
    TimeFrame,
    /// `±7 days`: `Value::Window`.
    Window,
    /// `±5 min`: `Value::Window`.
    WindowInDay,
    /// `0 "Fully active", 1`, `0 to 30`: `Value::Levels`.
    Levels,
    /// `grade 1 to 5, serious`: `Value::Attributes`.
    Attributes,
    /// Phrases of a treatment plan: `Value::Plan`.
    Plan,
    /// A dose: `Value::Quantity`; `auc 5` as `Value::Plan`; `Value::Unspecified`.
    Dose,
    /// `twice daily`: `Value::Plan` of one phrase.
    Frequency,
    /// A moment behind `on`, `from` or `until`, which is the property's name: `Value::Plan` of one phrase.
    PlanMoment,
    /// `combined versus insulin, "mean difference"`: `Value::Comparison`.
    Comparison,
    /// `rescue_therapy treatment_policy, death not stated`: `Value::Strategies`.
    Strategies,
    /// `hba1c at baseline when …`: `Value::Collection`; stands without a colon.
    Collection,
    /// `day 1 is randomization`: `Value::Clock`.
    Clock,
    /// `every 28 days from first_dose for 6 cycles`: `Value::Cycle`.
    Cycle,
    /// `odd`, `1, 3 to 5`, `4 and later`: `Value::Rounds`.
    Rounds,
    /// `-30 min, 1 h ±5 min`: `Value::Timepoints`.
    Timepoints,
    /// `choice of (…)`: `Value::FieldType`.
    FieldType,
    /// `std.labs` as `Value::Names` with dots, or `"labs.trial"` as `Value::Texts`; stands without a colon.
    Libraries,
    /// Something recorded in an example: `Value::Fact`; the whole statement.
    Fact,
    /// `ineligible by I8`: `Value::Expectation`.
    Expectation,
}

/// What an item's head says between its keyword and its wording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// Neither name nor wording: `schedule`, `washout`, `collect`.
    Bare,
    /// Wording without name: `example "…"`.
    Prose,
    /// A name.
    Name,
    /// A name, perhaps followed by wording.
    NameAndProse,
    /// `outcome primary NAME`: the tier becomes the property `tier`.
    TierAndName,
    /// `randomize NAME at EVENT`: the event becomes the property `at`.
    NameAtEvent,
    /// `eligibility for EVENT`: the event becomes the property `for`.
    ForEvent,
    /// `visits a, b, c`: the names become the property `names`.
    Names,
}

/// One property of an item.
#[derive(Clone, Copy, Debug)]
pub struct PropertyRow {
    pub name: &'static str,
    pub kind: ValueKind,
    pub repeatable: bool,
    /// What it says, in a few words.
    pub about: &'static str,
}

/// One sort of item.
#[derive(Clone, Copy, Debug)]
pub struct ItemRow {
    pub keyword: Keyword,
    /// May stand outside every block.
    pub top_level: bool,
    /// Items in whose block it may stand.
    pub inside: &'static [Keyword],
    pub head: Head,
    /// How the short body behind the colon is read; `None`: it has none.
    pub body: Option<ValueKind>,
    pub properties: &'static [PropertyRow],
    pub about: &'static str,
}

impl ItemRow {
    /// Whether the item may stand in the block of this one; `None`: outside every block.
    pub fn stands_in(&self, context: Option<Keyword>) -> bool {
        match context {
            None => self.top_level,
            // An amendment speaks of statements of every sort, wherever they stand in the protocol.
            Some(Keyword::Replace | Keyword::Revise | Keyword::Remove) => !matches!(
                self.keyword,
                Keyword::Use
                    | Keyword::Fact
                    | Keyword::Expect
                    | Keyword::Amendment
                    | Keyword::Change
                    | Keyword::Replace
                    | Keyword::Revise
                    | Keyword::Remove
            ),
            Some(keyword) => self.inside.contains(&keyword),
        }
    }

    pub fn needs_name(&self) -> bool {
        matches!(
            self.head,
            Head::Name | Head::NameAndProse | Head::TierAndName | Head::NameAtEvent | Head::Names
        )
    }

    pub fn has_prose(&self) -> bool {
        !matches!(self.head, Head::Bare | Head::Name)
    }

    /// Whether it may have a block.
    pub fn has_block(&self) -> bool {
        !matches!(
            self.keyword,
            Keyword::Use | Keyword::Fact | Keyword::Expect | Keyword::Collect | Keyword::Clock
        )
    }
}

/// A question to the sponsor, allowed on every item.
pub const QUERY: PropertyRow = PropertyRow {
    name: "query",
    kind: ValueKind::Texts,
    repeatable: false,
    about: "a question to the sponsor, shown with the item",
};

/// The row of a keyword.
pub fn row(keyword: Keyword) -> &'static ItemRow {
    &ROWS[keyword as usize]
}

/// A property of an item, by its name.
pub fn property(keyword: Keyword, name: &str) -> Option<&'static PropertyRow> {
    let row = row(keyword);
    row.properties
        .iter()
        .find(|property| property.name == name)
        .or((name == QUERY.name && row.has_block()).then_some(&QUERY))
}

/// The names of an item's properties, in the order of the table.
pub fn property_names(keyword: Keyword) -> impl Iterator<Item = &'static str> {
    let row = row(keyword);
    row.properties.iter().map(|property| property.name).chain(row.has_block().then_some(QUERY.name))
}

/// The items that may stand in a block, or outside every block.
pub fn items_in(context: Option<Keyword>) -> impl Iterator<Item = Keyword> {
    ROWS.iter()
        .filter(move |row| row.stands_in(context) && row.keyword != Keyword::Fact)
        .map(|row| row.keyword)
}

/// The keyword that a misspelt one is closest to.
pub fn keyword_like(word: &str) -> Option<Keyword> {
    Keyword::from_text(word).or_else(|| {
        let all =
            Keyword::ALL.iter().filter(|keyword| **keyword != Keyword::Fact).map(|keyword| keyword.text());
        crate::diagnostics::did_you_mean(word, all).and_then(Keyword::from_text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_one_row_for_each_keyword_in_the_order_of_the_keywords() {
        assert_eq!(ROWS.len(), Keyword::ALL.len());
        for (row, keyword) in ROWS.iter().zip(Keyword::ALL) {
            assert_eq!(row.keyword, *keyword);
        }
    }

    #[test]
    fn every_item_can_stand_somewhere_and_every_property_is_named_once() {
        for row in ROWS {
            assert!(row.top_level || !row.inside.is_empty(), "{:?}", row.keyword);
            let mut names: Vec<&str> = row.properties.iter().map(|property| property.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), row.properties.len(), "{:?}", row.keyword);
        }
    }

    #[test]
    fn query_belongs_to_every_item_with_a_block_and_only_to_those() {
        assert!(property(Keyword::Arm, "query").is_some());
        assert!(property(Keyword::Collect, "query").is_none());
    }
}
