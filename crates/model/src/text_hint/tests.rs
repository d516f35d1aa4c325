use super::*;

fn codes(text: &str) -> Vec<&'static str> {
    text_hints(text).into_iter().map(TextHint::as_str).collect()
}

#[test]
fn places_things_and_services_are_written_without_a_hint() {
    for text in [
        "",
        "36号楼2单元门口井盖松动，老人下不了台阶",
        "张家大院北墙开裂，王府井方向路灯不亮",
        "李家胡同12号院电线垂落，联系物业 010-84010001",
        "2026年11月22日 09:03 照片3张，表号 12345678",
        "马路牙子破损，高先锋路口",
        "Loose manhole cover at 36 Dongwai Street, 3 photos; Mrsomething lane",
        "陈列室门口堆物",
        "位于某处的井盖，通向某单元",
    ] {
        assert_eq!(codes(text), [""; 0], "{text}");
    }
}

#[test]
fn a_text_about_a_person_gets_a_hint() {
    for text in [
        "王先生家漏水",
        "3单元的李某天天扔垃圾",
        "楼上张小明先生把车停在通道",
        "找赵大妈问一下",
        // A shop may have such a sign: a hint too many is cheaper than a file about a person.
        "石师傅家具店门口",
        "Mr Wang parks in the passage",
        "ask ms. or mrs. li",
    ] {
        assert_eq!(codes(text), ["person"], "{text}");
    }
    for text in [
        "楼下有可疑人员转悠",
        "那个钉子户又堆物",
        "a suspicious person at the gate",
    ] {
        assert_eq!(codes(text), ["sensitive"], "{text}");
    }
    assert_eq!(codes("孙女士是党员"), ["sensitive", "person"]);
}

#[test]
fn numbers_of_people_get_a_hint_in_any_spelling() {
    for text in [
        "打13812342210找人",
        "电话 138 1234 2210",
        "138-1234-2210",
        "+8613812342210",
        "１３８１２３４２２１０",
    ] {
        assert_eq!(codes(text), ["telephone"], "{text}");
    }
    for text in [
        "证件11010519491231002X",
        "110105 19491231 002x",
        "990101190001010018",
    ] {
        assert_eq!(codes(text), ["identity_number"], "{text}");
    }
    for text in [
        "12345678901",
        "1381234221",
        "138123422101",
        "120101199001010011",
    ] {
        assert_eq!(codes(text), [""; 0], "{text}");
    }
}

#[test]
fn any_text_is_looked_at_without_a_panic() {
    for text in [
        "王",
        "李某",
        "\u{202e}王先生",
        "👩‍🦽王",
        "1".repeat(10_000).as_str(),
        "某先生",
    ] {
        let _ = text_hints(text);
    }
}
