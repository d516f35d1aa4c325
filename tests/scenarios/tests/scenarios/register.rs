//! Two real handhelds and a real server: what two colleagues change at once in the register is kept,
//! shown on both, and settled by one of them.

use linli_fleet::town::{Handheld, HandheldPlan, Layout};
use linli_fleet::world::{demo_register, first_manager, grid};
use serde_json::Value;

use crate::stage::Stage;

/// A handheld of the grid's manager, beside the assistant's.
async fn colleague(stage: &Stage, grid: &str) -> Handheld {
    let plan = HandheldPlan {
        binary: stage.plan.handheld.clone(),
        folder: stage.folder.path().join("colleague"),
        label: "0500".into(),
        grid: grid.to_owned(),
        staff: first_manager().unwrap().to_string(),
    };
    stage.town.enrol(plan).await.unwrap()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

fn rows(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

/// Both have what both wrote.
async fn sync(one: &Handheld, two: &Handheld) {
    for handheld in [one, two, one] {
        handheld.sync().await.unwrap();
    }
}

/// A household that both know, with one person. Answers its id.
async fn shared_home(one: &Handheld, two: &Handheld) -> String {
    let seed = ["seed-households", "--count", "12", "--doors"];
    assert_eq!(one.run(&seed).await.unwrap()["households"], 12);
    let add = "household add 单师傅家 --people 2 --name 单样例 --phone 99012341234 --consent c-1";
    let add: Vec<&str> = add.split(' ').collect();
    let home = one.run(&add).await.unwrap();
    sync(one, two).await;
    for question in ["sy", "dy", "shanyang", "1234"] {
        let found = two.run(&["households", "--find", question]).await.unwrap();
        let is_found = rows(&found).iter().any(|row| row["id"] == home["id"]);
        assert!(is_found, "{question}: {found}");
    }
    let seeded = demo_register(&grid(1).unwrap(), 12).unwrap().households;
    let (first, _) = seeded[0].door.split_once('楼').unwrap();
    let first = format!("{first}楼");
    let in_it = seeded.iter().filter(|home| home.door.starts_with(&first));
    let in_it = in_it.count();
    let found = two.run(&["households", "--find", &first]).await.unwrap();
    assert_eq!(rows(&found).len(), in_it, "{first}: {found}");
    let building = two.run(&["buildings", &first]).await.unwrap();
    assert_eq!(rows(&building["dwellings"]).len(), in_it);
    text(&home, "id").to_owned()
}

/// Both correct the same number and the same count while neither hears of the other.
async fn collide(one: &Handheld, two: &Handheld, home: &str) {
    for (handheld, number, people) in [(one, "99011110001", "3"), (two, "99011110002", "4")] {
        let phone = [
            "household",
            "phone",
            home,
            "--replace",
            "1234",
            "--add",
            number,
        ];
        handheld.run(&phone).await.unwrap();
        let edit = ["household", "edit", home, "--people", people];
        handheld.run(&edit).await.unwrap();
    }
    sync(one, two).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_handhelds_keep_both_values_until_one_of_them_settles() {
    let stage = Stage::new(Layout::OneBox).await;
    let one = stage.town.assistant().unwrap();
    let two = colleague(&stage, one.grid()).await;
    let home = shared_home(one, &two).await;
    collide(one, &two, &home).await;

    let clashes = one.run(&["clashes"]).await.unwrap();
    assert_eq!(clashes, two.run(&["clashes"]).await.unwrap());
    let fields: Vec<&str> = rows(&clashes)
        .iter()
        .map(|clash| text(clash, "field"))
        .collect();
    assert!(
        fields.contains(&"people_count") && fields.contains(&"phones"),
        "{clashes}"
    );
    assert!(!clashes.to_string().contains("9901111"), "a number shows");
    for clash in rows(&clashes) {
        let (record, field) = (text(clash, "record"), text(clash, "field"));
        let settle = ["settle", record, field, "--take", "1"];
        two.run(&settle).await.unwrap();
    }
    sync(one, &two).await;
    for handheld in [one.as_ref(), &two] {
        let left = handheld.run(&["clashes"]).await.unwrap();
        assert_eq!(rows(&left).len(), 0, "{left}");
    }
    let show = ["household", "show", home.as_str()];
    let seen = one.run(&show).await.unwrap();
    assert_eq!(seen, two.run(&show).await.unwrap());
    assert_eq!(rows(&seen["contacts"][0]["phones"]).len(), 1, "{seen}");

    // A number is shown for a purpose, and the log of that device says so.
    let reveal = ["household", "reveal", &home, "--purpose", "visit"];
    let shown = two.run(&reveal).await.unwrap();
    assert!(
        shown["phones"][0]
            .as_str()
            .unwrap()
            .starts_with("9901111000")
    );
    let log = two.run(&["access-log"]).await.unwrap();
    let is_sound = &log["is_sound"];
    assert_eq!(
        (rows(&log["rows"]).len(), is_sound),
        (1, &Value::Bool(true))
    );
    is_sound_everywhere(&stage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_out_that_meets_an_edit_comes_back_and_says_so() {
    let stage = Stage::new(Layout::OneBox).await;
    let one = stage.town.assistant().unwrap();
    let two = colleague(&stage, one.grid()).await;
    let home = shared_home(one, &two).await;
    one.run(&["household", "move-out", &home]).await.unwrap();
    let edit = ["household", "edit", &home, "--people", "5"];
    two.run(&edit).await.unwrap();
    sync(one, &two).await;
    for handheld in [one.as_ref(), &two] {
        let clashes = handheld.run(&["clashes"]).await.unwrap();
        assert_eq!(text(&clashes[0], "field"), "deleted", "{clashes}");
        let find = ["households", "--find", "单师傅"];
        let found = handheld.run(&find).await.unwrap();
        assert_eq!(found[0]["people_count"], 5);
    }
    is_sound_everywhere(&stage).await;
}

async fn is_sound_everywhere(stage: &Stage) {
    stage.town.stop().await.unwrap();
    for program in stage.town.programs() {
        let said = program.run(&["verify"]).await.unwrap();
        assert!(said.contains("All is well."), "{said}");
    }
}
