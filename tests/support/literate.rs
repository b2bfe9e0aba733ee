//! Literate cases: a page in which a heading names what is shown, a `trial` block gives the rules, and each further block the data by which the only
//! criterion is met, not met or unknown, with the status and the assumptions behind the block's word.

use std::fs;
use std::path::Path;

/// What came out of a block of data.
pub struct Decided {
    pub status: String,
    /// What there is to read about it.
    pub words: String,
    /// What the report should have said.
    pub unsaid: Vec<String>,
}

/// A block of data, with what stands before it.
pub struct Block<'a> {
    pub rules: &'a str,
    /// Of a `codes` block, where there is one.
    pub codes: &'a str,
    pub data: &'a str,
    pub given: &'a [&'a str],
}

/// A protocol with these items and this criterion, which decides on randomization.
pub fn protocol(rules: &str) -> String {
    let (items, criterion): (Vec<&str>, Vec<&str>) =
        rules.lines().partition(|line| !line.starts_with("include ") && !line.starts_with("exclude "));
    format!("{}\neligibility for randomization {{\n{}\n}}\n", items.join("\n"), criterion.join("\n"))
}

/// Decides every block of data of a page; `word` is what these blocks begin with.
pub fn run(page: &str, word: &str, decided: impl Fn(&Block<'_>) -> Decided) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(page);
    let text = fs::read_to_string(path).expect("the cases are there");
    let (mut title, mut rules, mut codes) = (String::new(), String::new(), String::new());
    let mut block = None::<(String, String)>;
    let (mut count, mut wrong, mut seen) = (0, Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        match &mut block {
            None if line.starts_with("## ") => title = line[3..].to_owned(),
            None => block = line.strip_prefix("```").map(|info| (info.to_owned(), String::new())),
            Some((_, inside)) if line != "```" => *inside += &format!("{line}\n"),
            Some((info, inside)) => {
                let mut words = info.split_whitespace();
                match words.next() {
                    Some("trial") => rules = inside.clone(),
                    Some("codes") => codes = inside.clone(),
                    Some(first) if first == word => {
                        let wanted = words.next().expect("a status");
                        let given: Vec<&str> = words.collect();
                        let block = Block { rules: &rules, codes: &codes, data: inside, given: &given };
                        let Decided { status, words, unsaid } = decided(&block);
                        let place = format!("{page}:{}: {title}", number + 1);
                        if status != wanted {
                            wrong.push(format!("{place}: {status}, not {wanted}\n{words}"));
                        }
                        for unsaid in unsaid {
                            wrong.push(format!("{place}: the report does not say `{unsaid}`\n{words}"));
                        }
                        count += 1;
                        seen.push((title.clone(), status));
                    }
                    _ => panic!("{page}:{}: no such block", number + 1),
                }
                block = None;
            }
        }
    }
    let all = wrong.join("\n");
    assert!(wrong.is_empty(), "{} of {count} cases of {page} are wrong:\n\n{all}", wrong.len());
    assert!(count > 15, "{page} holds {count} cases");
    // A case in which something holds, and a near miss.
    let mut titles: Vec<&String> = seen.iter().map(|(title, _)| title).collect();
    titles.dedup();
    for title in titles {
        let statuses: Vec<&String> =
            seen.iter().filter(|(of, _)| of == title).map(|(_, status)| status).collect();
        assert!(statuses.iter().any(|status| *status != statuses[0]), "{page}: {title}: no near miss");
    }
}
