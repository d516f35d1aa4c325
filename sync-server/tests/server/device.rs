//! A handheld: its own ledger and key, talking to a server over the wire.

use std::collections::BTreeMap;

use linli_exchange::enrolment::EnrolAnswer;
use linli_exchange::{Client as Exchange, Offering, Plan, Reference};
use linli_model::case::{
    Author, CaseHead, CaseView, Event, EventKind, Photo, SubjectKind, Urgency, fold,
};
use linli_model::edition::Severity;
use linli_model::{BlobHash, GridCode, KeyId, OrgId, RecordId, RecordKind, Role, Scope, StaffId};
use linli_records::case::{event_entry, head_content, read_case};
use linli_records::schema::kind_name;
use linli_records::{ChangeNote, NewContent, NewRecord};
use linli_store::{Authorship, Ledger, Options, Place, Profile};
use linli_sync::blob::{PATCH_TYPE, UploadMetadata, checksum_header, next_piece};
use linli_sync::client::{Event as SyncEvent, Request as SyncRequest};
use linli_sync::frames::{ErrorFrame, Hello, Recovery};
use linli_sync_server::clock;
use linli_trust::enrolment::{EnrolRequest, Ticket, Transcript};
use linli_trust::http_signature::{ContentDigest, Request, sign};
use linli_trust::{SigningKey, Suite};
use reqwest::{Client, Method, RequestBuilder, Response};

use crate::program::{Program, Serving, line_with};

pub(crate) struct Device {
    ledger: Ledger,
    key: SigningKey,
    reference: Reference,
    server: KeyId,
    org: OrgId,
    grid: GridCode,
    /// Where it says that its cases are: its own grid, unless it cheats.
    home: GridCode,
    next_id: u8,
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

impl Device {
    /// Enrols with a ticket that the administrator of the server opened.
    pub(crate) async fn enrol(program: &Program, serving: &Serving) -> Self {
        let said = program.done(&[
            "admin",
            "enrol",
            "--org",
            "110101001001",
            "--grid",
            "110101001001G01",
            "--staff",
            "ga-1",
            "--label",
            "0417",
        ]);
        let ticket = Ticket::parse(&line_with(&said, "LINLI1:")).unwrap();
        assert_eq!(ticket.ca_sha256, serving.pin);
        assert_eq!(ticket.url, serving.url);
        let key = SigningKey::from_seed(random());
        let transcript = Transcript {
            suite: Suite::CURRENT,
            slot: ticket.slot,
            ca_sha256: ticket.ca_sha256,
            key: key.public(),
            nonce: random(),
            has_hardware_store: false,
            model: "test".into(),
            app: "test".into(),
        };
        let request = EnrolRequest::prove(transcript, &ticket.slot_key(), &key).unwrap();
        let body = request.encode().unwrap();
        let post = || {
            let url = format!("{}/sync/v1/enrol", serving.url);
            serving.client().post(url).body(body.clone()).send()
        };
        let mut answer = read(post().await.unwrap()).await;
        let mut opened = EnrolAnswer::open(&answer, &request, &ticket.slot_key()).unwrap();
        if opened.certificate().is_none() {
            // The administrator types the digits of the handset.
            let digits = request.check_code().to_string();
            let slots = program.done(&["admin", "slots"]);
            let slot = slots.split_whitespace().next().unwrap();
            program.done(&["admin", "confirm", slot, &digits]);
            answer = read(post().await.unwrap()).await;
            opened = EnrolAnswer::open(&answer, &request, &ticket.slot_key()).unwrap();
        }
        let ledger = Ledger::open_in_memory(Profile::Device, Options::default()).unwrap();
        let installed = ledger.write(|tx| opened.install(tx, clock::now()));
        Self {
            ledger,
            key,
            reference: installed.unwrap().unwrap(),
            server: opened.server().key.id(),
            org: "110101001001".parse().unwrap(),
            grid: "110101001001G01".parse().unwrap(),
            home: "110101001001G01".parse().unwrap(),
            next_id: 1,
        }
    }

    /// A signed request to a server.
    pub(crate) fn signed(
        &self,
        client: &Client,
        url: &str,
        method: Method,
        target: &str,
        body: &[u8],
    ) -> RequestBuilder {
        let described = Request {
            method: method.as_str(),
            target,
            content: ContentDigest::of(body),
        };
        let headers = sign(&described, &self.org, clock::now(), random(), &self.key).unwrap();
        let mut request = client.request(method, format!("{url}{target}"));
        for (name, value) in headers.iter() {
            request = request.header(name, value);
        }
        if body.is_empty() {
            request
        } else {
            request.body(body.to_vec())
        }
    }

    /// From now on its cases claim to be of this grid.
    pub(crate) fn pretend(&mut self, grid: &str) {
        self.home = grid.parse().unwrap();
    }

    /// Reports a case with a photo; nothing is sent yet.
    pub(crate) fn report(&mut self, photo: &[u8], hash: BlobHash) -> RecordId {
        let now = clock::now();
        let head = CaseHead {
            home: self.home.clone(),
            edition: 1,
            category: "06052".parse().unwrap(),
            urgency: Urgency::Normal,
            subject: SubjectKind::Building,
            place: "东外大街36号楼".into(),
            note: "老人下不了台阶".into(),
            position: None,
            contact: None,
        };
        let shown = Photo {
            at: now,
            media_type: "image/png".into(),
            bytes: u64::try_from(photo.len()).unwrap(),
            size: (400, 300),
            length_ms: None,
        };
        let kind = EventKind::Report {
            category: head.category.clone(),
            urgency: Urgency::Normal,
            severity: Severity::Ordinary,
            subject: SubjectKind::Building,
            photos: vec![hash],
            no_photo: None,
        };
        let by = Author {
            org: self.org.clone(),
            staff: staff(),
            role: Role::GridAssistant,
            device: Some(self.key.id()),
        };
        let event = Event {
            by,
            edition: 1,
            at: now,
            kind,
            seen: Vec::new(),
            answers: None,
            again_of: None,
        };
        let mut content = head_content(&head, &BTreeMap::from([(hash, shown)])).unwrap();
        content.entries.push(event_entry(&event).unwrap());
        let id = RecordId([self.next_id; 16]);
        self.next_id += 1;
        let actor = self
            .ledger
            .read(|reader| reader.actor(&self.key.id()))
            .unwrap();
        let record = NewRecord {
            kind: RecordKind::Case,
            home: self.home.clone(),
            actor,
            note: ChangeNote {
                staff: staff(),
                basis: None,
            },
            at: now,
        };
        let (document, change) = linli_records::create(&record, &content).unwrap();
        let by = Authorship {
            scope: RecordKind::Case.grid_scope(self.home.clone()),
            staff: staff(),
            role: Role::GridAssistant,
            edition: 1,
            session: None,
            at: now,
        };
        let place = Place {
            record: id,
            kind: RecordKind::Case,
            home: self.home.clone(),
        };
        let saved = self
            .ledger
            .write(|tx| tx.save(&place, &document, &change, &by));
        saved.unwrap();
        id
    }

    /// Writes a household without a dwelling; nothing is sent yet.
    pub(crate) fn add_household(&self, form: &str) {
        let now = clock::now();
        let id = RecordId(random());
        let actor = self.ledger.read(|reader| reader.actor(&self.key.id()));
        let fields = BTreeMap::from([("address_form".to_owned(), Some(form.into()))]);
        let content = NewContent {
            fields,
            ..NewContent::default()
        };
        let record = NewRecord {
            kind: RecordKind::Household,
            home: self.grid.clone(),
            actor: actor.unwrap(),
            note: ChangeNote {
                staff: staff(),
                basis: None,
            },
            at: now,
        };
        let (document, change) = linli_records::create(&record, &content).unwrap();
        let by = Authorship {
            scope: RecordKind::Household.grid_scope(self.grid.clone()),
            staff: staff(),
            role: Role::GridAssistant,
            edition: 1,
            session: None,
            at: now,
        };
        let place = Place {
            record: id,
            kind: RecordKind::Household,
            home: self.grid.clone(),
        };
        let saved = self
            .ledger
            .write(|tx| tx.save(&place, &document, &change, &by));
        saved.unwrap();
    }

    /// The kind of every record that it holds.
    pub(crate) fn held(&self) -> Vec<String> {
        let held = self.ledger.read(|reader| {
            let mut kinds = Vec::new();
            for record in reader.records(None, 1_000)? {
                let info = reader.document_info(&record)?;
                kinds.extend(info.map(|info| kind_name(info.kind).to_owned()));
            }
            Ok::<_, linli_store::StoreError>(kinds)
        });
        held.unwrap()
    }

    /// The records of a kind that it holds.
    pub(crate) fn records(&self, kind: &str) -> Vec<String> {
        let held = self.ledger.read(|reader| {
            let mut found = Vec::new();
            for record in reader.records(None, 1_000)? {
                let info = reader.document_info(&record)?;
                if info.is_some_and(|info| kind_name(info.kind) == kind) {
                    found.push(record.to_string());
                }
            }
            Ok::<_, linli_store::StoreError>(found)
        });
        held.unwrap()
    }

    /// Exchanges until neither end has more; gives the photos that the server asked for.
    pub(crate) async fn exchange(&mut self, serving: &Serving) -> Vec<BlobHash> {
        let (wanted, has_refusals) = self.exchange_all(serving).await;
        assert!(!has_refusals, "a change was refused");
        wanted
    }

    /// The same; says as well whether something was refused.
    pub(crate) async fn exchange_all(&mut self, serving: &Serving) -> (Vec<BlobHash>, bool) {
        let client = serving.client();
        let mut has_refusals = false;
        for _ in 0..20 {
            // Every answer names all photos that are missing.
            let (again, wanted, refused) = self.exchange_once(&client, &serving.url).await;
            has_refusals |= refused;
            if !again {
                return (wanted, has_refusals);
            }
        }
        panic!("the exchange does not end");
    }

    /// Asks for nothing in another version of the protocol; gives what the server says.
    pub(crate) async fn speak(&self, serving: &Serving, protocol: u16) -> ErrorFrame {
        let hello = Hello {
            protocol,
            app: "old".into(),
            clock: clock::now(),
            epoch: 1,
            generation_seen: None,
            edition: 1,
            control_since: 0,
            wants: Vec::new(),
            max_bytes: 1024 * 1024,
            ask_chains: false,
            whole: false,
            recovery: Recovery::default(),
        };
        let (body, mut response) = SyncRequest::new(hello).unwrap().finish(false).unwrap();
        let client = serving.client();
        let request = self.signed(
            &client,
            &serving.url,
            Method::POST,
            "/sync/v1/exchange",
            &body,
        );
        let answer = read(request.send().await.unwrap()).await;
        let mut input = answer.as_slice();
        match response.next(&mut input).unwrap() {
            Some(SyncEvent::Failed(frame)) => frame,
            other => panic!("{other:?}"),
        }
    }

    async fn exchange_once(&mut self, client: &Client, url: &str) -> (bool, Vec<BlobHash>, bool) {
        let grid = || self.grid.clone();
        let now = clock::now();
        let plan = Plan {
            peer: self.server,
            key: &self.key,
            org: &self.org,
            app: "test",
            wants: vec![
                Scope::Cases(grid()),
                Scope::Places(grid()),
                Scope::Register(grid()),
            ],
            offering: Offering::Outbox,
            max_bytes: 1024 * 1024,
            ask_chains: true,
            now,
        };
        let begun = self
            .ledger
            .write(|tx| Exchange::begin(tx, &self.reference, &plan));
        let (body, mut exchange) = begun.unwrap();
        let request = self.signed(client, url, Method::POST, "/sync/v1/exchange", &body);
        let answer = read(request.send().await.unwrap()).await;
        let mut input = answer.as_slice();
        let (mut again, mut wanted, mut has_refusals) = (false, Vec::new(), false);
        while let Some(event) = exchange.next(&mut input).unwrap() {
            let reference = &mut self.reference;
            let applied = self
                .ledger
                .write(|tx| exchange.apply(tx, reference, event, now))
                .unwrap();
            assert!(applied.failed.is_none(), "{:?}", applied.failed);
            has_refusals |= applied.has_refusals;
            wanted.extend(applied.blobs_wanted);
            again |= applied.ended.unwrap_or(false) || applied.new_generation.is_some();
        }
        exchange.finish().unwrap();
        (again, wanted, has_refusals)
    }

    /// The case as the handheld sees it.
    pub(crate) fn view(&self, case: RecordId) -> CaseView {
        let loaded = self.ledger.read(|reader| reader.load_document(&case));
        let document = loaded.unwrap().unwrap();
        fold(&read_case(case, &document).unwrap().log, &self.reference)
    }

    /// Creates the upload of a photo, or finds it; gives the offset.
    pub(crate) async fn create_upload(
        &self,
        serving: &Serving,
        case: RecordId,
        hash: BlobHash,
        length: usize,
    ) -> usize {
        let metadata = UploadMetadata {
            blob: hash,
            record: case,
            scope: Scope::Cases(self.home.clone()),
            mime: "image/png".into(),
        };
        let client = serving.client();
        let request = self
            .signed(&client, &serving.url, Method::POST, "/files/", b"")
            .header("tus-resumable", "1.0.0")
            .header("upload-length", length)
            .header("upload-metadata", metadata.to_header());
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 201, "{:?}", answer.text().await);
        offset(&answer)
    }

    /// Sends one piece from an offset.
    pub(crate) fn piece(
        &self,
        client: &Client,
        url: &str,
        hash: BlobHash,
        bytes: &[u8],
        at: usize,
    ) -> RequestBuilder {
        let (from, length) = (
            u64::try_from(at).unwrap(),
            u64::try_from(bytes.len()).unwrap(),
        );
        let len = usize::try_from(next_piece(from, length).unwrap()).unwrap();
        let piece = &bytes[at..at + len];
        self.signed(client, url, Method::PATCH, &format!("/files/{hash}"), piece)
            .header("tus-resumable", "1.0.0")
            .header("upload-offset", at)
            .header("upload-checksum", checksum_header(piece))
            .header("content-type", PATCH_TYPE)
    }

    /// Sends a photo from an offset to its end.
    pub(crate) async fn send_photo(
        &self,
        serving: &Serving,
        hash: BlobHash,
        bytes: &[u8],
        mut at: usize,
    ) {
        let client = serving.client();
        while at < bytes.len() {
            let sent = self
                .piece(&client, &serving.url, hash, bytes, at)
                .send()
                .await
                .unwrap();
            assert_eq!(sent.status(), 204, "{:?}", sent.text().await);
            at = offset(&sent);
        }
    }

    /// Fetches a photo.
    pub(crate) async fn photo(&self, serving: &Serving, hash: BlobHash) -> Vec<u8> {
        let client = serving.client();
        let target = format!("/files/{hash}");
        let request = self.signed(&client, &serving.url, Method::GET, &target, b"");
        read(request.send().await.unwrap()).await
    }
}

fn staff() -> StaffId {
    "ga-1".parse().unwrap()
}

pub(crate) fn offset(answer: &Response) -> usize {
    answer
        .headers()
        .get("upload-offset")
        .unwrap()
        .to_str()
        .unwrap()
        .parse()
        .unwrap()
}

async fn read(answer: Response) -> Vec<u8> {
    let status = answer.status();
    let bytes = answer.bytes().await.unwrap().to_vec();
    assert!(
        status.is_success(),
        "{status}: {}",
        String::from_utf8_lossy(&bytes)
    );
    bytes
}
