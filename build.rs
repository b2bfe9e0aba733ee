//! Turns the verbatim UCUM table into static Rust data, so that no XML is read at run time.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

const ESSENCE: &str = "src/units/ucum/ucum-essence.xml";

#[derive(Default)]
struct Entry {
    element: String,
    code: String,
    name: String,
    metric: bool,
    arbitrary: bool,
    value: String,
    unit: String,
    function: Option<String>,
}

fn main() {
    println!("cargo:rerun-if-changed={ESSENCE}");
    println!("cargo:rerun-if-changed=build.rs");
    let xml = fs::read_to_string(ESSENCE).expect("the UCUM table is part of the repository");
    let mut entries = read(&xml);
    entries.sort_by(|a, b| a.code.cmp(&b.code));
    let target = Path::new(&env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("ucum_table.rs");
    fs::write(target, tables(&entries)).expect("the build directory is writable");
}

fn read(xml: &str) -> Vec<Entry> {
    let mut reader = Reader::from_str(xml);
    let mut entries: Vec<Entry> = Vec::new();
    let mut path: Vec<String> = Vec::new();
    loop {
        match reader.read_event().expect("the UCUM table is well-formed XML") {
            Event::Eof => return entries,
            Event::Start(start) => {
                open(&start, &mut entries);
                path.push(String::from_utf8_lossy(start.name().as_ref()).into_owned());
            }
            Event::Empty(start) => open(&start, &mut entries),
            Event::End(_) => {
                path.pop();
            }
            Event::Text(text) => append(&path, &mut entries, &text.decode().expect("the table is ASCII")),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().expect("only character references occur");
                append(&path, &mut entries, &character.expect("only character references occur").to_string());
            }
            _ => {}
        }
    }
}

fn open(start: &BytesStart<'_>, entries: &mut Vec<Entry>) {
    let attribute = |name: &str| -> Option<String> {
        let value = start.try_get_attribute(name).expect("attributes are well-formed")?;
        Some(String::from_utf8(value.value.into_owned()).expect("attributes are ASCII"))
    };
    let element = String::from_utf8_lossy(start.name().as_ref()).into_owned();
    match element.as_str() {
        "prefix" | "base-unit" | "unit" => entries.push(Entry {
            code: attribute("Code").expect("every entry has a code"),
            metric: element == "base-unit" || attribute("isMetric").as_deref() == Some("yes"),
            arbitrary: attribute("isArbitrary").as_deref() == Some("yes"),
            element,
            ..Entry::default()
        }),
        "value" | "function" => {
            let Some(entry) = entries.last_mut() else { return };
            if element == "function" {
                entry.function = attribute("name");
            }
            entry.value = attribute("value").unwrap_or_default();
            entry.unit = attribute("Unit").unwrap_or_default();
        }
        _ => {}
    }
}

fn append(path: &[String], entries: &mut [Entry], text: &str) {
    let Some(entry) = entries.last_mut() else { return };
    if matches!(path, [.., parent, child] if *parent == entry.element && child == "name") {
        entry.name.push_str(text);
    }
}

fn tables(entries: &[Entry]) -> String {
    let mut out = String::from("pub(super) static PREFIXES: &[Prefix] = &[\n");
    for entry in entries.iter().filter(|entry| entry.element == "prefix") {
        let (code, name, value) = (&entry.code, &entry.name, &entry.value);
        let _ = writeln!(out, "    Prefix {{ code: {code:?}, name: {name:?}, value: {value:?} }},");
    }
    out.push_str("];\n\npub(super) static ATOMS: &[Atom] = &[\n");
    for entry in entries.iter().filter(|entry| entry.element != "prefix") {
        let Entry { code, name, metric, arbitrary, value, unit, .. } = entry;
        let base = entry.element == "base-unit";
        let function = match &entry.function {
            Some(function) => format!("Some({function:?})"),
            None => "None".into(),
        };
        let _ = writeln!(
            out,
            "    Atom {{ code: {code:?}, name: {name:?}, metric: {metric}, \
             arbitrary: {arbitrary}, base: {base}, value: {value:?}, unit: {unit:?}, function: {function} }},"
        );
    }
    out.push_str("];\n");
    out
}
