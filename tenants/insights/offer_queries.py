"""What became of an organisation's offers in a window: SQL that several statements begin with."""

from typing import Final

# Common table expressions, to stand behind one named `span` with `starts_on`, `ends_on` and the
# `dimension` that `:segment` is a value of; they take `:organisation`, `:segment` (null for the
# whole organisation) and `:today`, and end with `counted`, whose one row has the columns of
# `OfferCounts`.
#
# An offer counts in the month of its resolution, an unanswered one 30 days after it was made, and a
# start that nobody recorded is taken to be due when the offer was accepted. What an outer row is
# looked up in is a list of its own in the select clause, so that it is hashed: of an organisation
# that the statistics do not know yet the planner expects one row, and would compare every row with
# every row.
OFFERS_OF_WINDOW: Final = """
    known AS MATERIALIZED (
        SELECT o.status, o.extended_on,
               coalesce((o.resolved_at AT TIME ZONE 'UTC')::date,
                        CASE WHEN o.status = 'EXTENDED' THEN o.extended_on + 30 END) AS resolved_on,
               -- Reneging resolves the offer anew; it was decided when it was accepted.
               CASE WHEN o.status <> 'RENEGED' THEN (o.resolved_at AT TIME ZONE 'UTC')::date
                    WHEN o.reported_status = 'ACCEPTED'
                    THEN (o.reported_at AT TIME ZONE 'UTC')::date END AS decided_on,
               coalesce(o.starts_on, (o.resolved_at AT TIME ZONE 'UTC')::date) AS due_on,
               o.id IN (SELECT i.offer_id FROM interviews i
                        WHERE i.organisation_id = :organisation) AS interviewed,
               CAST(:segment AS text) IS NULL OR o.application_id IN (
                   SELECT a.id FROM applications a
                   WHERE a.organisation_id = :organisation AND a.requisition_id IN (
                       SELECT r.id FROM requisitions r
                       WHERE r.organisation_id = :organisation
                         AND CASE (SELECT dimension FROM span)
                             WHEN 'LOCATION' THEN r.location ELSE r.department END = :segment)
               ) AS in_cell
        FROM offers o
        WHERE o.organisation_id = :organisation
          AND o.status IN ('ACCEPTED', 'RENEGED', 'DECLINED', 'LAPSED', 'EXTENDED')
    ), facts AS (
        SELECT k.*,
               k.status IN ('ACCEPTED', 'RENEGED') AS accepted,
               k.status = 'DECLINED' AS declined,
               k.status IN ('LAPSED', 'EXTENDED') AS lapsed,
               k.resolved_on >= s.starts_on AND k.resolved_on < s.ends_on AS resolved,
               k.due_on >= s.starts_on AND k.due_on < s.ends_on AS due
        FROM known k, span s
        WHERE k.in_cell AND (k.status <> 'EXTENDED' OR k.resolved_on <= :today)
    ), counted AS (
        SELECT count(*) FILTER (WHERE accepted AND resolved) AS accepted,
               count(*) FILTER (WHERE declined AND resolved) AS declined,
               count(*) FILTER (WHERE lapsed AND resolved) AS lapsed,
               count(*) FILTER (WHERE accepted AND due) AS due,
               count(*) FILTER (WHERE status = 'RENEGED' AND due) AS reneged,
               count(*) FILTER (WHERE (declined OR status = 'RENEGED') AND resolved) AS refused,
               count(*) FILTER (WHERE (declined OR status = 'RENEGED') AND resolved
                                AND interviewed) AS interviewed,
               count(*) FILTER (WHERE (accepted OR declined) AND resolved
                                AND decided_on - extended_on IS NOT NULL) AS decided,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY decided_on - extended_on)
                   FILTER (WHERE (accepted OR declined) AND resolved) AS decision_days
        FROM facts
    )
"""

# Behind `OFFERS_OF_WINDOW`: months that somebody typed in and of which no offer is recorded (who
# records offers one by one is believed before who counts them), and `totals`, which has them with
# what was counted in the window. Contributions to the benchmark are made of offers alone.
WITH_TYPED_MONTHS: Final = """
    typed AS (
        SELECT m.month, m.accepted, m.declined, m.lapsed, m.reneged
        FROM monthly_counts m
        WHERE m.organisation_id = :organisation AND CAST(:segment AS text) IS NULL
          AND m.month NOT IN (SELECT date_trunc('month', k.resolved_on)::date FROM known k
                              WHERE k.resolved_on IS NOT NULL)
    ), totals AS (
        SELECT c.accepted + t.accepted AS accepted, c.declined + t.declined AS declined,
               c.lapsed + t.lapsed AS lapsed, c.due + t.accepted AS due,
               c.reneged + t.reneged AS reneged, c.refused + t.declined + t.reneged AS refused,
               c.interviewed, c.decided, c.decision_days
        FROM counted c, (
            SELECT coalesce(sum(accepted), 0) AS accepted, coalesce(sum(declined), 0) AS declined,
                   coalesce(sum(lapsed), 0) AS lapsed, coalesce(sum(reneged), 0) AS reneged
            FROM typed, span s
            WHERE month >= s.starts_on AND month < s.ends_on
        ) t
    )
"""
