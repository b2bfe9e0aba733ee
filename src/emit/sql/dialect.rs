//! Where the engines spell the same thing differently.

use jiff::civil::Date;

/// How one engine writes what the others write otherwise. Everything else is common to all of them.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// As written after `sql:`, and in the name of the file.
    pub name: &'static str,
    /// The engine and the version that the text is tried on.
    pub engine: &'static str,
    /// What encloses a name; inside it is doubled.
    quote: char,
    /// Whether a backslash in a text begins an escape.
    has_escapes: bool,
    /// A number with binary fraction of 64 bits.
    pub double: &'static str,
    /// What keeps the engine from working a named query out anew wherever it is mentioned.
    pub kept: &'static str,
    /// Whether rows are read once by their standard and once by their source concept: the engine then skips, inside of its
    /// scan, what the one column rules out, which it cannot do for either of two.
    pub reads_ids_apart: bool,
    /// Whether the engine has a type for a few words, `ENUM`, of one byte for each answer.
    pub has_word_types: bool,
    add_days: fn(&str, i64) -> String,
    add_months: fn(&str, i64) -> String,
    days_since: fn(&str, &str) -> String,
    decimal: fn(&str) -> String,
}

pub static DUCKDB: Dialect = Dialect {
    name: "duckdb",
    engine: "DuckDB (tried with 2.0)",
    quote: '"',
    has_escapes: false,
    double: "DOUBLE",
    kept: "MATERIALIZED ",
    reads_ids_apart: true,
    has_word_types: true,
    add_days: |day, days| format!("({day} {})", signed(days)),
    add_months: |day, months| format!("CAST({day} + INTERVAL ({months}) MONTH AS DATE)"),
    // A difference of dates has 64 bits, of which no day needs half.
    days_since: |day, since| format!("CAST({day} - {since} AS INTEGER)"),
    // By way of the text, which is the shortest decimal: a double times a power of ten would be rounded.
    decimal: |value| format!("TRY_CAST(CAST({value} AS VARCHAR) AS DECIMAL(24, 12))"),
};

pub static POSTGRES: Dialect = Dialect {
    name: "postgres",
    engine: "PostgreSQL (tried with 15)",
    quote: '"',
    has_escapes: false,
    double: "DOUBLE PRECISION",
    kept: "MATERIALIZED ",
    reads_ids_apart: false,
    has_word_types: false,
    add_days: |day, days| format!("({day} {})", signed(days)),
    add_months: |day, months| format!("CAST({day} + INTERVAL '{months} months' AS DATE)"),
    days_since: |day, since| format!("({day} - {since})"),
    // A double that becomes a number directly keeps 15 digits only.
    decimal: |value| format!("CAST(CAST({value} AS TEXT) AS NUMERIC)"),
};

pub static SPARK: Dialect = Dialect {
    name: "spark",
    engine: "Spark SQL (tried with 3.5)",
    quote: '`',
    has_escapes: true,
    double: "DOUBLE",
    kept: "",
    reads_ids_apart: false,
    has_word_types: false,
    add_days: |day, days| format!("DATE_ADD({day}, {days})"),
    add_months: |day, months| format!("ADD_MONTHS({day}, {months})"),
    days_since: |day, since| format!("DATEDIFF({day}, {since})"),
    decimal: |value| format!("TRY_CAST(CAST({value} AS STRING) AS DECIMAL(24, 12))"),
};

/// Every dialect that is written, and run by the judge of `tests/oracles/sql.sh`.
pub static DIALECTS: [&Dialect; 3] = [&DUCKDB, &POSTGRES, &SPARK];

/// Day numbers are counted from here, so that none of a person's is negative.
const DAY_ZERO: &str = "DATE '0001-01-01'";

impl Dialect {
    /// The dialect of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        DIALECTS.into_iter().find(|dialect| dialect.name == name)
    }

    /// A name as the engine reads it back, whatever signs are in it.
    pub fn identifier(&self, name: &str) -> String {
        let mut quoted = String::from(self.quote);
        for sign in name.chars() {
            if sign == self.quote {
                quoted.push(sign);
            }
            quoted.push(if sign == '\0' { '\u{fffd}' } else { sign });
        }
        quoted.push(self.quote);
        quoted
    }

    /// A text as a literal.
    pub fn text(&self, text: &str) -> String {
        let mut literal = String::from('\'');
        for sign in text.chars() {
            match sign {
                '\0' => literal.push('\u{fffd}'),
                '\\' if self.has_escapes => literal.push_str("\\\\"),
                '\'' if self.has_escapes => literal.push_str("\\'"),
                '\'' => literal.push_str("''"),
                other => literal.push(other),
            }
        }
        literal.push('\'');
        literal
    }

    /// `'a', 'b'`
    pub fn texts<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> String {
        texts.into_iter().map(|text| self.text(text)).collect::<Vec<_>>().join(", ")
    }

    /// A word of the answers: in the query `words`, or as a literal.
    pub fn word(&self, word: &str) -> String {
        if self.has_word_types { format!("w.{word}") } else { self.text(word) }
    }

    /// A day as a literal. No record goes back beyond the year 1, which all engines know.
    pub fn date(&self, day: Date) -> String {
        if day.year() < 1 { DAY_ZERO.to_owned() } else { format!("DATE '{day}'") }
    }

    /// A day some days later, or earlier.
    pub fn add_days(&self, day: &str, days: i64) -> String {
        if days == 0 { day.to_owned() } else { (self.add_days)(day, days) }
    }

    /// A day some months later, or earlier, clamped to the end of a shorter month.
    pub fn add_months(&self, day: &str, months: i64) -> String {
        if months == 0 { day.to_owned() } else { (self.add_months)(day, months) }
    }

    /// Days since the first of the year 1.
    pub fn day_number(&self, day: &str) -> String {
        (self.days_since)(day, DAY_ZERO)
    }

    /// The decimal that a double was written from.
    pub fn decimal(&self, value: &str) -> String {
        (self.decimal)(value)
    }

    /// A double as a literal that reads back as it. With a power of ten it is no decimal to any engine.
    pub fn number(&self, value: f64) -> String {
        // Debug of f64 is the shortest text that reads back.
        let text = format!("{value:?}");
        if text.contains('e') { text } else { format!("{text}e0") }
    }
}

fn signed(days: i64) -> String {
    if days < 0 { format!("- {}", days.unsigned_abs()) } else { format!("+ {days}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_and_texts_stay_inside_their_quotes() {
        assert_eq!(DUCKDB.identifier("a\"; DROP TABLE person; --"), "\"a\"\"; DROP TABLE person; --\"");
        assert_eq!(SPARK.identifier("a`b"), "`a``b`");
        assert_eq!(SPARK.identifier("a\"b"), "`a\"b`");
        assert_eq!(POSTGRES.text("it's \\' OR 1=1"), "'it''s \\'' OR 1=1'");
        assert_eq!(SPARK.text("it's \\' OR 1=1"), "'it\\'s \\\\\\' OR 1=1'");
        assert_eq!(POSTGRES.text("a\0b"), "'a\u{fffd}b'");
    }

    #[test]
    fn a_double_is_written_so_that_no_engine_takes_it_for_a_decimal() {
        assert_eq!(DUCKDB.number(7.5), "7.5e0");
        assert_eq!(DUCKDB.number(58.460_867_5), "58.4608675e0");
        assert_eq!(DUCKDB.number(1e-7), "1e-7");
        assert_eq!(DUCKDB.number(100_000.0), "100000.0e0");
    }

    #[test]
    fn days_are_moved_as_each_engine_does_it() {
        assert_eq!(POSTGRES.add_days("d", -28), "(d - 28)");
        assert_eq!(SPARK.add_days("d", -28), "DATE_ADD(d, -28)");
        assert_eq!(DUCKDB.add_days("d", 0), "d");
        assert_eq!(POSTGRES.add_months("d", -3), "CAST(d + INTERVAL '-3 months' AS DATE)");
        assert_eq!(DUCKDB.date(jiff::civil::Date::MIN), "DATE '0001-01-01'");
    }
}
