//! Rules, times, visits and plans as text, and the trees they become.

mod hostile;
mod rows;
mod tree;
