//! `device.db`: what only an unlocked device may know about itself.

use std::path::Path;

use linli_model::GridCode;
use linli_store::{DbKey, Ledger, Profile, Reader, Tx};
use linli_trust::SigningKey;

use super::carry_notes::CarryOut;
use crate::binding::Binding;
use crate::error::{DeviceError, Result};
use crate::net::ServerAddress;

const NAME: &str = "device.db";
const KEY: &str = "device_key";
const SERVER: &str = "server";
const ENROLMENT: &str = "enrolment";
const STARTED: &str = "work_started";
const WIFI_ONLY: &str = "photos_wifi_only";
const CARRIED: &str = "carry_outs";

/// The open database of the device.
pub(super) struct DeviceStore(Ledger);

impl DeviceStore {
    pub(super) fn open(folder: &Path, key: &DbKey) -> Result<Self> {
        Ok(Self(Ledger::open(
            &folder.join(NAME),
            key,
            Profile::Device,
        )?))
    }

    /// The device's key, if one was made.
    pub(super) fn key(&self) -> Result<SigningKey> {
        let seed = self.read(|reader| Ok(reader.meta(KEY)?))?;
        let seed = seed.and_then(|seed| <[u8; 32]>::try_from(seed).ok());
        Ok(SigningKey::from_seed(seed.ok_or(DeviceError::NotBound)?))
    }

    pub(super) fn set_key(&self, key: &SigningKey) -> Result<()> {
        self.write(|tx| Ok(tx.set_meta(KEY, key.seed().as_slice())?))
    }

    pub(super) fn server(&self) -> Result<ServerAddress> {
        let json = self.read(|reader| Ok(reader.meta(SERVER)?))?;
        Ok(serde_json::from_slice(&json.ok_or(DeviceError::NotBound)?)?)
    }

    pub(super) fn set_server(&self, server: &ServerAddress) -> Result<()> {
        let json = serde_json::to_vec(server)?;
        self.write(|tx| Ok(tx.set_meta(SERVER, &json)?))
    }

    /// The finished binding with the server's answer: the root of trust of a grid's file that has to
    /// be made anew.
    pub(super) fn enrolment(&self) -> Result<Option<Binding>> {
        let json = self.read(|reader| Ok(reader.meta(ENROLMENT)?))?;
        Ok(json.map(|json| serde_json::from_slice(&json)).transpose()?)
    }

    pub(super) fn set_enrolment(&self, binding: &Binding) -> Result<()> {
        let json = serde_json::to_vec(binding)?;
        self.write(|tx| Ok(tx.set_meta(ENROLMENT, &json)?))
    }

    /// The highest epoch under which this device wrote in a grid.
    pub(super) fn epoch(&self, grid: &GridCode) -> Result<u64> {
        self.read(|reader| Ok(reader.meta_number(&format!("epoch/{grid}"))?))
    }

    pub(super) fn note_epoch(&self, grid: &GridCode, epoch: u64) -> Result<()> {
        if self.epoch(grid)? >= epoch {
            return Ok(());
        }
        self.write(|tx| Ok(tx.set_meta_number(&format!("epoch/{grid}"), epoch)?))
    }

    pub(super) fn is_started(&self) -> Result<bool> {
        self.read(|reader| Ok(reader.meta_number(STARTED)? == 1))
    }

    pub(super) fn set_started(&self) -> Result<()> {
        self.write(|tx| Ok(tx.set_meta_number(STARTED, 1)?))
    }

    pub(super) fn is_wifi_only(&self) -> Result<bool> {
        self.read(|reader| Ok(reader.meta_number(WIFI_ONLY)? == 1))
    }

    pub(super) fn set_wifi_only(&self, is_on: bool) -> Result<()> {
        self.write(|tx| Ok(tx.set_meta_number(WIFI_ONLY, u64::from(is_on))?))
    }

    /// What is noted about files that were carried out.
    pub(super) fn carry_outs(&self) -> Result<Vec<CarryOut>> {
        let json = self.read(|reader| Ok(reader.meta(CARRIED)?))?;
        let notes = json.map(|json| serde_json::from_slice(&json)).transpose()?;
        Ok(notes.unwrap_or_default())
    }

    pub(super) fn set_carry_outs(&self, notes: &[CarryOut]) -> Result<()> {
        let json = serde_json::to_vec(notes)?;
        self.write(|tx| Ok(tx.set_meta(CARRIED, &json)?))
    }

    fn read<T>(&self, work: impl FnOnce(&Reader<'_>) -> Result<T>) -> Result<T> {
        self.0.read(work)
    }

    fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.0.write(work)
    }
}
