//! The table as a workbook (Office Open XML), to be worked on: headings and names stay in sight, the print fits one A3 page
//! in width. The file says nothing of when it was made, so that the same protocol gives the same bytes.

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, FormatScript, Workbook,
    Worksheet, XlsxError,
};

use super::table::{Column, Mark, Note, Row, Table, letters};
use super::text::spans;

/// What a cell of a workbook can hold (Excel specifications and limits), in characters.
const LONGEST: usize = 32_767;
/// Code of paper of the size A3.
const A3: u8 = 8;

pub(super) fn workbook(table: &Table) -> Vec<u8> {
    // Texts are cut to what a cell holds, and a schedule has fewer visits and rows than a sheet columns and rows.
    draw(table).expect("the table fits a sheet")
}

fn draw(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let no_day = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let title = within(&table.title, 255);
    workbook.set_properties(&DocProperties::new().set_title(&title).set_creation_datetime(&no_day));
    let sheet = workbook.add_worksheet();
    sheet.set_name("Schedule of Activities")?;
    let looks = Looks::new();
    sheet.write_with_format(0, 0, within(&table.title, LONGEST), &looks.title)?;
    sheet.write_with_format(1, 0, within(&table.subtitle, LONGEST), &looks.soft)?;
    let mut row = 3;
    let last = u16::try_from(table.columns.len()).unwrap_or(u16::MAX - 1);
    row = heading_rows(sheet, table, &looks, row)?;
    sheet.set_freeze_panes(row, 1)?;
    sheet.set_repeat_rows(3, row - 1)?;
    for group in &table.groups {
        let label = within(group.label, LONGEST);
        across(sheet, row, (0, last), &label, &looks.group)?;
        row += 1;
        for one in &group.rows {
            activity(sheet, one, &looks, row)?;
            row += 1;
        }
    }
    row += 1;
    sheet.write_with_format(row, 0, "X: done at the visit. Bar: collected all the time.", &looks.soft)?;
    for (at, text) in table.footnotes.iter().enumerate() {
        row += 1;
        let letter = format!("{} ", Note(at).letter());
        let text = within(text, LONGEST - letter.len());
        sheet.write_rich_string_with_format(
            row,
            0,
            &[(&looks.raised, letter.as_str()), (&looks.plain, text.as_str())],
            &looks.note,
        )?;
    }
    sheet.set_column_width(0, 38)?;
    if last > 0 {
        sheet.set_column_range_width(1, last, 11)?;
    }
    sheet.set_landscape().set_paper_size(A3).set_print_fit_to_pages(1, 0);
    workbook.save_to_buffer()
}

fn heading_rows(sheet: &mut Worksheet, table: &Table, looks: &Looks, first: u32) -> Result<u32, XlsxError> {
    let columns = &table.columns;
    let mut row = first;
    sheet.write_with_format(row, 0, "Epoch", &looks.side)?;
    over(sheet, row, &spans(columns.iter().map(|column| &column.epoch)), &looks.epoch)?;
    row += 1;
    if columns.iter().any(|column| column.cycle.is_some()) {
        sheet.write_with_format(row, 0, "Cycle", &looks.side)?;
        // A cycle never spans two epochs.
        let cycles: Vec<(String, String)> = columns
            .iter()
            .map(|column: &Column| (column.epoch.clone(), column.cycle.clone().unwrap_or_default()))
            .collect();
        let mut at = 1;
        for (cycle, count) in spans(cycles.iter()) {
            let end = at + u16::try_from(count).unwrap_or(1) - 1;
            across(sheet, row, (at, end), &cycle.1, &looks.head)?;
            at = end + 1;
        }
        row += 1;
    }
    sheet.write_with_format(row, 0, "Visit", &looks.side)?;
    for (at, column) in (1..).zip(columns) {
        marked(sheet, (row, at), &column.label, &column.notes, looks, &looks.head)?;
    }
    row += 1;
    for heading in &table.headings {
        marked(sheet, (row, 0), heading.label, &heading.notes, looks, &looks.side)?;
        for (at, cell) in (1..).zip(&heading.cells) {
            sheet.write_with_format(row, at, within(cell, LONGEST), &looks.cell)?;
        }
        row += 1;
    }
    Ok(row)
}

fn activity(sheet: &mut Worksheet, row: &Row, looks: &Looks, at: u32) -> Result<(), XlsxError> {
    marked(sheet, (at, 0), &row.label, &row.notes, looks, &looks.name)?;
    let mut cells = (1_u16..).zip(&row.cells).peekable();
    while let Some((column, mark)) = cells.next() {
        match mark {
            Mark::Empty => {
                sheet.write_blank(at, column, &looks.cell)?;
            }
            Mark::Done { notes } => marked(sheet, (at, column), "X", notes, looks, &looks.cell)?,
            Mark::Continuous => {
                let mut end = column;
                while let Some((next, _)) = cells.next_if(|(_, mark)| **mark == Mark::Continuous) {
                    end = next;
                }
                across(sheet, at, (column, end), "◀ continuous ▶", &looks.bar)?;
            }
        }
    }
    Ok(())
}

/// Labels over several columns each.
fn over(sheet: &mut Worksheet, row: u32, spans: &[(&String, usize)], look: &Format) -> Result<(), XlsxError> {
    let mut at = 1;
    for (label, count) in spans {
        let end = at + u16::try_from(*count).unwrap_or(1) - 1;
        across(sheet, row, (at, end), label, look)?;
        at = end + 1;
    }
    Ok(())
}

/// One text over adjoining cells; a workbook merges no single cell.
fn across(
    sheet: &mut Worksheet,
    row: u32,
    (first, last): (u16, u16),
    text: &str,
    look: &Format,
) -> Result<(), XlsxError> {
    let text = within(text, LONGEST);
    if first == last {
        sheet.write_with_format(row, first, text, look)?;
    } else {
        sheet.merge_range(row, first, row, last, &text, look)?;
    }
    Ok(())
}

/// A text with the letters of its footnotes raised.
fn marked(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
    notes: &[Note],
    looks: &Looks,
    look: &Format,
) -> Result<(), XlsxError> {
    let letters = letters(notes);
    let text = within(text, LONGEST - letters.len().min(LONGEST / 2));
    if letters.is_empty() || text.is_empty() {
        sheet.write_with_format(row, column, text, look)?;
    } else {
        let letters = within(&letters, LONGEST / 2);
        let parts = [(&looks.plain, text.as_str()), (&looks.raised, letters.as_str())];
        sheet.write_rich_string_with_format(row, column, &parts, look)?;
    }
    Ok(())
}

fn within(text: &str, most: usize) -> String {
    // A cell counts UTF-16 units.
    let mut units = 0;
    text.chars()
        .take_while(|letter| {
            units += letter.len_utf16();
            units <= most
        })
        .collect()
}

struct Looks {
    title: Format,
    soft: Format,
    plain: Format,
    raised: Format,
    side: Format,
    epoch: Format,
    head: Format,
    group: Format,
    name: Format,
    cell: Format,
    bar: Format,
    note: Format,
}

impl Looks {
    fn new() -> Self {
        let (ink, soft) = (Color::RGB(0x001A_1C20), Color::RGB(0x005A_616B));
        let plain = Format::new().set_font_name("Arial").set_font_size(10).set_font_color(ink);
        let ruled = plain
            .clone()
            .set_border(FormatBorder::Thin)
            .set_border_color(Color::RGB(0x00C9_CED6))
            .set_align(FormatAlign::VerticalCenter)
            .set_text_wrap();
        let middle = ruled.clone().set_align(FormatAlign::Center);
        Self {
            title: plain.clone().set_bold().set_font_size(14),
            soft: plain.clone().set_font_color(soft),
            raised: plain.clone().set_font_script(FormatScript::Superscript),
            side: ruled.clone().set_bold(),
            epoch: middle.clone().set_bold().set_background_color(Color::RGB(0x00DD_E4EC)),
            head: middle.clone().set_bold(),
            group: ruled.clone().set_bold().set_background_color(Color::RGB(0x00EE_F1F5)),
            name: ruled.clone().set_indent(1),
            bar: middle.clone().set_font_color(soft),
            cell: middle,
            note: plain.clone(),
            plain,
        }
    }
}
