-- active_people: for each day, how many different people were active on it, in the 7 days and in the 30 days up to it.
--
-- Nobody is counted twice, and no day is missing. Each active day of a person covers the days on which it counts, up to their
-- next one: so a person's covers never overlap, and one pass of starts and ends replaces counting every window anew.
--
-- Without days: the 30 up to today, in the school's time zone.
--
-- called by  analysts and administrators
-- requires   require_reporter, require_period, school_zone
-- errors     PA401 · PA403 · PA422 no period, or more than ten years
create or replace function active_people(
    p_from_date date default null,
    p_to_date date default null
)
returns table (
    activity_date date, daily_active bigint, weekly_active bigint, monthly_active bigint, stickiness numeric
)
language plpgsql
stable
security definer -- counts what everybody did; analysts read no table
set search_path from current
as $$
#variable_conflict use_column
declare
    v_to date := coalesce(p_to_date, (now() at time zone school_zone())::date);
    v_from date := coalesce(p_from_date, v_to - 29);
begin
    perform require_reporter();
    perform require_period(p_from_date => v_from, p_to_date => v_to);

    return query
    with active as (
        select
            a.activity_date,
            lead(a.activity_date) over (partition by a.user_id order by a.activity_date) as next_date
        from v_active_days as a
        where a.activity_date between v_from - 29 and v_to
    ),

    covers as (
        select
            w.days,
            greatest(a.activity_date, v_from) as begins,
            least(a.activity_date + w.days, a.next_date) as ends
        from active as a
        cross join (values (1), (7), (30)) as w (days)
        where least(a.activity_date + w.days, a.next_date) > v_from
    ),

    changes as (
        select
            c.activity_date,
            sum(c.people) filter (where c.days = 1) as daily,
            sum(c.people) filter (where c.days = 7) as weekly,
            sum(c.people) filter (where c.days = 30) as monthly
        from (
            select c.days, c.begins as activity_date, count(*) as people from covers as c group by c.days, c.begins
            union all
            select c.days, c.ends, -count(*) from covers as c group by c.days, c.ends
        ) as c
        group by c.activity_date
    ),

    counted as (
        select
            d.activity_date::date as activity_date,
            coalesce(sum(c.daily) over w, 0)::bigint as daily,
            coalesce(sum(c.weekly) over w, 0)::bigint as weekly,
            coalesce(sum(c.monthly) over w, 0)::bigint as monthly
        from generate_series(v_from::timestamp, v_to::timestamp, interval '1 day') as d (activity_date)
        left join changes as c on c.activity_date = d.activity_date::date
        window w as (order by d.activity_date)
    )

    select
        c.activity_date, c.daily, c.weekly, c.monthly, round(100.0 * c.daily / nullif(c.monthly, 0), 2)
    from counted as c
    order by c.activity_date;
end;
$$;

comment on function active_people is
'Different people active on each day, in the 7 and in the 30 days up to it; stickiness is the first of the last in per cent.';
revoke all on function active_people from public;
grant execute on function active_people to pgacademy_analyst, pgacademy_admin;
