//! The two scripts of the page, put together from the files of this folder.

/// The checker. Its names are the page's through `trialc`.
pub(super) const CHECKER: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("../script/number.js"),
    include_str!("bounds.js"),
    include_str!("../script/dates.js"),
    include_str!("../script/json.js"),
    include_str!("record.js"),
    include_str!("truth.js"),
    include_str!("units.js"),
    include_str!("amount.js"),
    include_str!("vocabulary.js"),
    include_str!("person.js"),
    include_str!("evidence.js"),
    include_str!("evaluator.js"),
    include_str!("moments.js"),
    include_str!("choices.js"),
    include_str!("results.js"),
    include_str!("terms.js"),
    include_str!("comparisons.js"),
    include_str!("findings.js"),
    include_str!("day_counts.js"),
    include_str!("doses.js"),
    include_str!("trends.js"),
    include_str!("screen.js"),
    "globalThis.trialc = { Amount, FALSE, FROM_WORST, JsonNumber, LISTS, Screener, TRUE, Units, Unreadable, dayText, declared, gather, isExact, isObject, keep,\n",
    "  labelIn, readDate, readNumber, readRecord, readValue, scaleOfUnit, spaced, walkClause, writeJson };\n",
    "})();\n",
);

/// The page at work.
pub(super) const PAGE: &str = concat!(
    "(() => {\n\"use strict\";\n",
    "const { Amount, FALSE, FROM_WORST, JsonNumber, LISTS, Screener, TRUE, Unreadable, dayText, declared, gather, isExact, isObject, keep,\n",
    "  labelIn, readDate, readNumber, readRecord, readValue, scaleOfUnit, spaced, walkClause, writeJson } = trialc;\n",
    include_str!("page_draft.js"),
    include_str!("page_usage.js"),
    include_str!("../script/dom.js"),
    include_str!("page_dom.js"),
    include_str!("page_form.js"),
    include_str!("page_findings.js"),
    include_str!("page_verdict.js"),
    include_str!("page_main.js"),
    "})();\n",
);
