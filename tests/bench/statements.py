"""What a careful hand would write: the SQL of the baseline, and of the peers' functions."""

from typing import Final

# Who reads identified answers leaves an event in the log, by whatever hand.
Q1: Final = """
WITH shown AS MATERIALIZED (
    SELECT s.id FROM (
        SELECT i.organisation_id, i.id FROM interviews i WHERE i.organisation_id = $1::uuid
        ORDER BY coalesce(i.invited_on, date '0001-01-01') DESC, i.id DESC LIMIT 50) i
    JOIN responses s ON s.organisation_id = i.organisation_id AND s.interview_id = i.id
        AND s.confidentiality = 'ATTRIBUTED'
), added AS (
    INSERT INTO audit_subjects (organisation_id, subject_id, token)
    SELECT $1::uuid, id, gen_random_uuid() FROM shown
    ON CONFLICT DO NOTHING RETURNING token
), look AS (
    INSERT INTO audit_events (organisation_id, id, at, action, actor_kind, actor_role, subjects)
    SELECT $1::uuid, gen_random_uuid(), now(), 'response.read', 'PERSON', 'HR', array_agg(token)
    FROM (SELECT token FROM added UNION SELECT t.token FROM audit_subjects t
          JOIN shown ON t.subject_id = shown.id WHERE t.organisation_id = $1::uuid) b
)
SELECT coalesce(json_agg(x), '[]')::text FROM (
    SELECT i.id, i.status, i.invited_on AS "invitedOn",
        (SELECT row_to_json(o) FROM (
            SELECT nullif(r.title, '') AS "jobTitle" FROM offers f
            JOIN applications a ON a.organisation_id = f.organisation_id
                AND a.id = f.application_id
            JOIN requisitions r ON r.organisation_id = a.organisation_id
                AND r.id = a.requisition_id
            WHERE f.organisation_id = i.organisation_id AND f.id = i.offer_id) o) AS offer,
        (SELECT row_to_json(p) FROM (
            SELECT to_char(s.submitted_month, 'YYYY-MM') AS "submittedMonth", s.confidentiality,
                ARRAY(SELECT row_to_json(z) FROM (
                    SELECT w.state,
                        json_build_object('code', q.code, 'wording', q.wording ->> 'en')
                            AS question,
                        CASE WHEN w.choice IS NOT NULL THEN json_build_object('code', w.choice)
                             WHEN w.scale IS NOT NULL THEN json_build_object('scale', w.scale)
                             WHEN w.text IS NOT NULL THEN json_build_object('text', w.text)
                        END AS value
                    FROM answers w
                    JOIN questions q ON q.organisation_id = w.organisation_id
                        AND q.id = w.question_id
                    WHERE w.organisation_id = s.organisation_id AND w.response_id = s.id
                      AND q.audience IN ('HR', 'ORGANISATION')
                    ORDER BY q.position) z) AS answers
            FROM responses s
            WHERE s.organisation_id = i.organisation_id AND s.interview_id = i.id
              AND s.confidentiality = 'ATTRIBUTED') p) AS response
    FROM interviews i
    WHERE i.organisation_id = $1::uuid
    ORDER BY coalesce(i.invited_on, date '0001-01-01') DESC, i.id DESC LIMIT 50) x
"""

# What was published, as it is stored.
Q2: Final = """
SELECT json_build_object('figures', c.figures, 'questions', c.questions)::text
FROM editions e
JOIN edition_cells c ON c.organisation_id = e.organisation_id AND c.edition_id = e.id
WHERE e.organisation_id = $1::uuid AND c.kind = 'ORGANISATION'
ORDER BY e.ends_on DESC LIMIT 1
"""

# The same figures from the answers themselves, as peers without editions compute them.
LIVE: Final = """
SELECT q.code, s.n AS count, s.mean, s.distribution FROM (
    SELECT question_id, sum(n)::int AS n,
        (sum(scale * n) / nullif(sum(n) FILTER (WHERE scale IS NOT NULL), 0))::float8 AS mean,
        json_agg(json_build_object('option', coalesce(choice, scale::text), 'count', n)
            ORDER BY choice, scale) FILTER (WHERE coalesce(choice, scale::text) IS NOT NULL)
            AS distribution
    FROM (SELECT question_id, choice, scale, text, count(*)::int AS n FROM (
              SELECT question_id, choice, scale, CASE WHEN text IS NOT NULL THEN '' END AS text
              FROM answers WHERE organisation_id = $1::uuid) a
          GROUP BY 1, 2, 3, 4) g
    GROUP BY 1) s
JOIN questions q ON q.organisation_id = $1::uuid AND q.id = s.question_id
WHERE q.audience IN ('HR', 'ORGANISATION') AND s.distribution IS NOT NULL
ORDER BY q.position
"""

SUBMIT: Final = """
WITH i AS (
    SELECT organisation_id, id, questionnaire_version_id, language FROM interviews
    WHERE organisation_id = $1::uuid AND id = $2::uuid
), closed AS (
    UPDATE invitations v SET submission = 'SUBMITTED' FROM i
    WHERE v.organisation_id = i.organisation_id AND v.interview_id = i.id
      AND v.submission IS NULL
    RETURNING v.id
), r AS (
    INSERT INTO responses (organisation_id, id, questionnaire_version_id, interview_id,
        confidentiality, submitted_month, submitted_on, language, receipt_key)
    SELECT i.organisation_id, gen_random_uuid(), i.questionnaire_version_id, i.id, 'ATTRIBUTED',
           date_trunc('month', CURRENT_DATE)::date, CURRENT_DATE, i.language,
           uuid_send(gen_random_uuid())
    FROM i, closed
    RETURNING organisation_id, id, questionnaire_version_id
), a AS (
    INSERT INTO answers (organisation_id, response_id, question_id, state, do_not_quote, choice,
        scale, text)
    SELECT r.organisation_id, r.id, q.id, 'ANSWERED', false, x.choice, x.scale, x.text
    FROM r CROSS JOIN jsonb_to_recordset($3::jsonb)
        AS x(code text, choice text, scale smallint, text text)
    JOIN questions q ON q.organisation_id = r.organisation_id
        AND q.questionnaire_version_id = r.questionnaire_version_id AND q.code = x.code
    RETURNING 1
)
SELECT count(*)::text FROM a
"""

# PostGraphile shows functions; they run as whoever asks, behind row-level security.
FUNCTIONS: Final = (
    "DROP SCHEMA IF EXISTS bench CASCADE",
    "CREATE SCHEMA bench",
    "CREATE TYPE bench.insight AS (code text, count int, mean float8, distribution json)",
    f"""
    CREATE FUNCTION bench.insights(organisation uuid)
    RETURNS SETOF bench.insight
    LANGUAGE sql STABLE AS $body$ {LIVE.replace("$1", "organisation")} $body$
    """,
    f"""
    CREATE FUNCTION bench.submit_response(
        organisation uuid, interview uuid, answers jsonb) RETURNS text
    LANGUAGE sql VOLATILE AS $body$
    {SUBMIT.replace("$1", "organisation").replace("$2", "interview").replace("$3", "answers")}
    $body$
    """,
)
