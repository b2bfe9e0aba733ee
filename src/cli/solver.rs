//! A solver that others have written, as a child process: fed, timed and ended here.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;

use super::Failure;
use crate::logic::{Asked, Fault, Solver};

/// No answer of a solver is longer, in bytes.
const LONGEST: u64 = 1 << 20;

#[derive(Clone, Debug, Args)]
pub struct SolverChoice {
    /// Ask a solver, too, where a quantity is computed from others (BMI, clearances): `z3`, `cvc5`, or the path of a program
    /// that reads SMT-LIB
    #[arg(long, value_name = "PROGRAM")]
    solver: Option<String>,
    /// How long the solver may think about one question; it says nothing about what takes longer
    #[arg(long, value_name = "SECONDS", default_value_t = 5, requires = "solver", value_parser = clap::value_parser!(u64).range(1..=3600))]
    solver_seconds: u64,
}

impl SolverChoice {
    /// The solver that was asked for, once it is known to run.
    pub fn open(&self) -> Result<Option<Process>, Failure> {
        let Some(program) = &self.solver else { return Ok(None) };
        let process = Process { program: program.clone(), limit: Duration::from_secs(self.solver_seconds) };
        let mut child = process.start().map_err(|error| process.cannot_run(&error))?;
        end(&mut child);
        Ok(Some(process))
    }
}

/// A program that is started afresh for each question.
#[derive(Clone, Debug)]
pub struct Process {
    program: String,
    limit: Duration,
}

impl Process {
    /// As people know it: `z3`.
    pub fn name(&self) -> &str {
        let file = std::path::Path::new(&self.program).file_stem().and_then(|name| name.to_str());
        file.unwrap_or(&self.program)
    }

    /// What came of asking.
    pub fn in_words(&self, file: &str, asked: Asked) -> String {
        let (name, Asked { nobody, somebody, unknown }) = (self.name(), asked);
        match nobody + somebody + unknown {
            0 => {
                format!("{file}: {name} was not asked: nothing that is open is computed from other values\n")
            }
            count => format!(
                "{file}: {name} was asked {count} times: nobody {nobody}, somebody {somebody}, no answer in time {unknown}\n"
            ),
        }
    }

    /// What the program is called with, so that it reads standard input.
    fn arguments(&self) -> &'static [&'static str] {
        match self.name() {
            name if name.starts_with("z3") => &["-in", "-smt2", "pp.decimal=true", "pp.decimal_precision=12"],
            name if name.starts_with("cvc5") => &["--lang=smt2", "--produce-models", "-"],
            _ => &[],
        }
    }

    fn start(&self) -> std::io::Result<Child> {
        let piped = Stdio::piped;
        Command::new(&self.program)
            .args(self.arguments())
            .stdin(piped())
            .stdout(piped())
            .stderr(Stdio::null())
            .spawn()
    }

    fn cannot_run(&self, error: &std::io::Error) -> Failure {
        let help = "install it (`pip install z3-solver` brings z3; Debian has `z3` and `cvc5`), give the path of the program, or leave \
                    `--solver` away: nothing else needs it";
        Failure::new(format!("cannot run the solver `{}`: {error}", self.program)).help(help)
    }

    /// What is to be said when the solver is of no use.
    pub fn failed(&self, fault: &Fault) -> Failure {
        Failure::new(format!("the solver `{}` failed: {fault}", self.program))
            .help("check that the program reads SMT-LIB from standard input and writes its answer to standard output, or leave `--solver` away")
    }
}

impl Solver for Process {
    fn ask(&mut self, question: &str) -> Result<Option<String>, Fault> {
        let began = Instant::now();
        let mut child = self.start().map_err(|error| Fault(error.to_string()))?;
        if let Some(mut input) = child.stdin.take() {
            let text = question.to_owned();
            // A program that does not read must not keep us; what it answers tells whether it had read enough.
            thread::spawn(move || {
                let _ = input.write_all(text.as_bytes());
            });
        }
        let Some(answer) = child.stdout.take().map(read_apart) else {
            end(&mut child);
            return Err(Fault("it has no output".to_owned()));
        };
        let said = answer.recv_timeout(self.limit.saturating_sub(began.elapsed()));
        // It has closed its output, or its time is over: nothing more is wanted of it.
        end(&mut child);
        match said {
            Ok(Ok(bytes)) => {
                let text = String::from_utf8(bytes);
                text.map(Some).map_err(|_| Fault("its answer is no text".to_owned()))
            }
            Ok(Err(error)) => Err(Fault(error.to_string())),
            Err(_) => Ok(None),
        }
    }
}

/// Reads to the end beside us.
fn read_apart(output: impl Read + Send + 'static) -> Receiver<std::io::Result<Vec<u8>>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = output.take(LONGEST).read_to_end(&mut bytes).map(|_| bytes);
        // Nobody waits any more when its time was over.
        let _ = sender.send(read);
    });
    receiver
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
