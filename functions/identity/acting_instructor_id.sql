-- acting_instructor_id: the caller's id while they are an instructor, else null.
--
-- current_user_id() says who is calling, not what they still are: whoever was demoted may hold a connection that acts as
-- an instructor. Policies that show an instructor the rows of others ask this instead, as
-- (select acting_instructor_id()), so that it runs once per statement; null passes none of them.
--
-- called by  policies of the instructor role; reports that instructors see in part
-- requires   acts_as, current_user_id
-- errors     28000 from verified_identity
create or replace function acting_instructor_id()
returns uuid
language plpgsql
stable
parallel safe
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if acts_as(p_role => 'instructor') then
        return current_user_id();
    end if;

    return null;
end;
$$;

comment on function acting_instructor_id() is 'The calling person, if they are and act as an instructor; null for everyone else.';
revoke all on function acting_instructor_id() from public;
-- Null for administrators and analysts, who read views that ask it.
grant execute on function acting_instructor_id() to pgacademy_instructor, pgacademy_admin, pgacademy_analyst;
