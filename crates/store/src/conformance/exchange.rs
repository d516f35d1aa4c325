//! Cursors, peers, the inbox.

use linli_model::{GridCode, KeyId, Scope, Timestamp};

use crate::cursor::{Cursor, Peer};
use crate::ledger::Ledger;
use crate::testing::{Check, ensure, same, some};

pub(super) fn check(ledger: &Ledger) -> Check {
    cursors(ledger)?;
    peers(ledger)?;
    inbox(ledger)
}

fn cursors(ledger: &Ledger) -> Check {
    let peer = KeyId([5; 16]);
    let scope = Scope::Register(GridCode::new("g7")?);
    ledger.write(|tx| {
        same(
            &tx.cursor(&peer, &scope)?,
            &Cursor::default(),
            "nothing yet",
        )?;
        tx.advance_pulled(&peer, &scope, 1, 10)?;
        tx.advance_pulled(&peer, &scope, 1, 4)?;
        same(&tx.cursor(&peer, &scope)?.pulled, &10, "never back")?;
        tx.advance_pulled(&peer, &scope, 2, 3)?;
        tx.advance_pushed(&peer, &scope, 8)?;
        tx.advance_pushed(&peer, &scope, 6)?;
        let wanted = Cursor {
            pulled: 3,
            generation: 2,
            pushed: 8,
        };
        same(
            &tx.cursor(&peer, &scope)?,
            &wanted,
            "a new generation starts anew",
        )?;
        tx.set_cursor(&peer, &scope, &Cursor::default())?;
        same(&tx.cursor(&peer, &scope)?, &Cursor::default(), "set back")
    })
}

fn peers(ledger: &Ledger) -> Check {
    let key = KeyId([6; 16]);
    let known = Peer {
        control_since: 3,
        generation: 2,
        clock_offset_ms: -40,
        contact_at: Timestamp(77),
    };
    ledger.write(|tx| {
        same(&tx.peer(&key)?, &Peer::default(), "nobody")?;
        tx.set_peer(&key, &known)?;
        same(&tx.peer(&key)?, &known, "known")
    })
}

fn inbox(ledger: &Ledger) -> Check {
    let peer = KeyId([7; 16]);
    ledger.write(|tx| {
        tx.put_inbox(&peer, b"first", Timestamp(1))?;
        tx.put_inbox(&peer, b"second", Timestamp(2))?;
        tx.put_inbox(&peer, b"first", Timestamp(3))
    })?;
    let items = ledger.read(|rd| rd.inbox(10))?;
    same(&items.len(), &2, "the same push is kept once")?;
    let first = some(items.first(), "an item")?;
    ensure(
        first.body == b"first" && first.received_at == Timestamp(1) && first.peer == peer,
        "as it came",
    )?;
    ledger.write(|tx| tx.take_inbox(first.item))?;
    let left = ledger.read(|rd| rd.inbox(1))?;
    same(
        &left.iter().map(|item| item.body.clone()).collect(),
        &vec![b"second".to_vec()],
        "left",
    )
}
