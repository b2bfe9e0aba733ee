//! CSV as Parquet, typed by the names of its columns.

use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// What a column becomes.
fn sort_of(name: &str) -> &'static str {
    match name {
        _ if name.ends_with("_date") => "INT32 {} (DATE)",
        _ if name.ends_with("_datetime") => "INT64 {} (TIMESTAMP(MICROS,false))",
        "value_as_number" | "range_low" | "range_high" => "DOUBLE {}",
        _ if name.ends_with("_source_value") => "BYTE_ARRAY {} (UTF8)",
        _ => "INT64 {}",
    }
}

/// The table with so many rows in each group, compressed with zstd.
pub fn of_csv(csv: &str, rows_in_group: usize) -> Vec<u8> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<Vec<String>> =
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    let sorts: Vec<&str> = names.iter().map(|name| sort_of(name)).collect();
    let columns: String = sorts
        .iter()
        .zip(&names)
        .map(|(sort, name)| format!("optional {};\n", sort.replace("{}", name)))
        .collect();
    let schema = Arc::new(parse_message_type(&format!("message table {{ {columns} }}")).expect("a schema"));
    let zstd = parquet::basic::Compression::ZSTD(parquet::basic::ZstdLevel::default());
    let properties = Arc::new(WriterProperties::builder().set_compression(zstd).build());
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    for rows in rows.chunks(rows_in_group) {
        let mut group = writer.next_row_group().unwrap();
        for (place, sort) in sorts.iter().enumerate() {
            let cells: Vec<&str> = rows.iter().map(|row| row[place].as_str()).collect();
            let levels: Vec<i16> = cells.iter().map(|cell| i16::from(!cell.is_empty())).collect();
            let given = cells.iter().filter(|cell| !cell.is_empty());
            let mut column = group.next_column().unwrap().expect("as many columns as the schema has");
            let levels = Some(levels.as_slice());
            if sort.starts_with("INT32") {
                let days = |cell: &&&str| {
                    let date: jiff::civil::Date = cell.parse().expect("a date");
                    date.since(jiff::civil::date(1970, 1, 1)).unwrap().get_days()
                };
                let values: Vec<i32> = given.map(|cell| days(&cell)).collect();
                column.typed::<Int32Type>().write_batch(&values, levels, None).unwrap();
            } else if sort.starts_with("INT64") {
                let values: Vec<i64> = given.map(|cell| cell.parse().expect("a whole number")).collect();
                column.typed::<Int64Type>().write_batch(&values, levels, None).unwrap();
            } else if sort.starts_with("DOUBLE") {
                let values: Vec<f64> = given.map(|cell| cell.parse().expect("a number")).collect();
                column.typed::<DoubleType>().write_batch(&values, levels, None).unwrap();
            } else {
                let values: Vec<ByteArray> = given.map(|cell| ByteArray::from(*cell)).collect();
                column.typed::<ByteArrayType>().write_batch(&values, levels, None).unwrap();
            }
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
    bytes
}

/// A file of one group and of these columns, each `physical name (logical)` with its values.
pub enum Values<'v> {
    I32(&'v [i32]),
    I64(&'v [i64]),
    Double(&'v [f64]),
    Float(&'v [f32]),
    Flag(&'v [bool]),
    Text(&'v [&'v str]),
}

pub fn of_columns(columns: &[(&str, Values<'_>)]) -> Vec<u8> {
    use parquet::data_type::{BoolType, FloatType};
    let schema: String = columns.iter().map(|(column, _)| format!("required {column};\n")).collect();
    let schema = Arc::new(parse_message_type(&format!("message table {{ {schema} }}")).expect("a schema"));
    let mut bytes = Vec::new();
    let mut writer =
        SerializedFileWriter::new(&mut bytes, schema, Arc::new(WriterProperties::builder().build())).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for (_, values) in columns {
        let mut column = group.next_column().unwrap().expect("as many columns as the schema has");
        match values {
            Values::I32(values) => column.typed::<Int32Type>().write_batch(values, None, None),
            Values::I64(values) => column.typed::<Int64Type>().write_batch(values, None, None),
            Values::Double(values) => column.typed::<DoubleType>().write_batch(values, None, None),
            Values::Float(values) => column.typed::<FloatType>().write_batch(values, None, None),
            Values::Flag(values) => column.typed::<BoolType>().write_batch(values, None, None),
            Values::Text(values) => {
                let values: Vec<ByteArray> = values.iter().map(|text| ByteArray::from(*text)).collect();
                column.typed::<ByteArrayType>().write_batch(&values, None, None)
            }
        }
        .unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}
