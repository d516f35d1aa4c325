//! What goes wrong with one request.

/// What happens on the way, and to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// The request never arrives.
    LoseRequest,
    /// The answer never arrives.
    LoseAnswer,
    /// The answer breaks off after so many hundredths.
    CutAnswer(usize),
    /// The request arrives twice; the first answer is the one that is seen.
    Twice,
    /// The server is killed before its transaction is on the disk.
    KillServerBefore,
    /// The server is killed after its transaction and before its answer.
    KillServerAfter,
    /// Whoever asked is killed after so many hundredths of the answer.
    KillClient(usize),
}

impl Fault {
    /// What arrives of an answer.
    pub(crate) fn cut(self, answer: &[u8]) -> &[u8] {
        match self {
            Self::CutAnswer(hundredths) | Self::KillClient(hundredths) => {
                &answer[..answer.len() * hundredths / 100]
            }
            Self::None
            | Self::LoseRequest
            | Self::LoseAnswer
            | Self::Twice
            | Self::KillServerBefore
            | Self::KillServerAfter => answer,
        }
    }
}
