//! Every hop with every fault: a story that was disturbed ends as one that was not.

use linli_fleet::story::{Alone, Hop};
use linli_fleet::town::Layout;

use crate::faults::{Faults, Harm, Moment};
use crate::outcome::Outcome;
use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn federated_and_one_box_end_with_equal_state_and_receipts() {
    let federated = Stage::new(Layout::Federated).await.play(&mut Alone).await;
    assert_eq!(federated, Outcome::expected());
    let one_box = Stage::new(Layout::OneBox).await.play(&mut Alone).await;
    assert_eq!(one_box, federated);
}

/// A harm at every hop of one story.
async fn holds(layout: Layout, harms: &[Harm], moment: fn(Hop) -> Moment) {
    let mut faults = Faults::default();
    for hop in Hop::ALL {
        for harm in harms {
            faults.plan(hop, *harm, moment(hop));
        }
    }
    Stage::new(layout).await.survives(faults).await;
}

/// As the hop begins.
fn at_start(_: Hop) -> Moment {
    Moment::START
}

/// In the middle of what the hop does, at another place in each.
fn in_the_middle(hop: Hop) -> Moment {
    let number = Hop::ALL.iter().position(|known| *known == hop).unwrap();
    let number = u64::try_from(number).unwrap();
    Moment {
        bytes: 700 + number * 2_300 % 9_000,
        ms: 30 + number * 170 % 600,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_community_that_is_killed_at_every_hop_loses_nothing() {
    holds(Layout::Federated, &[Harm::Kill("community")], at_start).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_community_that_is_killed_in_the_middle_of_every_hop_doubles_nothing() {
    holds(Layout::Federated, &[Harm::Kill("community")], in_the_middle).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_street_that_is_killed_in_the_middle_of_every_hop_loses_nothing() {
    holds(Layout::Federated, &[Harm::Kill("street")], in_the_middle).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn street_and_district_that_are_killed_as_every_hop_begins_lose_nothing() {
    let harms = [Harm::Kill("street"), Harm::Kill("district")];
    holds(Layout::Federated, &harms, at_start).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handheld_that_dies_at_every_hop_loses_and_doubles_nothing() {
    holds(Layout::Federated, &[Harm::KillDevice], in_the_middle).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_that_are_cut_at_every_hop_change_nothing() {
    let lines = ["community", "street", "district"].map(Harm::Cut);
    holds(Layout::Federated, &lines, at_start).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_that_break_in_the_middle_of_an_answer_double_nothing() {
    let lines = ["community", "street", "district"].map(Harm::Cut);
    holds(Layout::Federated, &lines, in_the_middle).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_box_survives_kills_at_every_hop() {
    holds(Layout::OneBox, &[Harm::Kill("box")], in_the_middle).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_box_survives_cuts_and_a_dying_handheld_at_every_hop() {
    let harms = [Harm::Cut("box"), Harm::KillDevice];
    holds(Layout::OneBox, &harms, at_start).await;
}
