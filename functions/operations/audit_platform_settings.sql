-- audit_platform_settings: the trigger that notes a change of a row of platform_settings in audit_logs.
--
-- Of an update only the columns that changed; of an insert or a delete those that are not null; redacted as
-- column_catalogue() says. How the row of the trail comes about is told in write_audit.sql.
--
-- Written by `make generate`: change column_catalogue(), or audit_trigger.sql.j2. One function for all tables, which takes
-- both rows apart as JSON, compares them at three times the cost (benchmarks/README.md).
--
-- called by  triggers of platform_settings
-- requires   verified_identity, add_audit_context, audited_content
-- errors     28000 from verified_identity
create or replace function audit_platform_settings()
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
    if old.setting_key is distinct from new.setting_key then
        v_before := v_before || jsonb_build_object('setting_key', audited_content(to_jsonb(old.setting_key)));
        v_after := v_after || jsonb_build_object('setting_key', audited_content(to_jsonb(new.setting_key)));
    end if;

    if old.setting_value is distinct from new.setting_value then
        v_before := v_before || jsonb_build_object('setting_value', audited_content(to_jsonb(old.setting_value)));
        v_after := v_after || jsonb_build_object('setting_value', audited_content(to_jsonb(new.setting_value)));
    end if;

    if old.description is distinct from new.description then
        v_before := v_before || jsonb_build_object('description', audited_content(to_jsonb(old.description)));
        v_after := v_after || jsonb_build_object('description', audited_content(to_jsonb(new.description)));
    end if;

    if old.created_at is distinct from new.created_at then
        v_before := v_before || jsonb_build_object('created_at', old.created_at);
        v_after := v_after || jsonb_build_object('created_at', new.created_at);
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
            'platform_settings',
            coalesce(new.setting_key, old.setting_key)::text,
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

comment on function audit_platform_settings is
'Trigger: notes a change of a row of platform_settings in the audit trail.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function audit_platform_settings from public;
