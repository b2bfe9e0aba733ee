//! The grammar's rules in the author's terms.

use super::Rule;

/// Where any operand may begin.
pub(super) const OPERAND: &str = "a finding, a measure or a number";

/// What can stand behind a value that nothing compares yet.
pub(super) const COMPARISON: &str = "a comparison such as `>=`";

pub(super) enum Meaning {
    /// Something is incomplete without it.
    Needed(&'static str),
    /// Something complete can go on with it.
    Follows(&'static str),
    /// The end of the text.
    End,
    /// Not worth offering: a mistake with a rule of its own, or a rarity.
    Unsaid,
}

/// Every rule of the grammar, so that a new rule cannot reach the author by its name.
pub(super) fn meaning(rule: Rule) -> Meaning {
    use Meaning::{End, Follows, Needed, Unsaid};
    match rule {
        Rule::EOI => End,
        // What a rule is made of.
        Rule::expression | Rule::operand | Rule::timed | Rule::expression_entry | Rule::truth => {
            Needed(OPERAND)
        }
        Rule::finding | Rule::inner | Rule::finding_test => Needed("a finding, drug or event"),
        Rule::name | Rule::key | Rule::route => Needed("a name"),
        Rule::paren | Rule::open => Needed("`(`"),
        Rule::literal | Rule::quantity | Rule::row_operand | Rule::row_value | Rule::quantity_entry => {
            Needed("a number with its unit")
        }
        Rule::number | Rule::integer | Rule::low_duration => Needed("a number"),
        Rule::count_word => Needed("a number"),
        Rule::long_text | Rule::short_text => Needed("a text in quotes"),
        Rule::code => Needed("a value such as `positive`"),
        Rule::mode => Follows("`present`, `performed`, `started`, `ended` or `ever`"),
        // Times.
        Rule::moment | Rule::moment_entry => Needed("the name of an event or visit"),
        Rule::timepoints | Rule::timepoints_entry => Needed("a time such as `30 min` or `-1 h`"),
        Rule::sooner => Needed("`first of` or `last of`"),
        Rule::duration | Rule::simple_duration | Rule::window_duration | Rule::duration_entry => {
            Needed("a length of time such as `14 days`")
        }
        Rule::time_unit => Needed("`days`, `weeks`, `months` or `years`"),
        Rule::direction | Rule::side => Needed("`before` or `after`"),
        Rule::before => Needed("`before`"),
        Rule::after => Needed("`after`"),
        Rule::phrase | Rule::misplaced => Follows("a time such as `before consent`"),
        // Words that continue.
        Rule::and => Follows("`and`"),
        Rule::or => Follows("`or`"),
        Rule::compare_op | Rule::comparator => Follows(COMPARISON),
        Rule::in_op => Follows("`in … to …`"),
        Rule::plus | Rule::minus | Rule::multiply | Rule::divide | Rule::power => {
            Follows("a sign of arithmetic")
        }
        Rule::unless => Follows("`unless`"),
        Rule::when => Follows("`when`"),
        Rule::instead_op | Rule::instead => Follows("`instead`"),
        Rule::is_codes | Rule::is_mode | Rule::is_stable => Follows("`is` and a value"),
        Rule::trend => Follows("`rises over its last 3 values`"),
        Rule::differs_by | Rule::differs => Follows("`differs by at most …`"),
        Rule::other_than => Follows("`other than (…)`"),
        Rule::with_test => Follows("`with` and an attribute"),
        Rule::unit => Follows("a unit"),
        Rule::close => Follows("`)`"),
        Rule::comma => Follows("`,`"),
        Rule::to | Rule::range_to => Needed("`to`"),
        Rule::of => Needed("`of`"),
        Rule::from => Needed("`from`"),
        Rule::for_ => Needed("`for`"),
        Rule::by => Needed("`by`"),
        Rule::at => Needed("`at`"),
        Rule::on => Needed("`on`"),
        Rule::is => Follows("`is`"),
        Rule::within => Needed("`within`"),
        Rule::in_ => Needed("`in`"),
        Rule::until => Needed("`until`"),
        Rule::since => Needed("`since`"),
        Rule::over => Needed("`over`"),
        Rule::every => Needed("`every`"),
        Rule::not => Needed("`not`"),
        Rule::at_most => Needed("`at most`"),
        Rule::at_least => Needed("`at least`"),
        Rule::colon => Follows("`:`"),
        Rule::axis => Needed("`age`, `sex` or `country`"),
        Rule::its => Needed("`its first value`"),
        Rule::because => Needed("`because` and the reason in quotes"),
        Rule::only => Needed("`only because` and the reason in quotes"),
        Rule::than => Needed("`than`"),
        Rule::reference => Needed("`first`, `last`, `highest`, `lowest` or `mean`"),
        Rule::value => Needed("`value`"),
        Rule::limit | Rule::bare_limit => Needed("`ULN` or `LLN`"),
        Rule::ages | Rule::keys => Needed("for whom, such as `male` or `1 to 12 years`"),
        Rule::row => Needed("a row such as `1.5 mg/dL for male`"),
        Rule::quantified => Needed("a list such as `each of (a, b)`"),
        Rule::over_word => Needed("`over`"),
        Rule::not_stated => Needed("`not stated`"),
        // Times of events and visits, plans.
        Rule::timing | Rule::constraint | Rule::timing_entry => {
            Needed("a time such as `on or after consent`")
        }
        Rule::visit | Rule::visit_entry => Needed("a time such as `day 15` or `1 month after randomization`"),
        Rule::on_day => Needed("`day` and a number"),
        Rule::window | Rule::around | Rule::one_sided | Rule::window_entry => {
            Follows("a window such as `±7 days`")
        }
        Rule::sign_plus_minus | Rule::sign_plus | Rule::sign_minus => Needed("`±`, `+` or `-`"),
        Rule::slash => Follows("`/`"),
        Rule::cycle | Rule::cycle_entry => Needed("a cycle such as `every 28 days from first_dose`"),
        Rule::cycles => Needed("`cycles`"),
        Rule::range | Rule::range_entry => Needed("a range such as `0 to 500 mg/dL`"),
        Rule::plan | Rule::plan_entry => Needed("a dose, a route, a frequency or a time"),
        Rule::plan_dose => Needed("a dose such as `5 mg`"),
        Rule::frequency => Needed("a frequency such as `twice daily`"),
        Rule::day_run | Rule::day_number => Needed("a day of the cycle"),
        Rule::plan_on | Rule::plan_from | Rule::plan_until => Needed("a time such as `on infusion`"),
        Rule::plan_for => Needed("`for` and a length of time"),
        Rule::per_day | Rule::per_week => Needed("`daily`"),
        // Parts that larger rules above already name, rarities, and mistakes with rules of their own.
        Rule::and_or
        | Rule::bad_for
        | Rule::row_mark
        | Rule::row_key
        | Rule::row_turned
        | Rule::row_sign
        | Rule::bad_ages
        | Rule::bad_age_sign
        | Rule::bad_over
        | Rule::bad_under
        | Rule::no
        | Rule::each
        | Rule::any
        | Rule::stable
        | Rule::the
        | Rule::with
        | Rule::without
        | Rule::times
        | Rule::least
        | Rule::most
        | Rule::bad_name
        | Rule::bad_number
        | Rule::also
        | Rule::bad_dash
        | Rule::limit_sign
        | Rule::glued_limit
        | Rule::lone_limit
        | Rule::limit_words
        | Rule::extreme_of
        | Rule::extreme
        | Rule::number_word
        | Rule::half_lives
        | Rule::offset
        | Rule::occurrence
        | Rule::part
        | Rule::prior_to
        | Rule::before_or_after
        | Rule::at_phrase
        | Rule::before_phrase
        | Rule::after_phrase
        | Rule::since_phrase
        | Rule::until_phrase
        | Rule::within_phrase
        | Rule::at_least_phrase
        | Rule::at_most_phrase
        | Rule::for_phrase
        | Rule::over_phrase
        | Rule::from_to_phrase
        | Rule::between_phrase
        | Rule::in_past_phrase
        | Rule::past
        | Rule::between
        | Rule::bad_divide
        | Rule::between_op
        | Rule::phrase_word
        | Rule::quantifier_word
        | Rule::range_words
        | Rule::exponent
        | Rule::and_compare
        | Rule::stop_word
        | Rule::word_comparator
        | Rule::stable_tail
        | Rule::minus_prefix
        | Rule::scope
        | Rule::person_scope
        | Rule::proportion
        | Rule::unspecified
        | Rule::text_only
        | Rule::attested
        | Rule::verb
        | Rule::time_between
        | Rule::call
        | Rule::table
        | Rule::first_of
        | Rule::points
        | Rule::point
        | Rule::under
        | Rule::quantifier
        | Rule::exactly
        | Rule::none
        | Rule::bad_quantifier
        | Rule::lead
        | Rule::ever
        | Rule::taking
        | Rule::selector
        | Rule::consecutive
        | Rule::trend_verb
        | Rule::trend_start
        | Rule::apart
        | Rule::age
        | Rule::duration_of
        | Rule::change
        | Rule::percent
        | Rule::area_under
        | Rule::day_count
        | Rule::day_total
        | Rule::longest_run
        | Rule::bad_run
        | Rule::count_of
        | Rule::dose_of
        | Rule::incidence_of
        | Rule::history_of
        | Rule::first_time
        | Rule::one_of_several
        | Rule::each_of
        | Rule::within_days
        | Rule::timepoint
        | Rule::point_window
        | Rule::on_or_order
        | Rule::on_constraint
        | Rule::order
        | Rule::bound
        | Rule::exact_after
        | Rule::between_durations
        | Rule::on_target
        | Rule::offset_target
        | Rule::range_target
        | Rule::every_target
        | Rule::bad_window
        | Rule::bad_visit
        | Rule::post
        | Rule::dose_not_stated
        | Rule::frequency_not_stated
        | Rule::route_not_stated
        | Rule::target_auc
        | Rule::cap
        | Rule::days_of
        | Rule::bad_frequency
        | Rule::plan_level
        | Rule::plan_text => Unsaid,
        // Rules that leave no node of their own and never fail under their name.
        Rule::blank
        | Rule::comment
        | Rule::os
        | Rule::hs
        | Rule::ws
        | Rule::sp
        | Rule::end
        | Rule::reserved
        | Rule::hyphenated
        | Rule::any_name
        | Rule::text
        | Rule::digits
        | Rule::any_number
        | Rule::unit_start
        | Rule::unit_char
        | Rule::anchored
        | Rule::tail
        | Rule::join
        | Rule::suffix
        | Rule::code_goes_on
        | Rule::prefix
        | Rule::primary
        | Rule::row_join
        | Rule::list_comma
        | Rule::core
        | Rule::name_stop
        | Rule::truth_tail
        | Rule::visit_target
        | Rule::plan_phrase => Unsaid,
    }
}
