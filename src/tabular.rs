//! Tables as CSV that a spreadsheet shows as they are.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula and runs it. Words of a protocol or of
//! a record never become one: such a cell gets an apostrophe in front, which spreadsheets take for "this is text"
//! (OWASP, "CSV Injection"). Numbers stay numbers.

use std::borrow::Cow;

/// Rows as CSV (RFC 4180, UTF-8, `\n`), quoted where they must be. Rows may differ in length.
pub fn csv<Row, Cell>(rows: impl IntoIterator<Item = Row>) -> String
where
    Row: IntoIterator<Item = Cell>,
    Cell: AsRef<str>,
{
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        for one in row {
            writer.write_field(harmless(one.as_ref()).as_bytes()).expect("writing to memory does not fail");
        }
        writer.write_record(None::<&[u8]>).expect("writing to memory does not fail");
    }
    let bytes = writer.into_inner().expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("the cells are text")
}

/// A cell that no spreadsheet runs.
pub fn harmless(cell: &str) -> Cow<'_, str> {
    // Spreadsheets pass over blanks in front, and take the wide forms of East Asian keyboards for the same signs.
    let begins = cell.trim_start_matches([' ', '\t', '\r', '\n']).chars().next();
    let is_formula = matches!(begins, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'));
    if is_formula && !is_amount(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// A number with its sign, perhaps with an exponent or a unit behind it (`-14`, `+1.5e3`, `+7 d`): nothing to compute.
fn is_amount(cell: &str) -> bool {
    let digits = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b". %".contains(&byte);
    let (number, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, ""));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    number.starts_with(|first: char| first.is_ascii_digit())
        && (number.bytes().chain(exponent.bytes())).all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::{csv, harmless};

    #[test]
    fn a_formula_becomes_text() {
        for formula in [
            "=1+1",
            "+1+1",
            "-1+1",
            "-1-1",
            "+7/14",
            "-A1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            " =1",
            "＝1",
            "-2+3+cmd|' /C calc'!A0",
        ] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
    }

    #[test]
    fn numbers_and_words_stay_as_they_are() {
        for text in
            ["-14", "+3", "-1.5e-3", "+7 d", "-20 %", "−14 to −1", "±7 d", "a=b", "", "'already", "1-2"]
        {
            assert_eq!(harmless(text), text);
        }
    }

    #[test]
    fn rows_are_quoted_where_they_must_be() {
        assert_eq!(
            csv([vec!["a", "b,c"], vec!["say \"x\"", "=1", ""]]),
            "a,\"b,c\"\n\"say \"\"x\"\"\",'=1,\n"
        );
    }

    #[test]
    fn a_row_without_cells_is_a_line_of_its_own() {
        assert_eq!(csv([vec!["a"], vec![""]]), "a\n\"\"\n");
    }
}
