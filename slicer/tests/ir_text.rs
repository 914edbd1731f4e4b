//! The printed form of functions, and back.

use slicer::ir::text::{canonical, parse, print};

/// Every kind of terminator and of origin.
const EVERYTHING: &str = "\
func 12 -> (i32, (ref null 3)) {
b0(v0: i32, v1: i64 (param 0)):                             @0
  v2: i32 (zero 3) = i32.const -5
  v3: i64, v4: i64 = i64.add128 v1, v1, v1, v1              @4
  i32.store memory=1 offset=4 align=1 v0, v2                @5
  br_if v0, b1(v2, v3), b2                                  @6
b1(v5: i32 (local 3), v6: i64 (stack 0 @9)):                @7
  v7: f64 = f64.const 0.1                                   @8
  v8: f32 (made) = f32.const -nan:0x200001                  @9
  v9: v128 = v128.const 0x00000000000000010000000000000002  @10
  v10: i32 = i8x16.extract_lane_u 15 v9                     @11
  v11: anyref = ref.null any                                @12
  br_on_cast (ref null any) (ref i31) v11, b3(_, v10), b4(_)  @13
b2:
  v12: i32 = select (result i32) v0, v2, v0
  br_table v12, [b5, b1(v2, v4), b5], b6                    @20
b3(v13: (ref i31) (@13), v14: i32 (stack 1)):               @14
  try call 7 v14 -> b7(_, _, v14)                           @15
    catch 3 -> b8(_)                                        @2.0
    catch_all_ref -> b9(_, v14)                             @2.1
b7(v15: i32 (@15), v16: (ref null 3) (@15.1), v17: i32 (local 2 @3)):  @16
  return v15, v16                                           @17
b8(v18: i64 (@2)):
  throw 0 v18                                               @18
b9(v19: exnref (@2), v20: i32 (local 0 @2)):
  try throw_ref v19                                         @19
    catch_all -> b5                                         @2.1
b4(v21: anyref (@13)):                                      @21
  return_call_indirect 3 0 v0, v2                           @22
b5:                                                         @23
  unreachable                                               @23
b6:
  br b5
}
";

#[test]
fn what_is_printed_is_read_back() {
    let function = parse(EVERYTHING).unwrap();
    let canonical = canonical(&function);
    let text = print(&canonical);
    let again = parse(&text).unwrap();
    assert_eq!(again, canonical);
    assert_eq!(print(&again), text);
}

#[test]
fn the_numbers_of_a_text_may_be_any() {
    let text = "func 0 -> (i32) {\nb9(v7: i32):\n  br b4\nb4:\n  return v7\n}\n";
    let function = parse(text).unwrap();
    assert_eq!(print(&function), "func 0 -> (i32) {\nb0(v0: i32):\n  br b1\nb1:\n  return v0\n}\n");
}

#[test]
fn comments_and_spaces_mean_nothing() {
    let spacious = EVERYTHING.replace('\n', "   ;; a comment: @3 v1\n\n;; a line\n \t\r\n");
    assert_eq!(parse(&spacious), parse(EVERYTHING));
    let tight: String = EVERYTHING
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n")
        .collect();
    assert_eq!(parse(&tight), parse(EVERYTHING));
}

#[test]
fn an_error_says_where_and_what() {
    let text = EVERYTHING.replace("i64.add128", "i64.add129");
    assert_eq!(
        parse(&text).unwrap_err().to_string(),
        "line 4, column 22: expected an operator, found `i64.add129`"
    );
    let text = EVERYTHING.replace("br b5", "br b55");
    assert_eq!(
        parse(&text).unwrap_err().to_string(),
        "line 33, column 6: expected a block, found `b55`, which the text doesn't define"
    );
}

/// The function with each of its tokens, in turn, left out, doubled, or replaced by another.
fn damaged(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        let end = text[start..].find(|c| !is_word(c)).unwrap_or(text.len() - start).max(1);
        tokens.push(start..start + end);
        start += end;
    }
    let others =
        ["", "é", "v1 v1", "(", ")", "\n", "v4294967296", "b4000000000", "99999999999", "@"];
    let replace = |token: &std::ops::Range<usize>, other: &str| {
        format!("{}{other}{}", &text[..token.start], &text[token.end..])
    };
    let mut texts = Vec::new();
    for token in &tokens {
        texts.extend(others.iter().map(|other| replace(token, other)));
        texts.push(text[..token.start].to_string());
    }
    texts
}

#[test]
fn damaged_texts_are_errors_or_functions() {
    let mut errors = 0;
    for text in damaged(EVERYTHING) {
        match parse(&text) {
            Ok(function) => {
                assert_eq!(parse(&print(&canonical(&function))).unwrap(), canonical(&function))
            }
            Err(error) => {
                errors += 1;
                assert!(error.line >= 1 && error.column >= 1, "{error}");
                assert!(error.to_string().lines().count() == 1, "{error}");
            }
        }
    }
    assert!(errors > 4000, "{errors}");
}

/// Each line is a text and its error, with ` => ` between them: a whole function if it starts with
/// `func` or with a `!` (which is no part of it), else lines of a block that takes `v0: i32`.
/// `BLESS=1` renews the errors.
const BROKEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/goldens/ir_text_broken.txt");

fn broken_text(case: &str) -> String {
    let lines = case.replace("\\n", "\n");
    match case.strip_prefix('!') {
        Some(_) => lines[1..].to_string(),
        None if case.starts_with("func") => lines,
        None => format!("func 0 {{\nb0(v0: i32):\n  {lines}\n  unreachable\n}}"),
    }
}

#[test]
fn broken_texts_are_errors() {
    let golden = std::fs::read_to_string(BROKEN).unwrap();
    let mut found = String::new();
    for line in golden.lines() {
        let (case, _) = line.split_once(" => ").expect("each line is a text and its error");
        let error = parse(&broken_text(case)).map(|function| print(&function)).expect_err(case);
        found.push_str(&format!("{case} => {error}\n"));
    }
    assert!(found.lines().count() >= 100);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(BROKEN, &found).unwrap();
    } else {
        assert_eq!(found, golden);
    }
}

#[test]
fn numbers_in_a_text_take_no_memory() {
    let text = "func 4294967295 {\nb4294967295(v4294967295: i32):\n  br_table v4294967295, \
                [b4294967295(v4294967295)], b4294967295(v4294967295)\n}";
    let function = parse(text).unwrap();
    assert_eq!((function.blocks.len(), function.values.len()), (1, 1));
}

#[test]
fn long_texts_take_linear_time() {
    let mut text = String::from("func 0 {\nb0(v0: i32):\n");
    for value in 1..200_000 {
        text.push_str(&format!("  v{value}: i32 = i32.add v{}, v{}\n", value - 1, value - 1));
    }
    text.push_str("  br b1\n");
    for block in 1..100_000 {
        text.push_str(&format!("b{block}:\n  br_if v0, b{}, b{}\n", block + 1, block + 1));
    }
    text.push_str("b100000:\n  unreachable\n}\n");
    let function = parse(&text).unwrap();
    assert_eq!(canonical(&function), function);
    assert_eq!(parse(&print(&function)).unwrap(), function);
    // An unclosed nest of what looks like nesting.
    let nested = format!("func 0 -> {}", "(ref (exact ".repeat(100_000));
    assert!(parse(&nested).is_err());
}
