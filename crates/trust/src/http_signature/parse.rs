//! Reading a signed request on the server.

use linli_model::{KeyId, OrgId, Timestamp};

use super::content_digest::{ContentDigest, from_base64};
use super::{
    AUDIENCE, CONTENT_DIGEST, HttpSignatureError, Request, SIGNATURE, SIGNATURE_INPUT, Stamp,
    Target, profile_base, verify_base,
};
use crate::error::TrustError;
use crate::key::{PublicKey, Signature};

/// A request that says who signed it. Nothing of it may be believed before
/// [`SignedRequest::verify`] with the key's public half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest {
    key: KeyId,
    created: Timestamp,
    nonce: [u8; 16],
    base: String,
    signature: Signature,
}

impl SignedRequest {
    /// The key that claims to have signed.
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// When the signer's clock says that it was signed, in whole seconds.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// The random number of the request: refuse it when it comes again from the same key.
    pub fn nonce(&self) -> [u8; 16] {
        self.nonce
    }

    /// Checks the signature and says who it was.
    pub fn verify(&self, key: &PublicKey) -> Result<KeyId, HttpSignatureError> {
        if key.id() != self.key {
            return Err(HttpSignatureError::Untrusted(TrustError::WrongKey {
                named: self.key,
                used: key.id(),
            }));
        }
        verify_base(&self.base, key, &self.signature)?;
        Ok(self.key)
    }
}

/// Reads the signature of a request with the headers that came with it. `request` holds what was
/// really received, with the digest of the real body; `is_me` says whether this server hosts the
/// organisation.
pub fn read<'h>(
    request: &Request<'_>,
    headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
    is_me: &dyn Fn(&OrgId) -> bool,
) -> Result<SignedRequest, HttpSignatureError> {
    let headers = OurHeaders::of(headers)?;
    let target = Target::of(request)?;
    if ContentDigest::parse(headers.content_digest)? != request.content {
        return Err(HttpSignatureError::OtherBody);
    }
    let audience =
        OrgId::new(headers.audience).map_err(|_| HttpSignatureError::NotOurForm(AUDIENCE))?;
    if !is_me(&audience) {
        return Err(HttpSignatureError::OtherAudience(audience));
    }
    let stamp =
        stamp_of(headers.signature_input).ok_or(HttpSignatureError::NotOurForm(SIGNATURE_INPUT))?;
    // The parameters are believed only if writing them again gives the same bytes.
    let params = stamp.params(&target);
    if headers.signature_input.strip_prefix("linli=") != Some(&params) {
        return Err(HttpSignatureError::NotOurForm(SIGNATURE_INPUT));
    }
    let signature = headers
        .signature
        .strip_prefix("linli=:")
        .and_then(|rest| rest.strip_suffix(':'))
        .and_then(from_base64)
        .ok_or(HttpSignatureError::NotOurForm(SIGNATURE))?;
    Ok(SignedRequest {
        key: stamp.key,
        created: Timestamp(stamp.created_s.saturating_mul(1_000)),
        nonce: stamp.nonce,
        base: profile_base(&target, headers.content_digest, &audience, &params),
        signature: Signature(signature),
    })
}

struct OurHeaders<'h> {
    content_digest: &'h str,
    audience: &'h str,
    signature_input: &'h str,
    signature: &'h str,
}

impl<'h> OurHeaders<'h> {
    /// Picks our four headers, each exactly once; others pass by.
    fn of(
        headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
    ) -> Result<Self, HttpSignatureError> {
        const NAMES: [&str; 4] = [CONTENT_DIGEST, AUDIENCE, SIGNATURE_INPUT, SIGNATURE];
        let mut found = [None; 4];
        for (name, value) in headers {
            let ours = NAMES.iter().zip(&mut found);
            let slot = ours
                .into_iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name));
            if let Some((known, slot)) = slot {
                let text = std::str::from_utf8(value)
                    .map_err(|_| HttpSignatureError::NotOurForm(known))?;
                if slot.replace(text).is_some() {
                    return Err(HttpSignatureError::Doubled(known));
                }
            }
        }
        let [content_digest, audience, signature_input, signature] = found;
        Ok(Self {
            content_digest: content_digest.ok_or(HttpSignatureError::Missing(CONTENT_DIGEST))?,
            audience: audience.ok_or(HttpSignatureError::Missing(AUDIENCE))?,
            signature_input: signature_input.ok_or(HttpSignatureError::Missing(SIGNATURE_INPUT))?,
            signature: signature.ok_or(HttpSignatureError::Missing(SIGNATURE))?,
        })
    }
}

/// Finds the three changing parameters; the caller compares the whole text.
fn stamp_of(input: &str) -> Option<Stamp> {
    let (_, rest) = input.split_once(";created=")?;
    let (created, rest) = rest.split_once(";nonce=\"")?;
    let (nonce, rest) = rest.split_once("\";keyid=\"")?;
    let (key, _) = rest.split_once('"')?;
    // A nonce is spelled like a key id: 32 hex digits.
    let nonce: KeyId = nonce.parse().ok()?;
    Some(Stamp {
        created_s: created.parse().ok()?,
        nonce: nonce.0,
        key: key.parse().ok()?,
    })
}
