//! Signed editions of a district's reference data.

use linli_model::{KeyId, OrgId};
use minicbor::{Decode, Encode};

use crate::cbor;
use crate::error::TrustError;
use crate::key::{Domain, Suite};
use crate::signed::{Signed, SignedBody};

/// An edition with its signature.
pub type SignedEdition = Signed<EditionBody>;

/// One immutable edition: organisations, staff and grants, grids, catalogue, tables, calendar.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EditionBody {
    /// The algorithms of the signature.
    #[cbor(n(0), with = "cbor::number")]
    pub suite: Suite,
    /// 1 for the district's first edition, then one more each time.
    #[n(1)]
    pub number: u32,
    /// The district that it is for.
    #[cbor(n(2), with = "cbor::text")]
    pub district: OrgId,
    /// The JSON of `linli_model`'s edition.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub json: Vec<u8>,
    /// The district's desk key.
    #[cbor(n(4), with = "cbor::fixed")]
    pub signer: KeyId,
}

impl SignedBody for EditionBody {
    const DOMAIN: Domain = Domain::EDITION;
    const NAME: &'static str = "edition";
    /// A district of 600 grids with borders takes about 1 MiB.
    const MAX_BYTES: usize = 8 * 1024 * 1024;

    fn signer(&self) -> KeyId {
        self.signer
    }

    fn check(&self) -> Result<(), TrustError> {
        if self.number == 0 {
            return Err(TrustError::malformed(Self::NAME, "numbers begin with 1"));
        }
        Ok(())
    }
}

impl std::fmt::Debug for EditionBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EditionBody")
            .field("number", &self.number)
            .field("district", &self.district)
            .field("json_bytes", &self.json.len())
            .field("signer", &self.signer)
            .finish_non_exhaustive()
    }
}
