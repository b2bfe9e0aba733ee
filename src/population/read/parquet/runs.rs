//! Numbers of few bits as Parquet packs them: runs of one number, and numbers one behind the other bit by bit.

use bytes::Bytes;

/// What is left of a packed page. It says `None` where the bytes are no runs.
#[derive(Clone)]
pub struct Runs {
    bytes: Bytes,
    /// Where the next run begins.
    at: usize,
    /// Of each number.
    width: usize,
    run: Run,
    /// Numbers that are left of the run.
    left: usize,
}

#[derive(Clone, Copy)]
enum Run {
    Same(u32),
    /// From this bit on.
    Packed(usize),
}

/// A part of a run, as it is handed on.
pub enum Piece<'r> {
    Same(u32),
    Packed(Packed<'r>),
}

pub struct Packed<'r> {
    bytes: &'r [u8],
    bit: usize,
    width: usize,
}

impl Packed<'_> {
    /// Whether each number fits into a byte.
    pub fn is_narrow(&self) -> bool {
        self.width <= 8
    }

    /// Each of the first numbers, with what stands beside it.
    #[inline]
    pub fn each<T>(&self, beside: &mut [T], mut with: impl FnMut(&mut T, u32)) {
        // Eight numbers of few bits are a whole number of bytes, and fit into one word.
        const TOGETHER: usize = 8;
        let mut done = 0;
        if self.is_narrow() && self.bit.is_multiple_of(8) {
            let mask = (1u64 << self.width) - 1;
            let mut from = self.bit / 8;
            for eight in beside.chunks_exact_mut(TOGETHER) {
                let Some((bytes, _)) = self.bytes.get(from..).and_then(<[u8]>::split_first_chunk) else {
                    break;
                };
                let mut word = u64::from_le_bytes(*bytes);
                for one in eight {
                    with(one, (word & mask) as u32);
                    word >>= self.width;
                }
                from += self.width;
                done += TOGETHER;
            }
        }
        for (place, one) in beside.iter_mut().enumerate().skip(done) {
            with(one, self.get(place));
        }
    }

    #[inline]
    pub fn get(&self, place: usize) -> u32 {
        let bit = self.bit + place * self.width;
        let from = bit / 8;
        let word = match self.bytes.get(from..from + 8) {
            Some(bytes) => u64::from_le_bytes(bytes.try_into().unwrap_or_default()),
            None => {
                let rest = self.bytes.get(from..).unwrap_or_default();
                rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
            }
        };
        // No number is wider than 32 bits.
        (word >> (bit % 8) & ((1 << self.width) - 1)) as u32
    }
}

impl Runs {
    pub fn new(bytes: Bytes, width: u8) -> Option<Self> {
        (width <= 32).then_some(Self { bytes, at: 0, width: width.into(), run: Run::Same(0), left: 0 })
    }

    fn next_run(&mut self) -> Option<()> {
        let mut header = 0u64;
        for shift in (0..35).step_by(7) {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            header |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let count = usize::try_from(header >> 1).ok()?;
        if header & 1 == 1 {
            let length = count.checked_mul(self.width)?;
            let end = self.at.checked_add(length)?;
            if count == 0 || end > self.bytes.len() {
                return None;
            }
            self.run = Run::Packed(self.at * 8);
            self.at = end;
            self.left = count * 8;
        } else {
            let length = self.width.div_ceil(8);
            let value = self.bytes.get(self.at..self.at + length)?;
            self.run = Run::Same(value.iter().rev().fold(0, |all, byte| all << 8 | u32::from(*byte)));
            self.at += length;
            self.left = count;
        }
        Some(())
    }

    /// Hands the next `count` numbers on: where each piece begins among them, how many it holds, and the piece.
    #[inline]
    pub fn pieces(&mut self, count: usize, mut each: impl FnMut(usize, usize, Piece<'_>)) -> Option<()> {
        let mut done = 0;
        while done < count {
            if self.left == 0 {
                self.next_run()?;
                continue;
            }
            let taken = self.left.min(count - done);
            match &mut self.run {
                Run::Same(value) => each(done, taken, Piece::Same(*value)),
                Run::Packed(bit) => {
                    each(
                        done,
                        taken,
                        Piece::Packed(Packed { bytes: &self.bytes, bit: *bit, width: self.width }),
                    );
                    *bit += taken * self.width;
                }
            }
            self.left -= taken;
            done += taken;
        }
        Some(())
    }

    /// The next `count` numbers where they are of one run of one number; otherwise nothing is read on.
    pub fn same(&mut self, count: usize) -> Option<u32> {
        while self.left == 0 {
            self.next_run()?;
        }
        match self.run {
            Run::Same(value) if self.left >= count => {
                self.left -= count;
                Some(value)
            }
            _ => None,
        }
    }

    /// Of the next `count` numbers those at these places, which rise.
    pub fn gather(&mut self, count: usize, places: &[u32], into: &mut Vec<u32>) -> Option<()> {
        let mut rest = places;
        self.pieces(count, |from, length, piece| {
            let inside = rest.iter().take_while(|place| (**place as usize) < from + length).count();
            let (these, others) = rest.split_at(inside);
            match piece {
                Piece::Same(value) => into.resize(into.len() + inside, value),
                Piece::Packed(packed) => {
                    into.extend(these.iter().map(|place| packed.get(*place as usize - from)));
                }
            }
            rest = others;
        })
    }

    /// The next `count` numbers.
    pub fn all(&mut self, count: usize, into: &mut Vec<u32>) -> Option<()> {
        self.pieces(count, |_, length, piece| match piece {
            Piece::Same(value) => into.resize(into.len() + length, value),
            Piece::Packed(packed) => into.extend((0..length).map(|place| packed.get(place))),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packed(values: &[u32], width: usize) -> Vec<u8> {
        let mut bits = Vec::new();
        for value in values {
            bits.extend((0..width).map(|bit| value >> bit & 1));
        }
        bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |all, bit| all << 1 | *bit as u8)).collect()
    }

    /// Runs of one number and packed groups, as a writer would put them.
    fn written(runs: &[(bool, Vec<u32>)], width: usize) -> (Vec<u8>, Vec<u32>) {
        let (mut bytes, mut values) = (Vec::new(), Vec::new());
        for (is_same, run) in runs {
            let length = if *is_same { run.len() } else { run.len().next_multiple_of(8) };
            let mut run = run.clone();
            run.resize(length, 0);
            let mut header = if *is_same { length << 1 } else { (length / 8) << 1 | 1 };
            while header > 0x7f {
                bytes.push(header as u8 | 0x80);
                header >>= 7;
            }
            bytes.push(header as u8);
            if *is_same {
                let first = run[0];
                run.fill(first);
                bytes.extend(&run[0].to_le_bytes()[..width.div_ceil(8)]);
            } else {
                bytes.extend(packed(&run, width));
            }
            values.extend(run);
        }
        (bytes, values)
    }

    proptest! {
        #[test]
        fn runs_are_read_as_they_were_written_whole_or_at_some_places(
            width in 0usize..=32,
            runs in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u32>(), 1..40)), 1..6),
            stride in 1usize..9,
            cut in 0usize..64,
        ) {
            let mask = ((1u64 << width) - 1) as u32;
            let runs: Vec<_> = runs.into_iter().map(|(same, run)| (same, run.into_iter().map(|v| v & mask).collect())).collect();
            let (bytes, values) = written(&runs, width);
            let open = || Runs::new(bytes.clone().into(), width as u8).unwrap();
            let cut = cut.min(values.len());
            let (mut all, mut read) = (Vec::new(), open());
            prop_assert!(read.all(cut, &mut all).is_some() && read.all(values.len() - cut, &mut all).is_some());
            prop_assert_eq!(&all, &values);
            prop_assert!(read.all(1, &mut all).is_none(), "there is no number behind the last");
            let (mut beside, mut read) = (vec![0; values.len()], open());
            for part in [0..cut, cut..values.len()] {
                let beside = &mut beside[part];
                let is_read = read.pieces(beside.len(), |from, length, piece| match piece {
                    Piece::Same(value) => beside[from..from + length].fill(value),
                    Piece::Packed(packed) => packed.each(&mut beside[from..from + length], |one, value| *one = value),
                });
                prop_assert!(is_read.is_some());
            }
            prop_assert_eq!(&beside, &values);
            let places: Vec<u32> = (0..values.len() as u32).step_by(stride).collect();
            let mut some = Vec::new();
            prop_assert!(open().gather(values.len(), &places, &mut some).is_some());
            prop_assert_eq!(some, values.iter().copied().step_by(stride).collect::<Vec<u32>>());
            let (mut read, mut rest) = (open(), values.as_slice());
            while !rest.is_empty() {
                let count = stride.min(rest.len());
                let mut alone = Vec::new();
                match read.same(count) {
                    Some(value) => alone.resize(count, value),
                    None => prop_assert!(read.all(count, &mut alone).is_some()),
                }
                prop_assert_eq!(&alone, &rest[..count]);
                rest = &rest[count..];
            }
        }

        #[test]
        fn bytes_that_are_no_runs_are_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..40), width in any::<u8>()) {
            if let Some(mut runs) = Runs::new(bytes.into(), width) {
                let _ = runs.all(5000, &mut Vec::new());
            }
        }
    }
}
