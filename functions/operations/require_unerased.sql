-- require_unerased: refuses to write something about a person who is being erased, or was.
--
-- called by  refuse_erased_user, refuse_erased_author, refuse_erased_owner, record_interaction, record_interactions,
--            track_event, track_events, claim_idempotency_key, store_reply, create_project
-- requires   lock_unerased
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
    if not lock_unerased(p_user_id => p_user_id) then
        raise exception 'this person was erased'
            using errcode = 'PA403', detail = format('user_id = %s', p_user_id),
                hint = 'Nothing more can be written about them.';
    end if;
end;
$$;

comment on function require_unerased is 'Internal: refuses to write something about a person who was erased.';
-- Granted to nobody: triggers and procedures ask.
revoke all on function require_unerased from public;
