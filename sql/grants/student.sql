-- Table privileges of pgacademy_student: learners. What they may see of a table is decided by its policies.
-- (Execution of functions and reading of views are granted where those are made. One block per domain.)
-- Learners never insert or delete, and update nothing but the columns named here.

-- operations
-- nothing

-- identity
grant select on table users, public_profiles, user_settings, user_wallets to pgacademy_student;
-- Not role, approval, verification, activity, email, username or metadata: those move through procedures.
grant update (
    full_name, first_name, last_name, avatar_url, avatar_emoji, bio, phone_number, preferences, show_on_leaderboard
) on table users to pgacademy_student;
-- Not timezone: a streak is settled before its days are counted in another zone, by update_settings().
grant update (email_notifications, push_notifications, theme, language) on table user_settings to pgacademy_student;
-- Without token_hash: what is never read cannot be guessed at.
grant select (
    id, family_id, user_id, token_jti, ip_address, user_agent, created_at, last_accessed_at, expires_at, rotated_at,
    revoked_at, revoked_reason
) on table auth_sessions to pgacademy_student;

-- catalog
-- Read only: staff write through procedures.
grant select on table courses, course_stats, course_prerequisites, lessons, lesson_prerequisites to pgacademy_student;
-- Of files not what they were called at home, their folder and their place in the store: list_files() shows one's own.
grant select (
    id, user_id, filename, file_url, file_type, mime_type, file_size, is_public, created_at, updated_at
) on table uploaded_files to pgacademy_student;

-- learning
grant select on table enrollments, lesson_progress to pgacademy_student;
-- Nothing of what was reached: only what they write themselves.
grant update (notes) on table lesson_progress to pgacademy_student;

-- gamification
-- Read only: everything here moves through procedures. Not xp_rank_buckets, xp_rank_deltas: live_rank() reads them. Not
-- leaderboard_cache either: it lists who opted out since the last refresh; leaderboard_page() leaves them out.
grant select on table
    levels, achievement_metrics, achievements, xp_events, user_stats, user_achievements, user_streaks,
    leaderboard_generation
to pgacademy_student;

-- coins
-- Read only: coins move through procedures.
grant select on table coin_accounts, coin_transactions, coin_postings to pgacademy_student;

-- assessment
grant select on table quizzes to pgacademy_student;
-- Not grading: points per question would tell what is right; review_quiz() shows them when the quiz allows it. No
-- questions before an attempt, and no keys ever.
grant select (
    id, enrollment_id, user_id, course_id, quiz_id, attempt_number, status, started_at, deadline_at, question_ids,
    answers, submitted_at, graded_at, closed_by, score, max_score, percentage, is_passed, first_pass,
    time_taken_seconds, created_at, updated_at
) on table quiz_attempts to pgacademy_student;
-- The rubric too: it says what is looked at.
grant select on table exercises, exercise_submissions, exercise_grades to pgacademy_student;

-- chain
grant select on table chain_transactions to pgacademy_student;
-- Not from which address somebody asked: nobody needs to see it again.
grant select (
    id, user_id, hedera_account_id, amount_hbar, transaction_id, status, requested_at, completed_at
) on table faucet_requests to pgacademy_student;

-- credentials
-- Read only: certificates are issued and revoked by procedures.
grant select on table certificates, nft_certificates to pgacademy_student;

-- projects
-- Read only: projects and likes move through procedures.
grant select on table projects, project_likes to pgacademy_student;

-- community
-- Read only: people write through procedures.
grant select on table discussions, discussion_stats, replies, discussion_votes to pgacademy_student;
grant select on table notifications, notification_preferences to pgacademy_student;

-- study
-- Read only: people and the back end write through procedures.
grant select on table
    study_materials, content_chunks, generated_assets, learning_sessions, interactions, user_feedback,
    progress_metrics, review_cards, review_logs
to pgacademy_student;
