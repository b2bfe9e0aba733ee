//! Two other UCUM engines as oracles.
