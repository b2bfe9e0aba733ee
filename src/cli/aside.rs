//! What is written aside until it is whole, and is taken away when the program is interrupted (Ctrl-C, SIGTERM).
//!
//! Whatever takes the place of an older file does so while the register is locked: an interruption comes before that or
//! after it, never between two files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// As shells report a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Folders that were made are in it after what they hold.
static REGISTER: Mutex<Vec<Kept>> = Mutex::new(Vec::new());

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kept {
    File(PathBuf),
    Folder(PathBuf),
    /// Made for the outputs: it goes where it is empty.
    IfEmpty(PathBuf),
}

/// While it lives, nobody is interrupted.
pub struct Undisturbed {
    register: MutexGuard<'static, Vec<Kept>>,
}

/// To be let go of before anything that was made aside is.
pub fn undisturbed() -> Undisturbed {
    Undisturbed { register: register() }
}

fn register() -> MutexGuard<'static, Vec<Kept>> {
    static WATCHED: Once = Once::new();
    // Where nothing can be watched, the program ends as any other.
    WATCHED.call_once(|| drop(ctrlc::set_handler(|| end(&register()))));
    REGISTER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes everything away that is not whole. The register stays locked to the end: nobody makes anything more.
fn end(register: &MutexGuard<'static, Vec<Kept>>) -> ! {
    // Other threads may still put files into a folder that is being emptied; once it is gone they cannot.
    const TRIES: usize = 1_000;
    for kept in register.iter().rev() {
        match kept {
            Kept::File(path) => drop(fs::remove_file(path)),
            Kept::Folder(path) => {
                let mut tries = 0;
                while tries < TRIES && path.exists() && fs::remove_dir_all(path).is_err() {
                    tries += 1;
                }
            }
            Kept::IfEmpty(path) => drop(fs::remove_dir(path)),
        }
    }
    std::process::exit(INTERRUPTED)
}

fn forget(register: &mut Vec<Kept>, kept: &Kept) {
    if let Some(place) = register.iter().rposition(|one| one == kept) {
        register.remove(place);
    }
}

/// A file with a name of its own, which is gone when this goes.
pub struct File {
    file: Option<tempfile::NamedTempFile>,
    kept: Kept,
}

/// Makes a file in a folder.
///
/// # Errors
/// When it cannot be made.
pub fn file(folder: &Path) -> io::Result<File> {
    let mut register = register();
    let file = tempfile::Builder::new().prefix(".trialc-").tempfile_in(folder)?;
    let kept = Kept::File(file.path().to_owned());
    register.push(kept.clone());
    Ok(File { file: Some(file), kept })
}

impl File {
    pub fn as_file(&mut self) -> &mut fs::File {
        self.file.as_mut().map(tempfile::NamedTempFile::as_file_mut).expect("a file until it has its place")
    }

    /// Puts the file in its place, over what stands there.
    ///
    /// # Errors
    /// When it cannot be put there; the place is then as it was.
    pub fn persist(&mut self, place: &Path, undisturbed: &mut Undisturbed) -> io::Result<()> {
        if let Some(file) = self.file.take() {
            // On an error the file comes back with it, and goes.
            let put = file.persist(place).map(drop).map_err(|error| error.error);
            forget(&mut undisturbed.register, &self.kept);
            return put;
        }
        Ok(())
    }
}

/// A folder with a name of its own, which is gone with all that is in it when this goes.
pub struct Folder {
    /// There until it is dropped.
    folder: Option<tempfile::TempDir>,
    kept: Kept,
}

/// Makes a folder in a folder.
///
/// # Errors
/// When it cannot be made.
pub fn folder(inside: &Path) -> io::Result<Folder> {
    let mut register = register();
    let folder = tempfile::Builder::new().prefix(".trialc-").tempdir_in(inside)?;
    let kept = Kept::Folder(folder.path().to_owned());
    register.push(kept.clone());
    Ok(Folder { folder: Some(folder), kept })
}

impl Folder {
    pub fn path(&self) -> &Path {
        self.folder.as_ref().map(tempfile::TempDir::path).expect("a folder until it goes")
    }
}

/// Folders that are made for outputs, outermost first. They stay, unless they are empty when this is called off.
#[derive(Debug, Default)]
pub struct Made(Vec<PathBuf>);

/// Makes a folder and those above it that are missing.
///
/// # Errors
/// When it cannot be made.
pub fn make(folder: &Path) -> io::Result<Made> {
    let mut register = register();
    let missing = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let mut made: Vec<PathBuf> = missing.map(Path::to_owned).collect();
    made.reverse();
    fs::create_dir_all(folder)?;
    register.extend(made.iter().cloned().map(Kept::IfEmpty));
    Ok(Made(made))
}

impl Made {
    /// Takes the folders away again. Only what is empty goes: nothing of anybody's.
    pub fn call_off(&self) {
        for folder in self.0.iter().rev() {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            drop(file);
            forget(&mut register(), &self.kept);
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.folder.take());
        forget(&mut register(), &self.kept);
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let mut register = register();
        for folder in std::mem::take(&mut self.0) {
            forget(&mut register, &Kept::IfEmpty(folder));
        }
    }
}
