//! One server for a district with its street and community, as the real engine in this process: what
//! it answers and what it costs can be measured call by call.

use std::path::Path;

use linli_exchange::enrolment::EnrolAnswer;
use linli_fleet::world::{self, COMMUNITY, DISTRICT, STREET, SampleSet};
use linli_model::{GridCode, OrgId, RecordId, StaffId, Timestamp};
use linli_sync_server::door::{
    Acting, Calls, Command, Door as _, DoorResult, Level, Opening, SlotRequest, SlotSubject,
};
use linli_sync_server::engine::Engine;
use linli_sync_server::ops::DataFolder;
use linli_trust::enrolment::{EnrolRequest, Ticket, Transcript};
use linli_trust::{SigningKey, Suite};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::handheld::{Handheld, Place};

const CA: [u8; 32] = [7; 32];

/// The server with the clock that everybody here reads.
pub(crate) struct Town {
    pub(crate) server: Engine,
    pub(crate) now: Timestamp,
    commands: u32,
}

/// The grid of all handhelds.
pub(crate) fn grid() -> GridCode {
    world::grid(1).unwrap()
}

/// Who uses them.
pub(crate) fn assistant() -> StaffId {
    world::assistant(1).unwrap()
}

pub(crate) fn org(id: &str) -> OrgId {
    id.parse().unwrap()
}

/// Random bytes that are the same in every run.
pub(crate) fn random(seed: u64) -> impl FnMut(&mut [u8]) + Send {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |buffer| {
        for byte in buffer {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *byte = state.to_le_bytes()[3];
        }
    }
}

impl Town {
    /// A server whose files lie in the folder; its database in memory unless `on_disk`.
    pub(crate) fn start(folder: &Path, on_disk: bool) -> Self {
        let now = Timestamp(1_790_000_000_000);
        let opening = Opening {
            database: folder.join("server.db"),
            database_key: Zeroizing::new([9; 32]),
            packs: folder.join("packs"),
            orgs: [DISTRICT, STREET, COMMUNITY].map(org).to_vec(),
            level: Level::District,
            pack_retention_ms: 0,
        };
        let server = if on_disk {
            Engine::open(&opening, Box::new(random(1)))
        } else {
            Engine::open_in_memory(&opening, Box::new(random(1)))
        };
        Self::with(server.unwrap(), now)
    }

    /// A town on the files of a server that `linli-server init` has made and that does not run.
    pub(crate) fn over(data: &DataFolder, now: Timestamp) -> Self {
        let config = &data.config;
        let opening = Opening {
            database: config.database(),
            database_key: data.key.clone(),
            packs: config.packs(),
            orgs: config.hosts.clone(),
            level: config.level,
            pack_retention_ms: 0,
        };
        let server = Engine::open(&opening, Box::new(random(now.0.unsigned_abs())));
        Self::with(server.unwrap(), now)
    }

    fn with(server: Engine, now: Timestamp) -> Self {
        let mut town = Self {
            server,
            now,
            commands: 0,
        };
        let edition = serde_json::to_vec(&world::edition(SampleSet::Grid).unwrap()).unwrap();
        town.call(|calls, now| calls.import_edition(now, &edition));
        town
    }

    /// Lets a minute pass.
    pub(crate) fn pass(&mut self) -> Timestamp {
        self.pass_ms(60_000)
    }

    /// Lets some milliseconds pass.
    pub(crate) fn pass_ms(&mut self, ms: i64) -> Timestamp {
        self.now = Timestamp(self.now.0 + ms);
        self.now
    }

    /// One call, in a transaction of its own.
    pub(crate) fn call<T>(
        &mut self,
        work: impl FnOnce(&mut dyn Calls, Timestamp) -> DoorResult<T>,
    ) -> T {
        let now = self.now;
        let mut work = Some(work);
        let mut answer = None;
        self.server
            .group(&mut |group| {
                group
                    .part(&mut |calls| {
                        let work = work.take().expect("called once");
                        answer = Some(work(calls, now)?);
                        Ok(())
                    })
                    .unwrap();
            })
            .unwrap();
        answer.expect("a value")
    }

    /// A handheld of the grid, enrolled.
    pub(crate) fn enrol(&mut self, number: u8, place: Place<'_>) -> Handheld {
        let wish = SlotRequest {
            subject: SlotSubject::Device {
                org: org(COMMUNITY),
                grids: vec![grid()],
                staff: vec![assistant()],
            },
            label: format!("04{number:02}"),
            ttl_ms: 1_000_000,
            url: "https://127.0.0.1:1".into(),
            ca_sha256: CA,
        };
        let ticket = self.call(|calls, now| calls.open_slot(now, &wish)).ticket;
        let ticket = Ticket::parse(&ticket).unwrap();
        let key = SigningKey::from_seed([number; 32]);
        let transcript = Transcript {
            suite: Suite::CURRENT,
            slot: ticket.slot,
            ca_sha256: ticket.ca_sha256,
            key: key.public(),
            nonce: [number; 16],
            has_hardware_store: false,
            model: "bench".into(),
            app: "bench".into(),
        };
        let request = EnrolRequest::prove(transcript, &ticket.slot_key(), &key).unwrap();
        let body = request.encode().unwrap();
        let answer = self.call(|calls, now| calls.enrol(now, &body));
        let answer = EnrolAnswer::open(&answer, &request, &ticket.slot_key()).unwrap();
        Handheld::new(key, place, &answer)
    }

    /// A command of a desk or a unit about a case.
    pub(crate) fn command(&mut self, at: &str, who: &str, case: RecordId, event: Value) {
        self.commands += 1;
        let by = Acting {
            staff: who.parse().unwrap(),
            org: org(at),
            session: "bench".into(),
        };
        let command = Command {
            case: Some(case),
            idempotency_key: format!("command-{:06}", self.commands),
            event,
        };
        self.call(|calls, now| calls.desk_command(now, &by, &command));
    }
}
