//! Many people at once: the tables say what the record of each person says.

mod records;
