-- Table privileges of pgacademy_admin: administrators read everything but secrets, and change it through procedures.
-- (Execution of functions and reading of views are granted where those are made. One block per domain.)

-- operations
-- Not archive_chunks: read_archive() is for the back end.
grant select on table platform_settings, job_runs, retention_policies, archives, chain_totals to pgacademy_admin;
-- The trail and its seals; nobody writes them.
grant select on table audit_logs, audit_contexts, audit_seals to pgacademy_admin;

-- identity
grant select on table users, public_profiles, user_wallets to pgacademy_admin;
grant select (
    id, family_id, user_id, token_jti, ip_address, user_agent, created_at, last_accessed_at, expires_at, rotated_at,
    revoked_at, revoked_reason
) on table auth_sessions to pgacademy_admin;

-- catalog
-- Read only: staff write through procedures.
grant select on table
    courses, course_stats, course_prerequisites, lessons, lesson_prerequisites, uploaded_files
to pgacademy_admin;

-- learning
grant select on table enrollments, lesson_progress to pgacademy_admin;

-- gamification
-- Read only: everything here moves through procedures. Not xp_rank_buckets, xp_rank_deltas: live_rank() reads them.
grant select on table
    levels, achievement_metrics, achievements, xp_events, user_stats, user_achievements, user_streaks,
    leaderboard_cache, leaderboard_generation
to pgacademy_admin;

-- coins
-- Read only: coins move through procedures.
grant select on table coin_accounts, coin_transactions, coin_postings to pgacademy_admin;

-- assessment
-- Read only: staff write through procedures, learners too.
grant select on table quizzes, quiz_questions, quiz_question_keys, quiz_attempts to pgacademy_admin;
grant select on table exercises, exercise_submissions, exercise_grades to pgacademy_admin;

-- chain
-- Read only: transactions and requests move through procedures.
grant select on table chain_transactions, faucet_requests to pgacademy_admin;

-- credentials
-- Read only: certificates are issued and revoked by procedures.
grant select on table certificates, nft_certificates to pgacademy_admin;

-- projects
-- Read only: projects and likes move through procedures.
grant select on table projects, project_likes to pgacademy_admin;

-- community
-- Read only: people write through procedures. What others are told is not for administrators.
grant select on table discussions, discussion_stats, replies, discussion_votes to pgacademy_admin;

-- study
-- Read only: people and the back end write through procedures.
grant select on table
    study_materials, content_chunks, generated_assets, learning_sessions, interactions, user_feedback,
    progress_metrics, review_cards, review_logs
to pgacademy_admin;
