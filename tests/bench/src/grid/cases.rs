//! Cases and their way: reported, filed, escalated, dispatched, done, checked, closed.

use std::collections::BTreeMap;
use std::ops::Range;

use linli_fleet::world::{
    COMMUNITY, FEDERATION, SANITATION, STREET, desk_clerk, handler, unit_lead,
};
use linli_model::case::{
    Author, CaseHead, Event, EventKind, Photo, Position, PositionSource, Slot, SubjectKind,
    Urgency, fold,
};
use linli_model::edition::Severity;
use linli_model::{BlobHash, EntryId, RecordId, RecordKind, Role, Timestamp};
use linli_records::NewContent;
use linli_records::case::{event_entry, head_content, read_case};
use linli_store::StoreError;
use serde_json::json;

use super::Year;
use crate::town;

fn clerk(org: &str) -> String {
    desk_clerk(org).unwrap().to_string()
}

const WHAT: &[(&str, &str)] = &[
    ("06052", "坡道边缘破损，轮椅上不去"),
    ("06051", "盲道砖缺了三块，旁边停着共享单车"),
    ("09019", "无障碍通道被快递柜占用，轮椅过不去"),
    ("06010", "垃圾桶满溢，有异味，招苍蝇"),
    ("06012", "楼道堆放旧家具和纸箱，影响通行"),
];
const WHERE: &[&str] = &[
    "门口",
    "三层楼道",
    "地下车库入口",
    "楼后绿地",
    "东侧胡同",
    "自行车棚旁",
];
const DONE: &[&str] = &[
    "已修复并清理现场",
    "已联系物业移走，现场恢复",
    "更换完毕，请核查",
    "已清运",
];
const SEEN: &[&str] = &["可以走了", "确实修好了，居民满意", "现场干净", "通行正常"];

impl Year {
    /// Some cases from beginning to end; every fifth one stays at its first desk.
    pub(super) fn live_cases(&mut self, numbers: Range<usize>) {
        let mut cases = Vec::new();
        for number in numbers {
            cases.push((number, self.report(number)));
        }
        self.all_sync();
        for (_, case) in &cases {
            self.tick();
            self.town
                .command(COMMUNITY, &clerk(COMMUNITY), *case, json!({"type": "file"}));
        }
        cases.retain(|(number, _)| number % 5 != 4);
        for (number, case) in &cases {
            self.work(*number, *case);
        }
        self.all_sync();
        for (number, case) in &cases {
            self.check(*number, *case);
        }
        self.all_sync();
        for (_, case) in &cases {
            self.tick();
            let close = json!({"type": "close", "satisfaction": "satisfied",
                "is_referred": false, "text": "居民已确认"});
            self.town.command(STREET, &clerk(STREET), *case, close);
        }
    }

    fn report(&mut self, number: usize) -> RecordId {
        let at = self.tick();
        let record = self.dice.record(at);
        let (category, note) = WHAT[number % WHAT.len()];
        let place = format!("东外大街{}号楼{}", number % 60 + 1, self.dice.pick(WHERE));
        let days = self.dice.below(20) + 1;
        let scattered = |dice: &mut super::Dice| dice.below(100_000) as f64 / 1e7;
        let head = CaseHead {
            home: town::grid(),
            edition: 1,
            category: category.parse().unwrap(),
            urgency: Urgency::Normal,
            subject: SubjectKind::Building,
            place,
            note: format!("{note}，已有{days}天，居民多次反映"),
            position: Some(Position {
                lon: 116.43 + scattered(&mut self.dice),
                lat: 39.94 + scattered(&mut self.dice),
                accuracy: self.dice.below(300) as f64 / 10.0,
                source: PositionSource::Gnss,
                at,
            }),
            contact: None,
        };
        let hash = BlobHash(self.dice.bytes());
        let photo = self.photo(at);
        let mut content = head_content(&head, &BTreeMap::from([(hash, photo)])).unwrap();
        let kind = EventKind::Report {
            category: head.category,
            urgency: Urgency::Normal,
            severity: Severity::Ordinary,
            subject: SubjectKind::Building,
            photos: vec![hash],
            no_photo: None,
        };
        content
            .entries
            .push(self.event(number % 2, at, kind, Vec::new(), None));
        self.handheld(number % 2)
            .create(record, RecordKind::Case, &content, at);
        self.cases.push(record);
        record
    }

    fn photo(&mut self, at: Timestamp) -> Photo {
        Photo {
            at,
            media_type: "image/webp".into(),
            bytes: 90_000 + self.dice.below(60_000) as u64,
            size: (1600, 1200),
            length_ms: None,
        }
    }

    fn work(&mut self, number: usize, case: RecordId) {
        let is_street_work = WHAT[number % WHAT.len()].0 < "06050";
        let barrier = WHAT[number % WHAT.len()].0;
        let unit = if is_street_work || barrier == "06012" {
            SANITATION
        } else {
            FEDERATION
        };
        let lead = unit_lead(unit).unwrap().to_string();
        let hand = handler(unit).unwrap().to_string();
        self.tick();
        let escalate = json!({"type": "escalate", "to": STREET, "reason": "no_means"});
        self.town
            .command(COMMUNITY, &clerk(COMMUNITY), case, escalate);
        self.tick();
        self.town
            .command(unit, &lead, case, json!({"type": "acknowledge"}));
        self.tick();
        let photo = BlobHash(self.dice.bytes()).to_string();
        let text = *self.dice.pick(DONE);
        let result = json!({"type": "submit_result", "photos": [photo], "text": text});
        self.town.command(unit, &hand, case, result);
    }

    /// The assistant has looked and found it done.
    fn check(&mut self, number: usize, case: RecordId) {
        let at = self.tick();
        let writer = number % 2;
        let engine = &self.handheld(writer).engine;
        let document = engine
            .ledger()
            .read(|reader| Ok::<_, StoreError>(reader.load_document(&case)?.expect("a case")))
            .unwrap();
        let log = read_case(case, &document).unwrap().log;
        let view = engine
            .with_reference(|reference| Ok(fold(&log, reference)))
            .unwrap();
        let asked = view.confirmed.current.get(&Slot::Check);
        let asked = asked.expect("the desk asked for a check").event;
        let hash = BlobHash(self.dice.bytes());
        let photo = self.photo(at);
        let kind = EventKind::CheckPass {
            photos: vec![hash],
            text: (*self.dice.pick(SEEN)).into(),
        };
        let content = NewContent {
            entries: vec![self.event(writer, at, kind, log.frontier(), Some(asked))],
            photos: linli_records::case::photo_content(&BTreeMap::from([(hash, photo)])).unwrap(),
            ..NewContent::default()
        };
        self.handheld(writer)
            .edit(case, &content, at)
            .expect("a change");
    }

    /// A further note of the assistant; the bytes of the change.
    pub(crate) fn note(&mut self, writer: usize, case: RecordId) -> Vec<u8> {
        let at = self.tick();
        let text = (*self.dice.pick(SEEN)).to_owned();
        let ledger = self.handheld(writer).engine.ledger();
        let read = ledger.read(|reader| reader.load_document(&case));
        let document = read
            .map_err(|error: StoreError| error)
            .unwrap()
            .expect("a case");
        let seen = read_case(case, &document).unwrap().log.frontier();
        let entry = self.event(writer, at, EventKind::Note { text }, seen, None);
        let content = NewContent {
            entries: vec![entry],
            ..NewContent::default()
        };
        self.handheld(writer)
            .edit(case, &content, at)
            .expect("a change")
    }

    fn event(
        &self,
        writer: usize,
        at: Timestamp,
        kind: EventKind,
        seen: Vec<EntryId>,
        answers: Option<EntryId>,
    ) -> (linli_records::EntryMap, String) {
        let by = Author {
            org: town::org(COMMUNITY),
            staff: town::assistant(),
            role: Role::GridAssistant,
            device: Some(self.handheld(writer).key),
        };
        let event = Event {
            by,
            edition: 1,
            at,
            kind,
            seen,
            answers,
            again_of: None,
        };
        event_entry(&event).unwrap()
    }
}
