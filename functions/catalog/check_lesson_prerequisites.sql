-- check_lesson_prerequisites: no lesson comes, over whatever detour, before itself.
--
-- Edges stay inside one course, so the course's guard is enough (guard_lesson_prerequisites). Runs after the row is in,
-- and so sees every edge that could close a cycle with it. `union` visits a lesson once however many ways lead to it.
--
-- called by  after-insert and after-update trigger on lesson_prerequisites
-- requires   prerequisite_path
-- errors     PA409 the edge closes a cycle; the detail shows it
create or replace function check_lesson_prerequisites()
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
        with recursive earlier (lesson_id) as (
            select new.prerequisite_lesson_id
            union
            select p.prerequisite_lesson_id
            from lesson_prerequisites as p
            inner join earlier as e on e.lesson_id = p.lesson_id
        )

        select from earlier as e where e.lesson_id = new.lesson_id
    ) then
        return null;
    end if;

    select array_agg(p.lesson_id), array_agg(p.prerequisite_lesson_id)
    into v_later, v_earlier
    from lesson_prerequisites as p
    where p.course_id = new.course_id;

    v_path := new.lesson_id || prerequisite_path(
        p_from => new.prerequisite_lesson_id, p_to => new.lesson_id, p_later => v_later, p_earlier => v_earlier
    );
    raise exception 'a lesson would become its own prerequisite'
        using errcode = 'PA409',
            detail = (
                select string_agg(c.slug, ' -> ' order by s.step)
                from unnest(v_path) with ordinality as s (lesson_id, step)
                inner join lessons as c on c.id = s.lesson_id
            ),
            hint = 'Remove one of these prerequisites first.';
end;
$$;

comment on function check_lesson_prerequisites is 'Trigger: refuses a prerequisite that closes a cycle.';
revoke all on function check_lesson_prerequisites from public;
-- Granted to nobody: a trigger needs no EXECUTE.
