-- fold_discussion_views: adds the readers since the last time to the counters; returns how many there were.
--
-- Two runs at once share the work: what one has locked the other leaves alone.
--
-- At most p_limit discussions at a time: call it until it returns 0.
--
-- called by  a job, every few minutes
-- requires   require_service, require_limit
-- errors     PA403 not the service · PA422 a batch of no use
create or replace function fold_discussion_views(
    p_limit integer default 1000
)
returns bigint
language plpgsql
volatile
security definer -- writes counters, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
declare
    v_discussions uuid[];
    v_folded bigint;
begin
    perform require_service();
    perform require_limit(p_limit => p_limit, p_max => 100000);

    v_discussions := array(
        select s.discussion_id
        from discussion_stats as s
        where exists (select from discussion_views as v where v.discussion_id = s.discussion_id and not v.is_counted)
        order by s.discussion_id
        limit p_limit
        for no key update skip locked
    );

    with counted as (
        update discussion_views as v
        set is_counted = true
        where v.discussion_id = any(v_discussions) and not v.is_counted
        returning v.discussion_id
    ),

    added as (
        update discussion_stats as s
        set view_count = s.view_count + c.readers
        from (select n.discussion_id, count(*) as readers from counted as n group by n.discussion_id) as c
        where s.discussion_id = c.discussion_id
        returning c.readers
    )

    select coalesce(sum(a.readers), 0) into v_folded from added as a;

    return v_folded;
end;
$$;

comment on function fold_discussion_views is 'Adds new readers to the counters of discussions; returns how many.';
revoke all on function fold_discussion_views from public;
grant execute on function fold_discussion_views to pgacademy_service;
