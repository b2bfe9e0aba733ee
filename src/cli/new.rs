//! `trialc new`

use std::path::{Path, PathBuf};

use clap::Args;

use super::console::Console;
use super::files::shown;
use super::publish::publish;
use super::{Exit, Failure, Outcome};
use crate::diagnostics::codes;
use crate::emit::Artifact;

/// Begin a study: a protocol that compiles, with comments, and the record of an invented participant
#[derive(Debug, Args)]
pub struct Arguments {
    /// The study's folder; it must be new or empty
    dir: PathBuf,
}

const PROTOCOL: &str = include_str!("scaffold/trial.trial");
const README: &str = include_str!("scaffold/README.md");
const PARTICIPANT: &str = include_str!("scaffold/participant.json");

pub fn run(console: &Console, arguments: &Arguments) -> Outcome {
    let dir = &arguments.dir;
    if dir.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::of(
            &codes::UNWRITABLE_FILE,
            format!("`{}` is not empty; nothing was changed", shown(dir)),
        )
        .help("give the name of a folder that does not exist yet"));
    }
    let (name, title) = names(dir);
    let artifacts = [
        Artifact::new(
            "trial.trial",
            PROTOCOL.replace("my_study \"My study\"", &format!("{name} \"{title}\"")),
        ),
        Artifact::new("README.md", README.replace("My study", &title)),
        Artifact::new("participants/invented-1.json", PARTICIPANT),
    ];
    publish(dir, &artifacts)?;
    let mut text = String::new();
    for artifact in &artifacts {
        text.push_str(&format!("wrote     {}\n", shown(&dir.join(&artifact.path))));
    }
    text.push_str(&format!("next: trialc check {}\n", shown(&dir.join("trial.trial"))));
    console.out(&text)?;
    Ok(Exit::Fine)
}

/// The study's name in the language, and its title, from the name of its folder.
fn names(dir: &Path) -> (String, String) {
    let folder = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let words: Vec<String> = folder
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    // The suffix keeps a single word from being one of the language's own.
    let name = match words.as_slice() {
        [] => return ("my_study".to_owned(), "My study".to_owned()),
        [one] => format!("{one}_study"),
        words => words.join("_"),
    };
    let name = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("study_{name}") } else { name };
    let title: String = folder.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    (name, title.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_the_study_its_name() {
        let names_of = |path: &str| names(Path::new(path));
        assert_eq!(
            names_of("a/diabetes-and-heart"),
            ("diabetes_and_heart".into(), "diabetes and heart".into())
        );
        assert_eq!(names_of("NCT01719640"), ("nct01719640_study".into(), "NCT01719640".into()));
        assert_eq!(names_of("2026 Étude \"x\"").0, "study_2026_tude_x", "no name begins with a digit");
        assert_eq!(names_of("2026 Étude \"x\"").1, "2026 Étude x", "no quote breaks the title");
        assert_eq!(names_of("..").0, "my_study");
        assert_eq!(names_of("for").0, "for_study", "not the word of the language");
    }
}
