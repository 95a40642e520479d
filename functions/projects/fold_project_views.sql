-- fold_project_views: brings the noted views into the days of each project and into its view_count.
--
-- Views disappear from one table and appear in the others in one transaction: every snapshot sees each once. Two folds
-- at once share the views between them (skip locked). Projects are locked before their days, in the order of their ids:
-- so does whoever deletes one, or hides many. Views of what has been deleted since are forgotten.
--
-- At most p_limit views at a time: call it until it returns 0.
--
-- called by  a job, every minute or so
-- requires   require_service, require_limit, school_zone
-- errors     PA403 not the service · PA422 a batch of no use
create or replace function fold_project_views(
    p_limit integer default 10000
)
returns bigint
language plpgsql
volatile
security definer -- writes tables that no platform role may see
set search_path from current
as $$
#variable_conflict use_column
declare
    v_zone constant text := school_zone();
    v_project_ids uuid[];
    v_dates date[];
    v_views bigint[];
    v_total bigint;
begin
    perform require_service();
    perform require_limit(p_limit => p_limit, p_max => 100000);

    with free as (
        select d.id
        from project_view_deltas as d
        order by d.id
        limit p_limit
        for update skip locked
    ),

    taken as (
        delete from project_view_deltas as d
        using free as f
        where d.id = f.id
        returning d.project_id, d.viewed_at
    ),

    sums as (
        select t.project_id, (t.viewed_at at time zone v_zone)::date as view_date, count(*) as views
        from taken as t
        group by 1, 2
    )

    select array_agg(s.project_id), array_agg(s.view_date), array_agg(s.views), coalesce(sum(s.views), 0)
    into v_project_ids, v_dates, v_views, v_total
    from sums as s;

    perform from projects as p where p.id = any(v_project_ids) order by p.id for no key update;

    insert into project_views as w (project_id, view_date, views)
    select n.project_id, n.view_date, n.views
    from unnest(v_project_ids, v_dates, v_views) as n (project_id, view_date, views)
    where exists (select from projects as p where p.id = n.project_id)
    on conflict (project_id, view_date) do update
    set views = w.views + excluded.views;

    update projects as p
    set view_count = p.view_count + n.views
    from (
        select s.project_id, sum(s.views)::bigint as views
        from unnest(v_project_ids, v_views) as s (project_id, views)
        group by s.project_id
    ) as n
    where p.id = n.project_id;

    return v_total;
end;
$$;

comment on function fold_project_views is 'Folds noted views into the counts of their projects; returns how many.';
revoke all on function fold_project_views from public;
grant execute on function fold_project_views to pgacademy_service;
