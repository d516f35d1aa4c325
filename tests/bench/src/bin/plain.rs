//! Measures with the system's allocator.

use std::process::ExitCode;

fn main() -> ExitCode {
    linli_bench::main()
}
