-- audit_courses: the trigger that notes a change of a row of courses in audit_logs.
--
-- Of an update only the columns that changed; of an insert or a delete those that are not null; redacted as
-- column_catalogue() says. How the row of the trail comes about is told in write_audit.sql.
--
-- Written by `make generate`: change column_catalogue(), or audit_trigger.sql.j2. One function for all tables, which takes
-- both rows apart as JSON, compares them at three times the cost (benchmarks/README.md).
--
-- called by  triggers of courses
-- requires   verified_identity, add_audit_context, audited_content
-- errors     28000 from verified_identity
create or replace function audit_courses()
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

    if old.instructor_id is distinct from new.instructor_id then
        v_before := v_before || jsonb_build_object('instructor_id', old.instructor_id);
        v_after := v_after || jsonb_build_object('instructor_id', new.instructor_id);
    end if;

    if old.created_by is distinct from new.created_by then
        v_before := v_before || jsonb_build_object('created_by', old.created_by);
        v_after := v_after || jsonb_build_object('created_by', new.created_by);
    end if;

    if old.category is distinct from new.category then
        v_before := v_before || jsonb_build_object('category', audited_content(to_jsonb(old.category)));
        v_after := v_after || jsonb_build_object('category', audited_content(to_jsonb(new.category)));
    end if;

    if old.discipline is distinct from new.discipline then
        v_before := v_before || jsonb_build_object('discipline', audited_content(to_jsonb(old.discipline)));
        v_after := v_after || jsonb_build_object('discipline', audited_content(to_jsonb(new.discipline)));
    end if;

    if old.track is distinct from new.track then
        v_before := v_before || jsonb_build_object('track', audited_content(to_jsonb(old.track)));
        v_after := v_after || jsonb_build_object('track', audited_content(to_jsonb(new.track)));
    end if;

    if old.difficulty is distinct from new.difficulty then
        v_before := v_before || jsonb_build_object('difficulty', audited_content(to_jsonb(old.difficulty)));
        v_after := v_after || jsonb_build_object('difficulty', audited_content(to_jsonb(new.difficulty)));
    end if;

    if old.estimated_minutes is distinct from new.estimated_minutes then
        v_before := v_before || jsonb_build_object('estimated_minutes', old.estimated_minutes);
        v_after := v_after || jsonb_build_object('estimated_minutes', new.estimated_minutes);
    end if;

    if old.learning_objectives is distinct from new.learning_objectives then
        v_before := v_before || jsonb_build_object(
            'learning_objectives', audited_content(to_jsonb(old.learning_objectives))
        );
        v_after := v_after || jsonb_build_object(
            'learning_objectives', audited_content(to_jsonb(new.learning_objectives))
        );
    end if;

    if old.content_structure is distinct from new.content_structure then
        v_before := v_before || jsonb_build_object(
            'content_structure', audited_content(to_jsonb(old.content_structure))
        );
        v_after := v_after || jsonb_build_object('content_structure', audited_content(to_jsonb(new.content_structure)));
    end if;

    if old.thumbnail_url is distinct from new.thumbnail_url then
        v_before := v_before || jsonb_build_object('thumbnail_url', audited_content(to_jsonb(old.thumbnail_url)));
        v_after := v_after || jsonb_build_object('thumbnail_url', audited_content(to_jsonb(new.thumbnail_url)));
    end if;

    if old.is_active is distinct from new.is_active then
        v_before := v_before || jsonb_build_object('is_active', old.is_active);
        v_after := v_after || jsonb_build_object('is_active', new.is_active);
    end if;

    if old.is_published is distinct from new.is_published then
        v_before := v_before || jsonb_build_object('is_published', old.is_published);
        v_after := v_after || jsonb_build_object('is_published', new.is_published);
    end if;

    if old.is_featured is distinct from new.is_featured then
        v_before := v_before || jsonb_build_object('is_featured', old.is_featured);
        v_after := v_after || jsonb_build_object('is_featured', new.is_featured);
    end if;

    if old.published_at is distinct from new.published_at then
        v_before := v_before || jsonb_build_object('published_at', old.published_at);
        v_after := v_after || jsonb_build_object('published_at', new.published_at);
    end if;

    if old.max_enrollments is distinct from new.max_enrollments then
        v_before := v_before || jsonb_build_object('max_enrollments', old.max_enrollments);
        v_after := v_after || jsonb_build_object('max_enrollments', new.max_enrollments);
    end if;

    if old.completion_xp is distinct from new.completion_xp then
        v_before := v_before || jsonb_build_object('completion_xp', old.completion_xp);
        v_after := v_after || jsonb_build_object('completion_xp', new.completion_xp);
    end if;

    if old.coin_reward is distinct from new.coin_reward then
        v_before := v_before || jsonb_build_object('coin_reward', old.coin_reward);
        v_after := v_after || jsonb_build_object('coin_reward', new.coin_reward);
    end if;

    if old.version is distinct from new.version then
        v_before := v_before || jsonb_build_object('version', old.version);
        v_after := v_after || jsonb_build_object('version', new.version);
    end if;

    if old.metadata is distinct from new.metadata then
        v_before := v_before || jsonb_build_object('metadata', audited_content(to_jsonb(old.metadata)));
        v_after := v_after || jsonb_build_object('metadata', audited_content(to_jsonb(new.metadata)));
    end if;

    if old.created_at is distinct from new.created_at then
        v_before := v_before || jsonb_build_object('created_at', old.created_at);
        v_after := v_after || jsonb_build_object('created_at', new.created_at);
    end if;

    if old.deleted_at is distinct from new.deleted_at then
        v_before := v_before || jsonb_build_object('deleted_at', old.deleted_at);
        v_after := v_after || jsonb_build_object('deleted_at', new.deleted_at);
    end if;

    if old.withheld_at is distinct from new.withheld_at then
        v_before := v_before || jsonb_build_object('withheld_at', old.withheld_at);
        v_after := v_after || jsonb_build_object('withheld_at', new.withheld_at);
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
            'courses',
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

comment on function audit_courses is
'Trigger: notes a change of a row of courses in the audit trail.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function audit_courses from public;
