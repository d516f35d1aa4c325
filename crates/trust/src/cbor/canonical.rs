//! The check that bytes are one canonical CBOR value, in one pass without recursion.

/// Deepest nesting of maps and arrays.
const MAX_DEPTH: usize = 6;

/// An open map or array.
struct Open {
    /// Items still to come; a map counts keys and values.
    items: u64,
    is_map: bool,
    last_key: Option<u64>,
}

/// Checks that `bytes` are exactly one value in canonical form.
pub(super) fn check(bytes: &[u8]) -> Result<(), &'static str> {
    let mut rest = bytes;
    let mut open: Vec<Open> = Vec::new();
    loop {
        let (major, value) = head(&mut rest)?;
        note_key(open.last_mut(), major, value)?;
        match major {
            0 | 1 => {}
            2 => drop(take(&mut rest, value)?),
            3 => drop(
                std::str::from_utf8(take(&mut rest, value)?).map_err(|_| "text is not UTF-8")?,
            ),
            4 | 5 => {
                let is_map = major == 5;
                let items = if is_map {
                    value.checked_mul(2).ok_or("a map is too long")?
                } else {
                    value
                };
                if open.len() >= MAX_DEPTH {
                    return Err("nested too deeply");
                }
                // Each item takes a byte at least: an honest length never exceeds what is left.
                if items > rest.len() as u64 {
                    return Err("ends early");
                }
                open.push(Open {
                    items,
                    is_map,
                    last_key: None,
                });
                close_full(&mut open);
                if open.is_empty() {
                    break;
                }
                continue;
            }
            7 if value == 20 || value == 21 => {}
            _ => return Err("only integers, strings, lists, maps and booleans are allowed"),
        }
        finish_item(&mut open);
        if open.is_empty() {
            break;
        }
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err("has bytes after its end")
    }
}

/// Counts an item of the innermost container, and closes every container that is now full.
fn finish_item(open: &mut Vec<Open>) {
    if let Some(inner) = open.last_mut() {
        inner.items = inner.items.saturating_sub(1);
    }
    close_full(open);
}

fn close_full(open: &mut Vec<Open>) {
    while open.last().is_some_and(|inner| inner.items == 0) {
        open.pop();
        if let Some(outer) = open.last_mut() {
            outer.items = outer.items.saturating_sub(1);
        }
    }
}

/// If a key of a map is due, it must be an unsigned integer above the one before.
fn note_key(open: Option<&mut Open>, major: u8, value: u64) -> Result<(), &'static str> {
    let Some(map) = open.filter(|inner| inner.is_map && inner.items % 2 == 0) else {
        return Ok(());
    };
    if major != 0 {
        return Err("a field has no number");
    }
    if map.last_key.is_some_and(|last| last >= value) {
        return Err("fields are not in ascending order");
    }
    map.last_key = Some(value);
    Ok(())
}

/// Reads an item's first bytes: its major type and its argument, which must be in shortest form.
fn head(rest: &mut &[u8]) -> Result<(u8, u64), &'static str> {
    let first = take(rest, 1)?.first().copied().ok_or("ends early")?;
    let (major, short) = (first >> 5, first & 0x1f);
    let (size, least) = match short {
        0..=23 => return Ok((major, u64::from(short))),
        24 => (1, 24),
        25 => (2, 1 << 8),
        26 => (4, 1 << 16),
        27 => (8, 1 << 32),
        _ => return Err("has an indefinite length"),
    };
    let value = take(rest, size)?
        .iter()
        .fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    if value < least || major == 7 {
        return Err("is not in shortest form");
    }
    Ok((major, value))
}

fn take<'b>(rest: &mut &'b [u8], count: u64) -> Result<&'b [u8], &'static str> {
    let count = usize::try_from(count).map_err(|_| "ends early")?;
    let (taken, after) = rest.split_at_checked(count).ok_or("ends early")?;
    *rest = after;
    Ok(taken)
}
