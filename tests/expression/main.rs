//! Rules, times, visits and plans as text, and the trees they become.

mod cases;
mod criteria;
mod generated;
mod hostile;
mod reference;
mod spans;
mod tree;
