-- prerequisite_path: one way along prerequisites from p_from to p_to, both included, for an error to show.
--
-- The graph is given as its edges: what stands at one place of p_later needs what stands there in p_earlier. Only edges
-- that still lead to p_to are followed, so that no way is tried in vain. Where several rows of one statement close
-- cycles, the way may end before p_to.
--
-- called by  check_course_prerequisites, check_lesson_prerequisites (granted to nobody)
-- errors     none
create or replace function prerequisite_path(
    p_from uuid,
    p_to uuid,
    p_later uuid[],
    p_earlier uuid[]
)
returns uuid[]
language plpgsql
immutable
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_reaching uuid[];
    v_path uuid[] := array[p_from];
    v_next uuid;
begin
    with recursive reaching (id) as (
        select p_to
        union
        select e.later
        from unnest(p_later, p_earlier) as e (later, earlier)
        inner join reaching as r on r.id = e.earlier
    )

    select array_agg(r.id) into v_reaching from reaching as r;

    while v_path[array_upper(v_path, 1)] <> p_to loop
        select e.earlier
        into v_next
        from unnest(p_later, p_earlier) as e (later, earlier)
        where
            e.later = v_path[array_upper(v_path, 1)]
            and e.earlier = any(v_reaching)
            and e.earlier <> all(v_path)
        order by (e.earlier = p_to) desc
        limit 1;

        exit when not found;
        v_path := v_path || v_next;
    end loop;

    return v_path;
end;
$$;

comment on function prerequisite_path is 'Internal: one way along prerequisites from one course or lesson to another.';
revoke all on function prerequisite_path from public;
