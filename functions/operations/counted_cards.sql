-- counted_cards: what a card says of its reviews, from the log: how many, how many lapses, the last one, and when it comes
-- again. Of some cards, or with null of all.
--
-- called by  study_findings, repair_study
-- errors     none
create or replace function counted_cards(
    p_card_ids uuid[] default null
)
returns table (
    card_id uuid, review_count integer, lapse_count integer, last_review_at timestamptz, due_at timestamptz
)
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return query
    select
        c.id,
        count(l.id)::integer,
        (count(l.id) filter (where l.state_before = 'review' and l.rating = 1))::integer,
        max(l.reviewed_at),
        -- Of reviews of one moment the one recorded last: ids grow with time.
        (array_agg(l.due_at order by l.reviewed_at desc, l.id desc) filter (where l.id is not null))[1]
    from review_cards as c
    left join review_logs as l on l.review_card_id = c.id
    where p_card_ids is null or c.id = any(p_card_ids)
    group by c.id;
end;
$$;

comment on function counted_cards is 'Internal: what cards say of their reviews, counted anew.';
-- Granted to nobody: it counts other people's rows.
revoke all on function counted_cards from public;
