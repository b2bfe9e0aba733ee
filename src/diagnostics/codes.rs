//! The one table of codes. A code is stable: it is never reused and never changes its meaning. Families follow
//! the questions a reviewer asks: G grammar, B names and files, K kinds of value, U units, N numbers, T time,
//! L logic, C concepts and wording, A arms, S schedule, F forms, O outcomes, P population, R registry, X text,
//! E examples, Q questions about filled forms, D the difference of two versions of a protocol, M the machine: other programs that
//! a command needs, W what a command was given: files, records, tables, options.

use super::Severity::{self, Error, Info, Warning};

/// A kind of finding, with the page that `trialc explain` shows.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    /// Stable, short: `U01`.
    pub id: &'static str,
    /// Stable, readable: `missing-unit`.
    pub name: &'static str,
    pub severity: Severity,
    /// Markdown: what it finds, why it matters, an example that raises it, what to write instead.
    pub page: &'static str,
}

impl Code {
    /// The page's first line, without the mark of a heading.
    pub fn title(&self) -> &'static str {
        self.page.lines().next().unwrap_or(self.name).trim_start_matches(['#', ' '])
    }
}

macro_rules! codes {
    ($($constant:ident $id:literal $name:literal $severity:ident;)*) => {
        $(pub static $constant: Code = Code {
            id: $id,
            name: $name,
            severity: $severity,
            page: include_str!(concat!("pages/", $id, ".md")),
        };)*

        /// Every code, in the order of the families.
        pub static ALL: &[&Code] = &[$(&$constant,)*];
    };
}

/// The code of this id or name, whatever the case.
pub fn find(wanted: &str) -> Option<&'static Code> {
    ALL.iter()
        .copied()
        .find(|code| code.id.eq_ignore_ascii_case(wanted) || code.name.eq_ignore_ascii_case(wanted))
}

codes! {
    // ---- G: grammar -----------------------------------------------------------------------------
    SYNTAX "G01" "syntax" Error;
    MISSING_COLON "G02" "missing-colon" Error;
    UNCLOSED_BLOCK "G03" "unclosed-block" Error;
    UNCLOSED_QUOTE "G04" "unclosed-quote" Error;
    UNKNOWN_KEYWORD "G05" "unknown-keyword" Error;
    UNKNOWN_PROPERTY "G06" "unknown-property" Error;
    BAD_COMPARISON "G07" "bad-comparison" Error;
    DECIMAL_COMMA "G08" "decimal-comma" Error;
    CURLY_QUOTES "G09" "curly-quotes" Error;
    STRAY_TEXT "G10" "stray-text" Error;
    MISSING_NAME "G11" "missing-name" Error;
    BAD_NAME "G12" "bad-name" Error;
    BAD_VALUE "G13" "bad-value" Error;
    MIXED_AND_OR "G14" "mixed-and-or" Error;
    TOO_DEEP "G15" "too-deep" Error;
    NOT_TEXT "G16" "not-text" Error;
    UNCLOSED_PARENTHESIS "G17" "unclosed-parenthesis" Error;
    MISPLACED "G18" "misplaced-item" Error;
    WORD_FOR_SYMBOL "G19" "word-of-prose" Error;
    TIME_PHRASE_PLACE "G20" "time-phrase-place" Error;
    REPEATED_PROPERTY "G21" "repeated-property" Error;

    // ---- B: names and files ---------------------------------------------------------------------
    UNKNOWN_NAME "B01" "unknown-name" Error;
    DUPLICATE_NAME "B02" "duplicate-name" Error;
    UNKNOWN_FILE "B03" "unknown-file" Error;
    CYCLE "B04" "defined-by-itself" Error;
    MISSING_PROPERTY "B05" "missing-part" Error;
    WRONG_SORT "B06" "wrong-sort" Error;
    NO_TRIAL "B07" "no-trial" Error;

    // ---- K: kinds of value ----------------------------------------------------------------------
    NOT_A_TRUTH "K01" "not-a-truth" Error;
    NOT_A_VALUE "K02" "not-a-value" Error;
    UNKNOWN_LEVEL "K03" "unknown-value" Error;
    NO_MODE "K04" "present-or-started" Error;
    MISPLACED_RULE "K05" "misplaced-rule" Error;
    NOT_COMPARABLE "K06" "not-comparable" Error;
    OUT_OF_REACH "K07" "out-of-reach" Error;
    IDLE_WORD "K08" "idle-word" Error;

    // ---- U: units -------------------------------------------------------------------------------
    MISSING_UNIT "U01" "missing-unit" Error;
    UNIT_MISMATCH "U02" "unit-mismatch" Error;
    IMPLAUSIBLE_UNIT "U03" "implausible-unit" Error;
    MIXED_SYSTEMS "U04" "mixed-unit-systems" Warning;
    ENZYME_UNIT "U05" "enzyme-unit" Warning;
    NO_MOLAR_MASS "U06" "no-molar-mass" Info;
    HBA1C_SCALES "U07" "hba1c-scales" Warning;
    DOSE_KINDS "U08" "dose-kinds-mixed" Warning;
    DOSE_SCALE "U09" "dose-scale" Warning;
    UNIT_SPELLING "U10" "unit-spelling" Info;
    UNKNOWN_UNIT "U11" "unknown-unit" Error;
    LIMIT_WITHOUT_MEASURE "U12" "limit-without-measure" Error;
    FALSE_FRIEND "U13" "false-friend-unit" Warning;
    UNITS_DISAGREE "U14" "units-disagree" Error;

    // ---- N: numbers -----------------------------------------------------------------------------
    EMPTY_RANGE "N01" "empty-range" Error;
    RANGE_ENDS "N02" "range-ends" Info;
    ONE_COMPARATOR "N03" "comparison-missing" Warning;
    BOUNDARY "N04" "boundary" Warning;
    STABLE_WITHOUT_TOLERANCE "N05" "stable-without-tolerance" Error;
    TOO_PRECISE "N06" "too-precise" Warning;
    IMPLAUSIBLE_VALUE "N07" "implausible-value" Warning;
    NO_REFERENCE_RANGE "N08" "no-reference-range" Warning;
    TABLE_GAP "N09" "table-gap" Error;
    TABLE_OVERLAP "N10" "table-overlap" Error;
    AMBIGUOUS_PERCENT "N11" "ambiguous-percent" Error;
    PERCENT_POINTS "N12" "percent-points" Warning;
    LOST_COMPARISON "N13" "lost-comparison" Warning;

    // ---- T: time --------------------------------------------------------------------------------
    NO_ANCHOR "T01" "no-anchor" Error;
    TWO_RANGES "T02" "two-ranges" Warning;
    UNDECLARED_EVENT "T03" "undeclared-event" Error;
    ARM_ONLY_ANCHOR "T04" "arm-only-anchor" Error;
    OTHER_ANCHOR "T05" "other-anchor" Warning;
    UNCLEAR_DIRECTION "T06" "unclear-direction" Error;
    HOW_FAR_BACK "T07" "how-far-back" Warning;
    NO_WASHOUT "T08" "no-washout" Warning;
    WINDOW_TOO_SHORT "T09" "window-too-short" Warning;
    SHORT_WASHOUT "T10" "short-washout" Warning;
    AFTER_DECISION "T11" "after-decision" Error;
    MONTH_OR_DAYS "T12" "month-or-days" Warning;
    OLD_RESULT "T13" "old-result" Warning;
    UNEVEN_DURATION "T14" "uneven-duration" Error;
    WHICH_OCCURRENCE "T15" "which-occurrence" Error;
    MIXED_TIME "T16" "mixed-time" Error;
    BAD_DAY "T17" "day-number" Error;
    NEGATED_TIME "T18" "negated-time" Error;

    // ---- L: logic -------------------------------------------------------------------------------
    DUPLICATE "L01" "duplicate-test" Warning;
    COMPLEMENT "L02" "complement" Warning;
    BINDS_BEYOND "L03" "binds-beyond" Info;
    CONTRADICTION "L04" "contradiction" Error;
    AND_OR "L05" "and-or" Warning;
    COMMA_LIST "L06" "comma-list" Warning;
    SEXES_JOINED "L07" "sexes-joined" Warning;
    SEVERAL_TESTS "L08" "several-tests" Warning;
    EXCEPTION_IN_EXCLUSION "L09" "exception-in-exclusion" Warning;
    CATCH_ALL "L10" "catch-all" Info;
    IMPLIED_BOUND "L11" "implied-bound" Info;
    UNSATISFIABLE "L12" "unsatisfiable" Error;
    DEAD_TEST "L13" "dead-test" Warning;
    DOUBLE_NEGATIVE "L14" "double-negative" Warning;
    NOT_BOTH "L15" "not-both" Warning;
    ONE_SEX_ONLY "L16" "one-sex-only" Warning;
    ONE_IS_ENOUGH "L17" "one-is-enough" Warning;

    // ---- C: concepts and wording ----------------------------------------------------------------
    UNDECLARED "C01" "undeclared" Error;
    TWO_NAMES "C02" "two-names" Warning;
    UNNAMED_ANALYTE "C03" "unnamed-analyte" Warning;
    VAGUE_WORD "C04" "vague-word" Warning;
    OPEN_LIST "C05" "open-list" Warning;
    BRAND_NAME "C06" "brand-name" Info;
    UNDATED_DEFINITION "C07" "undated-definition" Warning;
    JUDGEMENT "C08" "judgement" Warning;
    ACRONYM "C09" "acronym" Warning;
    BAD_CODE "C10" "terminology-code" Warning;

    // ---- A: arms --------------------------------------------------------------------------------
    INCOMPLETE_DOSE "A01" "incomplete-dose" Warning;
    UNUSED_INTERVENTION "A02" "unused-intervention" Warning;
    INVESTIGATIONAL_COMPARATOR "A03" "investigational-comparator" Warning;
    CELL_PRODUCT "A04" "cell-product" Info;
    ASSUMED_THERAPY "A05" "assumed-therapy" Warning;
    UNKNOWN_DOSE_LEVEL "A06" "unknown-dose-level" Error;
    TOTAL_EXPOSURE "A07" "total-exposure" Warning;
    FORBIDDEN_PRODUCT "A08" "forbidden-product" Warning;
    MASKING "A09" "masking" Warning;
    UNDECLARED_PRODUCT "A10" "undeclared-product" Error;

    // ---- S: schedule ----------------------------------------------------------------------------
    NO_VISIT_FOR_TIME "S01" "no-visit-for-time" Warning;
    OVERLAPPING_WINDOWS "S02" "overlapping-windows" Warning;
    IMPOSSIBLE_SCHEDULE "S03" "impossible-schedule" Error;
    UNCLEAR_SIGN "S04" "unclear-sign" Warning;
    WINDOW_GAP "S05" "window-gap" Warning;
    BEFORE_CONSENT "S06" "before-consent" Warning;
    SHORT_FOLLOW_UP "S07" "short-follow-up" Warning;
    EARLY_END_OUTCOME "S08" "early-end-outcome" Warning;
    NOT_FASTING "S09" "not-fasting" Warning;
    NO_CONDITION "S10" "no-condition" Warning;
    BLOOD_VOLUME "S11" "blood-volume" Info;
    CLOSED_DAY "S12" "closed-day" Warning;
    DAY_NUMBERING "S13" "day-numbering" Warning;
    VISIT_ORDER "S14" "visit-order" Warning;
    EMPTY_VISIT "S15" "empty-visit" Warning;
    EMPTY_PERIOD "S16" "empty-period" Warning;
    ANCHOR_NOT_IN_ARM "S17" "anchor-not-in-arm" Error;
    ENDLESS_CYCLE "S18" "endless-cycle" Warning;
    LOOK_BACK "S19" "look-back" Warning;
    LATE_RESULT "S20" "late-result" Warning;
    PRIMARY_NOT_IN_ARM "S22" "primary-not-in-arm" Warning;
    NO_BASELINE "S23" "no-baseline" Warning;
    NO_ACCOUNTABILITY "S24" "no-accountability" Warning;
    SHORT_SUPPLY "S25" "short-supply" Warning;
    NO_PREGNANCY_TEST "S26" "no-pregnancy-test" Warning;
    ADVERSE_EVENTS_GAP "S27" "adverse-events-gap" Warning;
    ALLOCATED_FIRST "S29" "allocated-first" Warning;
    NO_EARLY_END "S30" "no-early-end" Warning;
    FOLLOW_UP_STATED "S31" "follow-up-stated" Warning;
    PRE_DOSE "S32" "pre-dose" Warning;
    REMOTE_EXAMINATION "S33" "remote-examination" Warning;
    SHORT_WASHOUT_PERIOD "S35" "short-washout-period" Warning;
    EPOCH_EDGE "S36" "epoch-edge" Warning;
    LABEL_DAY "S37" "label-day" Warning;
    WIDE_WINDOW "S38" "wide-window" Warning;
    ONE_DAY_ONLY "S39" "one-day-only" Info;
    MONTHS_FOR_WEEKS "S40" "months-for-weeks" Warning;
    NEVER_SCHEDULED "S41" "never-scheduled" Info;
    LEVEL_WITHOUT_DRUG "S42" "level-without-drug" Warning;

    // ---- F: forms -------------------------------------------------------------------------------
    NOT_ON_A_FORM "F01" "not-on-a-form" Error;
    IDLE_FIELD "F02" "idle-field" Warning;
    FIELD_UNIT "F03" "field-unit" Error;
    NARROW_RANGE "F04" "narrow-range" Warning;
    SKIP_LOGIC "F05" "skip-logic" Error;
    CLOSED_LIST "F06" "closed-list" Warning;
    TWO_LISTS "F07" "two-lists" Warning;
    UNKNOWN_FIELD "F08" "unknown-field" Error;

    // ---- Q: filled forms, told by `trialc validate-record` ----------------------------------------
    NOT_A_RECORD "Q01" "not-a-record" Error;
    NOT_ON_THE_FORM "Q02" "not-on-the-form" Error;
    WRONG_VISIT "Q03" "wrong-visit" Error;
    ANSWER_MISSING "Q04" "answer-missing" Error;
    NOT_ASKED "Q05" "not-asked" Error;
    NOT_OF_THE_TYPE "Q06" "not-of-the-type" Error;
    NOT_ON_THE_LIST "Q07" "not-on-the-list" Error;
    BEYOND_THE_LIMIT "Q08" "beyond-the-limit" Error;
    IMPLAUSIBLE "Q09" "implausible-value" Warning;
    FAILED_CHECK "Q10" "failed-check" Error;
    CHECK_QUERY "Q11" "check-query" Warning;
    FILLED_IN_TWICE "Q12" "filled-in-twice" Error;
    OTHER_VERSION "Q13" "other-version" Warning;
    NOT_FOR_THIS_PARTICIPANT "Q14" "not-for-this-participant" Error;
    FORM_MISSING "Q15" "form-missing" Warning;

    // ---- O: outcomes ----------------------------------------------------------------------------
    OUTCOME_ANCHOR "O01" "outcome-anchor" Error;
    OUTCOME_METRIC "O02" "outcome-metric" Warning;
    TWO_MEASURES "O03" "two-measures" Warning;
    NO_PRIMARY "O04" "no-primary" Warning;
    NOT_IN_EVERY_ARM "O05" "not-in-every-arm" Warning;
    MET_AT_ENTRY "O06" "met-at-entry" Warning;
    NO_INTERCURRENT "O07" "no-intercurrent-events" Warning;
    COMPOSITE "O08" "composite-endpoint" Error;

    // ---- P: population --------------------------------------------------------------------------
    ALLOCATION_RATIO "P01" "allocation-ratio" Warning;
    NO_SAMPLE_SIZE "P02" "no-sample-size" Warning;
    TOO_MANY_STRATA "P03" "too-many-strata" Warning;
    RATIO_PARTS "P05" "ratio-parts" Error;

    // ---- R: registry ----------------------------------------------------------------------------
    REGISTRY_FIELDS "R01" "registry-fields" Warning;
    RETROSPECTIVE "R02" "retrospective" Info;
    DATES "R03" "dates" Warning;
    REGISTRY_LIMITS "R04" "registry-limits" Warning;

    // ---- X: text --------------------------------------------------------------------------------
    TYPING_SLIP "X01" "typing-slip" Info;
    DRIFT "X02" "drift" Warning;
    SERIES_DRIFT "X03" "series-drift" Warning;

    // ---- D: two versions of a protocol, told by `trialc diff` -------------------------------------
    BLOCKED "D01" "blocked-widening" Warning;
    NARROWED "D02" "narrowed-after-enrollment" Warning;
    BREAKING "D03" "breaking-for-data" Error;
    CONSENT "D04" "new-consent" Warning;
    PRIMARY_CHANGED "D05" "primary-outcome-changed" Warning;
    SUMMARY "D06" "summary-of-changes" Error;
    RENUMBERED "D07" "renumbered" Warning;
    WINDOW_TIGHTENED "D08" "window-tightened" Warning;
    WITHOUT_EFFECT "D09" "without-effect" Info;

    // ---- E: examples ----------------------------------------------------------------------------
    EXAMPLE_DISAGREES "E01" "example-disagrees" Error;

    // ---- M: other programs, told by `trialc … --solver` -------------------------------------------
    SOLVER_NOT_RUN "M01" "solver-not-run" Error;
    SOLVER_ENDED "M02" "solver-ended" Error;
    SOLVER_ANSWER "M03" "solver-answer" Error;
    SOLVER_LATE "M04" "solver-late" Warning;

    // ---- W: what a command was given, told by all of them -----------------------------------------
    UNREADABLE_FILE "W01" "unreadable-file" Error;
    UNWRITABLE_FILE "W02" "unwritable-file" Error;
    OPTIONS_CLASH "W03" "options-clash" Error;
    NOT_THERE "W04" "not-there" Error;
    UNREADABLE_RECORD "W05" "unreadable-record" Error;
    UNREADABLE_TABLE "W06" "unreadable-table" Error;
    NOTHING_TO_DO "W07" "nothing-to-do" Error;
    UNREADABLE_OPTION "W08" "unreadable-option" Error;
    UNWATCHABLE "W09" "unwatchable" Error;
    UNKNOWN_COMMAND "W10" "unknown-command" Error;
}
