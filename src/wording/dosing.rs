//! What is given, in one line: `Candesartan 8 mg, oral, daily, for 4 weeks`.

use super::{Wording, sentence as capital, unit_name};
use crate::model::{Administration, Amount, Dose, Frequency, Stated, Trial};

pub(crate) fn given(trial: &Trial, given: &Administration) -> String {
    let wording = Wording::of(trial);
    let product = trial
        .interventions
        .get(&given.product)
        .map(|product| product.label.clone())
        .or_else(|| trial.concepts.get(&given.product).map(|concept| concept.label.clone()))
        .unwrap_or_else(|| given.product.replace('_', " "));
    let dose = match &given.dose {
        Stated::Is(Dose::Amount(dose)) => Some(amount(dose)),
        Stated::Is(Dose::TargetAuc(target)) => Some(format!("AUC {target}")),
        Stated::Unspecified(text) => Some(text.clone()),
        Stated::NotStated | Stated::Missing => None,
    };
    let first = match dose {
        // A product can be called by its strength: `Candesartan 8 mg`.
        Some(dose) if !product.ends_with(&dose) => format!("{} {dose}", capital(&product)),
        _ => capital(&product),
    };
    let cap = given.cap.as_ref().map(|cap| format!("up to {}", amount(cap)));
    let frequency = given.frequency.is().map(|frequency| match frequency {
        Frequency::Once => "once".to_owned(),
        Frequency::TimesDaily(1) => "daily".to_owned(),
        Frequency::TimesDaily(2) => "twice daily".to_owned(),
        Frequency::TimesDaily(times) => format!("{times} times daily"),
        Frequency::TimesWeekly(2) => "twice weekly".to_owned(),
        Frequency::TimesWeekly(times) => format!("{times} times weekly"),
        Frequency::Every(by) => format!("every {}", wording.every(by)),
    });
    let days = given.days.as_ref().map(|(days, of)| {
        let listed: Vec<String> = days.iter().map(i64::to_string).collect();
        format!("day{} {} of {of}", if days.len() == 1 { "" } else { "s" }, listed.join(", "))
    });
    let on = given.on.as_ref().map(|moment| format!("on {}", wording.moment(moment)));
    let from = given.from.as_ref().map(|moment| format!("from {}", wording.moment(moment)));
    let lasting = given.lasting.as_ref().map(|by| format!("for {}", wording.duration(by)));
    let until = given.until.as_ref().map(|moment| format!("until {}", wording.moment(moment)));
    let parts = [
        Some(first),
        cap,
        given.route.is().cloned(),
        frequency,
        days,
        on,
        from,
        lasting,
        until,
        given.text.clone(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn amount(amount: &Amount) -> String {
    match &amount.unit {
        Some(unit) => format!("{} {}", amount.number, unit_name::plain(unit)),
        None => amount.number.to_string(),
    }
}
