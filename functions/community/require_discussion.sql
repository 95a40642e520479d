-- require_discussion: the discussion, if the caller may read it; else there is none for them.
--
-- called by  every procedure about one discussion
-- requires   my_discussion_courses
-- errors     PA404 no such discussion, or not for the caller, or taken down
create or replace function require_discussion(
    p_discussion_id uuid
)
returns discussions
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_courses uuid[] := my_discussion_courses();
    v_discussion discussions;
begin
    select d.*
    into v_discussion
    from discussions as d
    where
        d.id = p_discussion_id
        and d.deleted_at is null
        and v_courses is not null
        and (d.course_id is null or d.course_id = any(v_courses));

    if not found then
        raise exception 'there is no such discussion'
            using errcode = 'PA404', detail = format('discussion_id = %s', coalesce(p_discussion_id::text, 'null')),
                hint = 'It may have been taken down, or belong to a course you are not on.';
    end if;

    return v_discussion;
end;
$$;

comment on function require_discussion is 'Internal: the discussion that the caller may read; an error otherwise.';
-- Granted to nobody: it is part of procedures.
revoke all on function require_discussion from public;
