-- lock_unerased: is there such a person, and nobody is erasing them? Until the transaction ends nothing of theirs is erased.
--
-- The lock is what foreign keys take, and conflicts with nothing but the second step of erase_user(), which waits for it:
-- so whoever came by here has committed before anything is blanked, and whoever comes later is told so. Under a snapshot
-- that may be older than the erasure the weak lock would be had on the row as it was; the stronger one then fails with
-- 40001, and the request is made again.
--
-- called by  require_unerased, add_audit_context, require_own_project
-- errors     none
create or replace function lock_unerased(
    p_user_id uuid
)
returns boolean
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
    perform from users as u where u.id = p_user_id and u.erased_at is null;

    return found;
end;
$$;

comment on function lock_unerased is 'Internal: whether a person is there and not erased, and stays so for this transaction.';
-- Granted to nobody: part of procedures.
revoke all on function lock_unerased from public;
