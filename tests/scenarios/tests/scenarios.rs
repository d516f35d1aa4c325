//! The story of the ramp over real processes, undisturbed and under faults; and rubbish that the real
//! programs have to refuse.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "helpers of tests stop the test when something is not as it has to be"
)]

#[path = "scenarios/carry.rs"]
mod carry;
#[path = "scenarios/desks.rs"]
mod desks;
#[path = "scenarios/faults.rs"]
mod faults;
#[path = "scenarios/first_sync.rs"]
mod first_sync;
#[path = "scenarios/full_disk.rs"]
mod full_disk;
#[path = "scenarios/kept_year.rs"]
mod kept_year;
#[path = "scenarios/leaving.rs"]
mod leaving;
#[path = "scenarios/lost_file.rs"]
mod lost_file;
#[path = "scenarios/outcome.rs"]
mod outcome;
#[path = "scenarios/random.rs"]
mod random;
#[path = "scenarios/register.rs"]
mod register;
#[path = "scenarios/rubbish.rs"]
mod rubbish;
#[path = "scenarios/secrecy.rs"]
mod secrecy;
#[path = "scenarios/stage.rs"]
mod stage;
#[path = "scenarios/stories.rs"]
mod stories;
#[path = "scenarios/voice.rs"]
mod voice;
