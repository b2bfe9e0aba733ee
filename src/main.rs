fn main() -> std::process::ExitCode {
    trialc::cli::run(std::env::args_os())
}
