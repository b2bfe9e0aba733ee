//! The two scripts of the page, put together from the files of this folder; with those of `script`, which several pages share.

/// The checker. Its names are the page's through `trialcForms`.
pub(super) const CHECKER: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("../script/number.js"),
    include_str!("../script/dates.js"),
    include_str!("../script/json.js"),
    include_str!("values.js"),
    include_str!("truths.js"),
    include_str!("windows.js"),
    include_str!("facts.js"),
    include_str!("entries.js"),
    include_str!("checker.js"),
    "globalThis.trialcForms = { Checker, JsonNumber, hasCycle, isFilledIn, Unreadable, isDay, isObject, plainNumber, readJson, writeJson };\n",
    "})();\n",
);

/// The page at work.
pub(super) const PAGE: &str = concat!(
    "(() => {\n\"use strict\";\n",
    "const { Checker, JsonNumber, hasCycle, isFilledIn, Unreadable, isDay, isObject, plainNumber, readJson, writeJson } = trialcForms;\n",
    include_str!("../script/dom.js"),
    include_str!("page_dom.js"),
    include_str!("page_record.js"),
    include_str!("page_fields.js"),
    include_str!("page_nav.js"),
    include_str!("page_main.js"),
    "})();\n",
);
