//! How long something takes, among other things that a machine does.

use std::time::Instant;

/// Longer than so many seconds nothing is repeated.
const LONG_ENOUGH: f64 = 3.0;
const FEWEST: usize = 5;
const MOST: usize = 201;

/// The median times of two things in seconds, done in turns, so that what disturbs one disturbs the other.
pub fn of_two(mut one: impl FnMut(), mut two: impl FnMut()) -> [f64; 2] {
    let mut times = [Vec::new(), Vec::new()];
    let began = Instant::now();
    while times[0].len() < FEWEST || (times[0].len() < MOST && began.elapsed().as_secs_f64() < LONG_ENOUGH) {
        for (time, work) in times.iter_mut().zip([&mut one as &mut dyn FnMut(), &mut two]) {
            let began = Instant::now();
            work();
            time.push(began.elapsed().as_secs_f64());
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    })
}
