-- audit_projects: the trigger that notes a change of a row of projects in audit_logs.
--
-- Of an update only the columns that changed; of an insert or a delete those that are not null; redacted as
-- column_catalogue() says. How the row of the trail comes about is told in write_audit.sql.
--
-- Written by `make generate`: change column_catalogue(), or audit_trigger.sql.j2. One function for all tables, which takes
-- both rows apart as JSON, compares them at three times the cost (benchmarks/README.md).
--
-- called by  triggers of projects
-- requires   verified_identity, add_audit_context, audited_content, audited_presence
-- errors     28000 from verified_identity
create or replace function audit_projects()
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

    if old.user_id is distinct from new.user_id then
        v_before := v_before || jsonb_build_object('user_id', old.user_id);
        v_after := v_after || jsonb_build_object('user_id', new.user_id);
    end if;

    if old.course_id is distinct from new.course_id then
        v_before := v_before || jsonb_build_object('course_id', old.course_id);
        v_after := v_after || jsonb_build_object('course_id', new.course_id);
    end if;

    if old.title is distinct from new.title then
        v_before := v_before || jsonb_build_object('title', audited_presence(old.title is not null));
        v_after := v_after || jsonb_build_object('title', audited_presence(new.title is not null));
    end if;

    if old.description is distinct from new.description then
        v_before := v_before || jsonb_build_object('description', audited_presence(old.description is not null));
        v_after := v_after || jsonb_build_object('description', audited_presence(new.description is not null));
    end if;

    if old.project_type is distinct from new.project_type then
        v_before := v_before || jsonb_build_object('project_type', audited_presence(old.project_type is not null));
        v_after := v_after || jsonb_build_object('project_type', audited_presence(new.project_type is not null));
    end if;

    if old.components is distinct from new.components then
        v_before := v_before || jsonb_build_object('components', audited_presence(old.components is not null));
        v_after := v_after || jsonb_build_object('components', audited_presence(new.components is not null));
    end if;

    if old.performance_metrics is distinct from new.performance_metrics then
        v_before := v_before || jsonb_build_object(
            'performance_metrics', audited_presence(old.performance_metrics is not null)
        );
        v_after := v_after || jsonb_build_object(
            'performance_metrics', audited_presence(new.performance_metrics is not null)
        );
    end if;

    if old.nft_metadata is distinct from new.nft_metadata then
        v_before := v_before || jsonb_build_object('nft_metadata', audited_presence(old.nft_metadata is not null));
        v_after := v_after || jsonb_build_object('nft_metadata', audited_presence(new.nft_metadata is not null));
    end if;

    if old.nft_token_id is distinct from new.nft_token_id then
        v_before := v_before || jsonb_build_object('nft_token_id', audited_content(to_jsonb(old.nft_token_id)));
        v_after := v_after || jsonb_build_object('nft_token_id', audited_content(to_jsonb(new.nft_token_id)));
    end if;

    if old.minted_at is distinct from new.minted_at then
        v_before := v_before || jsonb_build_object('minted_at', old.minted_at);
        v_after := v_after || jsonb_build_object('minted_at', new.minted_at);
    end if;

    if old.is_public is distinct from new.is_public then
        v_before := v_before || jsonb_build_object('is_public', old.is_public);
        v_after := v_after || jsonb_build_object('is_public', new.is_public);
    end if;

    if old.is_featured is distinct from new.is_featured then
        v_before := v_before || jsonb_build_object('is_featured', old.is_featured);
        v_after := v_after || jsonb_build_object('is_featured', new.is_featured);
    end if;

    if old.view_count is distinct from new.view_count then
        v_before := v_before || jsonb_build_object('view_count', old.view_count);
        v_after := v_after || jsonb_build_object('view_count', new.view_count);
    end if;

    if old.like_count is distinct from new.like_count then
        v_before := v_before || jsonb_build_object('like_count', old.like_count);
        v_after := v_after || jsonb_build_object('like_count', new.like_count);
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
            'projects',
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

comment on function audit_projects is
'Trigger: notes a change of a row of projects in the audit trail.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function audit_projects from public;
