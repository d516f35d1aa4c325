//! Failures of the parts below, as the door names them.

use linli_exchange::ExchangeError;
use linli_records::WriteError;
use linli_records::case::CaseError;
use linli_store::StoreError;
use linli_sync::SyncError;
use linli_trust::TrustError;

use crate::door::DoorError;

impl From<StoreError> for DoorError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::DiskFull,
            StoreError::Busy => Self::Later {
                code: "busy".into(),
                detail: "the database is busy".into(),
                after_ms: 200,
            },
            StoreError::Refused(detail) => Self::Conflict {
                code: "refused".into(),
                detail,
            },
            StoreError::Unknown { what, .. } => Self::NotFound { what },
            StoreError::Bug(detail) => Self::Bug(detail),
            StoreError::WrongKey
            | StoreError::Io(_)
            | StoreError::Damaged(_)
            | StoreError::NewerSchema { .. }
            | StoreError::OldSqlite(_)
            | StoreError::Sql(_) => Self::Storage(error.to_string()),
        }
    }
}

impl From<SyncError> for DoorError {
    fn from(error: SyncError) -> Self {
        Self::Invalid {
            code: error.code().name().to_owned(),
            detail: error.to_string(),
        }
    }
}

impl From<TrustError> for DoorError {
    fn from(error: TrustError) -> Self {
        Self::Refused {
            code: "trust".into(),
            detail: error.to_string(),
        }
    }
}

impl From<ExchangeError> for DoorError {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::Store(error) => error.into(),
            ExchangeError::Sync(error) => error.into(),
            ExchangeError::Trust(error) => error.into(),
            ExchangeError::NotEnrolled(what) => Self::Later {
                code: "not_enrolled".into(),
                detail: format!(
                    "this server has no {what} yet; import an edition or join the parent"
                ),
                after_ms: 5_000,
            },
            ExchangeError::Edition { .. } => Self::Invalid {
                code: "edition".into(),
                detail: error.to_string(),
            },
            ExchangeError::Enrolment(detail) => Self::Refused {
                code: "enrolment".into(),
                detail: detail.into(),
            },
            ExchangeError::Pack(detail) => Self::Refused {
                code: "pack".into(),
                detail: detail.to_owned(),
            },
            ExchangeError::File(error) => Self::Storage(error.to_string()),
            ExchangeError::OldGeneration { .. } => Self::Refused {
                code: "old_generation".into(),
                detail: error.to_string(),
            },
        }
    }
}

impl From<WriteError> for DoorError {
    fn from(error: WriteError) -> Self {
        Self::Invalid {
            code: "content".into(),
            detail: error.to_string(),
        }
    }
}

impl From<CaseError> for DoorError {
    fn from(error: CaseError) -> Self {
        Self::Storage(format!("a case document: {error}"))
    }
}
