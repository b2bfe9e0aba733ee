-- The six rules as somebody would write them by hand for exactly these people, and DuckDB for the fewest steps: a floor under what a
-- statement takes that answers them. It knows the two units that stand in these data and takes every other for the first of them; of
-- results on one day it takes the one furthest from the limit; nobody is of unknown sex; whatever is not recorded is not there.
-- Answers are an ENUM, and people are kept so that several threads join them.
WITH words AS (
  SELECT
    CAST('met' AS ENUM('met', 'not_met', 'unknown')) AS met,
    CAST('not_met' AS ENUM('met', 'not_met', 'unknown')) AS not_met,
    CAST('unknown' AS ENUM('met', 'not_met', 'unknown')) AS unknown
),
persons AS MATERIALIZED (
  SELECT person_id, gender_concept_id, year_of_birth, month_of_birth, day_of_birth FROM person
)
SELECT
  p.person_id,
  CASE WHEN MAKE_DATE(p.year_of_birth, p.month_of_birth, p.day_of_birth) BETWEEN DATE '1950-07-01' AND DATE '2008-06-30' THEN w.met ELSE w.not_met END AS "I1",
  CASE WHEN m.hba1c IS NULL THEN w.unknown WHEN m.hba1c % 2 = 0 THEN w.met ELSE w.not_met END AS "I2",
  CASE WHEN c.person_id IS NOT NULL THEN w.met ELSE w.not_met END AS "I3",
  CASE WHEN m.creatinine IS NULL THEN w.unknown WHEN m.creatinine % 4 >= CASE p.gender_concept_id WHEN 8507 THEN 2 ELSE 1 END THEN w.not_met ELSE w.met END AS "E1",
  CASE WHEN d.person_id IS NOT NULL THEN w.not_met ELSE w.met END AS "E2",
  CASE WHEN v.person_id IS NOT NULL THEN w.not_met ELSE w.met END AS "E3"
FROM persons p
CROSS JOIN words w
LEFT JOIN (
  SELECT
    person_id,
    MAX(CASE WHEN measurement_concept_id = 3004410 THEN (measurement_date - DATE '2000-01-01') * 2 + CASE
      WHEN value_as_number BETWEEN CASE unit_concept_id WHEN 9579 THEN 58.461 ELSE 7.5 END AND CASE unit_concept_id WHEN 9579 THEN 80.323 ELSE 9.5 END THEN 0 ELSE 1 END END) AS hba1c,
    MAX(CASE WHEN measurement_concept_id = 3016723 THEN (measurement_date - DATE '2000-01-01') * 4 + CASE
      WHEN value_as_number > CASE unit_concept_id WHEN 8749 THEN 132.602 ELSE 1.5 END THEN 2
      WHEN value_as_number > CASE unit_concept_id WHEN 8749 THEN 123.762 ELSE 1.4 END THEN 1 ELSE 0 END END) AS creatinine
  FROM measurement
  WHERE measurement_concept_id IN (3004410, 3016723) AND measurement_date BETWEEN DATE '2026-04-01' AND DATE '2026-06-30'
  GROUP BY person_id
) m ON m.person_id = p.person_id
LEFT JOIN (
  SELECT DISTINCT person_id FROM condition_occurrence
  WHERE condition_concept_id IN (201826, 4193704) AND condition_start_date <= DATE '2026-06-30'
) c ON c.person_id = p.person_id
LEFT JOIN (
  SELECT DISTINCT person_id FROM drug_exposure
  WHERE drug_concept_id IN (1583722, 793143, 40170911, 45774435)
    AND drug_exposure_start_date <= DATE '2026-06-30' AND drug_exposure_end_date >= DATE '2026-04-01'
) d ON d.person_id = p.person_id
LEFT JOIN (
  SELECT DISTINCT person_id FROM visit_occurrence
  WHERE visit_concept_id = 9201 AND visit_start_date <= DATE '2026-06-30' AND visit_end_date >= DATE '2026-06-16'
) v ON v.person_id = p.person_id
