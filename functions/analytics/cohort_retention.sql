-- cohort_retention: of the people who registered in one week or month, how many were active in each that followed.
--
-- Period 0 is the one they registered in. Every period that has begun by p_as_of is there, also one in which nobody came, and
-- every cohort, also one in which nobody registered. Weeks begin on Monday; both are the school's.
--
-- called by  analysts and administrators
-- requires   require_reporter, require_moment, school_zone
-- errors     PA401 · PA403 · PA422 neither week nor month; fewer than 1 or more than 60 cohorts; as of the future
create or replace function cohort_retention(
    p_unit text default 'month',
    p_cohorts integer default 12,
    p_as_of timestamptz default null
)
returns table (cohort date, cohort_size bigint, period integer, active_people bigint, share numeric)
language plpgsql
stable
security definer -- counts what everybody did; analysts read no table
set search_path from current
as $$
#variable_conflict use_column
declare
    v_as_of timestamptz := require_moment(p_at => p_as_of);
    v_zone text := school_zone();
    v_step interval;
    v_last date;
    v_first date;
begin
    perform require_reporter();

    if (p_unit in ('week', 'month') and p_cohorts between 1 and 60) is not true then
        raise exception 'cohorts are up to 60 weeks or months'
            using errcode = 'PA422',
                detail = format(
                    'unit = %s, cohorts = %s', coalesce(left(p_unit, 60), 'null'), coalesce(p_cohorts::text, 'null')
                ),
                hint = 'Ask for week or month, and 1 to 60 of them.';
    end if;

    v_step := ('1 ' || p_unit)::interval;
    v_last := date_trunc(p_unit, v_as_of at time zone v_zone);
    v_first := v_last - (p_cohorts - 1) * v_step;

    return query
    with cohorts as materialized (
        select g.cohort::date as cohort, (row_number() over (order by g.cohort))::integer as nth
        from generate_series(v_first::timestamp, v_last::timestamp, v_step) as g (cohort)
    ),

    people as (
        select u.id, date_trunc(p_unit, u.created_at at time zone v_zone)::date as cohort
        from users as u
        where u.created_at >= v_first::timestamp at time zone v_zone and u.created_at <= v_as_of
    ),

    sizes as (
        select p.cohort, count(*) as people from people as p group by p.cohort
    ),

    -- Whoever is ahead of the school's calendar may have learned on the day before they registered: that is period 0.
    active as (
        select distinct p.id, p.cohort, greatest(date_trunc(p_unit, a.activity_date)::date, p.cohort) as period_start
        from people as p
        inner join v_active_days as a on a.user_id = p.id
        where a.activity_date >= v_first - 1 and a.activity_date <= (v_as_of at time zone v_zone)::date
    ),

    counted as (
        select a.cohort, a.period_start, count(*) as people from active as a group by a.cohort, a.period_start
    )

    select
        c.cohort,
        coalesce(s.people, 0),
        t.nth - c.nth,
        coalesce(n.people, 0),
        round(100.0 * coalesce(n.people, 0) / nullif(s.people, 0), 2)
    from cohorts as c
    inner join cohorts as t on t.nth >= c.nth
    left join sizes as s on s.cohort = c.cohort
    left join counted as n on n.cohort = c.cohort and n.period_start = t.cohort
    order by c.cohort, t.nth;
end;
$$;

comment on function cohort_retention is
'Of the people who registered in each week or month, how many were active in it and in each that followed, in per cent too.';
revoke all on function cohort_retention from public;
grant execute on function cohort_retention to pgacademy_analyst, pgacademy_admin;
