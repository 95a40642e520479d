-- check_course_prerequisites: no course comes, over whatever detour, before itself.
--
-- Runs after the row is in, with the guard held (guard_course_prerequisites), and so sees every edge that could close a
-- cycle with it, those of the same statement included. `union` visits a course once however many ways lead to it.
--
-- called by  after-insert and after-update trigger on course_prerequisites
-- errors     PA409 the edge closes a cycle; the detail shows it
create or replace function check_course_prerequisites()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_later uuid[];
    v_path uuid[];
    v_next uuid;
begin
    if not exists (
        with recursive earlier (course_id) as (
            select new.prerequisite_course_id
            union
            select p.prerequisite_course_id
            from course_prerequisites as p
            inner join earlier as e on e.course_id = p.course_id
        )

        select from earlier as e where e.course_id = new.course_id
    ) then
        return null;
    end if;

    -- There is a cycle: find one to show. From the prerequisite on, follow only edges that still lead to the course.
    with recursive later (course_id) as (
        select new.course_id
        union
        select p.course_id
        from course_prerequisites as p
        inner join later as l on l.course_id = p.prerequisite_course_id
    )

    select array_agg(l.course_id) into v_later from later as l;

    v_path := array[new.course_id, new.prerequisite_course_id];
    while v_path[array_upper(v_path, 1)] <> new.course_id loop
        select p.prerequisite_course_id
        into v_next
        from course_prerequisites as p
        where
            p.course_id = v_path[array_upper(v_path, 1)]
            and p.prerequisite_course_id = any(v_later)
            and p.prerequisite_course_id <> all(v_path[2:])
        order by (p.prerequisite_course_id = new.course_id) desc
        limit 1;

        exit when not found;
        v_path := v_path || v_next;
    end loop;

    raise exception 'a course would become its own prerequisite'
        using errcode = 'PA409',
            detail = (
                select string_agg(c.slug, ' -> ' order by s.step)
                from unnest(v_path) with ordinality as s (course_id, step)
                inner join courses as c on c.id = s.course_id
            ),
            hint = 'Remove one of these prerequisites first.';
end;
$$;

comment on function check_course_prerequisites is 'Trigger: refuses a prerequisite that closes a cycle.';
revoke all on function check_course_prerequisites from public;
-- Granted to nobody: a trigger needs no EXECUTE.
