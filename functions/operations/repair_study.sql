-- repair_study: mends the counts of sessions and cards that verify_integrity has found, and makes missing cards.
--
-- Locked first, counted in a new statement. Feedback without its interaction, and a card of the wrong person, are no caches:
-- they stay, and stay reported.
--
-- called by  repair_counters, before it takes user_stats
-- requires   counted_sessions, counted_cards, make_review_cards
-- errors     none
create or replace function repair_study(
    p_found jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_ids uuid[];
begin
    select coalesce(array_agg(distinct f.row_id::uuid), '{}')
    into v_ids
    from jsonb_to_recordset(p_found) as f (table_name text, row_id text)
    where f.table_name = 'learning_sessions';

    perform from learning_sessions as s where s.id = any(v_ids) order by s.id for no key update;

    update learning_sessions as s
    set total_interactions = c.total_interactions
    from counted_sessions(p_session_ids => v_ids) as c
    where s.id = c.session_id;

    perform make_review_cards();

    select coalesce(array_agg(distinct f.row_id::uuid), '{}')
    into v_ids
    from jsonb_to_recordset(p_found) as f (check_name text, table_name text, row_id text)
    where f.table_name = 'review_cards' and f.check_name <> 'one_to_one';

    perform from review_cards as c where c.id = any(v_ids) order by c.id for no key update;

    update review_cards as c
    set
        review_count = n.review_count,
        lapse_count = n.lapse_count,
        last_review_at = n.last_review_at,
        due_at = coalesce(n.due_at, c.due_at)
    from counted_cards(p_card_ids => v_ids) as n
    where c.id = n.card_id and n.review_count > 0;
end;
$$;

comment on function repair_study is 'Internal: mends the counts of sessions and cards.';
-- Granted to nobody: a part of repair_counters.
revoke all on function repair_study from public;
