-- require_unerased: refuses to write something about a person who is being erased, or was.
--
-- The lock is what foreign keys take, and conflicts with nothing but the second step of erase_user(), which waits for it:
-- so whoever came by here has committed before anything is blanked, and whoever comes later is refused. Under a snapshot
-- that may be older than the erasure the weak lock would be had on the row as it was; the stronger one then fails with
-- 40001, and the request is made again.
--
-- called by  refuse_erased_user, refuse_erased_author, refuse_erased_owner, record_interaction, record_interactions,
--            track_event, track_events, store_reply
-- errors     PA403 the person was erased, or does not exist
create or replace function require_unerased(
    p_user_id uuid
)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
begin
    if current_setting('transaction_isolation') = 'read committed' then
        perform from users as u where u.id = p_user_id for key share;
    else
        perform from users as u where u.id = p_user_id for share;
    end if;

    -- In a new statement: what was committed while the lock was waited for.
    if not exists (select from users as u where u.id = p_user_id and u.erased_at is null) then
        raise exception 'this person was erased'
            using errcode = 'PA403', detail = format('user_id = %s', p_user_id),
                hint = 'Nothing more can be written about them.';
    end if;
end;
$$;

comment on function require_unerased is 'Internal: refuses to write something about a person who was erased.';
-- Granted to nobody: triggers and procedures ask.
revoke all on function require_unerased from public;
