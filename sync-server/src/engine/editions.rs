//! Editions and keys that this server gives out itself.

use linli_model::case::Rules;
use linli_model::edition::{Edition, Mistake};
use linli_model::{KeyId, OrgId, Timestamp};
use linli_store::{ControlItem, Tx};
use linli_trust::{
    Certificate, CertificateBody, EditionBody, PublicKey, ReasonCode, RevocationBody, Signed,
    SigningKey, Suite,
};

use crate::door::{DoorError, DoorResult};
use crate::engine::core::Core;
use linli_exchange::Kept;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How long a desk's certificate is good.
const DESK_DAYS: i64 = 3 * 365;
/// How long a device's certificate is good; renewed at half-life.
pub(crate) const DEVICE_DAYS: i64 = 90;
/// How long the root is good.
const ROOT_DAYS: i64 = 20 * 365;
/// Certificates begin a little earlier, for clocks that are behind.
const SLACK_MS: i64 = 10 * 60 * 1000;

/// A validity that begins now.
pub(crate) fn valid_for(now: Timestamp, days: i64) -> std::ops::Range<Timestamp> {
    now.plus_ms(-SLACK_MS)..now.plus_ms(days.saturating_mul(DAY_MS))
}

impl Core {
    /// Signs an edition with the root and makes it current. The first one begins the district.
    pub(crate) fn import_edition(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        json: &[u8],
    ) -> DoorResult<u32> {
        let invalid = |detail: String| DoorError::Invalid {
            code: "edition".into(),
            detail,
        };
        let edition: Edition =
            serde_json::from_slice(json).map_err(|error| invalid(error.to_string()))?;
        if !self.host.orgs().contains(&edition.district) {
            return Err(DoorError::Refused {
                code: "not_the_district".into(),
                detail: format!(
                    "only the server that hosts {} signs its editions",
                    edition.district
                ),
            });
        }
        let (district, number) = (edition.district.clone(), edition.number);
        let refuse = |mistakes: &[Mistake]| {
            let all: Vec<String> = mistakes.iter().take(20).map(ToString::to_string).collect();
            invalid(format!(
                "nothing was changed; correct the file and import it again; {} mistake(s): {}",
                mistakes.len(),
                all.join("; ")
            ))
        };
        let mistakes = edition.check_to_publish();
        if !mistakes.is_empty() {
            return Err(refuse(&mistakes));
        }
        let rules = Rules::new(edition).map_err(|mistakes| refuse(&mistakes))?;
        let root = self.root_key(tx, &district, now)?;
        let newest = self.with_reference(tx, |reference, _| Ok(reference.newest_number()))?;
        if number != newest.saturating_add(1) {
            return Err(invalid(format!(
                "its number is {number}, the next one is {}",
                newest.saturating_add(1)
            )));
        }
        let body = EditionBody {
            suite: Suite::Ed25519Sha256,
            number,
            district: district.clone(),
            json: json.to_vec(),
            signer: root.id(),
        };
        let signed = Signed::seal(body, &root)?;
        self.keep(tx, &ControlItem::Edition(signed), now)?;
        self.certify_hosted(tx, &rules, now)?;
        Ok(number)
    }

    /// The root's key; the first edition makes it.
    fn root_key(
        &mut self,
        tx: &mut Tx<'_>,
        district: &OrgId,
        now: Timestamp,
    ) -> DoorResult<SigningKey> {
        if !self.host.hosts(district) {
            let seed = self.random();
            self.host.add_desk(tx, district, seed)?;
        }
        let key = SigningKey::from_seed(*self.host.key(district)?.seed());
        if tx.root_certificate()?.is_none() {
            let root = CertificateBody::root(&key, district.clone(), valid_for(now, ROOT_DAYS))?;
            tx.set_root_certificate(&root)?;
        }
        Ok(key)
    }

    /// Certifies the other desks of this server and the handling units below them.
    pub(crate) fn certify_hosted(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        now: Timestamp,
    ) -> DoorResult<()> {
        let mut orgs: Vec<OrgId> = self.host.orgs().to_vec();
        // From above to below: a desk is certified by the one above it.
        orgs.sort_by_key(|org| rules.tree().ancestors(org).count());
        orgs.extend(self.host.units(rules));
        for org in orgs {
            if !self.host.hosts(&org) {
                let seed = self.random();
                self.host.add_desk(tx, &org, seed)?;
            }
            let key = self.host.key(&org)?.public();
            let has = tx.certificate(&key.id())?.is_some();
            let above = rules
                .tree()
                .parent(&org)
                .filter(|above| self.host.hosts(above))
                .cloned();
            if let (false, Some(above)) = (has, above) {
                self.certify_desk(tx, &above, &org, key, now)?;
            }
        }
        Ok(())
    }

    /// Certifies a desk as the one above it.
    pub(crate) fn certify_desk(
        &mut self,
        tx: &mut Tx<'_>,
        above: &OrgId,
        org: &OrgId,
        key: PublicKey,
        now: Timestamp,
    ) -> DoorResult<Certificate> {
        let certificates = self.reference()?.certificates();
        let epoch = certificates
            .desk_key(org, now)
            .map_or(1, |old| old.epoch.saturating_add(1));
        let issuer = self.host.key(above)?;
        let serial = next_serial(tx)?;
        let valid = valid_for(now, DESK_DAYS);
        let body = CertificateBody::desk(key, org.clone(), epoch, serial, valid, issuer.id());
        let certificate = Signed::seal(body, issuer)?;
        self.keep(tx, &ControlItem::Certificate(certificate.clone()), now)?;
        Ok(certificate)
    }

    /// Puts an item of our own into the log; it must be believed.
    pub(crate) fn keep(
        &mut self,
        tx: &mut Tx<'_>,
        item: &ControlItem,
        now: Timestamp,
    ) -> DoorResult<()> {
        let kept = self.with_reference(tx, |reference, tx| Ok(reference.keep(tx, item, now)?))?;
        match kept {
            Kept::New | Kept::Known => Ok(()),
            Kept::Refused => Err(DoorError::Bug("an item of our own is not believed".into())),
        }
    }

    /// Revokes a key from now on.
    pub(crate) fn revoke(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        key: &KeyId,
        reason: &str,
    ) -> DoorResult<()> {
        let reference = self.reference()?;
        let subject = reference
            .certificates()
            .find(key)
            .ok_or(DoorError::NotFound { what: "key" })?;
        let org = self
            .host
            .orgs()
            .iter()
            .find(|org| reference.is_within(org, &subject.org))
            .cloned();
        let org = org.ok_or(DoorError::NotFound { what: "key" })?;
        let signer = self.host.key(&org)?;
        let body = RevocationBody {
            suite: Suite::Ed25519Sha256,
            key: *key,
            at: now,
            number: reference
                .certificates()
                .revocation_number(&signer.id())
                .saturating_add(1),
            reason: ReasonCode::new(reason)?,
            signer: signer.id(),
        };
        let revocation = Signed::seal(body, signer)?;
        self.keep(tx, &ControlItem::Revocation(revocation), now)
    }
}

/// The next running number of a certificate that this server gives.
pub(crate) fn next_serial(tx: &mut Tx<'_>) -> DoorResult<u64> {
    let next = tx.meta_number("certificate_serial")?.saturating_add(1);
    tx.set_meta_number("certificate_serial", next)?;
    Ok(next)
}
