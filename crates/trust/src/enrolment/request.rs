//! What a new device sends, and the proofs of both sides.

use hmac::{Hmac, KeyInit, Mac};
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{CheckCode, SlotId, SlotKey};
use crate::cbor;
use crate::error::TrustError;
use crate::key::{Domain, PublicKey, Signature, SigningKey, Suite};
use crate::secret::equal_in_constant_time;

/// Most bytes of a transcript.
const MAX_BYTES: usize = 512;

/// Everything that device and server must agree on.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Transcript {
    /// The algorithms of the key.
    #[cbor(n(0), with = "cbor::number")]
    pub suite: Suite,
    /// The slot.
    #[cbor(n(1), with = "slot_bytes")]
    pub slot: SlotId,
    /// SHA-256 of the TLS authority that the device saw.
    #[cbor(n(2), with = "cbor::fixed")]
    pub ca_sha256: [u8; 32],
    /// The device's new key.
    #[cbor(n(3), with = "cbor::fixed")]
    pub key: PublicKey,
    /// Random.
    #[cbor(n(4), with = "cbor::fixed")]
    pub nonce: [u8; 16],
    /// Whether the device has a hardware key store.
    #[n(5)]
    pub has_hardware_store: bool,
    /// The device's model, at most 64 bytes, for the administrator to recognise it.
    #[n(6)]
    pub model: String,
    /// The version of the app, at most 64 bytes.
    #[n(7)]
    pub app: String,
}

/// A transcript with the proof of the slot's secret and the proof of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolRequest {
    transcript: Transcript,
    bytes: Vec<u8>,
    proof: [u8; 32],
    signature: Signature,
}

impl EnrolRequest {
    /// Proves a transcript with the slot's key and the device's new key.
    pub fn prove(
        transcript: Transcript,
        slot: &SlotKey,
        key: &SigningKey,
    ) -> Result<Self, TrustError> {
        if transcript.key != key.public() {
            return Err(TrustError::WrongKey {
                named: transcript.key.id(),
                used: key.id(),
            });
        }
        check(&transcript)?;
        let bytes = cbor::encode("enrolment", &transcript)?;
        Ok(Self {
            proof: mac(slot, REQUEST, &[&bytes]),
            signature: key.sign(Domain::ENROLMENT, &bytes),
            transcript,
            bytes,
        })
    }

    /// The bytes to send.
    pub fn encode(&self) -> Result<Vec<u8>, TrustError> {
        let wire = Wire {
            bytes: &self.bytes,
            proof: self.proof,
            signature: self.signature,
        };
        cbor::encode("enrolment", &wire)
    }

    /// Reads what a device sent. Nothing is proved yet: that is for [`super::Slot::redeem`].
    pub fn decode(bytes: &[u8]) -> Result<Self, TrustError> {
        let wire: Wire<'_> = cbor::decode("enrolment", bytes, MAX_BYTES + 128)?;
        let transcript = cbor::decode_suited("enrolment", wire.bytes, MAX_BYTES)?;
        check(&transcript)?;
        Ok(Self {
            transcript,
            bytes: wire.bytes.to_vec(),
            proof: wire.proof,
            signature: wire.signature,
        })
    }

    /// What the device says.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// SHA-256 of the transcript: names this attempt.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    /// The six digits that both screens show.
    pub fn check_code(&self) -> CheckCode {
        CheckCode::of(&self.bytes)
    }

    /// The server's proof over its answer (root, chain and certificate as one byte string).
    pub fn answer_proof(&self, slot: &SlotKey, answer: &[u8]) -> [u8; 32] {
        mac(slot, ANSWER, &[&self.digest(), answer])
    }

    /// Whether an answer comes from the server that knows the slot's secret.
    pub fn is_answered_by(&self, slot: &SlotKey, answer: &[u8], proof: &[u8; 32]) -> bool {
        equal_in_constant_time(&self.answer_proof(slot, answer), proof)
    }

    /// Whether both proofs fit. Does the whole work in every case.
    pub(super) fn is_proved(&self, slot: &SlotKey) -> bool {
        let knows_secret = equal_in_constant_time(&mac(slot, REQUEST, &[&self.bytes]), &self.proof);
        let key = &self.transcript.key;
        let holds_key = key.verify(Domain::ENROLMENT, &self.bytes, &self.signature);
        knows_secret & holds_key.is_ok()
    }
}

const REQUEST: &[u8] = b"linli/enrol-request/1\0";
const ANSWER: &[u8] = b"linli/enrol-answer/1\0";

#[derive(Encode, Decode)]
#[cbor(map)]
struct Wire<'b> {
    #[cbor(b(0), with = "minicbor::bytes")]
    bytes: &'b [u8],
    #[cbor(n(1), with = "cbor::fixed")]
    proof: [u8; 32],
    #[cbor(n(2), with = "cbor::fixed")]
    signature: Signature,
}

fn check(transcript: &Transcript) -> Result<(), TrustError> {
    if transcript.model.len() > 64 || transcript.app.len() > 64 {
        return Err(TrustError::malformed(
            "enrolment",
            "model or app is longer than 64 bytes",
        ));
    }
    Ok(())
}

/// HMAC-SHA-256 (RFC 2104) over a purpose and parts; all parts but the last have a fixed length.
fn mac(key: &SlotKey, purpose: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC fills a short key up to the hash's block of 64 bytes with zeros.
    let mut block = Zeroizing::new([0u8; 64]);
    block
        .iter_mut()
        .zip(key.expose())
        .for_each(|(slot, byte)| *slot = *byte);
    let mut mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
    mac.update(purpose);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

mod slot_bytes {
    use minicbor::decode::{Decoder, Error};
    use minicbor::encode::{self, Encoder, Write};

    use super::SlotId;
    use crate::cbor::fixed;

    pub(super) fn encode<C, W: Write>(
        slot: &SlotId,
        encoder: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        fixed::encode(&slot.0, encoder, ctx)
    }

    pub(super) fn decode<C>(decoder: &mut Decoder<'_>, ctx: &mut C) -> Result<SlotId, Error> {
        fixed::decode(decoder, ctx).map(SlotId)
    }
}
