//! Stories over real processes: servers, lines between them, handhelds; with cuts, kills and rubbish.
//!
//! Nothing but tests is here. `LINLI_SOAK` multiplies the stories with random faults; `LINLI_SEED`
//! plays one of them alone.
