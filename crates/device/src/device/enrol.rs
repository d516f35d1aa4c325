//! Enrolment: the request is sent until the server has answered, then its answer is installed.

use linli_exchange::enrolment::EnrolAnswer;
use linli_model::StaffId;
use linli_trust::enrolment::{EnrolRequest, Transcript};
use linli_trust::pin::{DataKey, UnlockSecret};
use linli_trust::{SigningKey, Suite};
use sha2::{Digest as _, Sha256};

use super::door::{BINDER, binder};
use super::open::{self, Open};
use super::{APP, Device};
use crate::binding::Binding;
use crate::dto::change_set::Noun;
use crate::dto::device::{BindingStage, StaffDto};
use crate::env;
use crate::error::{DeviceError, Result};
use crate::files::hex;
use crate::net::{Call, Connection, Method, Refusal, TransportError};

const ENROL: &str = "/sync/v1/enrol";
/// Any answer shows the server's authority.
const HELLO: &str = "/healthz";
/// The largest answer.
const ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// What one step of a binding led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindingStep {
    /// There is no binding to go on with.
    Nothing,
    /// The server cannot be reached; the ticket is kept.
    NoNetwork,
    /// The server waits for a person to compare the check code.
    Waiting,
    /// The server said no; a new ticket is needed.
    Refused,
    /// The device is bound.
    Done,
}

impl Device {
    /// The signed request for an authority that was seen.
    pub(super) fn make_request(
        &self,
        binding: &Binding,
        key: &SigningKey,
        ca_sha256: [u8; 32],
    ) -> Result<EnrolRequest> {
        let transcript = Transcript {
            suite: Suite::CURRENT,
            slot: binding.slot()?,
            ca_sha256,
            key: key.public(),
            nonce: env::bytes(&*self.parts.random)?,
            has_hardware_store: false,
            model: self.parts.machine.model(),
            app: APP.to_owned(),
        };
        Ok(EnrolRequest::prove(transcript, &binding.slot_key()?, key)?)
    }

    /// Asks the server once about a binding that is not finished.
    pub async fn advance_binding(&self) -> Result<BindingStep> {
        let binding = self.state().binding.clone();
        let Some(binding) = binding.filter(|binding| binding.stage != BindingStage::Refused) else {
            return Ok(BindingStep::Nothing);
        };
        if binding.answer()?.is_some() {
            return Ok(BindingStep::Nothing);
        }
        match self.ask(binding).await {
            Ok(step) => Ok(step),
            Err(DeviceError::Transport(TransportError::NotPinned(why))) => {
                tracing::error!(why, "the server is not the one of the ticket");
                self.refuse_binding("unknown")?;
                Ok(BindingStep::Refused)
            }
            Err(DeviceError::Transport(error)) => {
                tracing::info!(%error, "the server cannot be asked yet");
                let is_clock = matches!(error, TransportError::ClockWrong(_));
                self.delay_binding(is_clock.then_some("clock"))?;
                Ok(BindingStep::NoNetwork)
            }
            Err(error) => Err(error),
        }
    }

    async fn ask(&self, mut binding: Binding) -> Result<BindingStep> {
        let line = self.parts.connect.connect(&binding.server)?;
        let Some(request) = self.request_of(&mut binding, &line).await? else {
            self.refuse_binding("unknown")?;
            return Ok(BindingStep::Refused);
        };
        let call = Call::new(Method::Post, ENROL, request.encode()?)
            .with("content-type", "application/cbor");
        let mut answer = line.call(call).await?;
        if answer.is_success() {
            let bytes = answer.read(ANSWER_BYTES).await?;
            if bytes.is_empty() {
                return self.await_person(binding);
            }
            return self.take_answer(binding, &line, &request, &bytes);
        }
        let refusal = Refusal::of(answer).await;
        let waits = refusal.code.to_ascii_uppercase().contains("CONFIRM");
        match refusal.status {
            _ if waits => self.await_person(binding),
            403 | 404 | 409 | 410 => {
                self.refuse_binding("spent")?;
                Ok(BindingStep::Refused)
            }
            status => Err(TransportError::Unreachable(format!(
                "the server answered {status} {}",
                refusal.code
            ))
            .into()),
        }
    }

    /// The request; made now when the authority had to be seen first, which needs the secret that was
    /// chosen a moment ago.
    async fn request_of(
        &self,
        binding: &mut Binding,
        line: &Connection,
    ) -> Result<Option<EnrolRequest>> {
        if let Some(request) = binding.request()? {
            return Ok(Some(request));
        }
        let hello = Call::new(Method::Get, HELLO, Vec::new());
        line.call(hello).await?;
        let pin = line.authority().map(|der| Sha256::digest(&der).into());
        let known = binding.server.pin_bytes().into_iter().next();
        let Some(pin) = pin
            .or(known)
            .or((!binding.server.is_tls()).then_some([0; 32]))
        else {
            return Ok(None);
        };
        let key = {
            let state = self.state();
            let (Some(vault), Some(secret)) = (&state.vault, &state.secret) else {
                return Ok(None);
            };
            let keys = vault.open(&binder()?, secret)?;
            super::store::DeviceStore::open(&self.folder, &crate::vault::db_key(&keys.device)?)?
                .key()?
        };
        let request = self.make_request(binding, &key, pin)?;
        binding.set_request(&request)?;
        binding.save(&self.folder)?;
        self.state().binding = Some(binding.clone());
        Ok(Some(request))
    }

    fn await_person(&self, mut binding: Binding) -> Result<BindingStep> {
        if binding.stage != BindingStage::WaitingForPerson {
            binding.stage = BindingStage::WaitingForPerson;
            binding.reason = None;
            binding.save(&self.folder)?;
            self.state().binding = Some(binding);
            self.tell(&[Noun::Device], []);
        }
        Ok(BindingStep::Waiting)
    }

    /// Keeps the ticket, and says why it waits.
    fn delay_binding(&self, reason: Option<&str>) -> Result<()> {
        let mut state = self.state();
        let Some(binding) = &mut state.binding else {
            return Ok(());
        };
        if binding.reason.as_deref() == reason {
            return Ok(());
        }
        binding.reason = reason.map(ToOwned::to_owned);
        binding.save(&self.folder)?;
        drop(state);
        self.tell(&[Noun::Device], []);
        Ok(())
    }

    fn refuse_binding(&self, reason: &str) -> Result<()> {
        let mut state = self.state();
        if let Some(binding) = &mut state.binding {
            binding.stage = BindingStage::Refused;
            binding.reason = Some(reason.to_owned());
            binding.save(&self.folder)?;
        }
        drop(state);
        self.tell(&[Noun::Device], []);
        Ok(())
    }

    fn take_answer(
        &self,
        mut binding: Binding,
        line: &Connection,
        request: &EnrolRequest,
        bytes: &[u8],
    ) -> Result<BindingStep> {
        let answer = match EnrolAnswer::open(bytes, request, &binding.slot_key()?) {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(%error, "the answer is not from the server of the ticket");
                self.refuse_binding("unknown")?;
                return Ok(BindingStep::Refused);
            }
        };
        let key = request.transcript().key;
        if answer
            .certificate()
            .is_none_or(|certificate| certificate.key != key)
        {
            // The right server, and no certificate for this device yet: a person has to confirm.
            return self.await_person(binding);
        }
        if let Some(authority) = line.authority() {
            let pin = hex(&Sha256::digest(&authority));
            if !binding.server.pins.contains(&pin) {
                binding.server.pins.push(pin);
            }
            binding.server.authority = Some(hex(&authority));
        }
        binding.set_answer(bytes);
        binding.save(&self.folder)?;
        let secret = {
            let mut state = self.state();
            state.binding = Some(binding);
            let people = people_of(&answer)?;
            state.face.change(|face| face.staff = people)?;
            state.secret.take()
        };
        if let Some(secret) = secret {
            self.finish_binding(&secret, None)?;
        }
        self.tell(&[Noun::Device], []);
        Ok(BindingStep::Done)
    }

    /// Makes the grids' files, wraps their keys for everybody whom the certificate names, and opens
    /// the device for `staff`, or for the only person there is.
    pub(super) fn finish_binding(&self, secret: &UnlockSecret, staff: Option<&str>) -> Result<()> {
        let now = self.now();
        let mut state = self.state();
        let binding = state.binding.clone().ok_or(DeviceError::NotBound)?;
        let answer = binding.opened_answer()?.ok_or(DeviceError::NotBound)?;
        let certificate = answer.certificate().ok_or(DeviceError::NotBound)?.clone();
        let random = &*self.parts.random;
        let vault = state.vault.as_mut().ok_or(DeviceError::NotBound)?;
        let mut keys = vault.open(&binder()?, secret)?;
        for grid in &certificate.grids {
            keys.grids
                .insert(grid.clone(), DataKey::new(env::bytes(random)?));
        }
        open::make_grids(&self.folder, &self.parts, &keys, &answer)?;
        let store =
            super::store::DeviceStore::open(&self.folder, &crate::vault::db_key(&keys.device)?)?;
        store.set_server(&binding.server)?;
        store.set_enrolment(&binding)?;
        drop(store);
        vault.set_people(&certificate.staff, secret, &keys, random)?;
        let chosen: Option<StaffId> = match (staff, certificate.staff.as_slice()) {
            (Some(staff), _) => staff.parse().ok(),
            (None, [only]) => Some(only.clone()),
            (None, _) => None,
        };
        let chosen = chosen.filter(|staff| certificate.staff.contains(staff));
        let first = certificate
            .staff
            .first()
            .ok_or(DeviceError::NotBound)?
            .clone();
        let person = chosen.clone().unwrap_or(first);
        let open = Open::new(&self.folder, &self.parts, keys, person, now)?;
        let people = open.people(now)?;
        let grid = open.engine()?.grid_dto()?;
        state.face.change(|face| {
            face.is_bound = true;
            face.staff = people;
            face.grid = Some(grid);
            face.waiting_count = 0;
        })?;
        Binding::remove(&self.folder)?;
        state.binding = None;
        state.secret = None;
        if chosen.is_some() {
            self.enter(&mut state, open)?;
        }
        drop(state);
        self.tell(&[Noun::Device, Noun::FirstSync, Noun::Reference], []);
        self.hurry.notify_one();
        Ok(())
    }
}

/// Who may unlock, as the answer's newest edition names them, before anything is installed.
fn people_of(answer: &EnrolAnswer) -> Result<Vec<StaffDto>> {
    let certificate = answer.certificate().ok_or(DeviceError::NotBound)?;
    let edition: Option<linli_model::edition::Edition> = match answer.editions.last() {
        Some(signed) => serde_json::from_slice(&signed.json).ok(),
        None => None,
    };
    let people = certificate
        .staff
        .iter()
        .filter(|id| id.as_str() != BINDER)
        .map(|id| {
            let known = edition.as_ref().and_then(|edition| {
                let mut staff = edition.staff.iter();
                staff.find(|person| person.id == *id)
            });
            let role = known.and_then(|person| person.grants.first());
            StaffDto {
                id: id.to_string(),
                name: known.map_or_else(|| id.to_string(), |person| person.name.clone()),
                role: role.map_or_else(String::new, |grant| grant.role.as_str().to_owned()),
            }
        });
    Ok(people.collect())
}
