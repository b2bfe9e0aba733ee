/// A compilation is many small allocations of trees that live to the end.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    trialc::cli::run(std::env::args_os())
}
