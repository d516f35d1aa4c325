//! Desks, units and operators.

use linli_model::{OrgId, StaffId};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::clock;
use crate::staff;
use crate::testing::stand::{Stand, outcome};

async fn token(stand: &Stand, org: &str) -> String {
    let org = OrgId::new(org).unwrap();
    let made = stand.running.writer.call(move |calls| {
        let staff = StaffId::new("s1").unwrap();
        staff::make(calls, clock::now(), staff, org, 1)
    });
    made.await.unwrap().to_string()
}

fn event(stand: &Stand, path: &str, token: &str, key: &str) -> RequestBuilder {
    stand
        .request(Method::POST, path)
        .bearer_auth(token)
        .header("idempotency-key", key)
        .header("content-type", "application/json")
        .body(json!({ "event": { "kind": "file" } }).to_string())
}

#[tokio::test]
async fn staff_sign_in_by_token_until_it_is_withdrawn() {
    let stand = Stand::start(&[]).await;
    let cases = || stand.request(Method::GET, "/api/v1/cases?limit=10");
    assert_eq!(outcome(cases()).await, (401, "SIGN_IN".into()));
    let wrong = cases().bearer_auth("linli_staff_AAAA");
    assert_eq!(outcome(wrong).await, (401, "SIGN_IN".into()));
    let token = token(&stand, "o1").await;
    let page: Value = {
        let answer = cases().bearer_auth(&token).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    };
    assert_eq!(page, json!({ "rows": [], "more": false }));
    let odd = stand
        .request(Method::GET, "/api/v1/cases?limit=x")
        .bearer_auth(&token);
    assert_eq!(outcome(odd).await, (400, "MALFORMED".into()));
    let odd = stand
        .request(Method::GET, "/api/v1/cases?colour=red")
        .bearer_auth(&token);
    assert_eq!(outcome(odd).await, (400, "MALFORMED".into()));
    let none = format!("/api/v1/cases/{}", "01".repeat(16));
    let none = stand.request(Method::GET, &none).bearer_auth(&token);
    assert_eq!(outcome(none).await, (404, "NOT_FOUND".into()));
    let gone = stand
        .running
        .writer
        .call(|calls| staff::withdraw(calls, &StaffId::new("s1").unwrap()));
    assert_eq!(gone.await.unwrap(), 1);
    assert_eq!(
        outcome(cases().bearer_auth(&token)).await,
        (401, "SIGN_IN".into())
    );
    stand.stop().await;
}

#[tokio::test]
async fn a_post_with_the_same_key_has_one_outcome() {
    let stand = Stand::start(&[]).await;
    let token = token(&stand, "o1").await;
    let desk = "/api/v1/desk-events";
    for status in [201, 200] {
        assert_eq!(
            outcome(event(&stand, desk, &token, "key-0001")).await.0,
            status
        );
    }
    assert_eq!(
        outcome(event(&stand, desk, &token, "short")).await,
        (400, "MALFORMED".into())
    );
    let unit = event(&stand, "/api/v1/unit-events", &token, "key-0002");
    assert_eq!(outcome(unit).await, (409, "OVERTAKEN".into()));
    let odd = event(&stand, desk, &token, "key-0003").body("{\"event\": 1, \"more\": 2}");
    assert_eq!(outcome(odd).await, (400, "MALFORMED".into()));
    stand.stop().await;
}

#[tokio::test]
async fn a_fault_of_the_engine_costs_one_request_only() {
    let stand = Stand::start(&[]).await;
    let token = token(&stand, "panic").await;
    let cases = || {
        stand
            .request(Method::GET, "/api/v1/cases")
            .bearer_auth(&token)
    };
    assert_eq!(outcome(cases()).await, (500, "INTERNAL".into()));
    let fine = event(&stand, "/api/v1/desk-events", &token, "key-0001");
    assert_eq!(outcome(fine).await.0, 201);
    stand.stop().await;
}

#[tokio::test]
async fn operators_see_whether_it_lives_whether_it_is_ready_and_what_it_counted() {
    let stand = Stand::start(&[]).await;
    let get = |path: &str| stand.request(Method::GET, path).send();
    assert_eq!(get("/healthz").await.unwrap().text().await.unwrap(), "ok\n");
    assert_eq!(get("/readyz").await.unwrap().status(), 200);
    let reason = "recovering: waits for 110101001002";
    stand.world.lock().unwrap().not_ready.push(reason.into());
    let ready = get("/readyz").await.unwrap();
    assert_eq!(ready.status(), 503);
    assert!(ready.text().await.unwrap().contains(reason));
    let nothing = stand.request(Method::GET, "/nothing/secret-name");
    assert_eq!(outcome(nothing).await, (404, "NO_SUCH_PATH".into()));
    let page = get("/metrics").await.unwrap().text().await.unwrap();
    for line in [
        "linli_requests_total{route=\"/healthz\",status=\"200\"} 1",
        "linli_requests_total{route=\"/readyz\",status=\"503\"} 1",
        "linli_refusals_total{code=\"NO_SUCH_PATH\"} 1",
        "linli_stored_changes 5",
        "linli_ready 0",
    ] {
        assert!(page.lines().any(|l| l == line), "{line} is not in\n{page}");
    }
    assert!(!page.contains("secret-name"), "paths are not labels");
    stand.stop().await;
}
