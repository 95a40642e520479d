-- monthly_growth: how many people came in each month, and how many there had been in all. A month without anybody is a row
-- with 0.
--
-- Months of the school's time zone, from the first to that of p_as_of. People who were deleted since are counted: otherwise
-- history would change each time somebody leaves.
--
-- called by  analysts and administrators
-- requires   require_reporter, require_moment, school_zone
-- errors     PA401 · PA403 · PA422 as of the future
create or replace function monthly_growth(
    p_as_of timestamptz default null
)
returns table (month date, new_users bigint, total_users bigint)
language plpgsql
stable
security definer -- counts everybody; analysts read no table
set search_path from current
as $$
#variable_conflict use_column
declare
    v_as_of timestamptz := require_moment(p_at => p_as_of);
    v_zone text := school_zone();
begin
    perform require_reporter();

    return query
    with joined as (
        select date_trunc('month', u.created_at at time zone v_zone)::date as month, count(*) as people
        from users as u
        where u.created_at <= v_as_of
        group by 1
    )

    select
        m.month::date,
        coalesce(j.people, 0),
        sum(coalesce(j.people, 0)) over (order by m.month)::bigint
    from generate_series(
        (select min(j.month) from joined as j)::timestamp,
        date_trunc('month', v_as_of at time zone v_zone),
        interval '1 month'
    ) as m (month)
    left join joined as j on j.month = m.month::date
    order by m.month;
end;
$$;

comment on function monthly_growth is 'New and all people by month, without gaps; those who left are counted.';
revoke all on function monthly_growth from public;
grant execute on function monthly_growth to pgacademy_analyst, pgacademy_admin;
