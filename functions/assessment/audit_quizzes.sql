-- audit_quizzes: the trigger that notes a change of a row of quizzes in audit_logs.
--
-- Of an update only the columns that changed; of an insert or a delete those that are not null; redacted as
-- column_catalogue() says. How the row of the trail comes about is told in write_audit.sql.
--
-- Written by `make generate`: change column_catalogue(), or audit_trigger.sql.j2. One function for all tables, which takes
-- both rows apart as JSON, compares them at three times the cost (benchmarks/README.md).
--
-- called by  triggers of quizzes
-- requires   verified_identity, add_audit_context, audited_content
-- errors     28000 from verified_identity
create or replace function audit_quizzes()
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

    if old.lesson_id is distinct from new.lesson_id then
        v_before := v_before || jsonb_build_object('lesson_id', old.lesson_id);
        v_after := v_after || jsonb_build_object('lesson_id', new.lesson_id);
    end if;

    if old.title is distinct from new.title then
        v_before := v_before || jsonb_build_object('title', audited_content(to_jsonb(old.title)));
        v_after := v_after || jsonb_build_object('title', audited_content(to_jsonb(new.title)));
    end if;

    if old.description is distinct from new.description then
        v_before := v_before || jsonb_build_object('description', audited_content(to_jsonb(old.description)));
        v_after := v_after || jsonb_build_object('description', audited_content(to_jsonb(new.description)));
    end if;

    if old.quiz_type is distinct from new.quiz_type then
        v_before := v_before || jsonb_build_object('quiz_type', audited_content(to_jsonb(old.quiz_type)));
        v_after := v_after || jsonb_build_object('quiz_type', audited_content(to_jsonb(new.quiz_type)));
    end if;

    if old.passing_score is distinct from new.passing_score then
        v_before := v_before || jsonb_build_object('passing_score', audited_content(to_jsonb(old.passing_score)));
        v_after := v_after || jsonb_build_object('passing_score', audited_content(to_jsonb(new.passing_score)));
    end if;

    if old.time_limit_minutes is distinct from new.time_limit_minutes then
        v_before := v_before || jsonb_build_object('time_limit_minutes', old.time_limit_minutes);
        v_after := v_after || jsonb_build_object('time_limit_minutes', new.time_limit_minutes);
    end if;

    if old.max_attempts is distinct from new.max_attempts then
        v_before := v_before || jsonb_build_object('max_attempts', old.max_attempts);
        v_after := v_after || jsonb_build_object('max_attempts', new.max_attempts);
    end if;

    if old.grade_policy is distinct from new.grade_policy then
        v_before := v_before || jsonb_build_object('grade_policy', audited_content(to_jsonb(old.grade_policy)));
        v_after := v_after || jsonb_build_object('grade_policy', audited_content(to_jsonb(new.grade_policy)));
    end if;

    if old.shuffle_questions is distinct from new.shuffle_questions then
        v_before := v_before || jsonb_build_object('shuffle_questions', old.shuffle_questions);
        v_after := v_after || jsonb_build_object('shuffle_questions', new.shuffle_questions);
    end if;

    if old.shuffle_options is distinct from new.shuffle_options then
        v_before := v_before || jsonb_build_object('shuffle_options', old.shuffle_options);
        v_after := v_after || jsonb_build_object('shuffle_options', new.shuffle_options);
    end if;

    if old.show_answers is distinct from new.show_answers then
        v_before := v_before || jsonb_build_object('show_answers', audited_content(to_jsonb(old.show_answers)));
        v_after := v_after || jsonb_build_object('show_answers', audited_content(to_jsonb(new.show_answers)));
    end if;

    if old.is_published is distinct from new.is_published then
        v_before := v_before || jsonb_build_object('is_published', old.is_published);
        v_after := v_after || jsonb_build_object('is_published', new.is_published);
    end if;

    if old.metadata is distinct from new.metadata then
        v_before := v_before || jsonb_build_object('metadata', audited_content(to_jsonb(old.metadata)));
        v_after := v_after || jsonb_build_object('metadata', audited_content(to_jsonb(new.metadata)));
    end if;

    if old.created_at is distinct from new.created_at then
        v_before := v_before || jsonb_build_object('created_at', old.created_at);
        v_after := v_after || jsonb_build_object('created_at', new.created_at);
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
            'quizzes',
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

comment on function audit_quizzes is
'Trigger: notes a change of a row of quizzes in the audit trail.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function audit_quizzes from public;
