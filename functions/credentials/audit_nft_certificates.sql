-- audit_nft_certificates: the trigger that notes a change of a row of nft_certificates in audit_logs.
--
-- Of an update only the columns that changed; of an insert or a delete those that are not null; redacted as
-- column_catalogue() says. How the row of the trail comes about is told in write_audit.sql.
--
-- Written by `make generate`: change column_catalogue(), or audit_trigger.sql.j2. One function for all tables, which takes
-- both rows apart as JSON, compares them at three times the cost (benchmarks/README.md).
--
-- called by  triggers of nft_certificates
-- requires   verified_identity, add_audit_context, audited_content, audited_presence
-- errors     28000 from verified_identity
create or replace function audit_nft_certificates()
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

    if old.certificate_id is distinct from new.certificate_id then
        v_before := v_before || jsonb_build_object('certificate_id', old.certificate_id);
        v_after := v_after || jsonb_build_object('certificate_id', new.certificate_id);
    end if;

    if old.user_id is distinct from new.user_id then
        v_before := v_before || jsonb_build_object('user_id', old.user_id);
        v_after := v_after || jsonb_build_object('user_id', new.user_id);
    end if;

    if old.course_id is distinct from new.course_id then
        v_before := v_before || jsonb_build_object('course_id', old.course_id);
        v_after := v_after || jsonb_build_object('course_id', new.course_id);
    end if;

    if old.transaction_id is distinct from new.transaction_id then
        v_before := v_before || jsonb_build_object('transaction_id', old.transaction_id);
        v_after := v_after || jsonb_build_object('transaction_id', new.transaction_id);
    end if;

    if old.chain is distinct from new.chain then
        v_before := v_before || jsonb_build_object('chain', audited_content(to_jsonb(old.chain)));
        v_after := v_after || jsonb_build_object('chain', audited_content(to_jsonb(new.chain)));
    end if;

    if old.network is distinct from new.network then
        v_before := v_before || jsonb_build_object('network', audited_content(to_jsonb(old.network)));
        v_after := v_after || jsonb_build_object('network', audited_content(to_jsonb(new.network)));
    end if;

    if old.collection_id is distinct from new.collection_id then
        v_before := v_before || jsonb_build_object('collection_id', audited_content(to_jsonb(old.collection_id)));
        v_after := v_after || jsonb_build_object('collection_id', audited_content(to_jsonb(new.collection_id)));
    end if;

    if old.token_id is distinct from new.token_id then
        v_before := v_before || jsonb_build_object('token_id', audited_content(to_jsonb(old.token_id)));
        v_after := v_after || jsonb_build_object('token_id', audited_content(to_jsonb(new.token_id)));
    end if;

    if old.serial_number is distinct from new.serial_number then
        v_before := v_before || jsonb_build_object('serial_number', old.serial_number);
        v_after := v_after || jsonb_build_object('serial_number', new.serial_number);
    end if;

    if old.metadata is distinct from new.metadata then
        v_before := v_before || jsonb_build_object('metadata', audited_presence(old.metadata is not null));
        v_after := v_after || jsonb_build_object('metadata', audited_presence(new.metadata is not null));
    end if;

    if old.metadata_uri is distinct from new.metadata_uri then
        v_before := v_before || jsonb_build_object('metadata_uri', audited_presence(old.metadata_uri is not null));
        v_after := v_after || jsonb_build_object('metadata_uri', audited_presence(new.metadata_uri is not null));
    end if;

    if old.status is distinct from new.status then
        v_before := v_before || jsonb_build_object('status', audited_content(to_jsonb(old.status)));
        v_after := v_after || jsonb_build_object('status', audited_content(to_jsonb(new.status)));
    end if;

    if old.minted_at is distinct from new.minted_at then
        v_before := v_before || jsonb_build_object('minted_at', old.minted_at);
        v_after := v_after || jsonb_build_object('minted_at', new.minted_at);
    end if;

    if old.issued_at is distinct from new.issued_at then
        v_before := v_before || jsonb_build_object('issued_at', old.issued_at);
        v_after := v_after || jsonb_build_object('issued_at', new.issued_at);
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
            'nft_certificates',
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

comment on function audit_nft_certificates is
'Trigger: notes a change of a row of nft_certificates in the audit trail.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function audit_nft_certificates from public;
