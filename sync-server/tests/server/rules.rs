//! The rules of a district as tables in a folder, as an administrator keeps them.

use crate::program::Program;

fn folder(program: &Program, name: &str) -> String {
    program.path(name).to_str().unwrap().to_owned()
}

fn write(folder: &str, file: &str, text: &str) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(format!("{folder}/{file}"), text).unwrap();
}

#[test]
fn tables_are_written_edited_checked_and_become_the_next_edition() {
    let program = Program::new(&["110101", "110101001", "110101001001"], "district");
    let rules = folder(&program, "rules");
    program.done(&["admin", "rules", &rules, "--write"]);
    let again = program.refused(&["admin", "rules", &rules, "--write"], 1);
    assert!(again.contains("exists already"), "{again}");
    let none = program.refused(&["admin", "rules", &rules], 1);
    assert!(none.contains("no edition yet"), "{none}");

    program.import_edition();
    let _serving = program.serve();
    let own = "category,area,lead,co_units\n06052,110101001,110101001901,\n";
    write(&rules, "responsibility.csv", own);
    let said = program.done(&["admin", "rules", &rules]);
    assert!(said.contains("Will change: directory, catalogue"), "{said}");
    assert!(said.contains("nothing was changed"), "{said}");
    let said = program.done(&["admin", "rules", &rules, "--confirm"]);
    assert!(said.contains("Edition 2 is signed"), "{said}");
    let said = program.done(&["admin", "rules", &rules, "--confirm"]);
    assert!(said.contains("nothing to change"), "{said}");

    // One table alone changes nothing else.
    let one = folder(&program, "one");
    write(
        &one,
        "limits.csv",
        "step,amount,unit,note\ncheck,5,urgent_hour,\n",
    );
    let said = program.done(&["admin", "rules", &one, "--confirm"]);
    assert!(said.contains("Will change: limits\n"), "{said}");
    assert!(said.contains("Edition 3 is signed"), "{said}");
}

#[test]
fn wrong_tables_are_named_by_line_and_change_nothing() {
    let program = Program::new(&["110101", "110101001", "110101001001"], "district");
    program.import_edition();
    let rules = folder(&program, "rules");
    write(
        &rules,
        "responsibility.csv",
        "category,area,lead,co_units\n06052,110101001,nobody,\n06052,1101,110101001901,\n",
    );
    write(
        &rules,
        "limits.csv",
        "step,amount,unit,note\nlunch,1,work_hour,\n",
    );
    let said = program.refused(&["admin", "rules", &rules, "--confirm"], 1);
    assert!(
        said.contains("limits.csv line 2, step: unknown variant `lunch`"),
        "{said}"
    );
    std::fs::remove_file(format!("{rules}/limits.csv")).unwrap();
    let said = program.refused(&["admin", "rules", &rules, "--confirm"], 1);
    assert!(
        said.contains("responsibility.csv line 2: nobody is not in orgs"),
        "{said}"
    );
    assert!(
        said.contains("responsibility.csv line 3, area: 1101 is not in orgs"),
        "{said}"
    );
    write(&rules, "responsibilities.csv", "");
    let said = program.refused(&["admin", "rules", &rules], 1);
    assert!(
        said.contains("responsibilities.csv is no table of a rule book"),
        "{said}"
    );
    let denied = folder(&program, "denied");
    let text = "code,parent,kind,zh,en,data,module\nR,,base,人,People,none,on\nR01,R,base,宗教信仰,Faith,none,on\n";
    write(&denied, "directory.csv", text);
    let said = program.refused(&["admin", "rules", &denied, "--confirm"], 1);
    assert!(said.contains("directory.csv line 3"), "{said}");
    assert!(
        said.contains("is about religion, which is not kept"),
        "{said}"
    );
    let status = program.done(&["admin", "status"]);
    assert!(status.contains('1'), "{status}");
}
