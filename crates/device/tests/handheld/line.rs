//! The line to the station: checks signatures and clocks as a server does, and breaks where it is
//! told to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, Weak};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use linli_device::Clock as _;
use linli_device::net::{
    Answer, Body, BoxFuture, Call, Connect, Connection, Method, ServerAddress, Transport,
    TransportError,
};
use linli_model::{BlobHash, KeyId, Scope};
use linli_sync::blob::{UploadMetadata, checksum_matches, header as tus};
use linli_sync::heartbeat::{Manifest, ManifestReply};
use linli_sync::wake::Wake;
use linli_trust::http_signature::{self, ContentDigest};
use linli_trust::{ErasureProof, ServerTimeBody, Signed, Suite};
use sha2::{Digest as _, Sha256};

use crate::station::Station;
use crate::world::{COMMUNITY, GRID};

const PACKS: &str = "/sync/v1/pack/";

/// How the line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It works.
    Up,
    /// There is no network.
    NoNetwork,
    /// Nobody answers.
    Unreachable,
    /// The server's certificate does not count at the time that the machine shows.
    ClockWrong,
    /// Every request arrives and every answer is lost.
    AnswersLost,
    /// An answer breaks after so many bytes.
    AnswersCut(usize),
    /// A pack breaks after so many bytes; everything else works.
    PacksCut(usize),
    /// One byte of a pack is another one, at this place; everything else works.
    PacksBent(usize),
    /// A proof of erasure gets lost; everything else works.
    ProofsLost,
    /// Uploads break after so many pieces; everything else works.
    UploadsCut(usize),
    /// The server refuses.
    Refuses(u16, &'static str),
}

pub(crate) struct Line {
    station: Arc<Station>,
    me: Weak<Self>,
    pub(crate) mode: Mutex<Mode>,
    /// The station's clock minus the device's.
    pub(crate) skew_ms: Mutex<i64>,
    /// Method and path of every request that arrived.
    pub(crate) calls: Mutex<Vec<String>>,
    pub(crate) manifests: Mutex<Vec<Manifest>>,
    /// Proofs of erasure that arrived and are signed.
    pub(crate) proofs: Mutex<Vec<ErasureProof>>,
    uploads: Mutex<BTreeMap<BlobHash, Vec<u8>>>,
    /// Bytes that were sent in pieces of photos.
    pub(crate) piece_bytes: Mutex<u64>,
    /// Bytes of packs that were asked for.
    pub(crate) pack_bytes: Mutex<usize>,
}

impl Line {
    pub(crate) fn to(station: &Arc<Station>) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            station: Arc::clone(station),
            me: me.clone(),
            mode: Mutex::new(Mode::Up),
            skew_ms: Mutex::default(),
            calls: Mutex::default(),
            manifests: Mutex::default(),
            proofs: Mutex::default(),
            uploads: Mutex::default(),
            piece_bytes: Mutex::default(),
            pack_bytes: Mutex::default(),
        })
    }

    pub(crate) fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    pub(crate) fn count(&self, call: &str) -> usize {
        self.calls
            .lock()
            .unwrap()
            .iter()
            .filter(|seen| seen.starts_with(call))
            .count()
    }

    fn send(&self, call: &Call) -> Result<Answer, TransportError> {
        let mode = self.mode.lock().unwrap().clone();
        match mode {
            Mode::NoNetwork => return Err(TransportError::NoNetwork),
            Mode::Unreachable => return Err(TransportError::Unreachable("nobody".into())),
            Mode::ClockWrong => return Err(TransportError::ClockWrong("expired".into())),
            _ => {}
        }
        let path = call.target.split('?').next().unwrap();
        let name = format!("{} {path}", call.method.as_str());
        self.calls.lock().unwrap().push(name.clone());
        if let Mode::Refuses(status, code) = mode {
            return Ok(refusal(status, code));
        }
        let answer = self.route(&name, call, &mode)?;
        match mode {
            Mode::AnswersLost => Err(TransportError::Broken("lost".into())),
            Mode::AnswersCut(bytes) => Ok(cut(answer, bytes)),
            _ => Ok(answer),
        }
    }

    fn route(&self, name: &str, call: &Call, mode: &Mode) -> Result<Answer, TransportError> {
        if name == "POST /sync/v1/enrol" {
            return Ok(match self.station.enrol(&call.body) {
                Some(answer) => Answer::whole(200, answer),
                None => refusal(403, "ENROLMENT_REFUSED"),
            });
        }
        if name == "POST /sync/v1/erased" {
            if *mode == Mode::ProofsLost {
                return Err(TransportError::Broken("lost".into()));
            }
            let proof = ErasureProof::decode(&call.body).unwrap();
            let key = self.station.device_key(&proof.device);
            if key.is_none_or(|key| proof.verify(&key).is_err()) {
                return Ok(refusal(403, "PROOF"));
            }
            self.proofs.lock().unwrap().push(proof);
            return Ok(Answer::whole(204, Vec::new()));
        }
        let peer = match self.signer(call) {
            Ok(peer) => peer,
            Err(answer) => {
                self.calls.lock().unwrap().push(answer.status.to_string());
                return Ok(answer);
            }
        };
        Ok(match name {
            "POST /sync/v1/exchange" => {
                Answer::whole(200, self.station.exchange(&peer, &call.body))
            }
            "POST /sync/v1/heartbeat" => {
                self.manifests
                    .lock()
                    .unwrap()
                    .push(Manifest::decode(&call.body).unwrap());
                let reply = ManifestReply {
                    clock: self.station.clock.now(),
                    generation: 1,
                    wake: false,
                };
                Answer::whole(200, reply.encode().unwrap())
            }
            "GET /sync/v1/wake" => {
                let scope = Scope::Cases(GRID.parse().unwrap());
                let event = Wake::Feed { scope, seq: 1 }.to_event();
                Answer::whole(200, event.into_bytes())
            }
            "POST /files/" => self.create(call),
            _ if path_of(call).starts_with(PACKS) => self.pack(call, mode),
            _ if path_of(call).starts_with("/files/") => return self.file(call, mode),
            _ => refusal(404, "NOT_FOUND"),
        })
    }

    /// Who signed, or the refusal.
    fn signer(&self, call: &Call) -> Result<KeyId, Answer> {
        let described = http_signature::Request {
            method: call.method.as_str(),
            target: &call.target,
            content: ContentDigest::of(&call.body),
        };
        let headers = call
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()));
        let hosts = |org: &linli_model::OrgId| org.as_str() == COMMUNITY;
        let signed = http_signature::read(&described, headers, &hosts);
        let signed = signed
            .map_err(|error| panic!("not signed: {error}"))
            .unwrap();
        let Some(key) = self.station.device_key(&signed.key()) else {
            return Err(refusal(401, "NOT_ENROLLED"));
        };
        signed.verify(&key).unwrap();
        let now = self
            .station
            .clock
            .now()
            .plus_ms(*self.skew_ms.lock().unwrap());
        if signed.created().ms_since(now).abs() > 300_000 {
            let body = ServerTimeBody {
                suite: Suite::CURRENT,
                at: now,
                nonce: signed.nonce(),
                signer: self.station.key.id(),
            };
            let time = Signed::seal(body, &self.station.key)
                .unwrap()
                .encode()
                .unwrap();
            return Err(refusal(401, "CLOCK_SKEW").with("linli-server-time", BASE64.encode(time)));
        }
        Ok(signed.key())
    }

    fn pack(&self, call: &Call, mode: &Mode) -> Answer {
        let scope: Scope = path_of(call).trim_start_matches(PACKS).parse().unwrap();
        let Some(pack) = self.station.pack(&scope) else {
            return refusal(404, "NOT_FOUND");
        };
        let hash = BlobHash(pack.hash).to_string();
        let wanted = call.target.split_once("?hash=").map(|(_, hash)| hash);
        if wanted.is_some_and(|wanted| wanted != hash) {
            return refusal(404, "NOT_FOUND");
        }
        let mut bytes = pack.bytes;
        if let Mode::PacksBent(place) = mode {
            bytes[*place] ^= 1;
        }
        let from = header(call, "range").strip_prefix("bytes=");
        let from = from.map(|range| range.trim_end_matches('-').parse::<usize>().unwrap());
        *self.pack_bytes.lock().unwrap() += bytes.len() - from.unwrap_or(0);
        let status = if from.is_some() { 206 } else { 200 };
        let answer = Answer::whole(status, bytes.split_off(from.unwrap_or(0)))
            .with("linli-checkpoint", BASE64.encode(pack.checkpoint));
        match mode {
            Mode::PacksCut(bytes) => cut(answer, *bytes),
            _ => answer,
        }
    }

    fn create(&self, call: &Call) -> Answer {
        let metadata = UploadMetadata::from_header(header(call, tus::UPLOAD_METADATA)).unwrap();
        let length = header(call, tus::UPLOAD_LENGTH);
        let offset = if self
            .station
            .files
            .lock()
            .unwrap()
            .contains_key(&metadata.blob)
        {
            length.to_owned()
        } else {
            let mut uploads = self.uploads.lock().unwrap();
            uploads.entry(metadata.blob).or_default().len().to_string()
        };
        Answer::whole(201, Vec::new()).with(tus::UPLOAD_OFFSET, offset)
    }

    fn file(&self, call: &Call, mode: &Mode) -> Result<Answer, TransportError> {
        let hash: BlobHash = path_of(call).trim_start_matches("/files/").parse().unwrap();
        if call.method == Method::Get {
            return Ok(match self.station.files.lock().unwrap().get(&hash) {
                Some(bytes) => Answer::whole(200, bytes.clone()),
                None => refusal(404, "NOT_FOUND"),
            });
        }
        let mut uploads = self.uploads.lock().unwrap();
        let staged = uploads.entry(hash).or_default();
        if call.method == Method::Patch {
            if let Mode::UploadsCut(pieces) = mode
                && self
                    .calls
                    .lock()
                    .unwrap()
                    .iter()
                    .filter(|c| c.starts_with("PATCH"))
                    .count()
                    > *pieces
            {
                return Err(TransportError::Broken("cut".into()));
            }
            assert!(checksum_matches(header(call, tus::UPLOAD_CHECKSUM), &call.body).unwrap());
            assert_eq!(header(call, tus::UPLOAD_OFFSET), staged.len().to_string());
            *self.piece_bytes.lock().unwrap() += call.body.len() as u64;
            staged.extend_from_slice(&call.body);
            if Sha256::digest(&staged[..]).as_slice() == hash.0 {
                self.station
                    .files
                    .lock()
                    .unwrap()
                    .insert(hash, staged.clone());
            }
        }
        Ok(Answer::whole(204, Vec::new()).with(tus::UPLOAD_OFFSET, staged.len().to_string()))
    }
}

fn path_of(call: &Call) -> &str {
    call.target.split('?').next().unwrap()
}

fn header<'c>(call: &'c Call, name: &str) -> &'c str {
    let found = call.headers.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str()).unwrap_or_default()
}

fn refusal(status: u16, code: &str) -> Answer {
    let body = serde_json::json!({ "status": status, "code": code, "detail": "" });
    Answer::whole(status, body.to_string().into_bytes())
}

fn cut(answer: Answer, bytes: usize) -> Answer {
    let Body::Pieces(pieces) = answer.body else {
        unreachable!("answers of a station are pieces");
    };
    let whole: Vec<u8> = pieces.into_iter().flat_map(Result::unwrap).collect();
    let rest = whole[..bytes.min(whole.len())].to_vec();
    let broken = Err(TransportError::Broken("cut".into()));
    Answer {
        status: answer.status,
        headers: answer.headers,
        body: Body::Pieces(VecDeque::from([Ok(rest), broken])),
    }
}

struct Wire(Arc<Line>);

impl Connect for Line {
    fn connect(&self, _server: &ServerAddress) -> Result<Connection, TransportError> {
        Ok(Arc::new(Wire(self.me.upgrade().unwrap())))
    }
}

impl Transport for Wire {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Answer, TransportError>> {
        Box::pin(async move { self.0.send(&call) })
    }

    fn authority(&self) -> Option<Vec<u8>> {
        None
    }
}
