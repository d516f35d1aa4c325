//! The directory of base data: a forest whose words may be asked, with sensitive classes off.

use std::collections::BTreeMap;

use super::Check;
use crate::deny::denied;
use crate::edition::{Class, Module, PersonalData};
use crate::id::ClassCode;
use crate::org::Name;

impl Check<'_> {
    pub(super) fn directory(&mut self) {
        let rows = &self.edition.directory;
        self.unique(
            "directory",
            rows.iter().map(|row| row.code.clone()).collect(),
        );
        let known: BTreeMap<&ClassCode, &Class> = rows.iter().map(|row| (&row.code, row)).collect();
        for (index, class) in rows.iter().enumerate() {
            let at = format!("directory[{index}]");
            if class.name.zh.trim().is_empty() {
                self.report(
                    format!("{at}.name.zh"),
                    format!("{} has no name", class.code),
                );
            }
            self.allowed(&format!("{at}.name"), &class.name);
            if class.data == PersonalData::Sensitive && class.module == Module::On {
                let what = format!(
                    "{} holds sensitive data: opt_in or off, never on",
                    class.code
                );
                self.report(format!("{at}.module"), what);
            }
            let Some(parent) = &class.parent else {
                continue;
            };
            match known.get(parent) {
                None => self.report(
                    format!("{at}.parent"),
                    format!("{parent} of {} is not in the directory", class.code),
                ),
                Some(above) if above.kind != class.kind => self.report(
                    format!("{at}.kind"),
                    format!("{} is of another kind than {parent}", class.code),
                ),
                Some(_) if is_in_a_ring(&known, class) => self.report(
                    format!("{at}.parent"),
                    format!("{} is a part of itself", class.code),
                ),
                Some(_) => {}
            }
        }
    }

    /// A name that must not be asked about a person is refused, whatever it is for.
    pub(super) fn allowed(&mut self, at: &str, name: &Name) {
        for (language, text) in [("zh", &name.zh), ("en", &name.en)] {
            if let Some(class) = denied(text) {
                let what = format!("{text:?} is about {class}, which is not kept");
                self.report(format!("{at}.{language}"), what);
            }
        }
    }
}

fn is_in_a_ring(known: &BTreeMap<&ClassCode, &Class>, class: &Class) -> bool {
    let parent = |class: &&Class| known.get(class.parent.as_ref()?).copied();
    let above = std::iter::successors(parent(&class), parent);
    // Nobody has more ancestors than there are rows.
    above
        .take(known.len())
        .any(|ancestor| ancestor.code == class.code)
}
