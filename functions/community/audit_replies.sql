-- audit_replies: the trigger that notes a change of a row of replies in audit_logs.
--
-- Of an update only the columns that changed; of an insert or a delete those that are not null; redacted as
-- column_catalogue() says. How the row of the trail comes about is told in write_audit.sql.
--
-- Written by `make generate`: change column_catalogue(), or audit_trigger.sql.j2. One function for all tables, which takes
-- both rows apart as JSON, compares them at three times the cost (benchmarks/README.md).
--
-- called by  triggers of replies
-- requires   verified_identity, add_audit_context, audited_content, audited_presence
-- errors     28000 from verified_identity
create or replace function audit_replies()
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

    if old.discussion_id is distinct from new.discussion_id then
        v_before := v_before || jsonb_build_object('discussion_id', old.discussion_id);
        v_after := v_after || jsonb_build_object('discussion_id', new.discussion_id);
    end if;

    if old.author_id is distinct from new.author_id then
        v_before := v_before || jsonb_build_object('author_id', old.author_id);
        v_after := v_after || jsonb_build_object('author_id', new.author_id);
    end if;

    if old.path is distinct from new.path then
        v_before := v_before || jsonb_build_object('path', audited_content(to_jsonb(old.path)));
        v_after := v_after || jsonb_build_object('path', audited_content(to_jsonb(new.path)));
    end if;

    if old.depth is distinct from new.depth then
        v_before := v_before || jsonb_build_object('depth', old.depth);
        v_after := v_after || jsonb_build_object('depth', new.depth);
    end if;

    if old.parent_reply_id is distinct from new.parent_reply_id then
        v_before := v_before || jsonb_build_object('parent_reply_id', old.parent_reply_id);
        v_after := v_after || jsonb_build_object('parent_reply_id', new.parent_reply_id);
    end if;

    if old.parent_path is distinct from new.parent_path then
        v_before := v_before || jsonb_build_object('parent_path', audited_content(to_jsonb(old.parent_path)));
        v_after := v_after || jsonb_build_object('parent_path', audited_content(to_jsonb(new.parent_path)));
    end if;

    if old.content is distinct from new.content then
        v_before := v_before || jsonb_build_object('content', audited_presence(old.content is not null));
        v_after := v_after || jsonb_build_object('content', audited_presence(new.content is not null));
    end if;

    if old.upvote_count is distinct from new.upvote_count then
        v_before := v_before || jsonb_build_object('upvote_count', old.upvote_count);
        v_after := v_after || jsonb_build_object('upvote_count', new.upvote_count);
    end if;

    if old.downvote_count is distinct from new.downvote_count then
        v_before := v_before || jsonb_build_object('downvote_count', old.downvote_count);
        v_after := v_after || jsonb_build_object('downvote_count', new.downvote_count);
    end if;

    if old.accepted_at is distinct from new.accepted_at then
        v_before := v_before || jsonb_build_object('accepted_at', old.accepted_at);
        v_after := v_after || jsonb_build_object('accepted_at', new.accepted_at);
    end if;

    if old.accepted_by is distinct from new.accepted_by then
        v_before := v_before || jsonb_build_object('accepted_by', old.accepted_by);
        v_after := v_after || jsonb_build_object('accepted_by', new.accepted_by);
    end if;

    if old.is_solution is distinct from new.is_solution then
        v_before := v_before || jsonb_build_object('is_solution', old.is_solution);
        v_after := v_after || jsonb_build_object('is_solution', new.is_solution);
    end if;

    if old.solution_counts is distinct from new.solution_counts then
        v_before := v_before || jsonb_build_object('solution_counts', old.solution_counts);
        v_after := v_after || jsonb_build_object('solution_counts', new.solution_counts);
    end if;

    if old.edited_at is distinct from new.edited_at then
        v_before := v_before || jsonb_build_object('edited_at', old.edited_at);
        v_after := v_after || jsonb_build_object('edited_at', new.edited_at);
    end if;

    if old.deleted_at is distinct from new.deleted_at then
        v_before := v_before || jsonb_build_object('deleted_at', old.deleted_at);
        v_after := v_after || jsonb_build_object('deleted_at', new.deleted_at);
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
            'replies',
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

comment on function audit_replies is
'Trigger: notes a change of a row of replies in the audit trail.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function audit_replies from public;
