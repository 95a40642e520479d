-- check_course_prerequisites: no course comes, over whatever detour, before itself.
--
-- Runs after the row is in, with the guard held (guard_course_prerequisites), and so sees every edge that could close a
-- cycle with it, those of the same statement included. `union` visits a course once however many ways lead to it.
--
-- called by  after-insert and after-update trigger on course_prerequisites
-- requires   prerequisite_path
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
    v_earlier uuid[];
    v_path uuid[];
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

    select array_agg(p.course_id), array_agg(p.prerequisite_course_id)
    into v_later, v_earlier
    from course_prerequisites as p;

    v_path := new.course_id || prerequisite_path(
        p_from => new.prerequisite_course_id, p_to => new.course_id, p_later => v_later, p_earlier => v_earlier
    );
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
