-- guard_certificate: a certificate says for ever what it said: it is revoked, once, and nothing else of it changes but
-- where its PDF is kept. And the name of a person who was erased goes.
--
-- called by  before-update and before-delete row triggers of certificates
-- requires   only_blanks
-- errors     PA409 anything else
create or replace function guard_certificate()
returns trigger
language plpgsql
volatile
security invoker
set search_path from current
as $$
#variable_conflict use_column
declare
    v_open text[] := array['pdf_path', 'updated_at', 'is_revoked'];
begin
    if tg_op = 'UPDATE' then
        if old.revoked_at is null then
            v_open := v_open || array['revoked_at', 'revoked_by', 'revoked_as', 'revocation_reason'];
        end if;

        if (to_jsonb(new) - v_open) = (to_jsonb(old) - v_open) or only_blanks(
            p_table_name => 'certificates', p_user_id => old.user_id, p_old => to_jsonb(old), p_new => to_jsonb(new)
        ) then
            return new;
        end if;
    end if;

    raise exception 'a certificate is never changed'
        using errcode = 'PA409', detail = format('command = %s, certificate = %s', lower(tg_op), old.id),
            hint = 'Revoke it with revoke_certificate, replace it with reissue_certificate.';
end;
$$;

comment on function guard_certificate is 'Trigger: refuses to change a certificate other than by revoking it.';
-- Granted to nobody: a trigger needs no EXECUTE.
revoke all on function guard_certificate from public;
