-- erase_user: a person is forgotten. Call it until is_done: it takes three steps, each in a transaction of its own, and a call
-- goes on where the last one stopped.
--
--     closed   the person's row says no more who they are, their sessions have ended, and nothing can be done or
--              written as them or about them any more (require_user, refuse_erased_user)
--     quiet    whoever was still at it has ended: the step waits for them, and holds nothing while it does
--     erased   everything is deleted or blanked as column_catalogue() says
--
-- In one transaction the first step would be seen by nobody before the third was over, and what was written in between
-- would stay; and a lock that waits for writers while it holds rows they need would deadlock. A second call within one
-- transaction therefore changes nothing. Called again after the end it looks through everything once more.
--
-- What stays stays under the person's id: places in threads, progress, scores, ledgers, votes: what others have built
-- upon and what counters are counted from. Nothing of anybody else's is deleted. With p_keep_certificates the
-- certificates go on naming the person and stay valid; else they are revoked and blanked. The choice can be taken back
-- later, not made later.
--
-- called by  back end
-- requires   require_service, guard_last_admin, end_sessions, erase_rows, erase_quotes, withdraw_certificate,
--            advance_chain_transaction, column_catalogue, write_audit, verified_identity
-- errors     PA403 not the service · PA404 no such person · PA409 the last administrator; certificates that are gone
create or replace function erase_user(
    p_user_id uuid,
    p_keep_certificates boolean default null
)
returns table (step text, is_done boolean)
language plpgsql
volatile
security definer -- writes nearly every table, and no platform role may write any
set search_path from current
as $$
#variable_conflict use_column
declare
    -- The order in which rows are locked everywhere (CONVENTIONS.md), as far as it matters; the others follow.
    v_lock_order constant text[] := array[
        'idempotency_keys', 'users', 'enrollments', 'lesson_progress', 'quiz_attempts', 'exercise_submissions',
        'certificates', 'projects', 'discussions', 'replies', 'xp_events', 'coin_transactions', 'user_stats',
        'chain_transactions', 'faucet_requests', 'nft_certificates', 'notification_deliveries', 'notifications'
    ];
    v_now timestamptz := now();
    v_erasure erasures;
    v_item record;
begin
    perform require_service();

    select e.* into v_erasure from erasures as e where e.user_id = p_user_id for update;

    if not found then
        perform guard_last_admin(p_user_id);

        if not exists (select from users as u where u.id = p_user_id) then
            raise exception 'there is no such person'
                using errcode = 'PA404', detail = format('user_id = %s', p_user_id), hint = 'Check the id.';
        end if;

        insert into erasures (user_id, keeps_certificates)
        values (p_user_id, coalesce(p_keep_certificates, false))
        on conflict (user_id) do nothing;

        if found then
            perform write_audit(
                p_action => 'operations.erase_user', p_entity_type => 'users', p_entity_id => p_user_id::text
            );

            -- Only who is deleted may be without a name.
            update users as u
            set
                is_active = false,
                email_verified = false,
                show_on_leaderboard = false,
                deleted_at = coalesce(u.deleted_at, v_now)
            where u.id = p_user_id;

            perform erase_rows(p_table_name => 'users', p_user_id => p_user_id);

            update users as u set erased_at = v_now where u.id = p_user_id;

            perform end_sessions(p_user_id, null, 'deactivated');
        end if;

        return query select 'closed', false;
        return;
    end if;

    if p_keep_certificates and not v_erasure.keeps_certificates then
        raise exception 'the certificates are not kept'
            using errcode = 'PA409', detail = format('user_id = %s', p_user_id),
                hint = 'It was chosen when the erasure began.';
    end if;

    -- Nobody else has seen the step before.
    if v_erasure.stepped_at = v_now then
        return query select v_erasure.step, v_erasure.step = 'erased';
        return;
    end if;

    if v_erasure.step = 'closed' then
        -- Waits for everyone who came by require_unerased() before the door was closed, and for nothing else.
        perform from users as u where u.id = p_user_id for update;

        update erasures as e set step = 'quiet', stepped_at = v_now where e.user_id = p_user_id;

        return query select 'quiet', false;
        return;
    end if;

    -- The address of a request that is nobody's may be the person's: what follows is noted without.
    if verified_identity() is null then
        perform set_config('pgacademy.' || n.name, '', true)
        from unnest(array['ip_address', 'user_agent', 'request_id', 'session_id']) as n (name);
    end if;

    if v_erasure.keeps_certificates and not p_keep_certificates then
        update erasures as e set keeps_certificates = false where e.user_id = p_user_id;
        v_erasure.keeps_certificates := false;
    end if;

    if not v_erasure.keeps_certificates then
        perform from enrollments as e where e.user_id = p_user_id order by e.id for no key update;

        perform withdraw_certificate(p_certificate_id => f.id, p_actor => null, p_reason => '[erased]')
        from certificates as f
        where f.user_id = p_user_id and f.revoked_at is null;
    end if;

    update projects as p set is_public = false, is_featured = false where p.user_id = p_user_id and p.is_public;

    perform erase_quotes(p_user_id => p_user_id);

    for v_item in
        select t.table_name
        from jsonb_each(column_catalogue()) as t (table_name, entry)
        where t.entry ? 'person'
            and not (v_erasure.keeps_certificates and coalesce(t.entry ->> 'erased' = 'unless kept', false))
        order by array_position(v_lock_order, t.table_name), t.table_name
    loop
        -- What was not sent yet will not be: to nowhere, for nobody.
        if v_item.table_name = 'chain_transactions' then
            perform advance_chain_transaction(
                p_transaction_id => t.id, p_status => 'failed', p_failure_reason => '[erased]'
            )
            from chain_transactions as t
            where t.user_id = p_user_id and t.status = 'pending';
        end if;

        perform erase_rows(p_table_name => v_item.table_name, p_user_id => p_user_id);
    end loop;

    -- A month on its way out is seen in its table no more, and may wait long until it is gone. Meanwhile nobody drops it.
    for v_item in
        select a.table_name, a.partition_name
        from archives as a
        where a.status = 'retiring'
            and column_catalogue() -> a.table_name ? 'person'
            and to_regclass(quote_ident(a.partition_name)) is not null
        order by a.id
        for share
    loop
        perform erase_rows(
            p_table_name => v_item.table_name, p_user_id => p_user_id, p_stored_in => v_item.partition_name
        );
    end loop;

    update erasures as e
    set step = 'erased', stepped_at = v_now, finished_at = coalesce(e.finished_at, v_now)
    where e.user_id = p_user_id;

    return query select 'erased', true;
end;
$$;

comment on function erase_user is
'Forgets a person in three steps, one a call; certificates stay valid if they chose so. Call it until is_done.';
revoke all on function erase_user from public;
grant execute on function erase_user to pgacademy_service;
