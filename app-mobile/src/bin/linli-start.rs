//! The program in the menu: opens the handheld's window, or says why it cannot be opened.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    return linli_app_mobile::start();
    #[cfg(not(target_os = "linux"))]
    return match linli_app_mobile::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    };
}
