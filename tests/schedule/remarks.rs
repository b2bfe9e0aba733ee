use super::compiled;

/// Codes of family S and the words that they underline.
fn told(schedule: &str) -> Vec<(String, String)> {
    let text = format!(
        "trial t \"A small trial\"\nuse std.labs, std.vitals\nevent consent\nevent randomization: at least 1 day after consent\n\
         event withdrawal\nrandomize main at randomization {{ arm a \"A\": experimental  arm b \"B\": experimental }}\n{schedule}\n"
    );
    let compilation = compiled(&text);
    let grammar: Vec<&str> = compilation
        .diagnostics
        .iter()
        .filter(|found| found.code.id.starts_with('G'))
        .map(|found| found.message.as_str())
        .collect();
    assert_eq!(grammar, Vec::<&str>::new(), "{text}");
    let remarks = compilation.diagnostics.iter().filter(|found| found.code.id.starts_with('S'));
    remarks
        .map(|found| (found.code.id.to_owned(), compilation.sources.text(found.primary.span).to_owned()))
        .collect()
}

fn one(code: &str, words: &str) -> Vec<(String, String)> {
    vec![(code.to_owned(), words.to_owned())]
}

#[test]
fn a_remark_underlines_the_authors_own_words() {
    let schedule = |gap: i64| {
        format!(
            "schedule {{\n  clock study: day 1 is randomization\n  epoch a {{\n    visit week_2: 14 days after randomization, ±3 days\n    \
             visit week_3: 21 days after randomization, ±2 days and at least {gap} days after week_2\n  }}\n}}"
        )
    };
    assert_eq!(told(&schedule(13)), one("S03", "at least 13 days after week_2"));
    assert_eq!(told(&schedule(12)), []);
}

#[test]
fn overlapping_windows() {
    let schedule = |window: i64| {
        format!(
            "schedule {{ clock study: day 1 is randomization; epoch a {{ visit w4: day 29 ±{window} days; visit w5: day 36 ±{window} days }} }}"
        )
    };
    assert_eq!(told(&schedule(7)), one("S02", "w5"));
    assert_eq!(told(&schedule(3)), []);
}

#[test]
fn a_visit_in_the_wrong_epoch() {
    let schedule = |first: i64, second: i64| {
        format!(
            "schedule {{ epoch a {{ visit one: {first} months after randomization, ±3 days }}; \
             epoch b {{ visit two: {second} months after randomization, ±3 days }} }}"
        )
    };
    assert_eq!(told(&schedule(3, 1)), one("S14", "two"));
    assert_eq!(told(&schedule(1, 3)), []);
}
