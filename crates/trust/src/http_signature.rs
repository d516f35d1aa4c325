//! Signed requests: HTTP Message Signatures (RFC 9421) with Ed25519 in one fixed profile, and
//! `Content-Digest` (RFC 9530) with SHA-256.
//!
//! The profile covers method, path, the query if there is one, the content digest and the
//! organisation whose server is meant, with `created`, `nonce`, `keyid`, `alg` and `tag` in this
//! order:
//!
//! ```text
//! content-digest: sha-256=:<base64>:
//! linli-audience: <organisation>
//! signature-input: linli=("@method" "@path" "content-digest" "linli-audience");created=<seconds>;nonce="<32 hex>";keyid="<32 hex>";alg="ed25519";tag="linli"
//! signature: linli=:<base64>:
//! ```
//!
//! Only this spelling is read; everything else is refused. The audience keeps a server from using
//! a request once more at another server. Whether `created` is near enough and the nonce is new is
//! for the server to judge: it has the clock and the memory.

mod content_digest;
mod parse;

use linli_model::{KeyId, OrgId, Timestamp};

use crate::error::TrustError;
use crate::key::{PublicKey, Signature, SigningKey};

pub use content_digest::ContentDigest;
pub use parse::{SignedRequest, read};

/// The header with the digest of the body (RFC 9530).
pub const CONTENT_DIGEST: &str = "content-digest";
/// The header with the organisation whose server is meant.
pub const AUDIENCE: &str = "linli-audience";
/// The header with components and parameters (RFC 9421 §4.1).
pub const SIGNATURE_INPUT: &str = "signature-input";
/// The header with the signature (RFC 9421 §4.2).
pub const SIGNATURE: &str = "signature";

/// Why a request does not count as signed. All of them are answered 401 with nothing more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpSignatureError {
    /// A header is missing: the request is not signed.
    #[error("no header {0}")]
    Missing(&'static str),
    /// A header stands there twice.
    #[error("header {0} is there twice")]
    Doubled(&'static str),
    /// A header is not spelled as this profile spells it.
    #[error("header {0} is not in the form of this profile")]
    NotOurForm(&'static str),
    /// Method or target cannot be signed: not plain ASCII, or not a path of a server.
    #[error("method or target cannot be signed")]
    BadTarget,
    /// The body is not the one that was signed.
    #[error("body does not fit its digest")]
    OtherBody,
    /// The request was meant for the server of another organisation.
    #[error("meant for the server of {0}")]
    OtherAudience(OrgId),
    /// Key or signature do not fit.
    #[error(transparent)]
    Untrusted(#[from] TrustError),
}

/// What of a request is signed.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method in upper case.
    pub method: &'a str,
    /// The request target in origin form as it is sent: path, and `?query` if there is one.
    pub target: &'a str,
    /// The digest of the body as it is sent; of nothing when there is none.
    pub content: ContentDigest,
}

/// The headers to add to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHeaders {
    /// `content-digest`.
    pub content_digest: String,
    /// `linli-audience`.
    pub audience: String,
    /// `signature-input`.
    pub signature_input: String,
    /// `signature`.
    pub signature: String,
}

impl SignatureHeaders {
    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            (CONTENT_DIGEST, self.content_digest.as_str()),
            (AUDIENCE, self.audience.as_str()),
            (SIGNATURE_INPUT, self.signature_input.as_str()),
            (SIGNATURE, self.signature.as_str()),
        ]
        .into_iter()
    }
}

/// Signs a request for the server of one organisation. `now` is cut to seconds; `nonce` is random.
pub fn sign(
    request: &Request<'_>,
    audience: &OrgId,
    now: Timestamp,
    nonce: [u8; 16],
    key: &SigningKey,
) -> Result<SignatureHeaders, HttpSignatureError> {
    let target = Target::of(request)?;
    let stamp = Stamp {
        created_s: now.0.div_euclid(1_000),
        nonce,
        key: key.id(),
    };
    let params = stamp.params(&target);
    let content_digest = request.content.header_value();
    let base = profile_base(&target, &content_digest, audience, &params);
    let signature = key.sign_plain(base.as_bytes());
    Ok(SignatureHeaders {
        content_digest,
        audience: audience.to_string(),
        signature_input: format!("linli={params}"),
        signature: format!("linli=:{}:", content_digest::base64(&signature.0)),
    })
}

/// Method, path and query that are safe to stand in a signature base.
struct Target<'a> {
    method: &'a str,
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> Target<'a> {
    fn of(request: &Request<'a>) -> Result<Self, HttpSignatureError> {
        let Request { method, target, .. } = *request;
        let is_method = (1..=16).contains(&method.len())
            && method.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_target = target.starts_with('/')
            && target
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'#' | b'\\'));
        if !is_method || !is_target {
            return Err(HttpSignatureError::BadTarget);
        }
        let cut = target.find('?').unwrap_or(target.len());
        let (path, query) = target
            .split_at_checked(cut)
            .ok_or(HttpSignatureError::BadTarget)?;
        Ok(Self {
            method,
            path,
            // RFC 9421 §2.2.7: the value of @query begins with the question mark.
            query: (!query.is_empty()).then_some(query),
        })
    }
}

/// The parameters that change from request to request.
struct Stamp {
    created_s: i64,
    nonce: [u8; 16],
    key: KeyId,
}

impl Stamp {
    fn params(&self, target: &Target<'_>) -> String {
        let query = if target.query.is_some() {
            " \"@query\""
        } else {
            ""
        };
        // A nonce has the size of a key id and is spelled like one: 32 hex digits.
        let nonce = KeyId(self.nonce);
        format!(
            "(\"@method\" \"@path\"{query} \"{CONTENT_DIGEST}\" \"{AUDIENCE}\");created={};nonce=\"{nonce}\";keyid=\"{}\";alg=\"ed25519\";tag=\"linli\"",
            self.created_s, self.key,
        )
    }
}

fn profile_base(
    target: &Target<'_>,
    content_digest: &str,
    audience: &OrgId,
    params: &str,
) -> String {
    let mut components = vec![("@method", target.method), ("@path", target.path)];
    components.extend(target.query.map(|query| ("@query", query)));
    components.push((CONTENT_DIGEST, content_digest));
    components.push((AUDIENCE, audience.as_str()));
    signature_base(&components, params)
}

/// The signature base of RFC 9421 §2.5 for components whose values are already canonical.
fn signature_base(components: &[(&str, &str)], params: &str) -> String {
    let mut base = String::new();
    for (name, value) in components {
        base.extend(["\"", name, "\": ", value, "\n"]);
    }
    base.extend(["\"@signature-params\": ", params]);
    base
}

/// Checks a base against key and signature.
fn verify_base(base: &str, key: &PublicKey, signature: &Signature) -> Result<(), TrustError> {
    key.verify_plain(base.as_bytes(), signature)
}

#[cfg(test)]
mod tests;
