//! What is said when `trialc` itself is at fault.

use std::panic::PanicHookInfo;

/// Makes a panic say that it is a bug of `trialc` and what to report. The process then ends with code 101.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| {
        // It is caught, and told as an error of the file.
        if crate::population::read::is_guarded() {
            return;
        }
        // A panic inside this hook would abort, so writing must not panic.
        use std::io::Write;
        let _ = std::io::stderr().lock().write_all(report(info).as_bytes());
    }));
}

fn report(info: &PanicHookInfo<'_>) -> String {
    let reason = info.payload_as_str().unwrap_or("no reason given");
    let place = info.location().map(|place| format!(" ({}:{})", place.file(), place.line()));
    format!(
        "\nThis is a bug in trialc {}, not a mistake of yours: {reason}{}\n\
         Please report it, with the protocol that brought it about if you may share it.\n",
        env!("CARGO_PKG_VERSION"),
        place.unwrap_or_default(),
    )
}
