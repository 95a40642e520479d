-- audit_users: the trigger that notes a change of a row of users in audit_logs.
--
-- Of an update only the columns that changed; of an insert or a delete those that are not null; redacted as
-- column_catalogue() says. How the row of the trail comes about is told in write_audit.sql.
--
-- Written by `make generate`: change column_catalogue(), or audit_trigger.sql.j2. One function for all tables, which takes
-- both rows apart as JSON, compares them at three times the cost (benchmarks/README.md).
--
-- called by  triggers of users
-- requires   verified_identity, add_audit_context, audited_content, audited_presence
-- errors     28000 from verified_identity
create or replace function audit_users()
returns trigger
language plpgsql
volatile
security definer -- writes audit_logs, which nobody else may
set search_path from current
as $$
#variable_conflict use_column
declare
    v_before jsonb := '{}'::jsonb;
    v_after jsonb := '{}'::jsonb;
begin
    if old.id is distinct from new.id then
        v_before := v_before || jsonb_build_object('id', old.id);
        v_after := v_after || jsonb_build_object('id', new.id);
    end if;

    if old.email is distinct from new.email then
        v_before := v_before || jsonb_build_object('email', audited_presence(old.email is not null));
        v_after := v_after || jsonb_build_object('email', audited_presence(new.email is not null));
    end if;

    if old.username is distinct from new.username then
        v_before := v_before || jsonb_build_object('username', audited_presence(old.username is not null));
        v_after := v_after || jsonb_build_object('username', audited_presence(new.username is not null));
    end if;

    if old.full_name is distinct from new.full_name then
        v_before := v_before || jsonb_build_object('full_name', audited_presence(old.full_name is not null));
        v_after := v_after || jsonb_build_object('full_name', audited_presence(new.full_name is not null));
    end if;

    if old.first_name is distinct from new.first_name then
        v_before := v_before || jsonb_build_object('first_name', audited_presence(old.first_name is not null));
        v_after := v_after || jsonb_build_object('first_name', audited_presence(new.first_name is not null));
    end if;

    if old.last_name is distinct from new.last_name then
        v_before := v_before || jsonb_build_object('last_name', audited_presence(old.last_name is not null));
        v_after := v_after || jsonb_build_object('last_name', audited_presence(new.last_name is not null));
    end if;

    if old.avatar_url is distinct from new.avatar_url then
        v_before := v_before || jsonb_build_object('avatar_url', audited_presence(old.avatar_url is not null));
        v_after := v_after || jsonb_build_object('avatar_url', audited_presence(new.avatar_url is not null));
    end if;

    if old.avatar_emoji is distinct from new.avatar_emoji then
        v_before := v_before || jsonb_build_object('avatar_emoji', audited_presence(old.avatar_emoji is not null));
        v_after := v_after || jsonb_build_object('avatar_emoji', audited_presence(new.avatar_emoji is not null));
    end if;

    if old.bio is distinct from new.bio then
        v_before := v_before || jsonb_build_object('bio', audited_presence(old.bio is not null));
        v_after := v_after || jsonb_build_object('bio', audited_presence(new.bio is not null));
    end if;

    if old.phone_number is distinct from new.phone_number then
        v_before := v_before || jsonb_build_object('phone_number', audited_presence(old.phone_number is not null));
        v_after := v_after || jsonb_build_object('phone_number', audited_presence(new.phone_number is not null));
    end if;

    if old.role is distinct from new.role then
        v_before := v_before || jsonb_build_object('role', audited_content(to_jsonb(old.role)));
        v_after := v_after || jsonb_build_object('role', audited_content(to_jsonb(new.role)));
    end if;

    if old.is_approved is distinct from new.is_approved then
        v_before := v_before || jsonb_build_object('is_approved', old.is_approved);
        v_after := v_after || jsonb_build_object('is_approved', new.is_approved);
    end if;

    if old.academic_level is distinct from new.academic_level then
        v_before := v_before || jsonb_build_object('academic_level', audited_presence(old.academic_level is not null));
        v_after := v_after || jsonb_build_object('academic_level', audited_presence(new.academic_level is not null));
    end if;

    if old.preferences is distinct from new.preferences then
        v_before := v_before || jsonb_build_object('preferences', audited_presence(old.preferences is not null));
        v_after := v_after || jsonb_build_object('preferences', audited_presence(new.preferences is not null));
    end if;

    if old.metadata is distinct from new.metadata then
        v_before := v_before || jsonb_build_object('metadata', audited_presence(old.metadata is not null));
        v_after := v_after || jsonb_build_object('metadata', audited_presence(new.metadata is not null));
    end if;

    if old.is_active is distinct from new.is_active then
        v_before := v_before || jsonb_build_object('is_active', old.is_active);
        v_after := v_after || jsonb_build_object('is_active', new.is_active);
    end if;

    if old.email_verified is distinct from new.email_verified then
        v_before := v_before || jsonb_build_object('email_verified', old.email_verified);
        v_after := v_after || jsonb_build_object('email_verified', new.email_verified);
    end if;

    if old.show_on_leaderboard is distinct from new.show_on_leaderboard then
        v_before := v_before || jsonb_build_object('show_on_leaderboard', old.show_on_leaderboard);
        v_after := v_after || jsonb_build_object('show_on_leaderboard', new.show_on_leaderboard);
    end if;

    if old.created_at is distinct from new.created_at then
        v_before := v_before || jsonb_build_object('created_at', old.created_at);
        v_after := v_after || jsonb_build_object('created_at', new.created_at);
    end if;

    if old.deleted_at is distinct from new.deleted_at then
        v_before := v_before || jsonb_build_object('deleted_at', old.deleted_at);
        v_after := v_after || jsonb_build_object('deleted_at', new.deleted_at);
    end if;

    if old.erased_at is distinct from new.erased_at then
        v_before := v_before || jsonb_build_object('erased_at', old.erased_at);
        v_after := v_after || jsonb_build_object('erased_at', new.erased_at);
    end if;

    if tg_op = 'UPDATE' and v_after = '{}' then
        return null;
    end if;

    declare
        v_transaction_id constant xid8 := pg_current_xact_id();
        v_user_id constant uuid := verified_identity();
        -- What the application says of the request; null for nothing.
        v_said constant text := nullif(
            array[
                nullif(current_setting('pgacademy.ip_address', true), ''),
                nullif(current_setting('pgacademy.user_agent', true), ''),
                nullif(current_setting('pgacademy.request_id', true), ''),
                nullif(current_setting('pgacademy.session_id', true), '')
            ]::text,
            '{NULL,NULL,NULL,NULL}'
        );
        -- Hashed: the person and the day; without a person, the transaction's number and time (a restored database begins its
        -- numbers again); and what was said. No float and no date: how they are written is a session's setting.
        v_origin constant uuid := md5(
            coalesce(
                v_user_id || ' ' || trunc(date_part('epoch', now()) / 86400)::bigint,
                v_transaction_id || ' ' || extract(epoch from now())
            )
            || ' ' || v_said
        )::uuid;
    begin
        insert into audit_logs (
            user_id, acted_as, login, action, entity_type, entity_id, old_values, new_values, is_success, error_code,
            context_id
        )
        values (
            v_user_id,
            coalesce(nullif(current_setting('role'), 'none'), session_user),
            session_user,
            lower(tg_op),
            'users',
            coalesce(new.id, old.id)::text,
            case when tg_op <> 'INSERT' then v_before end,
            case when tg_op <> 'DELETE' then v_after end,
            true,
            null,
            case
                when v_origin is not null then
                    coalesce(
                        (select c.id from audit_contexts as c where c.origin = v_origin limit 1),
                        add_audit_context(p_origin => v_origin, p_user_id => v_user_id)
                    )
            end
        );
    end;

    return null;
end;
$$;

comment on function audit_users is
'Trigger: notes a change of a row of users in the audit trail.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function audit_users from public;
