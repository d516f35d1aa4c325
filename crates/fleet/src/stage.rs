//! A town that does what it is told, one order at a time: the stage for programs that are tried from
//! outside, such as the handheld's window.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::story::acts::Acts;
use crate::town::{
    self, Desk, HandheldPlan, Picture, Program, Town, TownError, TownPlan, TownResult, after_photo,
    before_photo, check_photo,
};
use crate::world::{COMMUNITY, STREET, WorldError, demo_register, grid};

/// A running town, its pictures, and the orders that it takes.
pub struct Stage {
    town: Town,
    folder: PathBuf,
    after: Picture,
    /// How many acts were ordered: each has a key of its own.
    acts: AtomicU32,
}

impl Stage {
    /// Starts the town of a plan, fills the first grid's register, unless a year did, and writes the story's
    /// pictures.
    pub async fn open(plan: &TownPlan) -> TownResult<Self> {
        let town = Town::start(plan).await?;
        if plan.history.is_none() {
            town.fill_register().await?;
        }
        let folder = plan.folder.clone();
        for (name, picture) in [
            ("before.jpg", before_photo()?),
            ("check.jpg", check_photo()?),
        ] {
            write(&folder.join(name), &picture.bytes)?;
        }
        // Called a photo and none.
        write(
            &folder.join("words.jpg"),
            b"These are words, not a picture.\n",
        )?;
        Ok(Self {
            town,
            folder,
            after: after_photo()?,
            acts: AtomicU32::new(0),
        })
    }

    /// Where everything is.
    pub async fn description(&self) -> TownResult<Value> {
        let mut servers = serde_json::Map::new();
        for program in self.town.programs() {
            servers.insert(
                program.name().to_owned(),
                json!({
                    "url": program.address().await?.url,
                    "line": program.line.address().to_string(),
                }),
            );
        }
        let first = grid(1).map_err(WorldError::from)?;
        let doors: Vec<Value> = demo_register(&first, town::HOUSEHOLDS)?
            .places
            .iter()
            .map(|door| json!({ "name": door.name, "lon": door.lon, "lat": door.lat }))
            .collect();
        let file = |name| self.folder.join(name).to_string_lossy().into_owned();
        Ok(json!({
            "servers": servers,
            "doors": doors,
            "street": STREET,
            "spent_ticket": self.town.assistant()?.ticket(),
            "pictures": {
                "before": file("before.jpg"), "check": file("check.jpg"), "words": file("words.jpg"),
            },
        }))
    }

    /// Carries out an order; gives what it brought.
    ///
    /// | order | what happens |
    /// |---|---|
    /// | `ticket LABEL` | a ticket for a further handheld of the first grid's assistant |
    /// | `confirm DIGITS` | the administrator confirms the slot that waits for these digits |
    /// | `cut SERVER`, `restore SERVER` | the line to a server |
    /// | `cut_after SERVER BYTES` | the line is cut once so many bytes more have moved |
    /// | `delay SERVER MILLISECONDS` | how long each piece of the line's bytes is on its way |
    /// | `keep_answers SERVER` | questions arrive at a server, answers do not come back |
    /// | `find CODE` | the id of the case with this short code, once the community has it |
    /// | `cases` | how many cases the community has |
    /// | `handheld ARGUMENTS` | the assistant's other handheld, which has no screen, does something |
    /// | `act DESK CASE EVENT` | `community`, `street`, `unit_lead` or `unit_handler` writes an event, as JSON |
    /// | `file`, `escalate`, `acknowledge`, `result`, `close` and a case's id | a desk or unit acts |
    pub async fn obey(&self, order: &[String]) -> TownResult<Value> {
        let words: Vec<&str> = order.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["ticket", label] => self.ticket(label).await,
            ["confirm", digits] => {
                self.town.community.confirm(digits).await?;
                Ok(Value::Null)
            }
            ["cut", name] => {
                self.server(name)?.line.cut();
                Ok(Value::Null)
            }
            ["restore", name] => {
                self.server(name)?.line.restore();
                Ok(Value::Null)
            }
            ["cut_after", name, bytes] => {
                let bytes = number(bytes)?;
                self.server(name)?.line.cut_after(bytes);
                Ok(Value::Null)
            }
            ["delay", name, milliseconds] => {
                let time = Duration::from_millis(number(milliseconds)?);
                self.server(name)?.line.delay(time);
                Ok(Value::Null)
            }
            ["keep_answers", name] => {
                self.server(name)?.line.keep_answers();
                Ok(Value::Null)
            }
            ["cases"] => Ok(json!(self.town.people.community.case_count().await?)),
            ["act", desk, case, event] => {
                let event: Value = serde_json::from_str(event)?;
                let number = self.acts.fetch_add(1, Ordering::Relaxed);
                self.desk(desk)?
                    .act(case, &format!("stage-act-{number}"), &event)
                    .await
            }
            ["handheld", arguments @ ..] => self.town.assistant()?.run(arguments).await,
            ["find", code] => {
                let case = self.town.people.community.find_case(code).await?;
                Ok(json!({ "case": case }))
            }
            [act, case] => self.act(act, case).await,
            _ => Err(unknown(&words.join(" "))),
        }
    }

    /// Stops all servers in order.
    pub async fn close(&self) -> TownResult<()> {
        self.town.stop().await
    }

    async fn act(&self, act: &str, case: &str) -> TownResult<Value> {
        let acts = Acts::new(&self.town.people, case);
        match act {
            "file" => acts.file().await?,
            "escalate" => acts.escalate().await?,
            "acknowledge" => acts.acknowledge().await?,
            "result" => {
                let grid = self.town.assistant()?.grid();
                acts.result(grid, &self.after).await?;
            }
            "close" => {
                acts.until_at(&self.town.people.street, "feedback").await?;
                acts.close().await?;
            }
            _ => return Err(unknown(act)),
        }
        Ok(Value::Null)
    }

    async fn ticket(&self, label: &str) -> TownResult<Value> {
        let HandheldPlan { grid, staff, .. } = self.town.assistant()?.plan();
        let server = &self.town.community;
        let ticket = server.device_ticket(COMMUNITY, grid, staff, label).await?;
        Ok(json!({ "ticket": ticket, "grid": grid, "staff": staff }))
    }

    fn desk(&self, name: &str) -> TownResult<&Desk> {
        let people = &self.town.people;
        match name {
            "community" => Ok(&people.community),
            "street" => Ok(&people.street),
            "unit_lead" => Ok(&people.unit_lead),
            "unit_handler" => Ok(&people.unit_handler),
            _ => Err(unknown(&format!("desk {name}"))),
        }
    }

    fn server(&self, name: &str) -> TownResult<&Program> {
        let found = self.town.program(name);
        found
            .map(AsRef::as_ref)
            .ok_or_else(|| unknown(&format!("server {name}")))
    }
}

fn number(word: &str) -> TownResult<u64> {
    word.parse()
        .map_err(|_| unknown(&format!("a number, but {word}")))
}

fn unknown(order: &str) -> TownError {
    TownError::Answer {
        what: "the stage".into(),
        said: format!("no such order: {order}"),
    }
}

fn write(path: &Path, bytes: &[u8]) -> TownResult<()> {
    std::fs::write(path, bytes).map_err(|error| TownError::File(path.to_owned(), error))
}
