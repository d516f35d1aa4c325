//! Faults of the network between two ends.

/// What the network does to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The request never arrives.
    LoseRequest,
    /// The answer never arrives.
    LoseAnswer,
    /// The answer breaks off in the middle.
    CutAnswer,
    /// The request arrives twice; the first answer is the one that is seen.
    Twice,
}

impl Fault {
    /// What arrives of the answer to a request that `serve` answers.
    pub fn carry(self, mut serve: impl FnMut() -> Vec<u8>) -> Option<Vec<u8>> {
        match self {
            Self::None => Some(serve()),
            Self::LoseRequest => None,
            Self::LoseAnswer => {
                serve();
                None
            }
            Self::CutAnswer => {
                let mut answer = serve();
                answer.truncate(answer.len() / 2);
                Some(answer)
            }
            Self::Twice => {
                let answer = serve();
                serve();
                Some(answer)
            }
        }
    }
}
