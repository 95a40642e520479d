"""The indexes that the documents ask for: each is served by one that is there, or waived for a reason."""

from __future__ import annotations

import pytest

from tests.support.factories import Connection

#: table, the columns that the document's index leads with, our index. In brackets: what ours leads with before them,
#: because every query that needs the index says it.
SERVED = [
    ("users", "email", "users_email_key"),
    ("users", "username", "users_username_key"),
    ("users", "created_at", "users_created_at_idx"),
    ("user_wallets", "chain address", "user_wallets_chain_address_key"),
    ("auth_sessions", "user_id", "auth_sessions_user_id_idx"),
    ("auth_sessions", "token_hash", "auth_sessions_token_hash_key"),
    ("auth_sessions", "token_jti", "auth_sessions_token_jti_key"),
    ("auth_sessions", "expires_at", "auth_sessions_expires_at_idx"),
    ("courses", "slug", "courses_slug_key"),
    ("courses", "discipline difficulty", "courses_discipline_difficulty_idx"),
    ("courses", "category", "courses_category_idx"),
    ("courses", "instructor_id", "courses_instructor_id_idx"),
    ("courses", "created_at", "courses_created_at_idx"),
    ("courses", "track difficulty category", "courses_track_difficulty_category_idx"),
    ("course_stats", "average_rating", "course_stats_average_rating_idx"),
    ("lessons", "course_id (parent_lesson_id) position", "lessons_course_id_parent_lesson_id_position_idx"),
    ("lessons", "course_id", "lessons_course_id_slug_key"),
    ("lessons", "content", "lessons_content_idx"),
    ("uploaded_files", "user_id", "uploaded_files_user_id_created_at_id_idx"),
    ("enrollments", "user_id course_id", "enrollments_user_id_course_id_key"),
    ("enrollments", "course_id enrolled_at", "enrollments_course_id_enrolled_at_idx"),
    ("enrollments", "completed_at", "enrollments_completed_at_idx"),
    ("lesson_progress", "enrollment_id", "lesson_progress_enrollment_id_idx"),
    ("lesson_progress", "user_id lesson_id", "lesson_progress_user_id_lesson_id_key"),
    ("lesson_progress", "course_id lesson_id", "lesson_progress_course_id_lesson_id_idx"),
    ("lesson_progress", "user_id completed_at", "lesson_progress_user_id_completed_at_idx"),
    ("quizzes", "lesson_id", "quizzes_lesson_id_key"),
    ("quiz_questions", "quiz_id", "quiz_questions_quiz_id_position_key"),
    ("quiz_attempts", "enrollment_id quiz_id", "quiz_attempts_enrollment_id_quiz_id_attempt_number_key"),
    ("quiz_attempts", "(course_id) quiz_id", "quiz_attempts_course_id_quiz_id_idx"),
    ("exercise_submissions", "user_id submitted_at", "exercise_submissions_user_id_submitted_at_idx"),
    ("exercise_submissions", "(course_id) exercise_id", "exercise_submissions_course_id_exercise_id_idx"),
    ("exercise_submissions", "(course_id) submitted_at", "exercise_submissions_course_id_submitted_at_id_idx"),
    ("exercise_grades", "(course_id) graded_at", "exercise_grades_course_id_graded_at_idx"),
    ("certificates", "enrollment_id", "certificates_enrollment_id_key"),
    ("projects", "user_id project_type created_at", "projects_user_id_project_type_created_at_idx"),
    ("projects", "project_type created_at", "projects_project_type_created_at_idx"),
    ("projects", "created_at", "projects_created_at_idx"),
    ("projects", "view_count", "projects_view_count_idx"),
    ("projects", "like_count", "projects_like_count_idx"),
    ("projects", "nft_token_id", "projects_nft_token_id_key"),
    ("achievements", "achievement_type", "achievements_achievement_type_idx"),
    ("achievements", "metric", "achievements_metric_idx"),
    ("user_achievements", "user_id earned_at", "user_achievements_user_id_earned_at_idx"),
    ("user_achievements", "user_id achievement_id", "user_achievements_user_id_achievement_id_course_id_key"),
    ("user_achievements", "course_id", "user_achievements_course_id_idx"),
    ("user_achievements", "nft_token_id", "user_achievements_nft_token_id_idx"),
    ("user_streaks", "user_id streak_date", "user_streaks_pkey"),
    ("leaderboard_cache", "(generation) all_time_rank", "leaderboard_cache_all_time_rank_idx"),
    ("leaderboard_cache", "(generation) weekly_rank", "leaderboard_cache_weekly_rank_idx"),
    ("coin_transactions", "user_id created_at", "coin_transactions_user_id_created_at_idx"),
    ("coin_transactions", "transaction_type created_at", "coin_transactions_transaction_type_created_at_idx"),
    ("coin_transactions", "blockchain_tx_hash", "coin_transactions_blockchain_tx_hash_key"),
    ("notifications", "user_id created_at", "notifications_user_id_created_at_idx"),
    ("notifications", "user_id", "notifications_unread_idx"),
    ("study_materials", "user_id created_at", "study_materials_user_id_created_at_idx"),
    ("study_materials", "tags", "study_materials_tags_idx"),
    ("content_chunks", "study_material_id chunk_order", "content_chunks_study_material_id_chunk_order_key"),
    ("generated_assets", "study_material_id asset_type", "generated_assets_study_material_id_asset_type_idx"),
    ("generated_assets", "content_chunk_id", "generated_assets_content_chunk_id_study_material_id_idx"),
    ("learning_sessions", "user_id started_at", "learning_sessions_user_id_started_at_idx"),
    ("learning_sessions", "study_material_id", "learning_sessions_study_material_id_user_id_idx"),
    ("interactions", "learning_session_id", "interactions_learning_session_id_user_id_idx"),
    ("interactions", "generated_asset_id", "interactions_generated_asset_id_idx"),
    ("interactions", "user_id created_at", "interactions_user_id_created_at_idx"),
    ("interactions", "created_at", "interactions_created_at_idx"),
    ("user_feedback", "user_id created_at", "user_feedback_user_id_created_at_idx"),
    ("user_feedback", "generated_asset_id feedback_type", "user_feedback_generated_asset_id_feedback_type_idx"),
    ("user_feedback", "interaction_id", "user_feedback_interaction_id_idx"),
    ("progress_metrics", "user_id metric_type recorded_at", "progress_metrics_user_id_metric_type_recorded_at_idx"),
    ("progress_metrics", "learning_session_id", "progress_metrics_learning_session_id_user_id_idx"),
    ("progress_metrics", "recorded_at", "progress_metrics_recorded_at_idx"),
    ("analytics_events", "user_id event_type created_at", "analytics_events_user_id_event_type_created_at_idx"),
    ("analytics_events", "event_type created_at", "analytics_events_event_type_created_at_idx"),
    ("analytics_events", "created_at", "analytics_events_created_at_idx"),
    ("analytics_events", "session_id", "analytics_events_session_id_idx"),
    ("analytics_events", "event_data", "analytics_events_event_data_idx"),
    ("audit_logs", "entity_type entity_id", "audit_logs_entity_type_entity_id_log_number_idx"),
    ("audit_logs", "user_id", "audit_logs_user_id_log_number_idx"),
    ("audit_logs", "action", "audit_logs_action_log_number_idx"),
    ("audit_contexts", "session_id", "audit_contexts_session_id_idx"),
]

#: What is not built, and why. docs/requirements.toml says the same of each demand.
WAIVED = {
    ("users", "role"): "three values; no query reads it alone",
    ("users", "is_approved"): "two values; who waits for approval has a partial index",
    ("users", "is_active"): "two values; no query reads it alone",
    ("users", "deleted_at"): "nearly always null; the unique keys are of the living",
    ("users", "preferences"): "nobody searches by preference, and every edit of a profile would pay",
    ("courses", "is_published"): "two values: the predicate of partial indexes",
    ("courses", "is_active"): "two values: the predicate of partial indexes",
    ("courses", "is_featured"): "two values: the predicate of partial indexes",
    ("courses", "difficulty"): "three values: the second column of the indexes for browsing",
    ("course_stats", "enrollment_count"): "changes with every enrolment",
    ("lessons", "lesson_type"): "a filter within one course",
    ("lessons", "is_active"): "a filter within one course",
    ("enrollments", "last_accessed_at"): "changes with every lesson; a person's few rows are found by the unique key",
    ("enrollments", "progress_percentage"): "changes with every lesson",
    ("projects", "components"): "no query looks into them, and each like would write to it",
    ("projects", "is_public"): "two values: the predicate of partial indexes",
    ("projects", "is_featured"): "two values: the predicate of a partial index",
    ("achievements", "criteria"): "what is looked for in them is the column metric",
    ("achievements", "is_active"): "two values, a few hundred rows",
    ("user_achievements", "achievement_type"): "read with the person, whose rows are few",
    ("coin_transactions", "created_at"): "nobody pages through everyone's",
    ("notifications", "notification_type"): "nobody looks by it alone",
    ("notifications", "priority"): "nobody looks by it alone",
    ("study_materials", "subject_area"): "a filter on one person's few rows",
    ("study_materials", "deleted_at"): "a filter on one person's few rows",
    ("study_materials", "status"): "the predicate of the queue's index; others are most of the table",
    ("study_materials", "created_at"): "after the person, whose lists are the only ones",
    ("content_chunks", "chunk_type"): "looked at within a material",
    ("content_chunks", "relevance_score"): "looked at within a material",
    ("content_chunks", "language"): "looked at within a material",
    ("generated_assets", "status"): "looked at within a material or a model",
    ("generated_assets", "quality_score"): "looked at within a material or a model",
    ("generated_assets", "difficulty_level"): "looked at within a material or a model",
    ("generated_assets", "asset_type"): "after the material",
    ("generated_assets", "created_at"): "after the model that made it",
    ("learning_sessions", "status"): "a few values, and every interaction would write to it",
    ("learning_sessions", "session_type"): "a few values; no query reads it alone",
    ("learning_sessions", "started_at"): "after the person; of all, only of what is still to aggregate",
    ("learning_sessions", "completion_percentage"): "every interaction would write to it",
    ("interactions", "interaction_type"): "three values; no query reads it alone, every insert would pay",
    ("interactions", "is_correct"): "two values; no query reads it alone, every insert would pay",
    ("user_feedback", "rating"): "five values, averaged over an asset",
    ("user_feedback", "feedback_type"): "after the asset",
    ("user_feedback", "created_at"): "after the person",
    ("audit_logs", "is_success"): "two values; failures have a partial index",
    ("audit_logs", "created_at"): "the partition itself; the order of rows is their number",
    ("audit_logs", "entity_id"): "after the kind of row it is",
    ("progress_metrics", "metric_type"): "after the person",
    ("progress_metrics", "time_period"): "a filter on one person's curve",
    ("progress_metrics", "subject_area"): "a filter on one person's curve",
}

Indexes = dict[tuple[str, str], tuple[list[str], bool]]


@pytest.fixture(scope="module")
def indexes(_db_connection: Connection) -> Indexes:
    """The columns of each valid index, in order, an expression as its text; and whether it is of all rows."""
    rows = _db_connection.execute(
        """select i.indrelid::regclass::text, i.indexrelid::regclass::text,
                array_agg(pg_get_indexdef(i.indexrelid, k.nth, true) order by k.nth), i.indpred is null
            from pg_index as i cross join generate_series(1, i.indnkeyatts) as k (nth)
            where i.indisvalid and i.indrelid in (
                select oid from pg_class where relnamespace = current_schema()::regnamespace and not relispartition
            )
            group by i.indrelid, i.indexrelid, i.indpred is null"""
    ).fetchall()
    _db_connection.rollback()
    return {(table, index): (columns, is_whole) for table, index, columns, is_whole in rows}


@pytest.mark.parametrize(("table", "columns", "index"), SERVED)
def test_what_serves_it(indexes: Indexes, table: str, columns: str, index: str) -> None:
    due = [column.strip("()") for column in columns.split()]
    led = indexes[table, index][0][: len(due)]
    # lower(email), lessons.content as jsonb_path_ops: the column is in it.
    assert [column in text for column, text in zip(due, led, strict=True)] == [True] * len(due)


def test_what_is_waived_is_not_there(indexes: Indexes) -> None:
    """A waiver that is no longer true is taken off the list."""
    leading = {(table, columns[0]) for (table, _), (columns, is_whole) in indexes.items() if is_whole}
    assert [column for column in WAIVED if column in leading] == []
