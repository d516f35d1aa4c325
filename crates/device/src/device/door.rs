//! The door: status, binding, unlocking, locking, settings.

use std::sync::Arc;

use linli_model::StaffId;
use linli_trust::SigningKey;
use linli_trust::pin::{DataKey, UnlockRefusal, UnlockSecret};

use super::open::{self, Open};
use super::store::DeviceStore;
use super::{APP, Device, State};
use crate::binding::Binding;
use crate::code_picture::read_code;
use crate::dto::change_set::Noun;
use crate::dto::device::{
    BindInput, BindingDto, BindingStage, DeviceState, DeviceStatus, SecretKind, TicketDto,
    UnlockInput,
};
use crate::dto::settings::SettingsDto;
use crate::engine::SyncView;
use crate::env;
use crate::error::{DeviceError, Result};
use crate::files;
use crate::net::TicketText;
use crate::vault::{Keys, SECRET_LENGTH, Vault, db_key};

/// The person under whom the keys are wrapped before the server has named the real ones.
pub(super) const BINDER: &str = "binding";

pub(super) fn binder() -> Result<StaffId> {
    Ok(StaffId::new(BINDER)?)
}

impl Device {
    /// All that the frame around the screens needs to know. Works while locked.
    pub fn status(&self) -> Result<DeviceStatus> {
        let now = self.now();
        let state = self.state();
        let face = state.face.get();
        let (tries_left, try_again_at) = state
            .vault
            .as_ref()
            .map_or((None, None), |vault| vault.tries(now));
        let signed_in = state.open.as_ref().map(|open| open.staff.to_string());
        let signed_in = signed_in.and_then(|id| {
            let mut staff = face.staff.iter();
            staff.find(|person| person.id == id).cloned()
        });
        Ok(DeviceStatus {
            state: door(&state)?,
            device_name: face.device_name.clone(),
            grid: face.grid.clone(),
            staff: face.staff.clone(),
            signed_in,
            secret: SecretKind::Passphrase,
            tries_left,
            try_again_at: try_again_at.map(|at| at.0),
            waiting_count: face.waiting_count,
            binding: binding_dto(&state)?,
            settings: face.settings,
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    /// What a ticket says, without any network.
    pub fn read_ticket(&self, ticket: &str) -> Result<TicketDto> {
        let ticket = TicketText::read(ticket)?;
        Ok(TicketDto {
            tail: ticket.tail,
            server: ticket.server.host().to_owned(),
            secret: SecretKind::Passphrase,
            secret_length: SECRET_LENGTH,
        })
    }

    /// The ticket in a picture of a printed code, without any network. Nothing of the picture is kept.
    pub fn read_code(&self, file: &[u8]) -> Result<String> {
        Ok(read_code(file)?)
    }

    /// Begins a binding: makes the device's key and keeps the ticket. The server is asked by
    /// [`Device::run`], or by [`Device::advance_binding`].
    pub fn bind(&self, input: &BindInput) -> Result<()> {
        let ticket = TicketText::read(&input.ticket)?;
        let secret = choose(&input.secret)?;
        let mut state = self.state();
        let is_over = |binding: &Binding| binding.stage == BindingStage::Refused;
        if state.face.get().is_bound || state.binding.as_ref().is_some_and(|b| !is_over(b)) {
            return Err(DeviceError::AlreadyBound);
        }
        self.clear(&mut state)?;
        let random = &*self.parts.random;
        let key = SigningKey::from_seed(env::bytes(random)?);
        let keys = Keys {
            device: DataKey::new(env::bytes(random)?),
            grids: std::collections::BTreeMap::new(),
        };
        let store = DeviceStore::open(&self.folder, &db_key(&keys.device)?)?;
        store.set_key(&key)?;
        store.set_server(&ticket.server)?;
        drop(store);
        let mut vault = Vault::create(&self.folder, key.id(), self.parts.stretch)?;
        vault.set_person(&binder()?, &secret, &keys, random)?;
        let mut binding = Binding::new(&ticket);
        if let [pin] = ticket.server.pin_bytes().as_slice() {
            binding.set_request(&self.make_request(&binding, &key, *pin)?)?;
        }
        binding.save(&self.folder)?;
        let name: String = key
            .id()
            .to_string()
            .to_uppercase()
            .chars()
            .take(4)
            .collect();
        state.face.change(|face| face.device_name = Some(name))?;
        state.vault = Some(vault);
        state.binding = Some(binding);
        state.secret = Some(secret);
        drop(state);
        self.tell(&[Noun::Device], []);
        self.hurry.notify_one();
        Ok(())
    }

    /// Gives up a binding that is not confirmed: everything that it made is removed.
    pub fn cancel_binding(&self) -> Result<()> {
        let mut state = self.state();
        if state.face.get().is_bound {
            return Err(DeviceError::AlreadyBound);
        }
        self.clear(&mut state)?;
        drop(state);
        self.tell(&[Noun::Device], []);
        Ok(())
    }

    /// Removes what a binding that came to nothing has left. The wrapped keys go first.
    pub(super) fn clear(&self, state: &mut State) -> Result<()> {
        if let Some(mut vault) = state.vault.take() {
            vault.erase(&[], None)?;
        }
        state.binding = None;
        state.secret = None;
        state.open = None;
        files::remove(&self.folder.join("vault.json"))?;
        Binding::remove(&self.folder)?;
        open::remove_database(&self.folder.join("device.db"))?;
        state.face.change(|face| {
            *face = crate::face::Face {
                settings: face.settings,
                ..crate::face::Face::default()
            };
        })?;
        Ok(())
    }

    /// Opens the device for a person. Finishes a binding whose answer came while nobody was there.
    pub fn unlock(&self, input: &UnlockInput) -> Result<()> {
        let now = self.now();
        let secret = UnlockSecret::entered(&input.secret);
        let mut state = self.state();
        if state.face.get().is_barred {
            return Err(DeviceError::Barred);
        }
        let has_unsent = state.face.get().waiting_count > 0;
        let is_answered = match &state.binding {
            Some(binding) => binding.answer()?.is_some(),
            None => false,
        };
        let staff = if is_answered {
            binder()?
        } else {
            let unknown = DeviceError::Refused("not_allowed".into());
            input.staff.parse().map_err(|_| unknown)?
        };
        let vault = state.vault.as_mut().ok_or(DeviceError::NotBound)?;
        if vault.people().count() > 0 && !vault.people().any(|known| *known == staff) {
            return Err(DeviceError::Refused("not_allowed".into()));
        }
        let opened = vault.unlock(&staff, &secret, now, has_unsent);
        let keys = match opened {
            Ok(keys) => keys,
            Err(error) => {
                drop(state);
                self.tell(&[Noun::Device], []);
                return Err(error);
            }
        };
        if is_answered {
            drop(state);
            return self.finish_binding(&secret, Some(&input.staff));
        }
        let open = Open::new(&self.folder, &self.parts, keys, staff, now)?;
        self.enter(&mut state, open)?;
        drop(state);
        self.tell(
            &[
                Noun::Device,
                Noun::FirstSync,
                Noun::Sync,
                Noun::Outbox,
                Noun::Cases,
                Noun::Reference,
                Noun::Register,
            ],
            [],
        );
        self.hurry.notify_one();
        Ok(())
    }

    /// Puts an open device behind the door.
    pub(super) fn enter(&self, state: &mut State, open: Open) -> Result<()> {
        let now = self.now();
        for engine in open.engines.values() {
            engine.tick(now)?;
        }
        state.open = Some(Arc::new(open));
        Ok(())
    }

    /// Closes the databases and forgets the keys. What waits is sent after the next unlocking.
    pub fn lock(&self) -> Result<()> {
        let mut state = self.state();
        if let Some(open) = &state.open {
            for engine in open.engines.values() {
                // Locking goes on whatever happens; it is due again at the next one.
                if let Err(error) = engine.compact(true) {
                    tracing::warn!(%error, "the file could not be written anew after an erasure");
                }
            }
        }
        state.open = None;
        state.secret = None;
        drop(state);
        self.lane().view = SyncView::default();
        self.tell(&[Noun::Device], []);
        // The driver lets go of its line, and with it of the keys.
        self.hurry.notify_one();
        Ok(())
    }

    /// Keeps the settings of the screens.
    pub fn save_settings(&self, settings: SettingsDto) -> Result<()> {
        self.state().face.change(|face| face.settings = settings)?;
        self.tell(&[Noun::Device], []);
        Ok(())
    }

    /// Whether photos wait for Wi-Fi.
    pub fn is_wifi_only(&self) -> Result<bool> {
        self.opened()?.store.is_wifi_only()
    }

    /// Lets photos wait for Wi-Fi, or lets them use any network.
    pub fn set_wifi_only(&self, is_on: bool) -> Result<()> {
        self.opened()?.store.set_wifi_only(is_on)?;
        self.tell(&[Noun::Sync, Noun::Outbox], []);
        self.hurry.notify_one();
        Ok(())
    }

    /// Gives a person of the certificate a passphrase of their own: the signed-in person anew, or a
    /// colleague who stands beside.
    pub fn set_secret(&self, staff: &str, secret: &str) -> Result<()> {
        let secret = choose(secret)?;
        let open = self.opened()?;
        let staff: StaffId = staff.parse().map_err(|_| DeviceError::NotFound("staff"))?;
        open.by(open.engine()?, self.now())?;
        open.engine()?.sign_in(&staff, self.now())?;
        let mut state = self.state();
        let vault = state.vault.as_mut().ok_or(DeviceError::NotBound)?;
        vault.set_person(&staff, &secret, &open.keys, &*self.parts.random)?;
        drop(state);
        self.tell(&[Noun::Device], []);
        Ok(())
    }

    /// The program and version that servers see.
    pub fn app(&self) -> &'static str {
        APP
    }
}

fn choose(text: &str) -> Result<UnlockSecret> {
    UnlockSecret::choose(text, false).map_err(|refusal| match refusal {
        UnlockRefusal::TooShort
        | UnlockRefusal::TooLong
        | UnlockRefusal::DigitsNeedHardware
        | UnlockRefusal::TooSimple
        | UnlockRefusal::Control => DeviceError::SecretWeak {
            length: SECRET_LENGTH,
        },
    })
}

fn door(state: &State) -> Result<DeviceState> {
    let face = state.face.get();
    if face.is_barred {
        return Ok(DeviceState::Barred);
    }
    if let Some(binding) = &state.binding {
        let is_answered = binding.answer()?.is_some();
        return Ok(if is_answered {
            DeviceState::Locked
        } else {
            DeviceState::Confirming
        });
    }
    if !face.is_bound {
        return Ok(DeviceState::Unbound);
    }
    let Some(open) = &state.open else {
        return Ok(DeviceState::Locked);
    };
    let is_started = open.store.is_started()?;
    Ok(if is_started {
        DeviceState::Ready
    } else {
        DeviceState::FirstSync
    })
}

fn binding_dto(state: &State) -> Result<Option<BindingDto>> {
    let Some(binding) = &state.binding else {
        return Ok(None);
    };
    if binding.answer()?.is_some() {
        return Ok(None);
    }
    let request = binding.request()?;
    let is_known = binding.stage == BindingStage::WaitingForPerson;
    let check_code = request
        .filter(|_| is_known)
        .map(|request| request.check_code().to_string());
    Ok(Some(BindingDto {
        stage: binding.stage,
        check_code,
        reason: binding
            .reason
            .as_deref()
            .map(|code| crate::dto::code::CodeDto {
                code: code.to_owned(),
                params: crate::dto::code::Params::new(),
            }),
    }))
}
