//! Rules, times, visits and plans as text, and the trees they become.

mod rows;
mod tree;
