//! Words that join others and are never names.

/// Words with which a line may go on.
#[rustfmt::skip]
pub(super) const CONNECTIVES: &[&str] = &[
    "after", "and", "any", "at", "because", "before", "by", "dated", "differs", "during", "each", "ended",
    "ever", "every", "for", "from", "in", "instead", "is", "no", "not", "of", "on", "or", "other", "over",
    "per", "performed", "present", "since", "stable", "started", "taking", "than", "the", "to", "unless", "until",
    "versus", "when", "with", "within", "without", "x",
];

/// Words behind which a line goes on: something must follow.
pub(super) const LEADING: &[&str] = &[
    "after", "and", "any", "at", "because", "before", "by", "dated", "differs", "during", "each", "every",
    "for", "from", "in", "instead", "is", "not", "of", "on", "or", "other", "over", "per", "since", "taking",
    "than", "the", "to", "unless", "until", "versus", "when", "with", "within", "without", "x",
];

/// Words that cannot be names.
#[rustfmt::skip]
pub(super) const RESERVED: &[&str] = &[
    "after", "and", "any", "at", "before", "by", "differs", "during", "each", "ended", "ever", "every",
    "for", "from", "in", "instead", "is", "no", "not", "of", "on", "or", "other", "over", "per", "performed", "present",
    "since", "stable", "started", "taking", "than", "the", "to", "unless", "until", "when", "with", "within",
    "without", "x",
];
