-- retire_signing_key: tokens signed with this key are refused from now on.
--
-- The last key is kept unless p_allow_unsigned says so: without any, whoever can set a setting is believed again.
-- Doing it again changes nothing.
--
-- called by  the owner of the school (granted to nobody)
-- requires   write_audit
-- errors     PA404 no such key · PA409 the last key
create or replace function retire_signing_key(p_key_id text, p_allow_unsigned boolean default false)
returns void
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
begin
    -- All of them, so that two retirements cannot each take the other's key for the last one.
    perform
    from signing_keys as k
    order by k.key_id
    for update;

    if not exists (select from signing_keys as k where k.key_id = p_key_id) then
        raise exception 'there is no such key'
            using errcode = 'PA404', detail = format('key_id = %s', left(p_key_id, 100)), hint = 'Check its name.';
    end if;
    if not coalesce(p_allow_unsigned, false)
        and exists (select from signing_keys as k where k.key_id = p_key_id and k.retired_at is null)
        and not exists (select from signing_keys as k where k.key_id <> p_key_id and k.retired_at is null)
    then
        raise exception 'this is the last signing key'
            using errcode = 'PA409', detail = format('key_id = %s', p_key_id),
                hint = 'Add another one first, or pass p_allow_unsigned to believe unsigned settings again.';
    end if;

    perform write_audit(
        p_action => 'identity.retire_signing_key', p_entity_type => 'signing_keys', p_entity_id => p_key_id
    );

    update signing_keys as k
    set retired_at = v_now
    where k.key_id = p_key_id and k.retired_at is null;
end;
$$;

comment on function retire_signing_key is 'Refuses tokens of this key from now on.';
-- Granted to nobody: the owner runs it.
revoke all on function retire_signing_key from public;
