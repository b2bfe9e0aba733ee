//! Routes of administration in the spelling of names, after the terminology of the NCI Thesaurus for routes in product labels (the FDA's
//! Structured Product Labeling, on which CDISC's codelist ROUTE rests), and what people write instead.

/// In the order of the alphabet. `inhaled` is `RESPIRATORY (INHALATION)`, `otic` is `AURICULAR (OTIC)`; `intracameral`,
/// `intraosseous`, `intrarenal`, `intratumoral`, `ocular` and a few others are words of protocols that the terminology spells otherwise or lacks.
#[rustfmt::skip]
pub(crate) const ROUTES: &[&str] = &[
    "buccal", "conjunctival", "cutaneous", "dental", "dietary", "electro_osmosis", "endocervical",
    "endosinusial", "endotracheal", "enteral", "epidural", "extra_amniotic", "extracorporeal",
    "hemodialysis", "infiltration", "inhaled", "interstitial", "intra_abdominal", "intra_amniotic",
    "intra_arterial", "intra_articular", "intrabiliary", "intrabronchial", "intrabursal", "intracameral",
    "intracanalicular", "intracardiac", "intracartilaginous", "intracaudal", "intracavernous",
    "intracavitary", "intracerebral", "intracervical", "intracisternal", "intracorneal",
    "intracoronal_dental", "intracoronary", "intracorporus_cavernosum", "intracranial", "intracutaneous",
    "intradermal", "intradiscal", "intraductal", "intraduodenal", "intradural", "intraepicardial",
    "intraepidermal", "intraesophageal", "intragastric", "intragingival", "intrahepatic", "intraileal",
    "intrajejunal", "intralesional", "intralingual", "intraluminal", "intralymphatic", "intramammary",
    "intramedullary", "intrameningeal", "intramuscular", "intranodal", "intraocular", "intraomentum",
    "intraosseous", "intraovarian", "intrapericardial", "intraperitoneal", "intrapleural", "intraprostatic",
    "intrapulmonary", "intrarenal", "intrasinal", "intraspinal", "intrasynovial", "intratendinous",
    "intratesticular", "intrathecal", "intrathoracic", "intratracheal", "intratubular", "intratumoral",
    "intratympanic", "intrauterine", "intravascular", "intravenous", "intravenous_bolus",
    "intravenous_drip", "intraventricular", "intravesical", "intravitreal", "iontophoresis", "irrigation",
    "laryngeal", "nasal", "nasogastric", "occlusive_dressing_technique", "ocular", "ophthalmic", "oral",
    "oropharyngeal", "otic", "parenteral", "percutaneous", "periarticular", "peridural", "perineural",
    "periodontal", "rectal", "retrobulbar", "soft_tissue", "subarachnoid", "subconjunctival",
    "subcutaneous", "subgingival", "sublingual", "submucosal", "subretinal", "suprachoroidal", "topical",
    "transdermal", "transendocardial", "transmucosal", "transplacental", "transtracheal", "transtympanic",
    "ureteral", "urethral", "vaginal",
];

/// The route that an abbreviation or another form of the word means. What may mean two is not here: `it` is intrathecal or
/// intratumoral, `id` intradermal or daily, an infusion intravenous or subcutaneous.
pub(crate) fn meant(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "iv" | "intravenously" => "intravenous",
        "sc" | "sq" | "subq" | "subcut" | "subcutaneously" => "subcutaneous",
        "im" | "intramuscularly" => "intramuscular",
        "po" | "orally" | "peroral" => "oral",
        "inh" | "inhalation" | "inhalational" | "respiratory" | "nebulized" | "nebulised" => "inhaled",
        "intradermally" => "intradermal",
        "ip" => "intraperitoneal",
        "intrathecally" => "intrathecal",
        "pr" | "rectally" => "rectal",
        "sl" | "sublingually" => "sublingual",
        "pv" | "vaginally" => "vaginal",
        "topically" => "topical",
        "intranasal" | "nasally" => "nasal",
        "auricular" => "otic",
        "patch" => "transdermal",
        _ => return None,
    })
}
