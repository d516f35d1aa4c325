//! What a server answers to an enrolment: everything that a new end needs before its first exchange.

use linli_model::Timestamp;
use linli_store::{ControlItem, Tx};
use linli_trust::enrolment::{EnrolRequest, SlotKey};
use linli_trust::{Certificate, SignedEdition, TrustError};
use minicbor::{Decode, Encode};

use crate::error::ExchangeError;
use crate::reference::Reference;

/// The largest answer that is read: editions of a district are the bulk of it.
pub const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// The answer to an accepted enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolAnswer {
    /// The district's self-issued certificate: the root of trust from now on.
    pub root: Certificate,
    /// Certificates from below the root down to the new one, which is the last.
    pub chain: Vec<Certificate>,
    /// Editions, oldest first.
    pub editions: Vec<SignedEdition>,
    /// The generation of the answering server.
    pub generation: u64,
    /// The server's clock.
    pub clock: Timestamp,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct AnswerMsg {
    #[cbor(n(0), with = "minicbor::bytes")]
    root: Vec<u8>,
    #[n(1)]
    chain: Vec<minicbor::bytes::ByteVec>,
    #[n(2)]
    editions: Vec<minicbor::bytes::ByteVec>,
    #[n(3)]
    generation: u64,
    #[n(4)]
    clock: i64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct SealedMsg {
    #[cbor(n(0), with = "minicbor::bytes")]
    answer: Vec<u8>,
    #[cbor(n(1), with = "minicbor::bytes")]
    proof: Vec<u8>,
}

impl EnrolAnswer {
    /// The certificate of the end that enrolled.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.chain.last()
    }

    /// The certificate of the server that answered.
    pub fn server(&self) -> &Certificate {
        self.chain.iter().rev().nth(1).unwrap_or(&self.root)
    }

    /// The bytes to send, with the proof that the answering server knows the slot's secret.
    pub fn seal(&self, request: &EnrolRequest, slot: &SlotKey) -> Result<Vec<u8>, ExchangeError> {
        let encode_all =
            |items: &[Certificate]| -> Result<Vec<minicbor::bytes::ByteVec>, TrustError> {
                items.iter().map(|item| Ok(item.encode()?.into())).collect()
            };
        let editions: Result<Vec<minicbor::bytes::ByteVec>, TrustError> = self
            .editions
            .iter()
            .map(|item| Ok(item.encode()?.into()))
            .collect();
        let msg = AnswerMsg {
            root: self.root.encode()?,
            chain: encode_all(&self.chain)?,
            editions: editions?,
            generation: self.generation,
            clock: self.clock.0,
        };
        let answer = to_vec(&msg)?;
        let proof = request.answer_proof(slot, &answer).to_vec();
        to_vec(&SealedMsg { answer, proof })
    }

    /// Reads an answer and checks the proof. Certificates are checked when they are kept.
    pub fn open(
        bytes: &[u8],
        request: &EnrolRequest,
        slot: &SlotKey,
    ) -> Result<Self, ExchangeError> {
        if bytes.len() > MAX_ANSWER_BYTES {
            return Err(ExchangeError::Enrolment("the answer is too large"));
        }
        let sealed: SealedMsg = from_slice(bytes)?;
        let proof = <[u8; 32]>::try_from(sealed.proof.as_slice())
            .map_err(|_| ExchangeError::Enrolment("the answer has no proof"))?;
        if !request.is_answered_by(slot, &sealed.answer, &proof) {
            return Err(ExchangeError::Enrolment(
                "the answer is not from the server that knows the ticket",
            ));
        }
        let msg: AnswerMsg = from_slice(&sealed.answer)?;
        let chain: Result<Vec<_>, _> = msg
            .chain
            .iter()
            .map(|item| Certificate::decode(item))
            .collect();
        let editions: Result<Vec<_>, _> = msg
            .editions
            .iter()
            .map(|item| SignedEdition::decode(item))
            .collect();
        Ok(Self {
            root: Certificate::decode(&msg.root)?,
            chain: chain?,
            editions: editions?,
            generation: msg.generation,
            clock: Timestamp(msg.clock),
        })
    }

    /// Installs root, editions and certificates in an empty ledger, each checked; `None` when
    /// something in the answer is not believed.
    pub fn install(
        &self,
        tx: &mut Tx<'_>,
        now: Timestamp,
    ) -> Result<Option<Reference>, ExchangeError> {
        tx.set_root_certificate(&self.root)?;
        let Some(mut reference) = Reference::load(tx)? else {
            return Ok(None);
        };
        let editions = self.editions.iter().cloned().map(ControlItem::Edition);
        let chain = self.chain.iter().cloned().map(ControlItem::Certificate);
        for item in editions.chain(chain) {
            if reference.keep(tx, &item, now)? == crate::Kept::Refused {
                return Ok(None);
            }
        }
        Ok(Some(reference))
    }
}

fn to_vec(msg: &impl Encode<()>) -> Result<Vec<u8>, ExchangeError> {
    minicbor::to_vec(msg).map_err(|_| ExchangeError::Enrolment("the answer cannot be written"))
}

fn from_slice<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, ExchangeError> {
    minicbor::decode(bytes).map_err(|_| ExchangeError::Enrolment("the answer is malformed"))
}
