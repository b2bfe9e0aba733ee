//! What the invented people have: concept ids of the OMOP vocabulary where it is sure which they are, numbers from two
//! thousand million on (kept by OHDSI for a site's own concepts) elsewhere.

/// An analyte and how its values are recorded.
pub struct Analyte {
    pub concept: i64,
    pub name: &'static str,
    /// The values that occur, in the unit of the first form.
    pub range: (f64, f64),
    /// Limits of the protocol, and other values to be hit exactly.
    pub limits: &'static [f64],
    pub normal: Option<(f64, f64)>,
    /// So many rows of a person, in the mean.
    pub rows: usize,
    pub forms: &'static [Form],
}

/// A unit in which an analyte is recorded: a value of the first form is `slope` × value + `offset` of this one.
pub struct Form {
    pub share: usize,
    pub unit: Option<i64>,
    pub source: Option<&'static str>,
    pub slope: f64,
    pub offset: f64,
    pub decimals: i32,
}

const fn form(
    share: usize,
    unit: Option<i64>,
    source: Option<&'static str>,
    slope: f64,
    decimals: i32,
) -> Form {
    Form { share, unit, source, slope, offset: 0.0, decimals }
}

/// Master equation of NGSP and IFCC (Hoelzel et al. Clin Chem 2004;50:166): % = 0.09148 × mmol/mol + 2.152.
const IFCC: Form = Form {
    share: 15,
    unit: Some(9_579),
    source: Some("mmol/mol"),
    slope: 10.931_351,
    offset: -23.524_267,
    decimals: 1,
};

/// A site's own concepts.
const OWN: i64 = 2_000_000_000;

pub const PREGNANCY_TEST: i64 = OWN + 14;
/// Broader than the diagnoses below it; the protocol does not know it.
pub const METABOLIC_DISEASE: i64 = OWN + 40;

pub const ANALYTES: &[Analyte] = &[
    Analyte {
        concept: 3_004_410,
        name: "hba1c",
        range: (5.0, 11.0),
        limits: &[7.5, 10.0],
        normal: None,
        rows: 3,
        forms: &[
            form(70, Some(8_554), Some("%"), 1.0, 1),
            IFCC,
            Form { share: 5, unit: None, source: Some("mmol / mol"), ..IFCC },
            form(4, Some(0), Some("%"), 1.0, 1),
            form(3, None, None, 1.0, 1),
            form(2, Some(0), Some("units"), 1.0, 1),
        ],
    },
    Analyte {
        concept: 3_016_723,
        name: "creatinine",
        range: (0.4, 3.0),
        limits: &[1.5, 1.4, 0.9, 0.7],
        normal: Some((0.6, 1.2)),
        rows: 3,
        forms: &[
            form(60, Some(8_840), Some("mg/dL"), 1.0, 2),
            // 113.12 g/mol
            form(25, Some(8_749), Some("umol/L"), 88.401_697, 1),
            form(8, None, Some("µmol/l"), 88.401_697, 0),
            form(4, None, Some("mg/L"), 10.0, 1),
            form(2, None, None, 1.0, 2),
            form(1, Some(9_529), Some("kg"), 1.0, 1),
        ],
    },
    Analyte {
        concept: 3_006_923,
        name: "alt",
        range: (5.0, 150.0),
        limits: &[40.0, 100.0],
        normal: Some((7.0, 40.0)),
        rows: 2,
        forms: &[form(90, Some(8_645), Some("U/L"), 1.0, 0), form(10, None, None, 1.0, 0)],
    },
    Analyte {
        concept: 3_013_721,
        name: "ast",
        range: (5.0, 150.0),
        limits: &[35.0, 87.5],
        normal: Some((8.0, 35.0)),
        rows: 2,
        forms: &[form(95, Some(8_645), Some("U/L"), 1.0, 1), form(5, None, Some("kU/L"), 0.001, 4)],
    },
    Analyte {
        concept: 3_000_963,
        name: "hemoglobin",
        range: (8.0, 17.0),
        limits: &[11.0, 12.0],
        normal: Some((12.0, 16.0)),
        rows: 2,
        forms: &[
            form(70, Some(8_713), Some("g/dL"), 1.0, 1),
            form(25, Some(8_636), Some("g/L"), 10.0, 0),
            form(5, None, Some("g/dl"), 1.0, 1),
        ],
    },
    Analyte {
        concept: OWN + 6,
        name: "platelets",
        range: (60.0, 450.0),
        limits: &[100.0],
        normal: Some((150.0, 400.0)),
        rows: 2,
        forms: &[
            form(60, Some(8_848), Some("K/uL"), 1.0, 0),
            form(25, Some(9_444), Some("10*9/L"), 1.0, 0),
            form(15, Some(8_647), Some("/uL"), 1000.0, 0),
        ],
    },
    Analyte {
        concept: OWN + 7,
        name: "inr",
        range: (0.8, 2.5),
        limits: &[1.5],
        normal: None,
        rows: 1,
        forms: &[form(90, None, None, 1.0, 1), form(10, Some(0), Some("{INR}"), 1.0, 1)],
    },
    Analyte {
        concept: 3_023_103,
        name: "potassium",
        range: (2.8, 6.2),
        limits: &[3.0, 6.0],
        normal: Some((3.5, 5.1)),
        rows: 2,
        forms: &[form(85, Some(8_753), Some("mmol/L"), 1.0, 1), form(15, None, Some("mEq/L"), 1.0, 1)],
    },
    Analyte {
        concept: 3_004_249,
        name: "systolic_bp",
        range: (100.0, 185.0),
        limits: &[160.0],
        normal: None,
        rows: 3,
        forms: &[form(97, Some(8_876), Some("mmHg"), 1.0, 0), form(3, None, Some("kPa"), 0.133_322, 1)],
    },
    Analyte {
        concept: 3_027_018,
        name: "heart_rate",
        range: (50.0, 130.0),
        limits: &[110.0],
        normal: None,
        rows: 2,
        forms: &[form(90, None, Some("/min"), 1.0, 0), form(10, None, Some("bpm"), 1.0, 0)],
    },
    Analyte {
        concept: OWN + 11,
        name: "ldl",
        range: (40.0, 220.0),
        limits: &[70.0],
        normal: None,
        rows: 2,
        forms: &[
            form(70, Some(8_840), Some("mg/dL"), 1.0, 0),
            form(30, Some(8_753), Some("mmol/L"), 0.025_86, 2),
        ],
    },
    Analyte {
        concept: 3_025_315,
        name: "weight",
        range: (40.0, 150.0),
        limits: &[81.0, 90.0],
        normal: None,
        rows: 2,
        forms: &[
            form(85, Some(9_529), Some("kg"), 1.0, 1),
            form(15, Some(8_739), Some("lbs"), 2.204_622_62, 1),
        ],
    },
    Analyte {
        concept: 3_036_277,
        name: "height",
        range: (145.0, 200.0),
        limits: &[150.0],
        normal: None,
        rows: 1,
        forms: &[form(90, Some(8_582), Some("cm"), 1.0, 0), form(10, None, Some("m"), 0.01, 2)],
    },
];

/// Concept, chance in a thousand, and how many days it lasts at most.
pub const CONDITIONS: &[(i64, usize, i32)] = &[
    (201_826, 180, 3000),
    (4_193_704, 40, 3000),
    (201_254, 10, 3000),
    (201_820, 15, 3000),
    (METABOLIC_DISEASE, 10, 300),
    (OWN + 20, 60, 20),
    (OWN + 21, 80, 20),
    (OWN + 22, 50, 2000),
    (OWN + 23, 20, 2000),
    (OWN + 24, 20, 2000),
    (OWN + 25, 15, 2000),
    (OWN + 26, 8, 2000),
];

pub const DRUGS: &[(i64, usize)] =
    &[(1_503_297, 250), (OWN + 30, 40), (OWN + 31, 40), (OWN + 32, 20), (OWN + 33, 30), (OWN + 34, 10)];

pub const PROCEDURES: &[(i64, usize)] = &[(OWN + 35, 20)];

/// The protocol's names of concepts (`codes.csv`). One row can be two things.
pub const NAMES: &[(i64, &str)] = &[
    (PREGNANCY_TEST, "pregnancy_test"),
    (201_826, "t2dm"),
    (4_193_704, "t2dm"),
    (201_254, "t1dm"),
    (201_820, "glucose_disorder"),
    (OWN + 20, "stroke"),
    (OWN + 21, "pneumonia"),
    (OWN + 22, "heart_failure"),
    (OWN + 23, "cancer"),
    (OWN + 24, "basal_cell_carcinoma"),
    (OWN + 25, "melanoma"),
    (OWN + 26, "basal_cell_carcinoma"),
    (OWN + 26, "heart_failure"),
    (1_503_297, "metformin"),
    (OWN + 30, "liraglutide"),
    (OWN + 31, "semaglutide"),
    (OWN + 32, "incretins"),
    (OWN + 33, "study_antibody"),
    (OWN + 35, "dialysis"),
    (9_201, "hospital_admission"),
    (262, "hospital_admission"),
];

/// What is broader than what (`CONCEPT_ANCESTOR`): ancestor and descendant.
pub const ANCESTORS: &[(i64, i64)] = &[
    (METABOLIC_DISEASE, 201_820),
    (METABOLIC_DISEASE, 201_826),
    (METABOLIC_DISEASE, 4_193_704),
    (METABOLIC_DISEASE, 201_254),
    (201_820, 201_826),
    (201_820, 4_193_704),
    (201_820, 201_254),
    (201_826, 4_193_704),
];
