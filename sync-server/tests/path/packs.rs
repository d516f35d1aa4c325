//! The community's packs, installed in an empty ledger as a handheld that lost its file does.

use linli_exchange::{ExchangeError, believe_pack, unpack};
use linli_model::Scope;
use linli_store::{FeedState, Ledger, Options, Profile};
use linli_sync::pack::{PackEvent, PackReader};
use linli_sync_server::door::{PackFile, SlotSubject};
use linli_trust::{Checkpoint, Signed};

use super::{Town, call, grid, org, slot, staff};

impl Town {
    /// The pack of the grid's cases that the community gives to the device now.
    pub fn pack(&mut self) -> PackFile {
        let now = self.tick();
        let key = self.device.key.id();
        let scope = Scope::Cases(grid());
        call(self.host("c1"), |calls| calls.pack(now, &key, &scope, None)).unwrap()
    }

    /// A ticket for another handheld of the grid is made, and the server's timers run. The packs that lie
    /// ready afterwards.
    pub fn await_handheld(&mut self) -> usize {
        let now = self.tick();
        let subject = SlotSubject::Device {
            org: org("c1"),
            grids: vec![grid()],
            staff: vec![staff("ga-1")],
        };
        slot(self.host("c1"), subject, now);
        while call(self.host("c1"), |calls| calls.tick(now)).unwrap().more {}
        let folder = self.openings[&self.host_of["c1"]].packs.clone();
        let made = std::fs::read_dir(folder).into_iter().flatten();
        made.filter(|entry| {
            let path = entry.as_ref().unwrap().path();
            path.extension().is_some_and(|kind| kind == "pack")
        })
        .count()
    }

    /// What an empty ledger holds after the pack was believed and installed, and what the device has.
    pub fn unpacked(&mut self, pack: &PackFile) -> (FeedState, FeedState) {
        let now = self.tick();
        let scope = Scope::Cases(grid());
        let bytes = std::fs::read(&pack.path).unwrap();
        assert_eq!(bytes.len() as u64, pack.size);
        let checkpoint: Checkpoint = Signed::decode(&pack.checkpoint).unwrap();
        let fresh = Ledger::open_in_memory(Profile::Device, Options::default()).unwrap();
        let mut reader = PackReader::new();
        let mut input = bytes.as_slice();
        while let Some(event) = reader.next(&mut input).unwrap() {
            match event {
                PackEvent::Header(header) => {
                    assert_eq!(
                        (header.at_seq, header.hash().unwrap()),
                        (pack.at_seq, pack.hash)
                    );
                    believe_pack(&self.device.reference, &scope, &header, &checkpoint).unwrap();
                    let other = Scope::Places(grid());
                    believe_pack(&self.device.reference, &other, &header, &checkpoint).unwrap_err();
                }
                PackEvent::Frame { records, .. } => {
                    let done = fresh
                        .write(|tx| {
                            unpack(tx, &scope, records, now, |_, _, _| {
                                Ok::<_, ExchangeError>(())
                            })
                        })
                        .unwrap();
                    assert_eq!(done.left_out, 0);
                }
            }
        }
        reader.finish().unwrap();
        let state = |ledger: &Ledger| ledger.read(|rd| rd.feed_state(&scope)).unwrap();
        (state(&fresh), state(&self.device.ledger))
    }
}
