-- unread_count: how many notifications the caller has not read. Two looks into an index, however many there are: what was
-- added up last, and what came since. Exact: both are seen in one snapshot.
--
-- called by  people, with every page they open
-- requires   current_user_id
-- errors     PA401 nobody is signed in · 28000 from verified_identity
create or replace function unread_count()
returns bigint
language plpgsql
stable
security definer -- reads counters, which no platform role may read
set search_path from current
as $$
#variable_conflict use_column
declare
    v_user_id uuid := current_user_id();
begin
    if v_user_id is null then
        raise exception 'nobody is signed in'
            using errcode = 'PA401', detail = 'the transaction carries no identity',
                hint = 'Set the identity in the transaction of the call.';
    end if;

    return coalesce((select c.unread_count from notification_counts as c where c.user_id = v_user_id), 0)
        + coalesce((select sum(d.change) from notification_deltas as d where d.user_id = v_user_id), 0);
end;
$$;

comment on function unread_count is 'How many notifications the caller has not read.';
revoke all on function unread_count from public;
grant execute on function unread_count to pgacademy_student, pgacademy_instructor, pgacademy_admin;
