-- study_findings: what is wrong with sessions, feedback and cards.
--
-- Interactions of a session that was aggregated may have gone since: its count is then the only one there is. So it is for a
-- session that began before the first month there is. And feedback may be of an interaction whose month is not there; of a
-- month that is there, it must be.
--
-- In PL/pgSQL, which keeps its plan: to plan a table of many partitions anew with every call costs more than to read it.
--
-- called by  verify_integrity
-- requires   counted_sessions, counted_cards, list_partitions
-- errors     none
create or replace function study_findings()
returns table (check_name text, table_name text, row_id text, expected text, actual text)
language plpgsql
stable
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    return query
    select
        'learning_sessions.total_interactions', 'learning_sessions', s.id::text, c.total_interactions::text,
        s.total_interactions::text
    from counted_sessions() as c
    inner join learning_sessions as s on s.id = c.session_id
    where
        -- In this order: which months there are is asked of the catalogue, and mostly nobody needs to know.
        case
            when c.total_interactions = s.total_interactions then false
            else s.started_at >= (
                select coalesce(min(l.starts_at), 'infinity') from list_partitions() as l where l.table_name = 'interactions'
            )
        end;

    return query
    select
        'user_feedback.interaction', 'user_feedback', f.id::text, 'an interaction of the person',
        f.interaction_id || ' at ' || f.interaction_created_at
    from user_feedback as f
    where
        f.interaction_created_at is not null
        and exists (
            select
            from list_partitions() as l
            where
                l.table_name = 'interactions'
                and l.starts_at <= f.interaction_created_at
                and f.interaction_created_at < l.ends_at
        )
        and not exists (
            select
            from interactions as i
            where i.id = f.interaction_id and i.created_at = f.interaction_created_at and i.user_id = f.user_id
        );

    return query
    select 'one_to_one', 'review_cards', a.id::text, 'a card', 'none'
    from generated_assets as a
    inner join study_materials as m on m.id = a.study_material_id
    where
        a.asset_type = 'flashcard'
        and a.status = 'ready'
        and not exists (select from review_cards as c where c.generated_asset_id = a.id and c.user_id = m.user_id);

    return query
    select 'review_cards.user_id', 'review_cards', c.id::text, m.user_id::text, c.user_id::text
    from review_cards as c
    inner join generated_assets as a on a.id = c.generated_asset_id
    inner join study_materials as m on m.id = a.study_material_id
    where m.user_id <> c.user_id;

    return query
    select 'review_cards.' || v.counter, 'review_cards', c.id::text, v.expected, v.actual
    from counted_cards() as n
    inner join review_cards as c on c.id = n.card_id
    cross join lateral (
        values
        ('review_count', n.review_count::text, c.review_count::text),
        ('lapse_count', n.lapse_count::text, c.lapse_count::text),
        ('last_review_at', coalesce(n.last_review_at::text, 'never'), coalesce(c.last_review_at::text, 'never')),
        ('due_at', coalesce(n.due_at, c.due_at)::text, c.due_at::text)
    ) as v (counter, expected, actual)
    where v.expected <> v.actual;
end;
$$;

comment on function study_findings is 'Internal: what verify_integrity says of sessions, feedback and cards.';
-- Granted to nobody: it reads other people's rows.
revoke all on function study_findings from public;
