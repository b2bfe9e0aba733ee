//! `verdicts.parquet`: the lines and columns of `verdicts.csv`, typed and compressed.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use super::{Line, Verdicts, word};
use crate::eligibility::{Eligibility, Status};
use crate::population::tables::SubjectId;

/// At most so many people share a row group: what is held in memory of each column in turn.
const PEOPLE: usize = 1 << 16;

/// Writes `person_id` (INT64; UTF8 where an id is no whole number), `decision`, `arm`, `verdict` and a column for each criterion (UTF8). `arm` is null in
/// the lines about a whole decision; a criterion that has no status in a line is null there.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_parquet(verdicts: &Verdicts<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    written(verdicts, out).map_err(|error| match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        other => io::Error::other(other),
    })
}

fn written(verdicts: &Verdicts<'_>, out: &mut (dyn Write + Send)) -> Result<(), ParquetError> {
    let headings = verdicts.headings();
    let has_texts = verdicts.people.iter().any(|subject| matches!(subject.id, SubjectId::Text(_)));
    let properties = WriterProperties::builder()
        .set_created_by(concat!("trialc ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .build();
    let mut file =
        SerializedFileWriter::new(out, Arc::new(schema(&headings, has_texts)?), Arc::new(properties))?;
    let lines = verdicts.lines();
    let words = Words::of(&lines);
    for begin in (0..verdicts.people.len()).step_by(PEOPLE) {
        let people = begin..(begin + PEOPLE).min(verdicts.people.len());
        // Which lines the people of this group have: the rows of every column.
        let rows: Vec<(usize, usize)> = people
            .flat_map(|person| (0..lines.len()).map(move |line| (person, line)))
            .filter(|(person, line)| lines[*line].has(*person))
            .collect();
        let mut group = file.next_row_group()?;
        let ids = rows.iter().map(|(person, _)| &verdicts.people[*person].id);
        if has_texts {
            text(&mut group, ids.map(|id| Some(ByteArray::from(id.to_string().as_str()))), false)?;
        } else {
            let numbers = ids.filter_map(|id| match id {
                SubjectId::Number(number) => Some(*number),
                SubjectId::Text(_) => None,
            });
            let numbers: Vec<i64> = numbers.collect();
            let mut column = group.next_column()?.expect("a column for each field");
            column.typed::<Int64Type>().write_batch(&numbers, None, None)?;
            column.close()?;
        }
        text(&mut group, rows.iter().map(|(_, line)| Some(words.decisions[*line].clone())), false)?;
        text(&mut group, rows.iter().map(|(_, line)| words.arms[*line].clone()), true)?;
        let verdict = |(person, line): &(usize, usize)| Some(words.verdict(lines[*line].verdict(*person)));
        text(&mut group, rows.iter().map(verdict), false)?;
        for criterion in 0..headings.len() {
            let status = |(person, line): &(usize, usize)| {
                let line = &lines[*line];
                line.status(*person, line.places[criterion]).map(|status| words.status(status))
            };
            text(&mut group, rows.iter().map(status), true)?;
        }
        group.close()?;
    }
    file.close()?;
    Ok(())
}

fn schema(headings: &[String], has_texts: bool) -> Result<Type, ParquetError> {
    let field = |name: &str, kind: Physical, repetition: Repetition| {
        let builder = Type::primitive_type_builder(name, kind).with_repetition(repetition);
        let text = (kind == Physical::BYTE_ARRAY).then_some(LogicalType::String);
        builder.with_logical_type(text).build().map(Arc::new)
    };
    let mut fields = vec![
        field(
            "person_id",
            if has_texts { Physical::BYTE_ARRAY } else { Physical::INT64 },
            Repetition::REQUIRED,
        )?,
        field("decision", Physical::BYTE_ARRAY, Repetition::REQUIRED)?,
        field("arm", Physical::BYTE_ARRAY, Repetition::OPTIONAL)?,
        field("verdict", Physical::BYTE_ARRAY, Repetition::REQUIRED)?,
    ];
    for heading in headings {
        fields.push(field(heading, Physical::BYTE_ARRAY, Repetition::OPTIONAL)?);
    }
    Type::group_type_builder("verdicts").with_fields(fields).build()
}

/// One column of words.
fn text<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    cells: impl Iterator<Item = Option<ByteArray>>,
    is_optional: bool,
) -> Result<(), ParquetError> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for cell in cells {
        levels.push(i16::from(cell.is_some()));
        values.extend(cell);
    }
    let mut column = group.next_column()?.expect("a column for each field");
    column.typed::<ByteArrayType>().write_batch(&values, is_optional.then_some(&levels), None)?;
    column.close()
}

/// Every word that occurs, once: cells share its bytes.
struct Words {
    decisions: Vec<ByteArray>,
    arms: Vec<Option<ByteArray>>,
    statuses: [ByteArray; 4],
    verdicts: [ByteArray; 3],
}

impl Words {
    fn of(lines: &[Line<'_>]) -> Self {
        let statuses = [Status::NotMet, Status::Unknown, Status::Met, Status::NotApplicable];
        let verdicts = [Eligibility::Ineligible, Eligibility::Undetermined, Eligibility::Eligible];
        Self {
            decisions: lines.iter().map(|line| ByteArray::from(line.screened.decision.as_str())).collect(),
            arms: lines.iter().map(|line| line.arm().map(ByteArray::from)).collect(),
            statuses: statuses.map(|status| ByteArray::from(word(status))),
            verdicts: verdicts.map(|verdict| ByteArray::from(verdict.text())),
        }
    }

    fn status(&self, status: Status) -> ByteArray {
        self.statuses[status as usize].clone()
    }

    fn verdict(&self, verdict: Eligibility) -> ByteArray {
        self.verdicts[verdict as usize].clone()
    }
}
