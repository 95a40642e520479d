-- Table privileges of pgacademy_instructor: instructors. What they may see of a table is decided by its policies.
-- (Execution of functions and reading of views are granted where those are made. One block per domain.)
-- Instructors never insert or delete, and update nothing but the columns named here.

-- operations
-- nothing

-- identity
grant select on table users, public_profiles, user_settings, user_wallets to pgacademy_instructor;
-- Not role, approval, verification, activity, email, username or metadata: those move through procedures.
grant update (
    full_name, first_name, last_name, avatar_url, avatar_emoji, bio, phone_number, preferences, show_on_leaderboard
) on table users to pgacademy_instructor;
-- Not timezone: a streak is settled before its days are counted in another zone, by update_settings().
grant update (email_notifications, push_notifications, theme, language) on table user_settings to pgacademy_instructor;
-- Without token_hash: what is never read cannot be guessed at.
grant select (
    id, family_id, user_id, token_jti, ip_address, user_agent, created_at, last_accessed_at, expires_at, rotated_at,
    revoked_at, revoked_reason
) on table auth_sessions to pgacademy_instructor;

-- catalog
-- Read only: staff write through procedures.
grant select on table courses, course_stats, course_prerequisites, lessons, lesson_prerequisites to pgacademy_instructor;
-- Of files not what they were called at home, their folder and their place in the store: list_files() shows one's own.
grant select (
    id, user_id, filename, file_url, file_type, mime_type, file_size, is_public, created_at, updated_at
) on table uploaded_files to pgacademy_instructor;

-- learning
-- Of the learners of their courses, without the notes these write for themselves.
grant select on table enrollments to pgacademy_instructor;
grant select (
    id, enrollment_id, user_id, course_id, lesson_id, status, started_at, completed_at, time_spent_seconds,
    completion_percentage, score, xp_earned, created_at, updated_at
) on table lesson_progress to pgacademy_instructor;

-- gamification
-- Read only: everything here moves through procedures. Not xp_rank_buckets, xp_rank_deltas: live_rank() reads them. Not
-- leaderboard_cache either: it lists who opted out since the last refresh; leaderboard_page() leaves them out.
grant select on table
    levels, achievement_metrics, achievements, xp_events, user_stats, user_achievements, user_streaks,
    leaderboard_generation
to pgacademy_instructor;

-- coins
-- Read only: coins move through procedures.
grant select on table coin_accounts, coin_transactions, coin_postings to pgacademy_instructor;

-- assessment
-- Read only: staff write through procedures. Keys of their own courses only.
grant select on table quizzes, quiz_questions, quiz_question_keys, quiz_attempts to pgacademy_instructor;
grant select on table exercises, exercise_submissions, exercise_grades to pgacademy_instructor;

-- chain
grant select on table chain_transactions to pgacademy_instructor;
-- Not from which address somebody asked: nobody needs to see it again.
grant select (
    id, user_id, hedera_account_id, amount_hbar, transaction_id, status, requested_at, completed_at
) on table faucet_requests to pgacademy_instructor;

-- credentials
-- Read only: certificates are issued and revoked by procedures. Not the code: it is the holder's to show.
grant select (
    id, enrollment_id, user_id, course_id, certificate_number, recipient_name, course_title, completed_at, issued_at,
    issued_by, replaces_id, pdf_path, is_revoked, revoked_at, revoked_by, revoked_as, revocation_reason,
    created_at, updated_at
) on table certificates to pgacademy_instructor;
grant select on table nft_certificates to pgacademy_instructor;

-- projects
-- Read only: projects and likes move through procedures.
grant select on table projects, project_likes to pgacademy_instructor;

-- community
-- Read only: people write through procedures.
grant select on table discussions, discussion_stats, replies, discussion_votes to pgacademy_instructor;
grant select on table notifications, notification_preferences to pgacademy_instructor;

-- study
-- nothing: what people study is theirs alone. Whoever teaches studies as a learner.
