-- audit_achievements: the trigger that notes a change of a row of achievements in audit_logs.
--
-- Of an update only the columns that changed; of an insert or a delete those that are not null; redacted as
-- column_catalogue() says. How the row of the trail comes about is told in write_audit.sql.
--
-- Written by `make generate`: change column_catalogue(), or audit_trigger.sql.j2. One function for all tables, which takes
-- both rows apart as JSON, compares them at three times the cost (benchmarks/README.md).
--
-- called by  triggers of achievements
-- requires   verified_identity, add_audit_context, audited_content
-- errors     28000 from verified_identity
create or replace function audit_achievements()
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

    if old.slug is distinct from new.slug then
        v_before := v_before || jsonb_build_object('slug', audited_content(to_jsonb(old.slug)));
        v_after := v_after || jsonb_build_object('slug', audited_content(to_jsonb(new.slug)));
    end if;

    if old.title is distinct from new.title then
        v_before := v_before || jsonb_build_object('title', audited_content(to_jsonb(old.title)));
        v_after := v_after || jsonb_build_object('title', audited_content(to_jsonb(new.title)));
    end if;

    if old.description is distinct from new.description then
        v_before := v_before || jsonb_build_object('description', audited_content(to_jsonb(old.description)));
        v_after := v_after || jsonb_build_object('description', audited_content(to_jsonb(new.description)));
    end if;

    if old.achievement_type is distinct from new.achievement_type then
        v_before := v_before || jsonb_build_object('achievement_type', audited_content(to_jsonb(old.achievement_type)));
        v_after := v_after || jsonb_build_object('achievement_type', audited_content(to_jsonb(new.achievement_type)));
    end if;

    if old.category is distinct from new.category then
        v_before := v_before || jsonb_build_object('category', audited_content(to_jsonb(old.category)));
        v_after := v_after || jsonb_build_object('category', audited_content(to_jsonb(new.category)));
    end if;

    if old.icon_url is distinct from new.icon_url then
        v_before := v_before || jsonb_build_object('icon_url', audited_content(to_jsonb(old.icon_url)));
        v_after := v_after || jsonb_build_object('icon_url', audited_content(to_jsonb(new.icon_url)));
    end if;

    if old.icon_emoji is distinct from new.icon_emoji then
        v_before := v_before || jsonb_build_object('icon_emoji', audited_content(to_jsonb(old.icon_emoji)));
        v_after := v_after || jsonb_build_object('icon_emoji', audited_content(to_jsonb(new.icon_emoji)));
    end if;

    if old.rarity is distinct from new.rarity then
        v_before := v_before || jsonb_build_object('rarity', audited_content(to_jsonb(old.rarity)));
        v_after := v_after || jsonb_build_object('rarity', audited_content(to_jsonb(new.rarity)));
    end if;

    if old.criteria is distinct from new.criteria then
        v_before := v_before || jsonb_build_object('criteria', audited_content(to_jsonb(old.criteria)));
        v_after := v_after || jsonb_build_object('criteria', audited_content(to_jsonb(new.criteria)));
    end if;

    if old.metric is distinct from new.metric then
        v_before := v_before || jsonb_build_object('metric', audited_content(to_jsonb(old.metric)));
        v_after := v_after || jsonb_build_object('metric', audited_content(to_jsonb(new.metric)));
    end if;

    if old.threshold is distinct from new.threshold then
        v_before := v_before || jsonb_build_object('threshold', audited_content(to_jsonb(old.threshold)));
        v_after := v_after || jsonb_build_object('threshold', audited_content(to_jsonb(new.threshold)));
    end if;

    if old.scope_course_id is distinct from new.scope_course_id then
        v_before := v_before || jsonb_build_object('scope_course_id', old.scope_course_id);
        v_after := v_after || jsonb_build_object('scope_course_id', new.scope_course_id);
    end if;

    if old.xp_reward is distinct from new.xp_reward then
        v_before := v_before || jsonb_build_object('xp_reward', old.xp_reward);
        v_after := v_after || jsonb_build_object('xp_reward', new.xp_reward);
    end if;

    if old.is_active is distinct from new.is_active then
        v_before := v_before || jsonb_build_object('is_active', old.is_active);
        v_after := v_after || jsonb_build_object('is_active', new.is_active);
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
            'achievements',
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

comment on function audit_achievements is
'Trigger: notes a change of a row of achievements in the audit trail.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function audit_achievements from public;
