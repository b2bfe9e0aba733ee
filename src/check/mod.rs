//! What has a meaning but is hardly meant: lints over the typed trial, one file per family.
//!
//! Lowering reports what keeps a part from having a meaning, and leaves that part out of the model. So a lint never
//! takes the trial to be complete: it speaks of what is there. A lint that cries wolf is worse than none.

mod visit;

use crate::diagnostics::{self, Diagnostic};
use crate::model::Trial;

/// A family of lints: looks at the trial and adds what it finds.
type Family = fn(&Trial, &mut Vec<Diagnostic>);

static FAMILIES: &[Family] = &[];

/// Everything that the lints have to say about a trial, sorted by place.
pub fn check(trial: &Trial) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for family in FAMILIES {
        family(trial, &mut found);
    }
    diagnostics::sort(&mut found);
    found
}
