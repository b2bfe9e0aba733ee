//! Writing: all files or none.
//!
//! Every file is first written whole into a folder of its own inside the target folder, which is thus on the same
//! disk, so that each then takes its place by a rename: nobody ever reads half a file. What can be known to fail is
//! asked before the first rename.

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;

use super::files::{in_words, shown};
use super::{Failure, aside};
use crate::diagnostics::codes;
use crate::emit::Artifact;

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    New,
    Replaced,
    /// It had this content already and was not touched.
    Same,
}

/// Writes the artefacts into a folder, which is made if there is none.
///
/// # Errors
/// When anything cannot be written; a folder that was made is gone again then.
pub fn publish(out: &Path, artifacts: &[Artifact]) -> Result<Vec<Change>, Failure> {
    publish_with(out, artifacts, &mut [])
}

impl Change {
    pub fn in_words(self) -> &'static str {
        match self {
            Change::New => "wrote",
            Change::Replaced => "replaced",
            Change::Same => "unchanged",
        }
    }
}

/// A file that may be too large to be held: its name, and what writes it.
pub type Streamed<'w> = (&'w str, &'w mut dyn FnMut(&mut (dyn Write + Send)) -> std::io::Result<()>);

/// As [`publish`], with more files, which may be too large to be held: they are written aside from beginning to end before
/// anything is replaced.
///
/// # Errors
/// As [`publish`].
pub fn publish_with(
    out: &Path,
    artifacts: &[Artifact],
    files: &mut [Streamed<'_>],
) -> Result<Vec<Change>, Failure> {
    for (name, _) in files.iter() {
        let place = out.join(name);
        if place.is_dir() {
            return Err(Failure::of(
                &codes::UNWRITABLE_FILE,
                format!("cannot write `{}`: a folder has this name", shown(&place)),
            )
            .help("rename that folder, or choose another one for --out"));
        }
    }
    let made = make_folder(out)?;
    let result = write_into(out, artifacts, files);
    if result.is_err() {
        made.call_off();
    }
    result
}

/// A file that was made aside is for its maker alone; results are for whom the other files are.
fn open_to_others(file: &fs::File) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Makes a folder.
fn make_folder(folder: &Path) -> Result<aside::Made, Failure> {
    match aside::make(folder) {
        Ok(made) => Ok(made),
        Err(_) if folder.is_file() => Err(Failure::of(
            &codes::UNWRITABLE_FILE,
            format!("`{}` is a file; outputs go to a folder", shown(folder)),
        )),
        Err(error) => Err(cannot_write(folder, &error)),
    }
}

fn write_into(
    out: &Path,
    artifacts: &[Artifact],
    files: &mut [Streamed<'_>],
) -> Result<Vec<Change>, Failure> {
    let mut streamed = Vec::new();
    for (name, write) in files {
        let place = out.join(&**name);
        let mut aside = aside::file(out).map_err(|error| cannot_write(out, &error))?;
        let mut buffered = std::io::BufWriter::with_capacity(1 << 18, aside.as_file());
        write(&mut buffered).and_then(|()| buffered.flush()).map_err(|error| cannot_write(&place, &error))?;
        drop(buffered);
        open_to_others(aside.as_file()).map_err(|error| cannot_write(&place, &error))?;
        streamed.push((place, aside));
    }
    let change = |artifact: &Artifact| change(&out.join(checked(artifact, artifacts)), artifact);
    let mut changes = artifacts.par_iter().map(change).collect::<Result<Vec<Change>, Failure>>()?;
    let aside = match changes.iter().all(|change| *change == Change::Same) {
        true => None,
        false => Some(aside::folder(out).map_err(|error| cannot_write(out, &error))?),
    };
    if let Some(aside) = &aside {
        artifacts.par_iter().enumerate().try_for_each(|(index, artifact)| {
            write_whole(&aside.path().join(index.to_string()), &artifact.content)
                .map_err(|error| cannot_write(&out.join(&artifact.path), &error))
        })?;
    }
    let mut undisturbed = aside::undisturbed();
    if let Some(aside) = &aside {
        put(out, artifacts, &changes, aside.path())?;
    }
    for (place, aside) in &mut streamed {
        changes.push(if place.exists() { Change::Replaced } else { Change::New });
        aside.persist(place, &mut undisturbed).map_err(|error| cannot_write(place, &error))?;
    }
    Ok(changes)
}

/// Renames what stands whole beside it to its place.
fn put(out: &Path, artifacts: &[Artifact], changes: &[Change], aside: &Path) -> Result<(), Failure> {
    let folders: BTreeSet<PathBuf> = artifacts
        .iter()
        .filter_map(|artifact| out.join(&artifact.path).parent().map(Path::to_owned))
        .collect();
    for folder in folders {
        fs::create_dir_all(&folder).map_err(|error| cannot_write(&folder, &error))?;
    }
    for (index, (artifact, change)) in artifacts.iter().zip(changes).enumerate() {
        if *change != Change::Same {
            let place = out.join(&artifact.path);
            fs::rename(aside.join(index.to_string()), &place)
                .map_err(|error| cannot_write(&place, &error))?;
        }
    }
    Ok(())
}

/// The artefact's path, which stays inside the folder and is no other artefact's.
///
/// # Panics
/// When a target gives a path that a target must not give.
fn checked<'a>(artifact: &'a Artifact, all: &[Artifact]) -> &'a Path {
    let path = Path::new(&artifact.path);
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    assert!(inside && path.file_name().is_some(), "`{}` is no path for an output", artifact.path);
    let twice = all.iter().filter(|other| other.path == artifact.path).count() > 1;
    assert!(!twice, "two outputs have the path `{}`", artifact.path);
    path
}

fn change(place: &Path, artifact: &Artifact) -> Result<Change, Failure> {
    match fs::read(place) {
        Ok(content) if content == artifact.content => Ok(Change::Same),
        Ok(_) => Ok(Change::Replaced),
        Err(_) if place.is_dir() => Err(Failure::of(
            &codes::UNWRITABLE_FILE,
            format!("cannot write `{}`: a folder has this name", shown(place)),
        )
        .help("rename that folder, or choose another one for --out")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Change::New),
        Err(error) => Err(cannot_write(place, &error)),
    }
}

/// Without waiting for the disk: outputs can be made again, and dozens of waits would cost more than the compilation.
fn write_whole(path: &Path, content: &[u8]) -> std::io::Result<()> {
    fs::File::create_new(path)?.write_all(content)
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::of(&codes::UNWRITABLE_FILE, format!("cannot write `{}`: {}", shown(path), in_words(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_and_their_folders_appear_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("deep/out");
        let artifacts = [Artifact::new("a.json", "{}"), Artifact::new("forms/b.html", "<p>")];
        assert_eq!(publish(&out, &artifacts).unwrap(), [Change::New, Change::New]);
        assert_eq!(names(&out), ["a.json", "forms"]);
        assert_eq!(fs::read_to_string(out.join("forms/b.html")).unwrap(), "<p>");
    }

    #[test]
    fn what_is_already_there_is_left_alone_and_only_the_rest_replaced() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("mine.txt"), "mine").unwrap();
        publish(home.path(), &[Artifact::new("a", "1"), Artifact::new("b", "1")]).unwrap();
        let before = fs::metadata(home.path().join("a")).unwrap().modified().unwrap();
        let changes = publish(home.path(), &[Artifact::new("a", "1"), Artifact::new("b", "2")]).unwrap();
        assert_eq!(changes, [Change::Same, Change::Replaced]);
        assert_eq!(fs::metadata(home.path().join("a")).unwrap().modified().unwrap(), before);
        assert_eq!(fs::read_to_string(home.path().join("mine.txt")).unwrap(), "mine");
        assert_eq!(names(home.path()), ["a", "b", "mine.txt"]);
    }

    #[test]
    fn one_place_that_is_taken_keeps_every_file_as_it_was() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("a"), "old").unwrap();
        fs::create_dir(home.path().join("b")).unwrap();
        let failure =
            publish(home.path(), &[Artifact::new("a", "new"), Artifact::new("b", "new")]).unwrap_err();
        assert!(failure.message.ends_with("a folder has this name"), "{}", failure.message);
        assert_eq!(fs::read_to_string(home.path().join("a")).unwrap(), "old");
        assert_eq!(names(home.path()), ["a", "b"]);
    }

    #[test]
    fn a_folder_that_was_made_for_nothing_is_gone_again() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("x/y");
        // A name that no file system takes.
        let artifacts = [Artifact::new("a", "1"), Artifact::new("n".repeat(5_000), "2")];
        assert!(publish(&out, &artifacts).is_err());
        assert!(names(home.path()).is_empty());
        assert!(publish(&out, &artifacts[..1]).is_ok(), "with a usual name it can be written");
    }

    #[test]
    #[should_panic(expected = "is no path for an output")]
    fn an_output_never_leaves_its_folder() {
        let home = tempfile::tempdir().unwrap();
        let _ = publish(home.path(), &[Artifact::new("../escaped", "")]);
    }
}
