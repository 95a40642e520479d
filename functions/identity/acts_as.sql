-- acts_as: does the caller act in this role, and is the person behind it allowed to?
--
-- Both must hold: the connection acts in the role (acting_in), and the verified identity is a living, active person
-- whose row has at least that role (student < instructor < admin). Policies ask it as (select acts_as('admin')), so
-- that it runs once per statement.
--
-- called by  policies of the admin role, procedures with more than one kind of caller
-- requires   acting_in, verified_identity
-- errors     28000 from verified_identity; nobody, or an unknown role, is false
create or replace function acts_as(p_role text)
returns boolean
language plpgsql
stable
parallel safe
security definer -- reads the person's own row, whatever the policies on users say: they ask this function
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := verified_identity(); -- once, whatever plan the lookup gets
    v_ladder constant text[] := array['student', 'instructor', 'admin'];
begin
    return acting_in(p_role) and exists (
        select
        from users as u
        where u.id = v_user_id
            and u.is_active
            and u.deleted_at is null
            and array_position(v_ladder, u.role) >= array_position(v_ladder, p_role)
    );
end;
$$;

comment on function acts_as(text) is
'Whether the caller acts in this role and is a living, active person who may: student, instructor or admin.';
revoke all on function acts_as(text) from public;
grant execute on function acts_as(text) to pgacademy_student, pgacademy_instructor, pgacademy_admin;
