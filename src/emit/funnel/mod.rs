//! The attrition of a population: as a picture, as tables for spreadsheets and programs, and as a page in which
//! criteria are switched off and put in another order.
//!
//! All four are made of the same counts, and hold nothing else: no person, no id, no value.

mod csv;
mod document;
mod page;
mod shown;
mod svg;

use super::Artifact;
use crate::model::Trial;
use crate::population::{Histogram, Screened};
use document::Document;

/// What a funnel is made of.
#[derive(Clone, Copy, Debug)]
pub struct Funnel<'a> {
    pub trial: &'a Trial,
    /// One for each decision, in the order of the protocol.
    pub screened: &'a [Screened],
    /// Codes of criteria: these alone, in this order; none for all of them as the protocol has them.
    pub order: &'a [String],
    /// Numbers of people below this one are withheld, also from the data of the page.
    pub suppress_below: Option<u64>,
}

impl Funnel<'_> {
    /// `funnel.svg`, `funnel.csv`, `funnel.json` and `funnel.html`.
    pub fn artifacts(&self) -> Vec<Artifact> {
        let histogram = |screened| match self.suppress_below {
            Some(below) => Histogram::withholding(screened, below),
            None => Histogram::of(screened),
        };
        let histograms: Vec<Histogram> = self.screened.iter().map(histogram).collect();
        let document = Document::of(self, &histograms);
        vec![
            Artifact::new("funnel.svg", svg::picture(&document)),
            Artifact::new("funnel.csv", csv::table(&document)),
            Artifact::json("funnel.json", &document),
            Artifact::new("funnel.html", page::page(&document)),
        ]
    }
}
