//! What happens in one story: people work, and things go wrong as the seed says.

use linli_model::RecordId;
use linli_model::case::State;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use serde_json::json;

use super::check;
use super::fault::Fault;
use super::handheld::AFTER;
use super::world::{COMMUNITY, DISTRICT, STREET, World};

const STEPS: u32 = 60;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What may go wrong in a story besides the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    KillServer,
    KillHandheld,
    BackUpServer,
    RestoreServer,
    CopyHandheld,
    PutHandheldBack,
    CloneHandheld,
    LoseHandheld,
    Revoke,
    Clock,
}

/// The kinds of trouble of a story: each has some, few have all.
struct Trouble {
    has_network: bool,
    has_kills: bool,
    /// What happens is drawn from here; empty for a story of the network alone.
    wrong: Vec<Wrong>,
}

impl Trouble {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        let mut percent = |chance: u32| rng.next_u32() % 100 < chance;
        let (has_network, has_kills) = (percent(75), percent(50));
        let mut wrong = Vec::new();
        if has_kills {
            wrong.extend([Wrong::KillServer, Wrong::KillHandheld]);
        }
        if percent(40) {
            wrong.extend([Wrong::BackUpServer, Wrong::RestoreServer]);
        }
        if percent(40) {
            let kinds = [
                Wrong::CopyHandheld,
                Wrong::PutHandheldBack,
                Wrong::CloneHandheld,
                Wrong::LoseHandheld,
            ];
            wrong.extend(kinds);
        }
        if percent(25) {
            wrong.push(Wrong::Revoke);
        }
        if percent(25) {
            wrong.push(Wrong::Clock);
        }
        Self {
            has_network,
            has_kills,
            wrong,
        }
    }
}

struct Story {
    world: World,
    rng: ChaCha8Rng,
    cases: Vec<RecordId>,
    trouble: Trouble,
}

/// Tells the story of a seed and checks its end.
pub(crate) fn tell(seed: u64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let trouble = Trouble::draw(&mut rng);
    let mut story = Story {
        world: World::new(seed),
        rng,
        cases: Vec::new(),
        trouble,
    };
    let is_told = std::env::var_os("LINLI_SEED").is_some();
    for step in 0..STEPS {
        let what = story.step();
        if is_told {
            eprintln!("{step}: {what}");
        }
    }
    check::heal(&mut story.world);
    check::everybody_agrees(&mut story.world, &story.cases, seed);
}

impl Story {
    fn below(&mut self, bound: u32) -> u32 {
        self.rng.next_u32() % bound
    }

    fn index(&mut self, bound: usize) -> usize {
        self.below(u32::try_from(bound).unwrap()) as usize
    }

    fn fault(&mut self) -> Fault {
        let hundredths = self.index(100);
        let drawn = self.below(16);
        match drawn {
            0 if self.trouble.has_network => Fault::LoseRequest,
            1 if self.trouble.has_network => Fault::LoseAnswer,
            2 if self.trouble.has_network => Fault::CutAnswer(hundredths),
            3 if self.trouble.has_network => Fault::Twice,
            4 if self.trouble.has_kills => Fault::KillServerBefore,
            5 if self.trouble.has_kills => Fault::KillServerAfter,
            6 if self.trouble.has_kills => Fault::KillClient(hundredths),
            _ => Fault::None,
        }
    }

    fn case(&mut self) -> Option<RecordId> {
        if self.cases.is_empty() {
            return None;
        }
        let index = self.index(self.cases.len());
        self.cases.get(index).copied()
    }

    fn handheld(&mut self) -> usize {
        self.index(self.world.handhelds.len())
    }

    /// One step; answers what it was, for who replays the story.
    fn step(&mut self) -> String {
        match self.below(20) {
            0 | 19 if self.cases.len() < 3 => self.report(),
            1..=4 => {
                let (handheld, fault) = (self.handheld(), self.fault());
                let more = self.world.exchange(handheld, fault);
                format!("handheld {handheld} exchanges, {fault:?}, more {more}")
            }
            5..=6 => self.link(COMMUNITY),
            7 => self.link(STREET),
            8..=10 => self.desk(),
            11 => self.unit(),
            12 => {
                let at = self.index(3);
                self.world.timers(at);
                format!("timers at {at}")
            }
            13..=15 => self.go_wrong(),
            _ => self.assistant(),
        }
    }

    fn link(&mut self, below: usize) -> String {
        let fault = self.fault();
        let more = self.world.link(below, fault);
        format!("server {below} exchanges with the one above, {fault:?}, more {more}")
    }

    fn report(&mut self) -> String {
        let index = self.handheld();
        self.world.tick();
        let now = self.world.at_handheld(index);
        let handheld = &self.world.handhelds[index];
        if handheld.is_in_use()
            && let Some(case) = handheld.report(now)
        {
            self.cases.push(case);
        }
        format!("handheld {index} reports")
    }

    fn desk(&mut self) -> String {
        let Some(case) = self.case() else {
            return String::new();
        };
        let (host, at, who) = [(COMMUNITY, "c1", "io-c1"), (STREET, "s1", "io-s1")][self.index(2)];
        let state = self.world.find(host, case).map(|view| view.confirmed.state);
        let drawn = match state {
            Some(State::Reported) => 0,
            Some(State::Filed) if self.below(3) > 0 => 2,
            Some(_) => self.below(6),
            None => return String::new(),
        };
        let event = match drawn {
            0 | 1 => json!({"type": "file"}),
            2 => json!({"type": "escalate", "to": "s1", "reason": "no_means"}),
            3 => json!({"type": "take"}),
            4 => json!({"type": "send_back", "reason": "not_ours"}),
            _ => {
                json!({"type": "close", "satisfaction": "satisfied", "is_referred": false, "text": ""})
            }
        };
        self.world.command(host, at, who, case, &event);
        format!("{at} {case} {event}")
    }

    fn unit(&mut self) -> String {
        let Some(case) = self.case() else {
            return String::new();
        };
        let (who, event) = if self.below(2) == 0 {
            ("ul-u1", json!({"type": "acknowledge"}))
        } else {
            (
                "hd-u1",
                json!({"type": "submit_result", "photos": [AFTER], "text": "好了"}),
            )
        };
        self.world.command(STREET, "u1", who, case, &event);
        format!("u1 {case} {event}")
    }

    fn assistant(&mut self) -> String {
        let Some(case) = self.case() else {
            return String::new();
        };
        let (index, passes) = (self.handheld(), self.below(3) > 0);
        self.world.tick();
        let now = self.world.at_handheld(index);
        let handheld = &self.world.handhelds[index];
        if !handheld.is_gone {
            handheld.write_about(case, passes, now);
        }
        format!("handheld {index} writes about {case}")
    }

    fn go_wrong(&mut self) -> String {
        if self.trouble.wrong.is_empty() {
            return String::new();
        }
        let (server, handheld) = (self.index(3), self.handheld());
        let drawn = self.index(self.trouble.wrong.len());
        let wrong = self.trouble.wrong[drawn];
        let world = &mut self.world;
        let is_living = !world.handhelds[handheld].is_gone;
        let done = match wrong {
            Wrong::KillServer => {
                world.kill_server(server);
                true
            }
            Wrong::BackUpServer => {
                world.back_up_server(server);
                true
            }
            Wrong::RestoreServer => world.restore_server(server),
            Wrong::Clock => {
                self.jump(server, handheld);
                true
            }
            _ if !is_living => false,
            Wrong::KillHandheld => {
                world.handhelds[handheld].kill();
                true
            }
            Wrong::CopyHandheld => {
                world.back_up_handheld(handheld);
                true
            }
            Wrong::PutHandheldBack => world.restore_handheld(handheld),
            Wrong::CloneHandheld if world.handhelds.len() < 4 => {
                world.clone_handheld(handheld);
                true
            }
            // One handheld always stays, so that there is somebody to agree.
            Wrong::LoseHandheld if handheld == 1 => {
                world.lose_handheld(handheld);
                true
            }
            Wrong::Revoke if handheld == 1 => {
                world.revoke(handheld);
                true
            }
            Wrong::CloneHandheld | Wrong::LoseHandheld | Wrong::Revoke => false,
        };
        format!("{wrong:?} of server {server} or handheld {handheld}: {done}")
    }

    /// A clock jumps: a handheld's by years, a server's by days, and only forward: before the day of
    /// its certificate it believes nobody.
    fn jump(&mut self, server: usize, handheld: usize) {
        let days = i64::from(self.below(7_300)) - 3_650;
        if self.below(2) == 0 {
            self.world.handhelds[handheld].skew = days * DAY_MS;
        } else {
            self.world.servers[server].skew = days.rem_euclid(3) * DAY_MS;
        }
    }
}

/// All servers, from below to above.
pub(crate) const UPWARDS: [usize; 3] = [COMMUNITY, STREET, DISTRICT];
