//! Runs the program itself, for a bounded time.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than anything may take, unoptimised and beside other work.
const PATIENCE: Duration = Duration::from_secs(400);

#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// The program with these arguments in this folder, to be started.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trialc"));
    command.current_dir(folder).args(arguments);
    command.env_remove("NO_COLOR").env_remove("COLUMNS").env_remove("RUST_BACKTRACE");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end.
///
/// # Panics
/// When it takes longer than anything may take.
pub fn run(folder: &Path, arguments: &[&str]) -> Ended {
    wait(command(folder, arguments).spawn().unwrap())
}

/// Runs it with a text on standard input.
#[allow(dead_code, reason = "not every test that shares this module has an input")]
pub fn run_with_input(folder: &Path, arguments: &[&str], input: &[u8]) -> Ended {
    let mut child = command(folder, arguments).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A program that does not read all of it is no fault of the test.
    std::thread::spawn(move || drop(stdin.write_all(&input)));
    wait(child)
}

pub fn wait(mut child: Child) -> Ended {
    let reader = |stream: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut stream) = stream {
                stream.read_to_end(&mut bytes).unwrap();
            }
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let out = reader(child.stdout.take().map(|stream| Box::new(stream) as _));
    let err = reader(child.stderr.take().map(|stream| Box::new(stream) as _));
    let begin = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if begin.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("the program did not end within {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    Ended { code, out: out.join().unwrap(), err: err.join().unwrap() }
}
