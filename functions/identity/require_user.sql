-- require_user: the caller's user id, or an error. Every procedure that acts for its caller starts with it.
--
-- The person must be known, living and active, must act in the given role, and their row must allow it. With null, any
-- of student, instructor and admin will do: for what people do with their own account.
--
-- called by  every learner's and staff procedure (definer functions all: it is granted to nobody)
-- requires   acting_in, verified_identity
-- errors     28000 from verified_identity · PA401 no identity · PA403 unknown, deactivated or deleted person; not
--            acting in the role; role of the person too low
create or replace function require_user(p_role text default 'student')
returns uuid
language plpgsql
stable
parallel safe
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_ladder constant text[] := array['student', 'instructor', 'admin'];
    v_user_id uuid := verified_identity();
    v_role text;
begin
    if v_user_id is null then
        raise exception 'nobody is signed in'
            using errcode = 'PA401', detail = 'the transaction carries no identity',
                hint = 'Set the identity in the transaction of the call: a signed token, where the school has keys.';
    end if;

    select u.role
    into v_role
    from users as u
    where u.id = v_user_id and u.is_active and u.deleted_at is null;

    if not found then
        raise exception 'this account cannot be used'
            using errcode = 'PA403', detail = format('user_id = %s', v_user_id),
                hint = 'The account is unknown, deactivated or deleted.';
    end if;

    -- Without a query where one role is asked for, as nearly always: every call of a person begins here.
    if not coalesce(
        case
            when p_role is null then exists (
                select
                from unnest(v_ladder) with ordinality as l (role, step)
                where l.step <= array_position(v_ladder, v_role) and acting_in(l.role)
            )
            else array_position(v_ladder, p_role) <= array_position(v_ladder, v_role) and acting_in(p_role)
        end,
        false
    ) then
        raise exception 'this is not allowed in the role you act in'
            using errcode = 'PA403',
                detail = format('needed = %s, role of the person = %s', coalesce(p_role, 'any'), v_role),
                hint = format('Act as %s; nobody acts above their own role.', coalesce(p_role, v_role));
    end if;

    return v_user_id;
end;
$$;

comment on function require_user(text) is
'Internal: the id of the calling person, who must be living, active and acting in the role; an error otherwise.';
revoke all on function require_user(text) from public;
