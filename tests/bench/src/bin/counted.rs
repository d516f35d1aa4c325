//! Measures with an allocator that counts what is in use.

use std::process::ExitCode;

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn main() -> ExitCode {
    linli_bench::main()
}
