-- credential_findings: what is wrong with certificates and their tokens.
--
-- called by  verify_integrity
-- requires   nft_status
-- errors     none
create or replace function credential_findings()
returns table (check_name text, table_name text, row_id text, expected text, actual text)
language sql
stable
security invoker
set search_path from current
as $$
    select
        'enrollments.certificate_issued_at', 'enrollments', e.id::text,
        coalesce(f.issued_at::text, 'none'), coalesce(e.certificate_issued_at::text, 'none')
    from enrollments as e
    left join certificates as f on f.enrollment_id = e.id and f.revoked_at is null
    where e.certificate_issued_at is distinct from f.issued_at
    union all
    select 'certificates.enrollment_id', 'certificates', f.id::text, 'a completed enrolment', e.status
    from certificates as f
    inner join enrollments as e on e.id = f.enrollment_id
    where f.revoked_at is null and e.status <> 'completed'
    union all
    select 'nft_certificates.status', 'nft_certificates', n.id::text, nft_status(t.status), n.status
    from nft_certificates as n
    inner join chain_transactions as t on t.id = n.transaction_id
    where nft_status(t.status) <> n.status
    union all
    select
        'nft_certificates.transaction_id', 'nft_certificates', n.id::text,
        concat_ws(' ', 'nft_mint', n.chain, n.network, n.user_id, n.course_id),
        concat_ws(' ', t.tx_type, t.chain, t.network, t.user_id, t.course_id)
    from nft_certificates as n
    inner join chain_transactions as t on t.id = n.transaction_id
    where
        (t.tx_type, t.chain, t.network, t.user_id, t.course_id)
        is distinct from ('nft_mint', n.chain, n.network, n.user_id, n.course_id);
$$;

comment on function credential_findings is 'Internal: what verify_integrity says of certificates and their tokens.';
-- Granted to nobody: it reads other people's rows.
revoke all on function credential_findings from public;
