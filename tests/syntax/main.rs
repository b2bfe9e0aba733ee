//! The reader of protocols: what it makes of a text, and that no text is too much for it.

mod hostile;
mod properties;
mod trees;
