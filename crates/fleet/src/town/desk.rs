//! Desks and units at work: the HTTP API of their server, with the sign-in token of a person, over
//! TLS that trusts this server's own authority only.

#![expect(
    clippy::indexing_slicing,
    reason = "a JSON value gives null for what it does not have"
)]

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use linli_device::net::http::Https;
use linli_device::net::{Answer, Call, Connect as _, Connection, Method};
use serde_json::{Value, json};

use super::error::{TownError, TownResult};
use super::photo::Picture;
use super::program::Program;
use super::wait::{Look, until};

/// The largest answer that is read.
const MOST: usize = 16 * 1024 * 1024;
/// The pieces of an upload.
const PIECE: usize = 64 * 1024;
/// How long a person tries again when the server is away.
const PATIENCE: Duration = Duration::from_secs(40);

/// A person at a desk or in a unit.
pub struct Desk {
    line: Connection,
    token: String,
    staff: String,
    path: &'static str,
    program: Arc<Program>,
}

impl Desk {
    /// A person of a desk.
    pub async fn sign_in(program: &Arc<Program>, staff: &str, org: &str) -> TownResult<Self> {
        Self::enter(program, staff, org, "/api/v1/desk-events").await
    }

    /// A person of a handling unit.
    pub async fn sign_in_unit(program: &Arc<Program>, staff: &str, org: &str) -> TownResult<Self> {
        Self::enter(program, staff, org, "/api/v1/unit-events").await
    }

    async fn enter(
        program: &Arc<Program>,
        staff: &str,
        org: &str,
        path: &'static str,
    ) -> TownResult<Self> {
        Ok(Self {
            line: Https.connect(&program.desk_address().await?)?,
            token: program.staff_token(staff, org).await?,
            staff: staff.to_owned(),
            path,
            program: Arc::clone(program),
        })
    }

    /// Posts an event. The same key is never carried out twice, so a broken line is simply tried
    /// again; `repeated` in the answer then says that the first try had arrived.
    pub async fn act(&self, case: &str, key: &str, event: &Value) -> TownResult<Value> {
        let what = format!(
            "{} {}",
            self.staff,
            event["type"].as_str().unwrap_or_default()
        );
        until(&what, PATIENCE, async || {
            self.act_once(case, key, event).await.map(Look::Found)
        })
        .await
    }

    /// One try of [`Desk::act`].
    pub async fn act_once(&self, case: &str, key: &str, event: &Value) -> TownResult<Value> {
        let what = format!(
            "{} {}",
            self.staff,
            event["type"].as_str().unwrap_or_default()
        );
        let call = self
            .call(Method::Post, self.path)
            .with("idempotency-key", key);
        let call = Call {
            body: json!({ "case": case, "event": event })
                .to_string()
                .into_bytes(),
            ..call
        };
        self.json(&what, call.with("content-type", "application/json"))
            .await
    }

    /// The case, when this organisation has it.
    pub async fn case(&self, case: &str) -> TownResult<Option<Value>> {
        let target = format!("/api/v1/cases/{case}");
        match self.json("a case", self.call(Method::Get, &target)).await {
            Ok(detail) => Ok(Some(detail)),
            Err(TownError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The id of the case with a short code, once this organisation has it.
    pub async fn find_case(&self, code: &str) -> TownResult<String> {
        let target = format!("/api/v1/cases?text={code}");
        until(&format!("case {code}"), PATIENCE, async || {
            let page = self.json("cases", self.call(Method::Get, &target)).await?;
            let rows = page["rows"].as_array().into_iter().flatten();
            let row = rows.into_iter().find(|row| row["short_code"] == code);
            Ok(match row.and_then(|row| row["id"].as_str()) {
                Some(id) => Look::Found(id.to_owned()),
                None => Look::NotYet("no case".into()),
            })
        })
        .await
    }

    /// How many cases this organisation has.
    pub async fn case_count(&self) -> TownResult<usize> {
        Ok(self.cases().await?.as_array().map_or(0, Vec::len))
    }

    /// The first page of this organisation's cases, newest first.
    pub async fn cases(&self) -> TownResult<Value> {
        let call = self.call(Method::Get, "/api/v1/cases");
        Ok(self.json("cases", call).await?["rows"].take())
    }

    /// The bytes of a photo, when the server has them and this organisation may see them.
    pub async fn photo(&self, hash: &str) -> TownResult<Option<Vec<u8>>> {
        let mut answer = self
            .line
            .call(self.call(Method::Get, &format!("/files/{hash}")))
            .await?;
        match answer.status {
            200 => Ok(Some(answer.read(MOST).await?)),
            404 => Ok(None),
            _ => Err(refusal("a photo", answer).await),
        }
    }

    /// Sends a photo that an event of this person names, piece by piece (tus 1.0). A broken line goes
    /// on where the server stands.
    pub async fn send_photo(&self, case: &str, grid: &str, photo: &Picture) -> TownResult<()> {
        until("a photo of a person", PATIENCE, async || {
            self.send_pieces(case, grid, photo).await.map(Look::Found)
        })
        .await
    }

    async fn send_pieces(&self, case: &str, grid: &str, photo: &Picture) -> TownResult<()> {
        let name = photo.hash.as_str();
        let length = photo.bytes.len();
        let about = [
            ("blob", name),
            ("record", case),
            ("scope", &format!("cases/{grid}")),
            ("mime", "image/jpeg"),
        ];
        let about = about
            .map(|(key, value)| format!("{key} {}", BASE64.encode(value)))
            .join(",");
        let made = self.call(Method::Post, "/files/");
        let made = made
            .with("upload-length", length.to_string())
            .with("upload-metadata", about);
        let mut at = self.tus(made).await?;
        while let Some(rest) = photo.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let piece = rest.get(..rest.len().min(PIECE)).unwrap_or(rest);
            let call = self.call(Method::Patch, &format!("/files/{name}"));
            let call = call
                .with("upload-offset", at.to_string())
                .with("content-type", "application/offset+octet-stream");
            let next = self
                .tus(Call {
                    body: piece.to_vec(),
                    ..call
                })
                .await?;
            if next <= at {
                return Err(TownError::Answer {
                    what: "an upload".into(),
                    said: format!("offset {next} after {at}"),
                });
            }
            at = next;
        }
        Ok(())
    }

    /// One request of an upload; gives where the upload stands.
    async fn tus(&self, call: Call) -> TownResult<usize> {
        let answer = self.line.call(call.with("tus-resumable", "1.0.0")).await?;
        if !answer.is_success() {
            return Err(refusal("an upload", answer).await);
        }
        let offset = answer
            .header("upload-offset")
            .and_then(|offset| offset.parse().ok());
        offset.ok_or_else(|| TownError::Answer {
            what: "an upload".into(),
            said: "no offset".into(),
        })
    }

    /// The server at which this person sits.
    pub fn program(&self) -> &Program {
        &self.program
    }

    fn call(&self, method: Method, target: &str) -> Call {
        let call = Call::new(method, target, Vec::new());
        call.with("authorization", format!("Bearer {}", self.token))
    }

    async fn json(&self, what: &str, call: Call) -> TownResult<Value> {
        let mut answer = self.line.call(call).await?;
        if !answer.is_success() {
            return Err(refusal(what, answer).await);
        }
        Ok(serde_json::from_slice(&answer.read(MOST).await?)?)
    }
}

async fn refusal(what: &str, mut answer: Answer) -> TownError {
    let status = answer.status;
    let body = answer.read(MOST).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let word = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    TownError::Refused {
        what: what.to_owned(),
        status,
        code: word("code"),
        detail: word("detail"),
    }
}
