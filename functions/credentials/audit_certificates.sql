-- audit_certificates: the trigger that notes a change of a row of certificates in audit_logs.
--
-- Of an update only the columns that changed; of an insert or a delete those that are not null; redacted as
-- column_catalogue() says. How the row of the trail comes about is told in write_audit.sql.
--
-- Written by `make generate`: change column_catalogue(), or audit_trigger.sql.j2. One function for all tables, which takes
-- both rows apart as JSON, compares them at three times the cost (benchmarks/README.md).
--
-- called by  triggers of certificates
-- requires   verified_identity, add_audit_context, audited_content, audited_presence
-- errors     28000 from verified_identity
create or replace function audit_certificates()
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

    if old.enrollment_id is distinct from new.enrollment_id then
        v_before := v_before || jsonb_build_object('enrollment_id', old.enrollment_id);
        v_after := v_after || jsonb_build_object('enrollment_id', new.enrollment_id);
    end if;

    if old.user_id is distinct from new.user_id then
        v_before := v_before || jsonb_build_object('user_id', old.user_id);
        v_after := v_after || jsonb_build_object('user_id', new.user_id);
    end if;

    if old.course_id is distinct from new.course_id then
        v_before := v_before || jsonb_build_object('course_id', old.course_id);
        v_after := v_after || jsonb_build_object('course_id', new.course_id);
    end if;

    if old.certificate_number is distinct from new.certificate_number then
        v_before := v_before || jsonb_build_object(
            'certificate_number', audited_content(to_jsonb(old.certificate_number))
        );
        v_after := v_after || jsonb_build_object(
            'certificate_number', audited_content(to_jsonb(new.certificate_number))
        );
    end if;

    if old.verification_code is distinct from new.verification_code then
        v_before := v_before || jsonb_build_object(
            'verification_code', audited_content(to_jsonb(old.verification_code))
        );
        v_after := v_after || jsonb_build_object('verification_code', audited_content(to_jsonb(new.verification_code)));
    end if;

    if old.recipient_name is distinct from new.recipient_name then
        v_before := v_before || jsonb_build_object('recipient_name', audited_presence(old.recipient_name is not null));
        v_after := v_after || jsonb_build_object('recipient_name', audited_presence(new.recipient_name is not null));
    end if;

    if old.course_title is distinct from new.course_title then
        v_before := v_before || jsonb_build_object('course_title', audited_content(to_jsonb(old.course_title)));
        v_after := v_after || jsonb_build_object('course_title', audited_content(to_jsonb(new.course_title)));
    end if;

    if old.completed_at is distinct from new.completed_at then
        v_before := v_before || jsonb_build_object('completed_at', old.completed_at);
        v_after := v_after || jsonb_build_object('completed_at', new.completed_at);
    end if;

    if old.issued_at is distinct from new.issued_at then
        v_before := v_before || jsonb_build_object('issued_at', old.issued_at);
        v_after := v_after || jsonb_build_object('issued_at', new.issued_at);
    end if;

    if old.issued_by is distinct from new.issued_by then
        v_before := v_before || jsonb_build_object('issued_by', old.issued_by);
        v_after := v_after || jsonb_build_object('issued_by', new.issued_by);
    end if;

    if old.replaces_id is distinct from new.replaces_id then
        v_before := v_before || jsonb_build_object('replaces_id', old.replaces_id);
        v_after := v_after || jsonb_build_object('replaces_id', new.replaces_id);
    end if;

    if old.pdf_path is distinct from new.pdf_path then
        v_before := v_before || jsonb_build_object('pdf_path', audited_presence(old.pdf_path is not null));
        v_after := v_after || jsonb_build_object('pdf_path', audited_presence(new.pdf_path is not null));
    end if;

    if old.is_revoked is distinct from new.is_revoked then
        v_before := v_before || jsonb_build_object('is_revoked', old.is_revoked);
        v_after := v_after || jsonb_build_object('is_revoked', new.is_revoked);
    end if;

    if old.revoked_at is distinct from new.revoked_at then
        v_before := v_before || jsonb_build_object('revoked_at', old.revoked_at);
        v_after := v_after || jsonb_build_object('revoked_at', new.revoked_at);
    end if;

    if old.revoked_by is distinct from new.revoked_by then
        v_before := v_before || jsonb_build_object('revoked_by', old.revoked_by);
        v_after := v_after || jsonb_build_object('revoked_by', new.revoked_by);
    end if;

    if old.revocation_reason is distinct from new.revocation_reason then
        v_before := v_before || jsonb_build_object(
            'revocation_reason', audited_presence(old.revocation_reason is not null)
        );
        v_after := v_after || jsonb_build_object(
            'revocation_reason', audited_presence(new.revocation_reason is not null)
        );
    end if;

    if old.created_at is distinct from new.created_at then
        v_before := v_before || jsonb_build_object('created_at', old.created_at);
        v_after := v_after || jsonb_build_object('created_at', new.created_at);
    end if;

    if old.revoked_as is distinct from new.revoked_as then
        v_before := v_before || jsonb_build_object('revoked_as', audited_content(to_jsonb(old.revoked_as)));
        v_after := v_after || jsonb_build_object('revoked_as', audited_content(to_jsonb(new.revoked_as)));
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
            'certificates',
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

comment on function audit_certificates is
'Trigger: notes a change of a row of certificates in the audit trail.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function audit_certificates from public;
