//! Three servers over the wire: joined by tickets, linked as a device is to its server.

use serde_json::{Value, json};

use crate::device::Device;
use crate::photos::photo;
use crate::program::{Program, Serving, line_with};

fn join(parent: &Program, child: &Program, org: &str) {
    let said = parent.done(&["admin", "server-ticket", "--org", org]);
    let ticket = line_with(&said, "LINLI1:");
    let said = child.done(&["admin", "join", &ticket]);
    if said.contains("Check code") {
        let digits = said
            .split_whitespace()
            .find(|word| word.len() >= 6 && word.starts_with(|c: char| c.is_ascii_digit()));
        let digits = digits.unwrap().trim_matches(|c: char| !c.is_ascii_digit());
        let slots = parent.done(&["admin", "slots"]);
        let slot = slots.split_whitespace().next().unwrap();
        parent.done(&["admin", "confirm", slot, digits]);
        let said = child.done(&["admin", "join", &ticket]);
        assert!(said.contains("Joined"), "{said}");
    }
}

async fn post(serving: &Serving, token: &str, key: &str, body: &Value) {
    let url = format!("{}/api/v1/desk-events", serving.url);
    let request = serving
        .client()
        .post(url)
        .bearer_auth(token)
        .header("idempotency-key", key)
        .body(body.to_string());
    let answer = request.send().await.unwrap();
    let status = answer.status();
    assert_eq!(status, 201, "{}", answer.text().await.unwrap());
}

async fn get(serving: &Serving, token: &str, path: &str) -> (u16, Vec<u8>) {
    let url = format!("{}{path}", serving.url);
    let answer = serving
        .client()
        .get(url)
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    (
        answer.status().as_u16(),
        answer.bytes().await.unwrap().to_vec(),
    )
}

#[tokio::test]
async fn an_escalated_case_and_its_photo_reach_the_street_and_a_cut_line_stops_nobody() {
    let district = Program::new(&["110101"], "district");
    let at_district = district.serve();
    district.import_edition();
    let street = Program::new(&["110101001"], "street");
    let at_street = street.serve();
    join(&district, &street, "110101001");
    let community = Program::new(&["110101001001"], "community");
    let at_community = community.serve();
    join(&street, &community, "110101001001");

    let mut device = Device::enrol(&community, &at_community).await;
    let (bytes, hash) = photo(1);
    let case = device.report(&bytes, hash);
    device.exchange(&at_community).await;
    let at = device
        .create_upload(&at_community, case, hash, bytes.len())
        .await;
    device.send_photo(&at_community, hash, &bytes, at).await;
    let token = community.token("io-c1", "110101001001");
    let events = [
        json!({ "type": "file" }),
        json!({ "type": "escalate", "to": "110101001", "reason": "no_means" }),
    ];
    for (index, event) in events.iter().enumerate() {
        let body = json!({ "case": case, "event": event });
        post(&at_community, &token, &format!("test-key-{index}"), &body).await;
    }
    let token = street.token("io-s1", "110101001");
    let said = community.done(&["admin", "sync"]);
    assert!(said.contains("Everything is exchanged"), "{said}");
    let (status, detail) = get(&at_street, &token, &format!("/api/v1/cases/{case}")).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&detail));
    let detail: Value = serde_json::from_slice(&detail).unwrap();
    assert_eq!(detail["row"]["id"], json!(case));
    community.done(&["admin", "sync"]);
    let (status, arrived) = get(&at_street, &token, &format!("/files/{hash}")).await;
    assert_eq!(status, 200);
    assert_eq!(arrived, bytes);
    let status = community.done(&["admin", "status"]);
    assert!(status.contains("parent: exchanged"), "{status}");

    // The line is cut, the community goes on alone and says so.
    at_street.kill();
    let cut = community.refused(&["admin", "sync"], 1);
    assert!(cut.contains("the parent cannot be reached"), "{cut}");
    let later = device.report(&bytes, hash);
    device.exchange(&at_community).await;
    assert_eq!(device.view(later).n, 1, "admitted without the street");
    let status = community.done(&["admin", "status"]);
    assert!(status.contains("UNREACHABLE"), "{status}");
    at_district.terminate();
    let (exit, _) = at_community.terminate();
    assert_eq!(exit, Some(0));
}
