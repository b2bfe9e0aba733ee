//! Few different values of many rows: each row holds the place of its value.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use foldhash::fast::FixedState;

/// Different values in the order in which they came.
#[derive(Clone, Debug)]
pub struct Pool<K> {
    places: HashMap<K, u16, FixedState>,
    pub all: Vec<K>,
}

impl<K> Default for Pool<K> {
    fn default() -> Self {
        Self { places: HashMap::default(), all: Vec::new() }
    }
}

impl<K: Hash + Eq + Clone> Pool<K> {
    /// The place of a value. `None` where there are more than places.
    pub fn place<Q>(&mut self, value: &Q) -> Option<u16>
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        if let Some(place) = self.places.get(value) {
            return Some(*place);
        }
        let place = u16::try_from(self.all.len()).ok().filter(|place| *place < u16::MAX)?;
        self.places.insert(value.to_owned(), place);
        self.all.push(value.to_owned());
        Some(place)
    }
}

/// The values that are used, sorted, each once; and the new place of each old one. So the same rows have the same places
/// whatever the order in which their files were read.
pub fn tidy<T: Ord + Clone>(values: &[T], used: &[bool]) -> (Vec<T>, Vec<u16>) {
    let kept: BTreeMap<&T, ()> =
        values.iter().zip(used).filter(|(_, used)| **used).map(|(value, _)| (value, ())).collect();
    let sorted: Vec<&T> = kept.into_keys().collect();
    let place = |value: &T| {
        let place = sorted.binary_search(&value).unwrap_or(0);
        u16::try_from(place).unwrap_or(u16::MAX)
    };
    let places = values.iter().map(place).collect();
    (sorted.into_iter().cloned().collect(), places)
}

#[cfg(test)]
mod tests {
    use super::{Pool, tidy};

    #[test]
    fn values_are_kept_once_and_sorted_in_the_end() {
        let mut pool: Pool<String> = Pool::default();
        let places: Vec<Option<u16>> = ["b", "a", "b", "c"].map(|word| pool.place(word)).to_vec();
        assert_eq!(places, [Some(0), Some(1), Some(0), Some(2)]);
        let (sorted, moved) = tidy(&pool.all, &[true, true, false]);
        assert_eq!((sorted, &moved[..2]), (vec!["a".to_owned(), "b".to_owned()], &[1, 0][..]));
    }
}
