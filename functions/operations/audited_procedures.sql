-- audited_procedures: the procedures whose every call is in the audit trail, and the row that a call is about: the table
-- and the argument that names it. This is the one list of them.
--
-- They note their success themselves (write_audit). A call that fails is rolled back and so is its note: the library
-- notes it in a new transaction, with log_failure(). A procedure is here when it decides what people may do, ends or
-- proves something, changes what was earned, or hands out what is encrypted or all that there is of somebody. Those that
-- only add to a ledger are not: it tells the same.
--
-- called by  log_failure; the generator of the client
-- errors     none
create or replace function audited_procedures()
returns table (action text, entity_type text, argument text)
language sql
immutable
parallel safe
security invoker
set search_path from current
as $$
    values
    ('identity.open_session', 'users', 'p_user_id'),
    ('identity.rotate_session', 'users', null),
    ('identity.revoke_session', 'users', 'p_user_id'),
    ('identity.set_password', 'users', 'p_user_id'),
    ('identity.set_role', 'users', 'p_user_id'),
    ('identity.approve_instructor', 'users', 'p_user_id'),
    ('identity.deactivate_user', 'users', 'p_user_id'),
    ('identity.reactivate_user', 'users', 'p_user_id'),
    ('identity.verify_email', 'users', 'p_user_id'),
    ('identity.verify_wallet', 'user_wallets', 'p_wallet_id'),
    ('identity.store_encrypted_field', 'users', 'p_user_id'),
    ('identity.read_encrypted_field', 'users', 'p_user_id'),
    ('identity.stale_encrypted_fields', 'user_encrypted_fields', null),
    ('identity.add_signing_key', 'signing_keys', 'p_key_id'),
    ('identity.retire_signing_key', 'signing_keys', 'p_key_id'),
    ('catalog.publish_course', 'courses', 'p_course_id'),
    ('catalog.unpublish_course', 'courses', 'p_course_id'),
    ('catalog.delete_course', 'courses', 'p_course_id'),
    ('assessment.grade_submission', 'exercise_submissions', 'p_submission_id'),
    ('assessment.regrade_quiz', 'quizzes', 'p_quiz_id'),
    ('credentials.issue_certificate', 'enrollments', 'p_enrollment_id'),
    ('credentials.reissue_certificate', 'certificates', 'p_certificate_id'),
    ('credentials.revoke_certificate', 'certificates', 'p_certificate_id'),
    ('gamification.define_achievement', 'achievements', null),
    ('gamification.reverse_xp', 'xp_events', 'p_event_id'),
    ('coins.reverse_coins', 'coin_transactions', 'p_transaction_id'),
    ('community.announce', 'courses', 'p_course_id'),
    ('community.moderate_discussion', 'discussions', 'p_discussion_id'),
    ('operations.erase_user', 'users', 'p_user_id'),
    ('operations.export_user', 'users', 'p_user_id'),
    ('operations.export_my_data', 'users', null),
    ('operations.set_setting', 'platform_settings', 'p_key'),
    ('operations.repair_counters', 'school', null);
$$;

comment on function audited_procedures is 'Internal: the procedures whose calls are in the audit trail, and the rows they are about.';
-- Granted to nobody: a definition.
revoke all on function audited_procedures from public;
