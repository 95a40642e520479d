-- audit_lessons: the trigger that notes a change of a row of lessons in audit_logs.
--
-- Of an update only the columns that changed; of an insert or a delete those that are not null; redacted as
-- column_catalogue() says. How the row of the trail comes about is told in write_audit.sql.
--
-- Written by `make generate`: change column_catalogue(), or audit_trigger.sql.j2. One function for all tables, which takes
-- both rows apart as JSON, compares them at three times the cost (benchmarks/README.md).
--
-- called by  triggers of lessons
-- requires   verified_identity, add_audit_context, audited_content
-- errors     28000 from verified_identity
create or replace function audit_lessons()
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

    if old.course_id is distinct from new.course_id then
        v_before := v_before || jsonb_build_object('course_id', old.course_id);
        v_after := v_after || jsonb_build_object('course_id', new.course_id);
    end if;

    if old.parent_lesson_id is distinct from new.parent_lesson_id then
        v_before := v_before || jsonb_build_object('parent_lesson_id', old.parent_lesson_id);
        v_after := v_after || jsonb_build_object('parent_lesson_id', new.parent_lesson_id);
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

    if old.content is distinct from new.content then
        v_before := v_before || jsonb_build_object('content', audited_content(to_jsonb(old.content)));
        v_after := v_after || jsonb_build_object('content', audited_content(to_jsonb(new.content)));
    end if;

    if old.body is distinct from new.body then
        v_before := v_before || jsonb_build_object('body', audited_content(to_jsonb(old.body)));
        v_after := v_after || jsonb_build_object('body', audited_content(to_jsonb(new.body)));
    end if;

    if old.lesson_type is distinct from new.lesson_type then
        v_before := v_before || jsonb_build_object('lesson_type', audited_content(to_jsonb(old.lesson_type)));
        v_after := v_after || jsonb_build_object('lesson_type', audited_content(to_jsonb(new.lesson_type)));
    end if;

    if old.duration_minutes is distinct from new.duration_minutes then
        v_before := v_before || jsonb_build_object('duration_minutes', old.duration_minutes);
        v_after := v_after || jsonb_build_object('duration_minutes', new.duration_minutes);
    end if;

    if old.video_url is distinct from new.video_url then
        v_before := v_before || jsonb_build_object('video_url', audited_content(to_jsonb(old.video_url)));
        v_after := v_after || jsonb_build_object('video_url', audited_content(to_jsonb(new.video_url)));
    end if;

    if old.materials is distinct from new.materials then
        v_before := v_before || jsonb_build_object('materials', audited_content(to_jsonb(old.materials)));
        v_after := v_after || jsonb_build_object('materials', audited_content(to_jsonb(new.materials)));
    end if;

    if old.learning_outcomes is distinct from new.learning_outcomes then
        v_before := v_before || jsonb_build_object(
            'learning_outcomes', audited_content(to_jsonb(old.learning_outcomes))
        );
        v_after := v_after || jsonb_build_object('learning_outcomes', audited_content(to_jsonb(new.learning_outcomes)));
    end if;

    if old.is_mandatory is distinct from new.is_mandatory then
        v_before := v_before || jsonb_build_object('is_mandatory', old.is_mandatory);
        v_after := v_after || jsonb_build_object('is_mandatory', new.is_mandatory);
    end if;

    if old.is_preview is distinct from new.is_preview then
        v_before := v_before || jsonb_build_object('is_preview', old.is_preview);
        v_after := v_after || jsonb_build_object('is_preview', new.is_preview);
    end if;

    if old.is_graded is distinct from new.is_graded then
        v_before := v_before || jsonb_build_object('is_graded', old.is_graded);
        v_after := v_after || jsonb_build_object('is_graded', new.is_graded);
    end if;

    if old.is_active is distinct from new.is_active then
        v_before := v_before || jsonb_build_object('is_active', old.is_active);
        v_after := v_after || jsonb_build_object('is_active', new.is_active);
    end if;

    if old.completion_xp is distinct from new.completion_xp then
        v_before := v_before || jsonb_build_object('completion_xp', old.completion_xp);
        v_after := v_after || jsonb_build_object('completion_xp', new.completion_xp);
    end if;

    if old.coin_reward is distinct from new.coin_reward then
        v_before := v_before || jsonb_build_object('coin_reward', old.coin_reward);
        v_after := v_after || jsonb_build_object('coin_reward', new.coin_reward);
    end if;

    if old.metadata is distinct from new.metadata then
        v_before := v_before || jsonb_build_object('metadata', audited_content(to_jsonb(old.metadata)));
        v_after := v_after || jsonb_build_object('metadata', audited_content(to_jsonb(new.metadata)));
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
            'lessons',
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

comment on function audit_lessons is
'Trigger: notes a change of a row of lessons in the audit trail.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function audit_lessons from public;
