-- set_retention: an administrator says how many months something is kept; null for ever.
--
-- What kinds of things there are, and what becomes of each, is not a setting.
--
-- called by  administrators
-- requires   require_user
-- errors     PA401 · PA403 not an administrator · PA404 no such subject · PA422 months not between 1 and 1200
create or replace function set_retention(
    p_subject text,
    p_keep_months integer
)
returns void
language plpgsql
volatile
security definer -- writes retention_policies, which no platform role may write
set search_path from current
as $$
#variable_conflict use_column
begin
    perform require_user(p_role => 'admin');

    if p_keep_months not between 1 and 1200 then
        raise exception 'something is kept for 1 to 1200 months, or for ever'
            using errcode = 'PA422', detail = format('months = %s', p_keep_months), hint = 'Pass null for ever.';
    end if;

    update retention_policies as r
    set keep_months = p_keep_months
    where r.subject = p_subject;

    if not found then
        raise exception 'nothing of that name is kept for a time'
            using errcode = 'PA404',
                detail = format('subject = %s', coalesce(left(p_subject, 100), 'null')),
                hint = 'The table retention_policies lists the subjects.';
    end if;
end;
$$;

comment on function set_retention is 'Sets how many months something is kept; null for ever.';
revoke all on function set_retention from public;
grant execute on function set_retention to pgacademy_admin;
