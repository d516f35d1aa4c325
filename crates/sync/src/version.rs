//! Versions of the protocol.

/// The protocol version that this build speaks.
///
/// 1 (2025-11): first version. It is raised only when a peer of the version before can no longer be
/// understood; new optional fields and new skippable frames do not raise it.
pub const PROTOCOL: u16 = 1;

/// The oldest version that this build still answers. An older peer gets
/// [`Code::ProtocolOld`](crate::Code::ProtocolOld).
pub const OLDEST_PROTOCOL: u16 = 1;

/// What to do with a peer of this version: nothing, or the code to refuse it with.
pub fn refusal_of(protocol: u16) -> Option<crate::Code> {
    if protocol < OLDEST_PROTOCOL {
        Some(crate::Code::ProtocolOld)
    } else if protocol > PROTOCOL {
        Some(crate::Code::ProtocolNew)
    } else {
        None
    }
}
