//! What has to be the same however the story went.

use linli_fleet::story::{Receipts, StoryReport};
use serde_json::{Value, json};

/// The end of a story without ids and times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    state: String,
    receipts: Receipts,
    /// Events as the handheld shows them: name and whether it counts.
    timeline: Vec<(String, String)>,
    /// Photos of the case, each once.
    photos: usize,
    /// Per organisation: the level of its receipt, and how many events it has not.
    held_by: Vec<(String, Value)>,
    incidents: Value,
}

impl Outcome {
    pub(crate) fn of(story: &StoryReport) -> Self {
        assert_eq!(
            story.at_community, story.at_street,
            "both servers see the same"
        );
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let timeline = story.on_device["timeline"].as_array().unwrap();
        let held_by = story.at_street["receipts"].as_object().unwrap();
        Self {
            state: story.state.clone(),
            receipts: story.receipts.clone(),
            timeline: timeline
                .iter()
                .map(|item| (word(&item["code"]), word(&item["effect"])))
                .collect(),
            photos: story.on_device["photos"].as_array().unwrap().len(),
            held_by: held_by
                .iter()
                .map(|(org, held)| (org.clone(), json!([held["level"], held["waiting"]])))
                .collect(),
            incidents: story.at_street["incidents"].clone(),
        }
    }

    /// The story as it is told.
    pub(crate) fn expected() -> Self {
        let events = [
            "report",
            "file",
            "escalate",
            "hand_over",
            "take",
            "dispatch",
            "acknowledge",
            "submit_result",
            "request_check",
            "check_pass",
            "close",
        ];
        Self {
            state: "closed".into(),
            receipts: Receipts {
                device: "received".into(),
                community: "received".into(),
                street: "received".into(),
                district: "not needed".into(),
            },
            timeline: events
                .map(|event| (event.into(), "applied".into()))
                .to_vec(),
            photos: 3,
            // The holder has it by admitting it: no receipt, so no level.
            held_by: vec![
                ("110101009".into(), json!([null, 0])),
                ("110101009010".into(), json!(["community", 0])),
            ],
            incidents: json!([]),
        }
    }
}
