//! Units read and converted, beside two other engines. Run with `cargo bench --bench units`.
//!
//! `parse` remembers what it has read, as a compiler wants it; `parse_afresh` does the whole work each time, as the
//! other engines do. Those convert in floating point (one in decimals), ours exactly.

use divan::{Bencher, black_box};
use trialc::number::Exact;
use trialc::units::{Analyte, Unit, convert, parse, parse_afresh};

const CODES: [&str; 12] = [
    "mg/dL",
    "mmol/L",
    "10*9/L",
    "mm[Hg]",
    "ug/kg/min",
    "kg/m2",
    "mL/min/{1.73_m2}",
    "m[IU]/L",
    "Cel",
    "meq/L",
    "kcal/kg/d",
    "g.m/s2",
];

const CONVERSIONS: [(&str, &str); 8] = [
    ("mg/dL", "g/L"),
    ("10*3/uL", "10*9/L"),
    ("mm[Hg]", "kPa"),
    ("ug/kg/min", "mg/kg/h"),
    ("Cel", "[degF]"),
    ("[lb_av]", "kg"),
    ("U/L", "nkat/L"),
    ("m[IU]/L", "u[IU]/mL"),
];

fn main() {
    divan::main();
}

#[divan::bench_group]
mod read_twelve_units {
    use super::*;

    #[divan::bench]
    fn trialc_remembered() {
        for code in CODES {
            let _ = black_box(parse(black_box(code)));
        }
    }

    #[divan::bench]
    fn trialc_afresh() {
        for code in CODES {
            let _ = black_box(parse_afresh(black_box(code)));
        }
    }

    #[divan::bench]
    fn octofhir_ucum() {
        for code in CODES {
            let _ = black_box(octofhir_ucum::analyse(black_box(code)));
        }
    }

    #[divan::bench]
    fn ucum_units() {
        for code in CODES {
            let _ = black_box(ucum::analyze(black_box(code)));
        }
    }
}

#[divan::bench_group]
mod convert_eight_values {
    use super::*;

    #[divan::bench]
    fn trialc_units_at_hand(bencher: Bencher<'_, '_>) {
        let value: Exact = "126.5".parse().expect("a number");
        let unit = |code| parse(code).expect("a unit");
        let pairs: Vec<(Unit, Unit)> = CONVERSIONS.iter().map(|(from, to)| (unit(from), unit(to))).collect();
        let analyte = Analyte::default();
        bencher.bench(|| {
            for (from, to) in &pairs {
                let _ = black_box(convert(black_box(&value), from, to, &analyte));
            }
        });
    }

    #[divan::bench]
    fn trialc_from_text(bencher: Bencher<'_, '_>) {
        let analyte = Analyte::default();
        bencher.bench(|| {
            for (from, to) in CONVERSIONS {
                let value: Exact = black_box("126.5").parse().expect("a number");
                let (from, to) = (parse(black_box(from)), parse(black_box(to)));
                if let (Ok(from), Ok(to)) = (from, to) {
                    let _ = black_box(convert(&value, &from, &to, &analyte));
                }
            }
        });
    }

    #[divan::bench]
    fn octofhir_ucum() {
        for (from, to) in CONVERSIONS {
            let _ = black_box(octofhir_ucum::convert(black_box(126.5), black_box(from), black_box(to)));
        }
    }

    #[divan::bench]
    fn ucum_units() {
        for (from, to) in CONVERSIONS {
            let _ = black_box(ucum::convert(black_box(126.5), black_box(from), black_box(to)));
        }
    }
}
