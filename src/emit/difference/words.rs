//! Two wordings against each other, word by word.

/// Words of one or of both wordings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Words {
    Both(String),
    Old(String),
    New(String),
}

/// Longer wordings are shown whole: a comparison takes the product of their lengths.
const LONGEST: usize = 600;

/// The wordings as one row of words: a longest common sequence stays, what is between is old or new.
pub(super) fn compare(old: &str, new: &str) -> Vec<Words> {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.split_whitespace().collect(), new.split_whitespace().collect());
    if old.len() > LONGEST || new.len() > LONGEST {
        return vec![Words::Old(old.join(" ")), Words::New(new.join(" "))];
    }
    // Lengths of the longest common sequence of what is behind each pair of places.
    let mut longest = vec![vec![0u32; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i][j] = if old[i] == new[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let mut found: Vec<Words> = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            push(&mut found, Words::Both(old[i].to_owned()));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || longest[i + 1][j] >= longest[i][j + 1]) {
            push(&mut found, Words::Old(old[i].to_owned()));
            i += 1;
        } else {
            push(&mut found, Words::New(new[j].to_owned()));
            j += 1;
        }
    }
    found
}

/// Words of one sort become one piece.
fn push(found: &mut Vec<Words>, next: Words) {
    match (found.last_mut(), &next) {
        (Some(Words::Both(text)), Words::Both(word))
        | (Some(Words::Old(text)), Words::Old(word))
        | (Some(Words::New(text)), Words::New(word)) => {
            text.push(' ');
            text.push_str(word);
        }
        _ => found.push(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_common_stays_and_the_rest_is_old_or_new() {
        let both = |text: &str| Words::Both(text.to_owned());
        let found = compare("HbA1c of 7.5 to 9.5 % at entry", "HbA1c of 7.5 to 10 % at entry");
        assert_eq!(
            found,
            [both("HbA1c of 7.5 to"), Words::Old("9.5".into()), Words::New("10".into()), both("% at entry")]
        );
        assert_eq!(compare("same words", "same  words"), [both("same words")]);
        assert_eq!(compare("", "new"), [Words::New("new".into())]);
    }
}
