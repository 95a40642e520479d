-- make_certificates: writes certificates for completed enrolments of different people, and counts them.
--
-- The caller holds the enrolments, gives them in the order of their people's ids, and knows that none has a valid
-- certificate. The enrolments are updated here: an older snapshot that wants to do the same fails with 40001. p_replaced is
-- the certificate that a single one stands for.
--
-- Number and code are parts of one SHA-256 over 244 random bits, so that the number, which everybody may read, says nothing
-- about the code.
--
-- called by  make_certificate, grant_certificates
-- requires   count_deeds
-- errors     those of count_deeds
create or replace function make_certificates(
    p_enrollment_ids uuid[],
    p_issued_by uuid,
    p_occurred_at timestamptz[],
    p_replaced certificates default null
)
returns table (certificate_id uuid, user_id uuid, achievements jsonb, xp_awarded integer)
language plpgsql
volatile
security invoker
set search_path from current
set plan_cache_mode = force_generic_plan -- planned anew for each list, sets of one would pay for it
set enable_seqscan = off -- rows by their keys: a plan for ten would read all of a small table
as $$
#variable_conflict use_column
declare
    v_now timestamptz := now();
    v_made record;
begin
    with drawn as materialized (
        select e.*, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) as random
        from enrollments as e
        where e.id = any(p_enrollment_ids)
    ),

    made as (
        insert into certificates as f
        (
            enrollment_id, user_id, course_id, certificate_number, verification_code, recipient_name, course_title,
            completed_at, issued_at, issued_by, replaces_id
        )
        select
            d.id, d.user_id, d.course_id,
            to_char(v_now at time zone 'UTC', 'YYYY-')
            || rtrim(regexp_replace(upper(encode(substr(d.random, 21, 8), 'hex')), '(....)', E'\\1-', 'g'), '-'),
            encode(substr(d.random, 1, 20), 'hex'),
            left(
                coalesce(
                    nullif(btrim(u.full_name), ''),
                    nullif(btrim(concat_ws(' ', u.first_name, u.last_name)), ''),
                    u.username,
                    'Unnamed'
                ), 255
            ),
            coalesce((p_replaced).course_title, left(coalesce(nullif(btrim(c.title), ''), c.slug), 500)),
            coalesce((p_replaced).completed_at, d.completed_at),
            v_now, p_issued_by, (p_replaced).id
        from drawn as d
        inner join users as u on u.id = d.user_id
        inner join courses as c on c.id = d.course_id
        returning f.id, f.user_id
    )

    select array_agg(m.id order by m.user_id) as ids, array_agg(m.user_id order by m.user_id) as user_ids
    into v_made
    from made as m;

    update enrollments as e set certificate_issued_at = v_now where e.id = any(p_enrollment_ids);

    return query
    select v_made.ids[d.nth], d.user_id, d.achievements, d.xp_awarded
    from count_deeds(
        p_user_ids => v_made.user_ids, p_metric => 'certificates_earned', p_by => 1, p_occurred_at => p_occurred_at
    ) with ordinality as d (user_id, achievements, xp_awarded, nth);
end;
$$;

comment on function make_certificates is 'Internal: writes certificates for completed enrolments, and counts them.';
-- Granted to nobody: procedures decide who gets one.
revoke all on function make_certificates from public;
