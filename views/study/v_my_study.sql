-- v_my_study: how the caller's study goes, in one row: materials, cards, sessions, the last thirty days.
--
-- Everything hangs on the person by a key, in subqueries: it reads their rows alone, and of their interactions those of two
-- months' partitions. true_retention is the share of reviews in which a card that had been learned was remembered.
create or replace view v_my_study
with (security_invoker)
as
select
    u.id as user_id,
    m.materials,
    m.materials_ready,
    c.cards,
    c.cards_new,
    c.cards_due,
    c.next_due_at,
    r.reviews_30_days,
    r.true_retention_30_days,
    s.sessions,
    s.active_session_id,
    s.last_session_at,
    i.interactions_30_days,
    i.accuracy_30_days,
    i.average_response_ms_30_days
from users as u
cross join lateral (
    select
        count(*) as materials,
        count(*) filter (where x.status = 'ready') as materials_ready
    from study_materials as x
    where x.user_id = u.id and x.deleted_at is null
) as m
cross join lateral (
    select
        count(*) as cards,
        count(*) filter (where x.review_count = 0) as cards_new,
        count(*) filter (where x.due_at <= now()) as cards_due,
        min(x.due_at) filter (where x.due_at > now()) as next_due_at
    from review_cards as x
    inner join generated_assets as a on a.id = x.generated_asset_id and a.status = 'ready'
    inner join study_materials as o on o.id = a.study_material_id and o.deleted_at is null
    where x.user_id = u.id
) as c
cross join lateral (
    select
        count(*) as reviews_30_days,
        round(
            100.0 * count(*) filter (where x.state_before = 'review' and x.rating > 1)
            / nullif(count(*) filter (where x.state_before = 'review'), 0), 2
        ) as true_retention_30_days
    from review_logs as x
    where x.user_id = u.id and x.reviewed_at >= now() - interval '30 days'
) as r
cross join lateral (
    select
        count(*) as sessions,
        (array_agg(x.id order by x.started_at desc) filter (where x.status = 'active'))[1] as active_session_id,
        max(x.started_at) as last_session_at
    from learning_sessions as x
    where x.user_id = u.id
) as s
cross join lateral (
    select
        count(*) as interactions_30_days,
        round(100.0 * count(*) filter (where x.is_correct) / nullif(count(x.is_correct), 0), 2) as accuracy_30_days,
        round(avg(x.response_time_ms), 1) as average_response_ms_30_days
    from interactions as x
    where x.user_id = u.id and x.created_at >= now() - interval '30 days' and x.created_at <= now()
) as i
where u.id = (select current_user_id());

comment on view v_my_study is 'How the caller''s study goes: materials, cards, sessions, the last thirty days.';
revoke all on v_my_study from public;
grant select on v_my_study to pgacademy_student;
