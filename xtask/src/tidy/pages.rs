//! Lists in pages that are written from other files, so that they cannot drift from them.

use std::fs;

use anyhow::{Context, Result};

use super::{Fault, Source, find, sql, transitions};
use crate::project::root;

/// A list between two marks of a page.
struct List {
    page: &'static str,
    /// The name in its marks.
    name: &'static str,
    text: String,
}

/// Every list whose source can be read.
fn lists(sources: &[Source]) -> Vec<List> {
    let mut lists = vec![List {
        page: "docs/storage.md",
        name: "tables",
        text: sql::listing(sources),
    }];
    if let Some(text) = transitions::listing(sources) {
        lists.push(List {
            page: "docs/workflow.md",
            name: "transitions",
            text,
        });
    }
    lists
}

pub(super) fn check(sources: &[Source]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for list in lists(sources) {
        match find(sources, list.page).map(|page| (page, replaced(&page.text, &list))) {
            None => faults.push(Fault::new(list.page, 0, "missing")),
            Some((page, Some(text))) if text == page.text => {}
            Some((_, Some(_))) => faults.push(Fault::new(
                list.page,
                0,
                format!(
                    "its list of {} is old: run `cargo xtask tidy --write`",
                    list.name
                ),
            )),
            Some((_, None)) => faults.push(Fault::new(
                list.page,
                0,
                format!(
                    "needs the lines `{}` and `{}`",
                    begin(list.name),
                    end(list.name)
                ),
            )),
        }
    }
    faults
}

/// Brings every list up to date.
pub(super) fn write(sources: &[Source]) -> Result<()> {
    for list in lists(sources) {
        let (path, name) = (list.page, list.name);
        let page = find(sources, path).with_context(|| format!("{path} is missing"))?;
        let text = replaced(&page.text, &list).with_context(|| {
            format!(
                "{path} needs the lines `{}` and `{}`",
                begin(name),
                end(name)
            )
        })?;
        fs::write(root().join(path), text).with_context(|| format!("cannot write {path}"))?;
    }
    Ok(())
}

fn begin(name: &str) -> String {
    format!("<!-- {name}: written by `cargo xtask tidy --write` -->")
}

fn end(name: &str) -> String {
    format!("<!-- end of {name} -->")
}

/// The page with this list between its marks; `None` without the marks.
fn replaced(page: &str, list: &List) -> Option<String> {
    let (begin, end) = (begin(list.name), end(list.name));
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n\n{}\n{end}{after}", list.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> List {
        List {
            page: "docs/storage.md",
            name: "tables",
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_list_is_replaced_between_its_marks_and_then_stays() {
        let page = format!("text\n{}\nold\n{}\nmore\n", begin("tables"), end("tables"));
        let new = replaced(&page, &list("new\n")).unwrap();
        assert_eq!(
            new,
            format!(
                "text\n{}\n\nnew\n\n{}\nmore\n",
                begin("tables"),
                end("tables")
            )
        );
        assert_eq!(replaced(&new, &list("new\n")).unwrap(), new);
    }

    #[test]
    fn a_page_without_marks_takes_no_list() {
        assert!(replaced("text\n", &list("new\n")).is_none());
        let pages = [
            Source::new("docs/storage.md", "text\n"),
            Source::new("docs/workflow.md", "text\n"),
        ];
        assert_eq!(check(&pages).len(), 1);
    }
}
