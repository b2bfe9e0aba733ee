//! UCUM's long form of an expression, such as `(milligram) / (deciliter)`.

use super::syntax::{Component, Expression};

/// The display name as the functional tests of UCUM spell it.
pub(crate) fn display_name(expression: &Expression) -> String {
    let mut name = String::new();
    for (index, part) in expression.parts.iter().enumerate() {
        match (part.divides, index) {
            (true, 0) => name.push_str("1 / "),
            (true, _) => name.push_str(" / "),
            (false, 0) => {}
            (false, _) => name.push_str(" * "),
        }
        match &part.component {
            Component::Symbol { symbol, exponent, annotation } => {
                let prefix = symbol.prefix.map_or("", |prefix| prefix.name);
                name.push_str(&format!("({prefix}{}", symbol.atom.name));
                if let Some(exponent) = exponent {
                    name.push_str(&format!(" ^ {exponent}"));
                }
                if let Some(annotation) = annotation {
                    name.push_str(&format!(" {{{annotation}}}"));
                }
                name.push(')');
            }
            Component::Number { value, annotation } => {
                name.push_str(&value.to_string());
                if let Some(annotation) = annotation {
                    name.push_str(&format!(" {{{annotation}}}"));
                }
            }
            Component::Annotation(text) => name.push_str(&format!("{{{text}}}")),
            Component::Group(inner) => name.push_str(&format!("({})", display_name(inner))),
        }
    }
    name
}
