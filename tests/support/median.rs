//! How long something takes, among other things that a machine does.

use std::time::Instant;

/// Longer than so many seconds nothing is repeated.
const LONG_ENOUGH: f64 = 3.0;
/// Nor for the sake of [`FEWEST`] what takes longer than this.
const PATIENCE: f64 = 30.0;
const FEWEST: usize = 5;
const MOST: usize = 201;

/// The median times of two things in seconds, done in turns, so that what disturbs one disturbs the other.
pub fn of_two(mut one: impl FnMut(), mut two: impl FnMut()) -> [f64; 2] {
    let mut times = [Vec::new(), Vec::new()];
    let began = Instant::now();
    let goes_on = |done: usize| {
        let taken = began.elapsed().as_secs_f64();
        done == 0 || (done < FEWEST && taken < PATIENCE) || (done < MOST && taken < LONG_ENOUGH)
    };
    while goes_on(times[0].len()) {
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
