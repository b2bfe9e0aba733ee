//! A solver that others have written, as a child process: fed, timed and ended here.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;

use super::Failure;
use super::console::Console;
use super::files::in_words;
use crate::diagnostics::codes;
use crate::logic::{Asked, Fault, Solver};

/// No answer of a solver is longer, in bytes.
const LONGEST: u64 = 1 << 20;

/// Nobody waits longer for one answer, in seconds.
const LONGEST_WAIT: u64 = 3600;

#[derive(Clone, Debug, Args)]
pub struct SolverChoice {
    /// Ask a solver, too, where a quantity is computed from others (BMI, clearances): `z3`, `cvc5`, or the path of a program
    /// that reads SMT-LIB
    #[arg(long, value_name = "PROGRAM")]
    solver: Option<String>,
    /// How long the solver may think about one question; it says nothing about what takes longer
    #[arg(long, value_name = "SECONDS", default_value_t = 5, requires = "solver", value_parser = clap::value_parser!(u64).range(1..=LONGEST_WAIT))]
    solver_seconds: u64,
}

impl SolverChoice {
    /// The solver that was asked for, once it is known to run.
    pub fn open(&self) -> Result<Option<Process>, Failure> {
        let Some(program) = &self.solver else { return Ok(None) };
        let process = Process { program: program.clone(), limit: Duration::from_secs(self.solver_seconds) };
        let mut child = process.start().map_err(|fault| process.failed(&fault))?;
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

    /// What came of asking; a warning for what took too long.
    pub fn told(&self, console: &Console, file: &str, asked: Asked) -> String {
        let (name, Asked { nobody, somebody, unknown, late }) = (self.name(), asked);
        let count = nobody + somebody + unknown + late;
        if count == 0 {
            return format!(
                "{file}: {name} was not asked: nothing that is open is computed from other values\n"
            );
        }
        if late > 0 {
            let limit = self.limit.as_secs();
            let seconds = if limit == 1 { "second" } else { "seconds" };
            let message = format!(
                "{name} had no answer within {limit} {seconds} to {late} of {count} questions: what they are about is told as without it"
            );
            let more =
                format!("give it more time: `--solver-seconds {}`", (limit * 10).clamp(60, LONGEST_WAIT));
            console.warning(&Failure::of(&codes::SOLVER_LATE, message).help(more));
        }
        format!(
            "{file}: {name} was asked {count} times: nobody {nobody}, somebody {somebody}, unknown {unknown}, no answer in time {late}\n"
        )
    }

    /// What the program is called with, so that it reads standard input.
    fn arguments(&self) -> &'static [&'static str] {
        match self.name() {
            name if name.starts_with("z3") => &["-in", "-smt2", "pp.decimal=true", "pp.decimal_precision=12"],
            name if name.starts_with("cvc5") => &["--lang=smt2", "--produce-models", "-"],
            _ => &[],
        }
    }

    fn start(&self) -> Result<Child, Fault> {
        let piped = Stdio::piped;
        let mut command = Command::new(&self.program);
        command.args(self.arguments()).stdin(piped()).stdout(piped()).stderr(piped());
        command.spawn().map_err(|error| Fault::CannotRun(in_words(&error)))
    }

    /// What is to be said when the solver is of no use.
    pub fn failed(&self, fault: &Fault) -> Failure {
        let program = &self.program;
        match fault {
            Fault::CannotRun(why) => {
                let help = "install it (`pip install z3-solver` brings z3; Debian has `z3` and `cvc5`), give the path of the program, or \
                            leave `--solver` away: nothing else needs it";
                Failure::of(&codes::SOLVER_NOT_RUN, format!("cannot run the solver `{program}`: {why}"))
                    .help(help)
            }
            Fault::Ended(how) => {
                let help = format!(
                    "run `{program}` by itself to see what it needs, take another solver, or leave `--solver` away: nothing else needs it"
                );
                Failure::of(&codes::SOLVER_ENDED, format!("the solver `{program}` gave up: {how}")).help(help)
            }
            Fault::NoAnswer(why) => {
                let help = "give a program that reads SMT-LIB from standard input and answers `sat`, `unsat` or `unknown`, such as `z3` or \
                            `cvc5`, or leave `--solver` away: nothing else needs it";
                Failure::of(&codes::SOLVER_ANSWER, format!("the solver `{program}` does not answer: {why}"))
                    .help(help)
            }
        }
    }
}

impl Solver for Process {
    fn ask(&mut self, question: &str) -> Result<Option<String>, Fault> {
        let began = Instant::now();
        let mut child = self.start()?;
        if let Some(mut input) = child.stdin.take() {
            let text = question.to_owned();
            // A program that does not read must not keep us; what it answers tells whether it had read enough.
            thread::spawn(move || {
                let _ = input.write_all(text.as_bytes());
            });
        }
        let complaint = child.stderr.take().map(read_apart);
        let Some(answer) = child.stdout.take().map(read_apart) else {
            end(&mut child);
            return Err(Fault::NoAnswer("it has no output".to_owned()));
        };
        let said = answer.recv_timeout(self.limit.saturating_sub(began.elapsed()));
        let Ok(said) = said else {
            end(&mut child);
            return Ok(None);
        };
        // It has closed its output: nothing more is wanted of it than how it ended.
        let status = ended(&mut child);
        let bytes = said.map_err(|error| Fault::Ended(in_words(&error)))?;
        let text =
            String::from_utf8(bytes).map_err(|_| Fault::NoAnswer("what it says is no text".to_owned()))?;
        match status {
            Some(status) if text.trim().is_empty() && !status.success() => {
                Err(Fault::Ended(how(status, complaint.as_ref())))
            }
            _ => Ok(Some(text)),
        }
    }
}

/// How long a program may take to end that has closed its output.
const LAST_BREATH: Duration = Duration::from_millis(500);

/// How a program ended that has closed its output; `None` where it had to be ended.
fn ended(child: &mut Child) -> Option<ExitStatus> {
    let began = Instant::now();
    while began.elapsed() < LAST_BREATH {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) => thread::sleep(Duration::from_millis(1)),
            Err(_) => break,
        }
    }
    end(child);
    None
}

/// `exit code 3, “cannot open the license file”`.
fn how(status: ExitStatus, complaint: Option<&Receiver<std::io::Result<Vec<u8>>>>) -> String {
    const MOST: usize = 200;
    let code =
        status.code().map_or("it was ended from outside".to_owned(), |code| format!("exit code {code}"));
    let words = complaint.and_then(|words| words.recv_timeout(LAST_BREATH).ok()?.ok());
    let words = words.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    match words.lines().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) => format!("{code}, “{}”", line.chars().take(MOST).collect::<String>()),
        None => format!("{code}, without a word"),
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
