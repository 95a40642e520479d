-- fold_events: adds the events of some transactions to every rollup; returns how many they were.
--
-- One statement, so that all rollups see the same events, and each row is looked up once: what is known is added to, what is
-- new is inserted, and counted as one person more. (`on conflict` would look again for every row it inserts, and cost twice
-- as much.) Nobody else writes these rows meanwhile: the caller holds rollup_state. It is planned for the size of each run,
-- which is anything between a minute and years.
--
-- called by  roll_up_analytics, rebuild_rollups
-- requires   event_activity, school_zone
-- errors     none
create or replace function fold_events(
    p_from xid8,
    p_to xid8,
    p_since date default '-infinity'
)
returns bigint
language plpgsql
volatile
security invoker
set search_path from current
set plan_cache_mode = 'force_custom_plan'
set jit = off -- compiling so many parts takes longer than they do
as $$
#variable_conflict use_column
declare
    v_zone text := school_zone();
    v_events bigint;
begin
    with found as materialized (
        -- Integers, because bigint is added up by way of numeric: two billion on one day, of one kind, are an error.
        select a.activity_date, a.user_id, a.course_id, a.event_type, a.event_count::integer as event_count
        from event_activity(p_from => p_from, p_to => p_to, p_timezone => v_zone, p_since => p_since) as a
    ),

    -- Of rows by day only those of the days in question are read, however many there are of the past.
    since as materialized (
        select min(f.activity_date) as first_day from found as f
    ),

    people as materialized (
        select f.activity_date, f.user_id, f.event_count, d.user_id is null as is_new
        from (
            select f.activity_date, f.user_id, sum(f.event_count) as event_count
            from found as f
            where f.user_id is not null
            group by f.activity_date, f.user_id
        ) as f
        left join user_activity_days as d
            on d.activity_date = f.activity_date
            and d.user_id = f.user_id
            and d.activity_date >= (select s.first_day from since as s)
    ),

    learners as materialized (
        select f.activity_date, f.user_id, f.course_id, f.event_count, d.user_id is null as is_new
        from (
            select f.activity_date, f.user_id, f.course_id, sum(f.event_count) as event_count
            from found as f
            where f.user_id is not null and f.course_id is not null
            group by f.activity_date, f.user_id, f.course_id
        ) as f
        left join learner_activity_days as d
            on d.activity_date = f.activity_date
            and d.user_id = f.user_id
            and d.course_id = f.course_id
            and d.activity_date >= (select s.first_day from since as s)
    ),

    -- In the order of the key: neighbours go to one page of its index.
    new_people as (
        insert into user_activity_days (activity_date, user_id, event_count)
        select p.activity_date, p.user_id, p.event_count
        from people as p
        where p.is_new
        order by p.user_id
    ),

    known_people as (
        update user_activity_days as d
        set event_count = d.event_count + p.event_count
        from people as p
        where
            not p.is_new
            and d.activity_date = p.activity_date
            and d.user_id = p.user_id
            and d.activity_date >= (select s.first_day from since as s)
    ),

    new_learners as (
        insert into learner_activity_days (activity_date, user_id, course_id, event_count)
        select l.activity_date, l.user_id, l.course_id, l.event_count
        from learners as l
        where l.is_new
        order by l.user_id
    ),

    known_learners as (
        update learner_activity_days as d
        set event_count = d.event_count + l.event_count
        from learners as l
        where
            not l.is_new
            and d.activity_date = l.activity_date
            and d.user_id = l.user_id
            and d.course_id = l.course_id
            and d.activity_date >= (select s.first_day from since as s)
    ),

    -- The rest are few rows a day. Events of visitors count too.
    courses_of_days as (
        insert into course_activity_days as d (activity_date, course_id, event_count, people)
        select n.activity_date, n.course_id, sum(n.event_count)::bigint, sum(n.people)
        from (
            select l.activity_date, l.course_id, l.event_count, l.is_new::integer as people from learners as l
            union all
            select f.activity_date, f.course_id, f.event_count, 0
            from found as f
            where f.course_id is not null and f.user_id is null
        ) as n
        group by n.activity_date, n.course_id
        on conflict (activity_date, course_id) do update
        set event_count = d.event_count + excluded.event_count, people = d.people + excluded.people
    ),

    kinds as (
        insert into event_type_days as d (activity_date, event_type, event_count)
        select f.activity_date, f.event_type, sum(f.event_count)
        from found as f
        group by f.activity_date, f.event_type
        on conflict (activity_date, event_type) do update
        set event_count = d.event_count + excluded.event_count
    ),

    days as (
        insert into platform_activity_days as d (activity_date, event_count, visitor_event_count, people)
        select
            n.activity_date, sum(n.event_count)::bigint, sum(n.visitor_event_count)::bigint, sum(n.people)
        from (
            select p.activity_date, p.event_count, 0 as visitor_event_count, p.is_new::integer as people from people as p
            union all
            select f.activity_date, f.event_count, f.event_count, 0 from found as f where f.user_id is null
        ) as n
        group by n.activity_date
        on conflict (activity_date) do update
        set
            event_count = d.event_count + excluded.event_count,
            visitor_event_count = d.visitor_event_count + excluded.visitor_event_count,
            people = d.people + excluded.people
    )

    select coalesce(sum(f.event_count), 0) into v_events from found as f;

    return v_events;
end;
$$;

comment on function fold_events is 'Internal: adds the events of some transactions to the rollups; returns how many.';
-- Granted to nobody: twice would count twice.
revoke all on function fold_events from public;
