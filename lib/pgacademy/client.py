"""Every stored procedure that a platform role may call, as a typed method.

Written by `python -m pgacademy.generate` from the catalogue of a migrated school. Do not edit it: edit the SQL.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from typing import TypeAlias, cast
from uuid import UUID

from pgacademy.client_base import AsyncSessionBase, Json, Procedure, SessionBase

Inet: TypeAlias = IPv4Address | IPv4Interface | IPv6Address | IPv6Interface

__all__ = [  # noqa: RUF022 - sorted, for us
    "AsyncSession",
    "Session",
    "ActivePeople",
    "AddLesson",
    "AdvanceChainTransaction",
    "ApplyAchievement",
    "ApplyRetention",
    "AuditTrail",
    "AwardCoins",
    "AwardXp",
    "BeginRetirement",
    "BuyStreakFreeze",
    "CheckAchievements",
    "ClaimDeliveries",
    "CohortRetention",
    "CoinHistory",
    "CompleteLesson",
    "ConfirmBlockchainCoins",
    "CreateCourse",
    "CreateProject",
    "DropCourse",
    "DueCards",
    "DueJobs",
    "EndStudySession",
    "Engagement",
    "EngagementPage",
    "Enroll",
    "EnsurePartitions",
    "EraseUser",
    "ExplainAchievement",
    "ExportMyData",
    "ExportUser",
    "FailBlockchainCoins",
    "FindLogin",
    "GradeSubmission",
    "GrantMissingCoins",
    "GrantStreakFreeze",
    "IssueCertificate",
    "IssueMissingCertificates",
    "LeaderboardAround",
    "LeaderboardPage",
    "LeaderboardTop",
    "LearningFunnel",
    "LikeProject",
    "ListArchives",
    "ListDiscussions",
    "ListFiles",
    "ListNotifications",
    "ListPartitions",
    "ListProjects",
    "ListReplies",
    "MaintenanceJobs",
    "MarkSolution",
    "MintCertificate",
    "MintProject",
    "ModerateDiscussion",
    "MonthlyGrowth",
    "MyAuditTrail",
    "OpenChainTransactions",
    "OpenDiscussion",
    "PostReply",
    "PreviewAchievement",
    "QuizItemAnalysis",
    "RateCourse",
    "ReadArchive",
    "ReadEncryptedField",
    "RecordBlockchainCoins",
    "RecordChainTransaction",
    "RecordCompletion",
    "RecordCompletions",
    "RecordDrop",
    "RecordEnrollment",
    "RecordInteraction",
    "RecordReview",
    "RecordStart",
    "RefreshLeaderboard",
    "RegradeQuiz",
    "RemoveFile",
    "RepairCounters",
    "RequestFaucet",
    "ResumeLesson",
    "RetirePartitions",
    "ReverseCoins",
    "ReverseXp",
    "ReviewCard",
    "ReviewQuiz",
    "RotateSession",
    "SealAuditLogs",
    "SearchCourses",
    "SearchDiscussions",
    "StaleEncryptedFields",
    "StartDiscussion",
    "StartExercise",
    "StartLesson",
    "StartQuiz",
    "SubmitExercise",
    "SubmitQuiz",
    "TransferCoins",
    "UnlikeProject",
    "UpdateCourse",
    "UpdateLesson",
    "VerifyAuditSeals",
    "VerifyCertificate",
    "VerifyIntegrity",
    "Vote",
]


@dataclass(frozen=True, slots=True)
class ActivePeople:
    """What active_people() returns, row by row."""

    activity_date: dt.date
    daily_active: int
    weekly_active: int
    monthly_active: int
    stickiness: Decimal | None


@dataclass(frozen=True, slots=True)
class AddLesson:
    """What add_lesson() returns."""

    lesson_id: UUID
    slug: str
    lesson_position: int


@dataclass(frozen=True, slots=True)
class AdvanceChainTransaction:
    """What advance_chain_transaction() returns."""

    status: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class ApplyAchievement:
    """What apply_achievement() returns."""

    people: int
    granted: int
    xp_awarded: int
    last_user_id: UUID | None
    is_done: bool


@dataclass(frozen=True, slots=True)
class ApplyRetention:
    """What apply_retention() returns, row by row."""

    subject: str | None
    row_count: int | None


@dataclass(frozen=True, slots=True)
class AuditTrail:
    """What audit_trail() returns, row by row."""

    log_number: int
    created_at: dt.datetime
    user_id: UUID | None
    acted_as: str
    login: str
    action: str
    entity_type: str
    entity_id: str | None
    old_values: Json
    new_values: Json
    is_success: bool
    error_code: str | None
    ip_address: Inet | None
    user_agent: str | None
    request_id: str | None
    session_id: str | None


@dataclass(frozen=True, slots=True)
class AwardCoins:
    """What award_coins() returns."""

    balance: int
    awarded: int


@dataclass(frozen=True, slots=True)
class AwardXp:
    """What award_xp() returns."""

    total_xp: int
    current_level: int
    awarded: int


@dataclass(frozen=True, slots=True)
class BeginRetirement:
    """What begin_retirement() returns, row by row."""

    archive_id: UUID | None
    table_name: str | None
    partition_name: str | None
    is_attached: bool | None
    is_detaching: bool | None


@dataclass(frozen=True, slots=True)
class BuyStreakFreeze:
    """What buy_streak_freeze() returns."""

    transaction_id: UUID
    price: int
    balance: int
    streak_freezes: int
    current_streak: int


@dataclass(frozen=True, slots=True)
class CheckAchievements:
    """What check_achievements() returns, row by row."""

    achievement_id: UUID
    course_id: UUID | None
    title: str
    xp_reward: int


@dataclass(frozen=True, slots=True)
class ClaimDeliveries:
    """What claim_deliveries() returns, row by row."""

    notification_id: UUID
    user_id: UUID
    email: str | None
    notification_type: str
    title: str
    message: str
    priority: str
    action_url: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class CohortRetention:
    """What cohort_retention() returns, row by row."""

    cohort: dt.date
    cohort_size: int
    period: int
    active_people: int
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class CoinHistory:
    """What coin_history() returns, row by row."""

    transaction_id: UUID
    created_at: dt.datetime
    transaction_type: str
    amount: int
    change: int | None
    description: str | None
    other_id: UUID | None
    other_username: str | None
    other_full_name: str | None
    related_object_type: str | None
    related_object_id: UUID | None
    reverses_id: UUID | None
    status: str


@dataclass(frozen=True, slots=True)
class CompleteLesson:
    """What complete_lesson() returns."""

    lesson_progress_id: UUID
    enrollment_id: UUID
    course_id: UUID
    already_completed: bool
    xp_awarded: int
    course_completed: bool
    progress_percentage: Decimal
    completed_lessons: int
    total_lessons: int
    total_xp: int
    current_level: int
    levels_gained: int
    current_streak: int
    longest_streak: int
    achievements: Json
    next_lesson_id: UUID | None
    coins_awarded: int


@dataclass(frozen=True, slots=True)
class ConfirmBlockchainCoins:
    """What confirm_blockchain_coins() returns."""

    status: str
    balance: int


@dataclass(frozen=True, slots=True)
class CreateCourse:
    """What create_course() returns."""

    course_id: UUID
    slug: str


@dataclass(frozen=True, slots=True)
class CreateProject:
    """What create_project() returns."""

    project_id: UUID
    achievements: Json
    xp_awarded: int


@dataclass(frozen=True, slots=True)
class DropCourse:
    """What drop_course() returns."""

    enrollment_id: UUID
    status: str
    dropped_at: dt.datetime


@dataclass(frozen=True, slots=True)
class DueCards:
    """What due_cards() returns, row by row."""

    card_id: UUID
    study_material_id: UUID
    material_title: str
    content: Json
    state: str
    due_at: dt.datetime
    review_count: int
    retrievability: Decimal | None


@dataclass(frozen=True, slots=True)
class DueJobs:
    """What due_jobs() returns, row by row."""

    job: str | None
    is_batched: bool | None
    last_started_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class EndStudySession:
    """What end_study_session() returns."""

    status: str
    started_at: dt.datetime
    ended_at: dt.datetime
    total_interactions: int
    completion_percentage: Decimal


@dataclass(frozen=True, slots=True)
class Engagement:
    """What engagement() returns, row by row."""

    id: UUID
    username: str | None
    courses_enrolled: int
    projects_created: int
    achievements_earned: int
    total_time_spent: int
    last_activity: dt.datetime | None


@dataclass(frozen=True, slots=True)
class EngagementPage:
    """What engagement_page() returns, row by row."""

    id: UUID
    username: str | None
    courses_enrolled: int
    projects_created: int
    achievements_earned: int
    total_time_spent: int
    last_activity: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Enroll:
    """What enroll() returns."""

    enrollment_id: UUID
    status: str
    already_enrolled: bool
    total_lessons: int
    first_lesson_id: UUID | None


@dataclass(frozen=True, slots=True)
class EnsurePartitions:
    """What ensure_partitions() returns, row by row."""

    table_name: str
    partition_name: str
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True, slots=True)
class EraseUser:
    """What erase_user() returns."""

    step: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class ExplainAchievement:
    """What explain_achievement() returns."""

    achievement_id: UUID
    title: str
    description: str | None
    metric: str
    course_id: UUID | None
    threshold: Decimal
    value: Decimal
    remaining: Decimal
    is_earned: bool
    earned_at: dt.datetime | None
    missing: Json


@dataclass(frozen=True, slots=True)
class ExportMyData:
    """What export_my_data() returns, row by row."""

    table_name: str
    rows: Json


@dataclass(frozen=True, slots=True)
class ExportUser:
    """What export_user() returns, row by row."""

    table_name: str
    rows: Json


@dataclass(frozen=True, slots=True)
class FailBlockchainCoins:
    """What fail_blockchain_coins() returns."""

    status: str
    balance: int


@dataclass(frozen=True, slots=True)
class FindLogin:
    """What find_login() returns."""

    user_id: UUID
    password_hash: str | None
    role: str
    is_active: bool
    email_verified: bool


@dataclass(frozen=True, slots=True)
class GradeSubmission:
    """What grade_submission() returns."""

    submission_id: UUID
    grade_number: int
    score: Decimal
    max_score: Decimal
    percentage: Decimal
    previous_percentage: Decimal | None
    is_passed: bool
    exercise_completed: bool
    lesson_completed: bool
    course_completed: bool
    xp_awarded: int
    coins_awarded: int
    levels_gained: int
    achievements: Json


@dataclass(frozen=True, slots=True)
class GrantMissingCoins:
    """What grant_missing_coins() returns."""

    people: int
    transactions: int
    coins: int
    people_left: int


@dataclass(frozen=True, slots=True)
class GrantStreakFreeze:
    """What grant_streak_freeze() returns."""

    streak_freezes: int
    current_streak: int


@dataclass(frozen=True, slots=True)
class IssueCertificate:
    """What issue_certificate() returns."""

    certificate_id: UUID
    is_new: bool


@dataclass(frozen=True, slots=True)
class IssueMissingCertificates:
    """What issue_missing_certificates() returns."""

    certificates: int
    enrollments_left: int


@dataclass(frozen=True, slots=True)
class LeaderboardAround:
    """What leaderboard_around() returns, row by row."""

    rank: int
    user_id: UUID
    username: str | None
    full_name: str | None
    avatar_url: str | None
    avatar_emoji: str | None
    total_xp: int
    current_level: int


@dataclass(frozen=True, slots=True)
class LeaderboardPage:
    """What leaderboard_page() returns, row by row."""

    rank: int | None
    user_id: UUID | None
    username: str | None
    full_name: str | None
    avatar_url: str | None
    avatar_emoji: str | None
    xp: int | None
    period_start: dt.date | None
    calculated_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class LeaderboardTop:
    """What leaderboard_top() returns, row by row."""

    rank: int
    user_id: UUID
    username: str | None
    full_name: str | None
    avatar_url: str | None
    avatar_emoji: str | None
    total_xp: int
    current_level: int


@dataclass(frozen=True, slots=True)
class LearningFunnel:
    """What learning_funnel() returns, row by row."""

    nth: int
    step: str
    people: int
    share_of_first: Decimal | None
    share_of_previous: Decimal | None


@dataclass(frozen=True, slots=True)
class LikeProject:
    """What like_project() returns."""

    like_count: int
    already_liked: bool


@dataclass(frozen=True, slots=True)
class ListArchives:
    """What list_archives() returns, row by row."""

    archive_id: UUID | None
    table_name: str | None
    partition_name: str | None
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    status: str | None
    row_count: int | None
    stored_bytes: int | None
    finished_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ListDiscussions:
    """What list_discussions() returns, row by row."""

    discussion_id: UUID
    course_id: UUID | None
    title: str
    excerpt: str
    category: str
    tags: list[str]
    is_pinned: bool
    is_solved: bool
    is_closed: bool
    view_count: int
    reply_count: int
    upvote_count: int
    downvote_count: int
    author_id: UUID
    author_name: str | None
    my_vote: str | None
    created_at: dt.datetime
    last_activity_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ListFiles:
    """What list_files() returns, row by row."""

    file_id: UUID
    filename: str
    original_filename: str
    file_url: str
    storage_provider: str
    storage_path: str
    file_type: str | None
    mime_type: str | None
    file_size: int
    folder: str | None
    is_public: bool
    withheld_at: dt.datetime | None
    created_at: dt.datetime
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ListNotifications:
    """What list_notifications() returns, row by row."""

    notification_id: UUID
    notification_type: str
    title: str
    message: str
    related_object_type: str | None
    related_object_id: UUID | None
    priority: str
    action_url: str | None
    is_read: bool
    created_at: dt.datetime
    read_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ListPartitions:
    """What list_partitions() returns, row by row."""

    table_name: str
    partition_name: str
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ListProjects:
    """What list_projects() returns, row by row."""

    project_id: UUID
    title: str
    description: str | None
    project_type: str
    user_id: UUID
    username: str | None
    full_name: str | None
    avatar_url: str | None
    avatar_emoji: str | None
    course_id: UUID | None
    course_title: str | None
    nft_token_id: str | None
    is_featured: bool
    view_count: int
    like_count: int
    is_liked: bool
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ListReplies:
    """What list_replies() returns, row by row."""

    reply_id: UUID
    parent_reply_id: UUID | None
    depth: int
    author_id: UUID | None
    author_name: str | None
    content: str | None
    is_solution: bool
    is_deleted: bool
    upvote_count: int
    downvote_count: int
    my_vote: str | None
    created_at: dt.datetime
    edited_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class MaintenanceJobs:
    """What maintenance_jobs() returns, row by row."""

    job: str | None
    every: dt.timedelta | None
    schedule: str | None
    is_batched: bool | None
    call: str | None


@dataclass(frozen=True, slots=True)
class MarkSolution:
    """What mark_solution() returns."""

    discussion_id: UUID
    reply_id: UUID
    author_id: UUID
    is_new: bool
    xp_awarded: int


@dataclass(frozen=True, slots=True)
class MintCertificate:
    """What mint_certificate() returns."""

    nft_certificate_id: UUID
    transaction_id: UUID
    metadata: Json


@dataclass(frozen=True, slots=True)
class MintProject:
    """What mint_project() returns."""

    project_id: UUID
    user_id: UUID
    token_id: str
    minted_at: dt.datetime
    already_minted: bool
    achievements: Json
    xp_awarded: int


@dataclass(frozen=True, slots=True)
class ModerateDiscussion:
    """What moderate_discussion() returns."""

    is_pinned: bool
    is_closed: bool


@dataclass(frozen=True, slots=True)
class MonthlyGrowth:
    """What monthly_growth() returns, row by row."""

    month: dt.date
    new_users: int
    total_users: int


@dataclass(frozen=True, slots=True)
class MyAuditTrail:
    """What my_audit_trail() returns, row by row."""

    log_number: int
    created_at: dt.datetime
    is_own: bool
    action: str
    entity_type: str
    entity_id: str | None
    changed_columns: list[str]
    is_success: bool
    ip_address: Inet | None
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class OpenChainTransactions:
    """What open_chain_transactions() returns, row by row."""

    transaction_id: UUID
    user_id: UUID | None
    chain: str
    network: str
    tx_type: str
    status: str
    tx_id: str | None
    amount: Decimal
    from_account: str | None
    to_account: str | None
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class OpenDiscussion:
    """What open_discussion() returns."""

    discussion_id: UUID
    course_id: UUID | None
    title: str
    content: str
    category: str
    tags: list[str]
    is_pinned: bool
    is_solved: bool
    is_closed: bool
    view_count: int
    reply_count: int
    upvote_count: int
    downvote_count: int
    author_id: UUID
    author_name: str | None
    my_vote: str | None
    solution_reply_id: UUID | None
    created_at: dt.datetime
    edited_at: dt.datetime | None
    last_activity_at: dt.datetime


@dataclass(frozen=True, slots=True)
class PostReply:
    """What post_reply() returns."""

    reply_id: UUID
    depth: int
    created_at: dt.datetime
    achievements: Json
    xp_awarded: int


@dataclass(frozen=True, slots=True)
class PreviewAchievement:
    """What preview_achievement() returns."""

    achievement_id: UUID | None
    criteria: Json
    gaining_count: int
    keeping_count: int
    people: Json
    next_after: UUID | None


@dataclass(frozen=True, slots=True)
class QuizItemAnalysis:
    """What quiz_item_analysis() returns, row by row."""

    quiz_id: UUID
    quiz_title: str
    question_id: UUID
    nth: int | None
    question_type: str
    is_retired: bool
    answers: int
    max_points: Decimal
    mean_points: Decimal | None
    difficulty: Decimal | None
    discrimination: Decimal | None


@dataclass(frozen=True, slots=True)
class RateCourse:
    """What rate_course() returns."""

    enrollment_id: UUID
    rating: int
    average_rating: Decimal
    rating_count: int


@dataclass(frozen=True, slots=True)
class ReadArchive:
    """What read_archive() returns, row by row."""

    row_number: int | None
    entry: Json


@dataclass(frozen=True, slots=True)
class ReadEncryptedField:
    """What read_encrypted_field() returns."""

    key_id: str
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class RecordBlockchainCoins:
    """What record_blockchain_coins() returns."""

    transaction_id: UUID
    status: str
    balance: int


@dataclass(frozen=True, slots=True)
class RecordChainTransaction:
    """What record_chain_transaction() returns."""

    transaction_id: UUID
    status: str


@dataclass(frozen=True, slots=True)
class RecordCompletion:
    """What record_completion() returns."""

    lesson_progress_id: UUID
    enrollment_id: UUID
    course_id: UUID
    already_completed: bool
    xp_awarded: int
    course_completed: bool
    progress_percentage: Decimal
    completed_lessons: int
    total_lessons: int
    total_xp: int
    current_level: int
    levels_gained: int
    current_streak: int
    longest_streak: int
    achievements: Json
    next_lesson_id: UUID | None
    coins_awarded: int


@dataclass(frozen=True, slots=True)
class RecordCompletions:
    """What record_completions() returns, row by row."""

    item: int | None
    lesson_progress_id: UUID | None
    enrollment_id: UUID | None
    course_id: UUID | None
    already_completed: bool | None
    xp_awarded: int | None
    coins_awarded: int | None
    course_completed: bool | None
    achievements_earned: int | None


@dataclass(frozen=True, slots=True)
class RecordDrop:
    """What record_drop() returns."""

    enrollment_id: UUID
    status: str
    dropped_at: dt.datetime


@dataclass(frozen=True, slots=True)
class RecordEnrollment:
    """What record_enrollment() returns."""

    enrollment_id: UUID
    status: str
    already_enrolled: bool
    total_lessons: int
    first_lesson_id: UUID | None


@dataclass(frozen=True, slots=True)
class RecordInteraction:
    """What record_interaction() returns."""

    interaction_id: UUID
    created_at: dt.datetime
    is_correct: bool | None
    feedback_data: Json
    total_interactions: int


@dataclass(frozen=True, slots=True)
class RecordReview:
    """What record_review() returns."""

    state: str
    due_at: dt.datetime
    stability: Decimal
    difficulty: Decimal
    retrievability: Decimal | None
    was_due: bool
    current_streak: int
    achievements: Json
    xp_awarded: int


@dataclass(frozen=True, slots=True)
class RecordStart:
    """What record_start() returns."""

    lesson_progress_id: UUID
    enrollment_id: UUID
    course_id: UUID
    status: str
    started_at: dt.datetime
    completed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class RefreshLeaderboard:
    """What refresh_leaderboard() returns."""

    generation: int
    people: int
    calculated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class RegradeQuiz:
    """What regrade_quiz() returns."""

    attempts_changed: int
    learners_passed: int
    scores_moved: int


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """What remove_file() returns."""

    storage_provider: str
    storage_path: str


@dataclass(frozen=True, slots=True)
class RepairCounters:
    """What repair_counters() returns, row by row."""

    check_name: str
    table_name: str
    row_id: str | None
    expected: str | None
    actual: str | None


@dataclass(frozen=True, slots=True)
class RequestFaucet:
    """What request_faucet() returns."""

    request_id: UUID
    transaction_id: UUID
    status: str
    amount_hbar: Decimal


@dataclass(frozen=True, slots=True)
class ResumeLesson:
    """What resume_lesson() returns."""

    enrollment_id: UUID
    lesson_id: UUID | None
    title: str | None
    lesson_type: str | None
    is_started: bool | None
    completed_lessons: int
    total_lessons: int
    progress_percentage: Decimal


@dataclass(frozen=True, slots=True)
class RetirePartitions:
    """What retire_partitions() returns, row by row."""

    partition_name: str | None
    rows_archived: int | None


@dataclass(frozen=True, slots=True)
class ReverseCoins:
    """What reverse_coins() returns."""

    is_new: bool
    balance: int


@dataclass(frozen=True, slots=True)
class ReverseXp:
    """What reverse_xp() returns."""

    total_xp: int
    current_level: int
    awarded: int


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """What review_card() returns."""

    state: str
    due_at: dt.datetime
    stability: Decimal
    difficulty: Decimal
    retrievability: Decimal | None
    was_due: bool
    current_streak: int
    achievements: Json
    xp_awarded: int


@dataclass(frozen=True, slots=True)
class ReviewQuiz:
    """What review_quiz() returns, row by row."""

    question_number: int
    question_id: UUID
    question_type: str
    question_text: str
    options: Json
    answer: Json
    max_points: Decimal
    points: Decimal | None
    answer_key: Json
    explanation: str | None


@dataclass(frozen=True, slots=True)
class RotateSession:
    """What rotate_session() returns."""

    status: str
    session_id: UUID | None
    family_id: UUID | None
    user_id: UUID | None
    role: str | None


@dataclass(frozen=True, slots=True)
class SealAuditLogs:
    """What seal_audit_logs() returns, row by row."""

    seal_number: int
    partition_name: str
    row_count: int
    seal_hash: bytes


@dataclass(frozen=True, slots=True)
class SearchCourses:
    """What search_courses() returns, row by row."""

    course_id: UUID | None
    slug: str | None
    title: str | None
    description: str | None
    category: str | None
    discipline: str | None
    track: str | None
    difficulty: str | None
    estimated_minutes: int | None
    thumbnail_url: str | None
    is_featured: bool | None
    instructor_id: UUID | None
    instructor_name: str | None
    lesson_count: int | None
    enrollment_count: int | None
    average_rating: Decimal | None
    published_at: dt.datetime | None
    relevance: float | None


@dataclass(frozen=True, slots=True)
class SearchDiscussions:
    """What search_discussions() returns, row by row."""

    discussion_id: UUID
    course_id: UUID | None
    title: str
    excerpt: str
    category: str
    tags: list[str]
    is_pinned: bool
    is_solved: bool
    is_closed: bool
    view_count: int
    reply_count: int
    upvote_count: int
    downvote_count: int
    author_id: UUID
    author_name: str | None
    my_vote: str | None
    created_at: dt.datetime
    last_activity_at: dt.datetime
    relevance: float
    snippet: str | None


@dataclass(frozen=True, slots=True)
class StaleEncryptedFields:
    """What stale_encrypted_fields() returns, row by row."""

    user_id: UUID
    field_name: str
    key_id: str
    nonce: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class StartDiscussion:
    """What start_discussion() returns."""

    discussion_id: UUID
    created_at: dt.datetime
    achievements: Json
    xp_awarded: int


@dataclass(frozen=True, slots=True)
class StartExercise:
    """What start_exercise() returns."""

    submission_id: UUID
    attempt_number: int
    attempts_left: int | None
    is_resumed: bool
    started_at: dt.datetime
    deadline_at: dt.datetime | None
    server_time: dt.datetime
    content: Json
    files: Json


@dataclass(frozen=True, slots=True)
class StartLesson:
    """What start_lesson() returns."""

    lesson_progress_id: UUID
    enrollment_id: UUID
    course_id: UUID
    status: str
    started_at: dt.datetime
    completed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class StartQuiz:
    """What start_quiz() returns."""

    attempt_id: UUID
    attempt_number: int
    attempts_left: int | None
    is_resumed: bool
    started_at: dt.datetime
    deadline_at: dt.datetime | None
    server_time: dt.datetime
    answers: Json
    questions: Json


@dataclass(frozen=True, slots=True)
class SubmitExercise:
    """What submit_exercise() returns."""

    submission_id: UUID
    attempt_number: int
    attempts_left: int | None
    status: str
    submitted_at: dt.datetime


@dataclass(frozen=True, slots=True)
class SubmitQuiz:
    """What submit_quiz() returns."""

    attempt_id: UUID
    attempt_number: int
    attempts_left: int | None
    already_submitted: bool
    score: Decimal
    max_score: Decimal
    percentage: Decimal
    is_passed: bool
    quiz_percentage: Decimal
    quiz_passed: bool
    lesson_completed: bool
    course_completed: bool
    xp_awarded: int
    levels_gained: int
    achievements: Json
    next_lesson_id: UUID | None


@dataclass(frozen=True, slots=True)
class TransferCoins:
    """What transfer_coins() returns."""

    transaction_id: UUID
    balance: int


@dataclass(frozen=True, slots=True)
class UnlikeProject:
    """What unlike_project() returns."""

    like_count: int
    was_liked: bool


@dataclass(frozen=True, slots=True)
class UpdateCourse:
    """What update_course() returns."""

    course_id: UUID
    slug: str
    version: int


@dataclass(frozen=True, slots=True)
class UpdateLesson:
    """What update_lesson() returns."""

    lesson_id: UUID
    slug: str


@dataclass(frozen=True, slots=True)
class VerifyAuditSeals:
    """What verify_audit_seals() returns, row by row."""

    partition_name: str
    seal_number: int | None
    problem: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class VerifyCertificate:
    """What verify_certificate() returns."""

    status: str
    certificate_number: str | None
    recipient_name: str | None
    course_title: str | None
    completed_at: dt.datetime | None
    issued_at: dt.datetime | None
    revoked_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class VerifyIntegrity:
    """What verify_integrity() returns, row by row."""

    check_name: str
    table_name: str
    row_id: str | None
    expected: str | None
    actual: str | None


@dataclass(frozen=True, slots=True)
class Vote:
    """What vote() returns."""

    vote_type: str | None
    upvote_count: int
    downvote_count: int


_ACTING_IN: Procedure[object] = Procedure(
    "acting_in",
    {
        "role": "text",
    },
    frozenset(
        [
            "role",
        ]
    ),
)
_ACTING_INSTRUCTOR_ID: Procedure[object] = Procedure(
    "acting_instructor_id",
    {},
    frozenset([]),
)
_ACTIVE_PEOPLE: Procedure[ActivePeople] = Procedure(
    "active_people",
    {
        "from_date": "date",
        "to_date": "date",
    },
    frozenset([]),
    (
        "activity_date",
        "daily_active",
        "weekly_active",
        "monthly_active",
        "stickiness",
    ),
    ActivePeople,
)
_ACTS_AS: Procedure[object] = Procedure(
    "acts_as",
    {
        "role": "text",
    },
    frozenset(
        [
            "role",
        ]
    ),
)
_ADD_LESSON: Procedure[AddLesson] = Procedure(
    "add_lesson",
    {
        "course_id": "uuid",
        "title": "text",
        "slug": "text",
        "parent_lesson_id": "uuid",
        "position": "integer",
        "lesson_type": "text",
        "description": "text",
        "content": "jsonb",
        "body": "text",
        "duration_minutes": "integer",
        "video_url": "text",
        "materials": "jsonb",
        "learning_outcomes": "jsonb",
        "is_mandatory": "boolean",
        "is_preview": "boolean",
        "is_graded": "boolean",
        "completion_xp": "integer",
        "coin_reward": "integer",
        "metadata": "jsonb",
    },
    frozenset(
        [
            "course_id",
            "title",
        ]
    ),
    (
        "lesson_id",
        "slug",
        "lesson_position",
    ),
    AddLesson,
)
_ADD_LESSON_PREREQUISITE: Procedure[object] = Procedure(
    "add_lesson_prerequisite",
    {
        "lesson_id": "uuid",
        "prerequisite_lesson_id": "uuid",
    },
    frozenset(
        [
            "lesson_id",
            "prerequisite_lesson_id",
        ]
    ),
)
_ADD_PREREQUISITE: Procedure[object] = Procedure(
    "add_prerequisite",
    {
        "course_id": "uuid",
        "prerequisite_course_id": "uuid",
        "is_required": "boolean",
    },
    frozenset(
        [
            "course_id",
            "prerequisite_course_id",
        ]
    ),
)
_ADD_QUESTION: Procedure[object] = Procedure(
    "add_question",
    {
        "quiz_id": "uuid",
        "question_type": "text",
        "question_text": "text",
        "options": "jsonb",
        "answer_key": "jsonb",
        "points": "numeric",
        "explanation": "text",
        "position": "integer",
    },
    frozenset(
        [
            "quiz_id",
            "question_type",
            "question_text",
        ]
    ),
)
_ADVANCE_CHAIN_TRANSACTION: Procedure[AdvanceChainTransaction] = Procedure(
    "advance_chain_transaction",
    {
        "transaction_id": "uuid",
        "status": "text",
        "tx_id": "text",
        "consensus_timestamp": "timestamp with time zone",
        "fee": "numeric",
        "failure_reason": "text",
    },
    frozenset(
        [
            "transaction_id",
            "status",
        ]
    ),
    (
        "status",
        "is_new",
    ),
    AdvanceChainTransaction,
)
_ADVANCE_STREAKS: Procedure[object] = Procedure(
    "advance_streaks",
    {
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
)
_AGGREGATE_SESSION_DATA: Procedure[object] = Procedure(
    "aggregate_session_data",
    {
        "before": "timestamp with time zone",
        "limit": "integer",
    },
    frozenset([]),
)
_ANALYZE_PARTITIONED_TABLES: Procedure[object] = Procedure(
    "analyze_partitioned_tables",
    {},
    frozenset([]),
)
_ANNOUNCE: Procedure[object] = Procedure(
    "announce",
    {
        "title": "text",
        "message": "text",
        "idempotency_key": "text",
        "course_id": "uuid",
        "priority": "text",
        "action_url": "text",
    },
    frozenset(
        [
            "title",
            "message",
            "idempotency_key",
        ]
    ),
    action="community.announce",
    entity="course_id",
)
_APPLY_ACHIEVEMENT: Procedure[ApplyAchievement] = Procedure(
    "apply_achievement",
    {
        "slug": "text",
        "after": "uuid",
        "limit": "integer",
    },
    frozenset(
        [
            "slug",
        ]
    ),
    (
        "people",
        "granted",
        "xp_awarded",
        "last_user_id",
        "is_done",
    ),
    ApplyAchievement,
)
_APPLY_RETENTION: Procedure[ApplyRetention] = Procedure(
    "apply_retention",
    {
        "as_of": "timestamp with time zone",
        "limit": "integer",
    },
    frozenset([]),
    (
        "subject",
        "row_count",
    ),
    ApplyRetention,
)
_APPROVE_INSTRUCTOR: Procedure[object] = Procedure(
    "approve_instructor",
    {
        "user_id": "uuid",
        "is_approved": "boolean",
    },
    frozenset(
        [
            "user_id",
        ]
    ),
    action="identity.approve_instructor",
    entity="user_id",
)
_AUDIT_TRAIL: Procedure[AuditTrail] = Procedure(
    "audit_trail",
    {
        "entity_type": "text",
        "entity_id": "text",
        "user_id": "uuid",
        "before": "bigint",
        "limit": "integer",
    },
    frozenset([]),
    (
        "log_number",
        "created_at",
        "user_id",
        "acted_as",
        "login",
        "action",
        "entity_type",
        "entity_id",
        "old_values",
        "new_values",
        "is_success",
        "error_code",
        "ip_address",
        "user_agent",
        "request_id",
        "session_id",
    ),
    AuditTrail,
)
_AWARD_COINS: Procedure[AwardCoins] = Procedure(
    "award_coins",
    {
        "user_id": "uuid",
        "amount": "bigint",
        "source_type": "text",
        "source_id": "uuid",
        "description": "text",
        "occurrence": "text",
    },
    frozenset(
        [
            "user_id",
            "amount",
            "source_type",
            "source_id",
        ]
    ),
    (
        "balance",
        "awarded",
    ),
    AwardCoins,
)
_AWARD_XP: Procedure[AwardXp] = Procedure(
    "award_xp",
    {
        "user_id": "uuid",
        "amount": "integer",
        "source_type": "text",
        "source_id": "uuid",
        "reason": "text",
        "occurrence": "text",
        "occurred_at": "timestamp with time zone",
    },
    frozenset(
        [
            "user_id",
            "amount",
            "source_type",
            "source_id",
        ]
    ),
    (
        "total_xp",
        "current_level",
        "awarded",
    ),
    AwardXp,
)
_BEGIN_JOB: Procedure[object] = Procedure(
    "begin_job",
    {
        "job": "text",
    },
    frozenset(
        [
            "job",
        ]
    ),
)
_BEGIN_RETIREMENT: Procedure[BeginRetirement] = Procedure(
    "begin_retirement",
    {
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
    (
        "archive_id",
        "table_name",
        "partition_name",
        "is_attached",
        "is_detaching",
    ),
    BeginRetirement,
)
_BUY_STREAK_FREEZE: Procedure[BuyStreakFreeze] = Procedure(
    "buy_streak_freeze",
    {
        "idempotency_key": "text",
    },
    frozenset(
        [
            "idempotency_key",
        ]
    ),
    (
        "transaction_id",
        "price",
        "balance",
        "streak_freezes",
        "current_streak",
    ),
    BuyStreakFreeze,
)
_CALCULATE_USER_LEVEL: Procedure[object] = Procedure(
    "calculate_user_level",
    {
        "total_xp": "bigint",
    },
    frozenset(
        [
            "total_xp",
        ]
    ),
)
_CHECK_ACHIEVEMENTS: Procedure[CheckAchievements] = Procedure(
    "check_achievements",
    {
        "user_id": "uuid",
        "as_of": "timestamp with time zone",
    },
    frozenset(
        [
            "user_id",
        ]
    ),
    (
        "achievement_id",
        "course_id",
        "title",
        "xp_reward",
    ),
    CheckAchievements,
)
_CLAIM_DELIVERIES: Procedure[ClaimDeliveries] = Procedure(
    "claim_deliveries",
    {
        "channel": "text",
        "limit": "integer",
    },
    frozenset(
        [
            "channel",
        ]
    ),
    (
        "notification_id",
        "user_id",
        "email",
        "notification_type",
        "title",
        "message",
        "priority",
        "action_url",
        "attempts",
    ),
    ClaimDeliveries,
)
_CLOSE_OVERDUE_ATTEMPTS: Procedure[object] = Procedure(
    "close_overdue_attempts",
    {
        "limit": "integer",
    },
    frozenset([]),
)
_CLOSE_OVERDUE_DRAFTS: Procedure[object] = Procedure(
    "close_overdue_drafts",
    {
        "limit": "integer",
    },
    frozenset([]),
)
_COHORT_RETENTION: Procedure[CohortRetention] = Procedure(
    "cohort_retention",
    {
        "unit": "text",
        "cohorts": "integer",
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
    (
        "cohort",
        "cohort_size",
        "period",
        "active_people",
        "share",
    ),
    CohortRetention,
)
_COIN_HISTORY: Procedure[CoinHistory] = Procedure(
    "coin_history",
    {
        "limit": "integer",
        "after": "uuid",
    },
    frozenset([]),
    (
        "transaction_id",
        "created_at",
        "transaction_type",
        "amount",
        "change",
        "description",
        "other_id",
        "other_username",
        "other_full_name",
        "related_object_type",
        "related_object_id",
        "reverses_id",
        "status",
    ),
    CoinHistory,
)
_COMPLETE_LESSON: Procedure[CompleteLesson] = Procedure(
    "complete_lesson",
    {
        "lesson_id": "uuid",
        "seconds": "integer",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "lesson_id",
        ]
    ),
    (
        "lesson_progress_id",
        "enrollment_id",
        "course_id",
        "already_completed",
        "xp_awarded",
        "course_completed",
        "progress_percentage",
        "completed_lessons",
        "total_lessons",
        "total_xp",
        "current_level",
        "levels_gained",
        "current_streak",
        "longest_streak",
        "achievements",
        "next_lesson_id",
        "coins_awarded",
    ),
    CompleteLesson,
)
_CONFIRM_BLOCKCHAIN_COINS: Procedure[ConfirmBlockchainCoins] = Procedure(
    "confirm_blockchain_coins",
    {
        "transaction_id": "uuid",
        "blockchain_tx_hash": "text",
    },
    frozenset(
        [
            "transaction_id",
        ]
    ),
    (
        "status",
        "balance",
    ),
    ConfirmBlockchainCoins,
)
_CREATE_COURSE: Procedure[CreateCourse] = Procedure(
    "create_course",
    {
        "title": "text",
        "slug": "text",
        "description": "text",
        "category": "text",
        "discipline": "text",
        "track": "text",
        "difficulty": "text",
        "estimated_minutes": "integer",
        "learning_objectives": "jsonb",
        "content_structure": "jsonb",
        "thumbnail_url": "text",
        "max_enrollments": "integer",
        "completion_xp": "integer",
        "coin_reward": "integer",
        "metadata": "jsonb",
        "instructor_id": "uuid",
        "is_featured": "boolean",
    },
    frozenset(
        [
            "title",
        ]
    ),
    (
        "course_id",
        "slug",
    ),
    CreateCourse,
)
_CREATE_EXERCISE: Procedure[object] = Procedure(
    "create_exercise",
    {
        "lesson_id": "uuid",
        "title": "text",
        "description": "text",
        "exercise_type": "text",
        "content": "jsonb",
        "rubric": "jsonb",
        "max_score": "numeric",
        "passing_score": "numeric",
        "time_limit_minutes": "integer",
        "due_at": "timestamp with time zone",
        "attempts_allowed": "integer",
        "coin_reward": "integer",
        "is_mandatory": "boolean",
        "metadata": "jsonb",
    },
    frozenset(
        [
            "lesson_id",
            "title",
        ]
    ),
)
_CREATE_MATERIAL: Procedure[object] = Procedure(
    "create_material",
    {
        "title": "text",
        "source_type": "text",
        "source_url": "text",
        "description": "text",
        "subject_area": "text",
        "difficulty_level": "text",
        "tags": "text[]",
        "metadata": "jsonb",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "title",
            "source_type",
        ]
    ),
)
_CREATE_PROJECT: Procedure[CreateProject] = Procedure(
    "create_project",
    {
        "title": "text",
        "project_type": "text",
        "components": "jsonb",
        "course_id": "uuid",
        "description": "text",
        "performance_metrics": "jsonb",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "title",
            "project_type",
            "components",
        ]
    ),
    (
        "project_id",
        "achievements",
        "xp_awarded",
    ),
    CreateProject,
)
_CREATE_QUIZ: Procedure[object] = Procedure(
    "create_quiz",
    {
        "lesson_id": "uuid",
        "title": "text",
        "description": "text",
        "quiz_type": "text",
        "passing_score": "numeric",
        "time_limit_minutes": "integer",
        "max_attempts": "integer",
        "grade_policy": "text",
        "shuffle_questions": "boolean",
        "shuffle_options": "boolean",
        "show_answers": "text",
        "metadata": "jsonb",
    },
    frozenset(
        [
            "lesson_id",
            "title",
        ]
    ),
)
_CURRENT_USER_ID: Procedure[object] = Procedure(
    "current_user_id",
    {},
    frozenset([]),
)
_DEACTIVATE_USER: Procedure[object] = Procedure(
    "deactivate_user",
    {
        "user_id": "uuid",
        "delete": "boolean",
    },
    frozenset(
        [
            "user_id",
        ]
    ),
    action="identity.deactivate_user",
    entity="user_id",
)
_DEFINE_ACHIEVEMENT: Procedure[object] = Procedure(
    "define_achievement",
    {
        "slug": "text",
        "title": "text",
        "criteria": "jsonb",
        "description": "text",
        "achievement_type": "text",
        "category": "text",
        "icon_url": "text",
        "icon_emoji": "text",
        "rarity": "text",
        "xp_reward": "integer",
    },
    frozenset(
        [
            "slug",
            "title",
            "criteria",
        ]
    ),
    action="gamification.define_achievement",
)
_DELETE_COURSE: Procedure[object] = Procedure(
    "delete_course",
    {
        "course_id": "uuid",
    },
    frozenset(
        [
            "course_id",
        ]
    ),
    action="catalog.delete_course",
    entity="course_id",
)
_DELETE_DISCUSSION: Procedure[object] = Procedure(
    "delete_discussion",
    {
        "discussion_id": "uuid",
    },
    frozenset(
        [
            "discussion_id",
        ]
    ),
)
_DELETE_EXERCISE: Procedure[object] = Procedure(
    "delete_exercise",
    {
        "exercise_id": "uuid",
    },
    frozenset(
        [
            "exercise_id",
        ]
    ),
)
_DELETE_MATERIAL: Procedure[object] = Procedure(
    "delete_material",
    {
        "material_id": "uuid",
    },
    frozenset(
        [
            "material_id",
        ]
    ),
)
_DELETE_PROJECT: Procedure[object] = Procedure(
    "delete_project",
    {
        "project_id": "uuid",
    },
    frozenset(
        [
            "project_id",
        ]
    ),
)
_DELETE_QUIZ: Procedure[object] = Procedure(
    "delete_quiz",
    {
        "quiz_id": "uuid",
    },
    frozenset(
        [
            "quiz_id",
        ]
    ),
)
_DELETE_REPLY: Procedure[object] = Procedure(
    "delete_reply",
    {
        "reply_id": "uuid",
    },
    frozenset(
        [
            "reply_id",
        ]
    ),
)
_DROP_COURSE: Procedure[DropCourse] = Procedure(
    "drop_course",
    {
        "course_id": "uuid",
    },
    frozenset(
        [
            "course_id",
        ]
    ),
    (
        "enrollment_id",
        "status",
        "dropped_at",
    ),
    DropCourse,
)
_DUE_CARDS: Procedure[DueCards] = Procedure(
    "due_cards",
    {
        "limit": "integer",
    },
    frozenset([]),
    (
        "card_id",
        "study_material_id",
        "material_title",
        "content",
        "state",
        "due_at",
        "review_count",
        "retrievability",
    ),
    DueCards,
)
_DUE_JOBS: Procedure[DueJobs] = Procedure(
    "due_jobs",
    {
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
    (
        "job",
        "is_batched",
        "last_started_at",
    ),
    DueJobs,
)
_EDIT_DISCUSSION: Procedure[object] = Procedure(
    "edit_discussion",
    {
        "discussion_id": "uuid",
        "title": "text",
        "content": "text",
        "category": "text",
        "tags": "text[]",
    },
    frozenset(
        [
            "discussion_id",
        ]
    ),
)
_EDIT_REPLY: Procedure[object] = Procedure(
    "edit_reply",
    {
        "reply_id": "uuid",
        "content": "text",
    },
    frozenset(
        [
            "reply_id",
            "content",
        ]
    ),
)
_EFFECTIVE_STREAK: Procedure[object] = Procedure(
    "effective_streak",
    {
        "user_id": "uuid",
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
)
_END_JOB: Procedure[object] = Procedure(
    "end_job",
    {
        "run_id": "uuid",
        "succeeded": "boolean",
        "detail": "jsonb",
    },
    frozenset(
        [
            "run_id",
        ]
    ),
)
_END_STUDY_SESSION: Procedure[EndStudySession] = Procedure(
    "end_study_session",
    {
        "session_id": "uuid",
        "completion_percentage": "numeric",
        "session_data": "jsonb",
    },
    frozenset(
        [
            "session_id",
        ]
    ),
    (
        "status",
        "started_at",
        "ended_at",
        "total_interactions",
        "completion_percentage",
    ),
    EndStudySession,
)
_ENGAGEMENT: Procedure[Engagement] = Procedure(
    "engagement",
    {
        "user_ids": "uuid[]",
    },
    frozenset([]),
    (
        "id",
        "username",
        "courses_enrolled",
        "projects_created",
        "achievements_earned",
        "total_time_spent",
        "last_activity",
    ),
    Engagement,
)
_ENGAGEMENT_PAGE: Procedure[EngagementPage] = Procedure(
    "engagement_page",
    {
        "after": "uuid",
        "limit": "integer",
    },
    frozenset([]),
    (
        "id",
        "username",
        "courses_enrolled",
        "projects_created",
        "achievements_earned",
        "total_time_spent",
        "last_activity",
    ),
    EngagementPage,
)
_ENROLL: Procedure[Enroll] = Procedure(
    "enroll",
    {
        "course_id": "uuid",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "course_id",
        ]
    ),
    (
        "enrollment_id",
        "status",
        "already_enrolled",
        "total_lessons",
        "first_lesson_id",
    ),
    Enroll,
)
_ENSURE_PARTITIONS: Procedure[EnsurePartitions] = Procedure(
    "ensure_partitions",
    {
        "as_of": "timestamp with time zone",
        "months_ahead": "integer",
    },
    frozenset([]),
    (
        "table_name",
        "partition_name",
        "starts_at",
        "ends_at",
    ),
    EnsurePartitions,
)
_ERASE_USER: Procedure[EraseUser] = Procedure(
    "erase_user",
    {
        "user_id": "uuid",
        "keep_certificates": "boolean",
    },
    frozenset(
        [
            "user_id",
        ]
    ),
    (
        "step",
        "is_done",
    ),
    EraseUser,
    action="operations.erase_user",
    entity="user_id",
)
_EXPIRE_ENROLLMENTS: Procedure[object] = Procedure(
    "expire_enrollments",
    {
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
)
_EXPLAIN_ACHIEVEMENT: Procedure[ExplainAchievement] = Procedure(
    "explain_achievement",
    {
        "slug": "text",
        "user_id": "uuid",
        "limit": "integer",
    },
    frozenset(
        [
            "slug",
        ]
    ),
    (
        "achievement_id",
        "title",
        "description",
        "metric",
        "course_id",
        "threshold",
        "value",
        "remaining",
        "is_earned",
        "earned_at",
        "missing",
    ),
    ExplainAchievement,
)
_EXPORT_MY_DATA: Procedure[ExportMyData] = Procedure(
    "export_my_data",
    {},
    frozenset([]),
    (
        "table_name",
        "rows",
    ),
    ExportMyData,
    action="operations.export_my_data",
)
_EXPORT_USER: Procedure[ExportUser] = Procedure(
    "export_user",
    {
        "user_id": "uuid",
    },
    frozenset(
        [
            "user_id",
        ]
    ),
    (
        "table_name",
        "rows",
    ),
    ExportUser,
    action="operations.export_user",
    entity="user_id",
)
_FAIL_BLOCKCHAIN_COINS: Procedure[FailBlockchainCoins] = Procedure(
    "fail_blockchain_coins",
    {
        "transaction_id": "uuid",
        "reason": "text",
    },
    frozenset(
        [
            "transaction_id",
            "reason",
        ]
    ),
    (
        "status",
        "balance",
    ),
    FailBlockchainCoins,
)
_FEATURE_PROJECT: Procedure[object] = Procedure(
    "feature_project",
    {
        "project_id": "uuid",
        "is_featured": "boolean",
    },
    frozenset(
        [
            "project_id",
        ]
    ),
)
_FIND_LOGIN: Procedure[FindLogin] = Procedure(
    "find_login",
    {
        "login": "text",
        "chain": "text",
        "address": "text",
    },
    frozenset([]),
    (
        "user_id",
        "password_hash",
        "role",
        "is_active",
        "email_verified",
    ),
    FindLogin,
)
_FINISH_DELIVERY: Procedure[object] = Procedure(
    "finish_delivery",
    {
        "notification_id": "uuid",
        "channel": "text",
        "error": "text",
    },
    frozenset(
        [
            "notification_id",
            "channel",
        ]
    ),
)
_FINISH_RETIREMENT: Procedure[object] = Procedure(
    "finish_retirement",
    {
        "archive_id": "uuid",
    },
    frozenset(
        [
            "archive_id",
        ]
    ),
)
_FOLD_DISCUSSION_VIEWS: Procedure[object] = Procedure(
    "fold_discussion_views",
    {
        "limit": "integer",
    },
    frozenset([]),
)
_FOLD_NOTIFICATION_COUNTS: Procedure[object] = Procedure(
    "fold_notification_counts",
    {
        "limit": "integer",
    },
    frozenset([]),
)
_FOLD_PROJECT_VIEWS: Procedure[object] = Procedure(
    "fold_project_views",
    {
        "limit": "integer",
    },
    frozenset([]),
)
_FOLD_XP_RANKS: Procedure[object] = Procedure(
    "fold_xp_ranks",
    {},
    frozenset([]),
)
_FORGET_ANALYTICS_CONTEXTS: Procedure[object] = Procedure(
    "forget_analytics_contexts",
    {
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
)
_FORGET_FAUCET_ADDRESSES: Procedure[object] = Procedure(
    "forget_faucet_addresses",
    {
        "keep_days": "integer",
        "limit": "integer",
    },
    frozenset([]),
)
_GRADE_SUBMISSION: Procedure[GradeSubmission] = Procedure(
    "grade_submission",
    {
        "submission_id": "uuid",
        "score": "numeric",
        "rubric": "jsonb",
        "feedback": "text",
        "reason": "text",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "submission_id",
        ]
    ),
    (
        "submission_id",
        "grade_number",
        "score",
        "max_score",
        "percentage",
        "previous_percentage",
        "is_passed",
        "exercise_completed",
        "lesson_completed",
        "course_completed",
        "xp_awarded",
        "coins_awarded",
        "levels_gained",
        "achievements",
    ),
    GradeSubmission,
    action="assessment.grade_submission",
    entity="submission_id",
)
_GRANT_MISSING_COINS: Procedure[GrantMissingCoins] = Procedure(
    "grant_missing_coins",
    {
        "limit": "integer",
    },
    frozenset([]),
    (
        "people",
        "transactions",
        "coins",
        "people_left",
    ),
    GrantMissingCoins,
)
_GRANT_STREAK_FREEZE: Procedure[GrantStreakFreeze] = Procedure(
    "grant_streak_freeze",
    {
        "user_id": "uuid",
        "key": "text",
        "as_of": "timestamp with time zone",
    },
    frozenset(
        [
            "user_id",
        ]
    ),
    (
        "streak_freezes",
        "current_streak",
    ),
    GrantStreakFreeze,
)
_ISSUE_CERTIFICATE: Procedure[IssueCertificate] = Procedure(
    "issue_certificate",
    {
        "enrollment_id": "uuid",
    },
    frozenset(
        [
            "enrollment_id",
        ]
    ),
    (
        "certificate_id",
        "is_new",
    ),
    IssueCertificate,
    action="credentials.issue_certificate",
    entity="enrollment_id",
)
_ISSUE_MISSING_CERTIFICATES: Procedure[IssueMissingCertificates] = Procedure(
    "issue_missing_certificates",
    {
        "limit": "integer",
    },
    frozenset([]),
    (
        "certificates",
        "enrollments_left",
    ),
    IssueMissingCertificates,
)
_LEADERBOARD_AROUND: Procedure[LeaderboardAround] = Procedure(
    "leaderboard_around",
    {
        "user_id": "uuid",
        "radius": "integer",
    },
    frozenset([]),
    (
        "rank",
        "user_id",
        "username",
        "full_name",
        "avatar_url",
        "avatar_emoji",
        "total_xp",
        "current_level",
    ),
    LeaderboardAround,
)
_LEADERBOARD_PAGE: Procedure[LeaderboardPage] = Procedure(
    "leaderboard_page",
    {
        "period": "text",
        "limit": "integer",
        "after_rank": "bigint",
        "after_user_id": "uuid",
    },
    frozenset([]),
    (
        "rank",
        "user_id",
        "username",
        "full_name",
        "avatar_url",
        "avatar_emoji",
        "xp",
        "period_start",
        "calculated_at",
    ),
    LeaderboardPage,
)
_LEADERBOARD_TOP: Procedure[LeaderboardTop] = Procedure(
    "leaderboard_top",
    {
        "limit": "integer",
        "after_xp": "bigint",
        "after_user_id": "uuid",
    },
    frozenset([]),
    (
        "rank",
        "user_id",
        "username",
        "full_name",
        "avatar_url",
        "avatar_emoji",
        "total_xp",
        "current_level",
    ),
    LeaderboardTop,
)
_LEARNING_FUNNEL: Procedure[LearningFunnel] = Procedure(
    "learning_funnel",
    {
        "from_date": "date",
        "to_date": "date",
        "course_id": "uuid",
    },
    frozenset([]),
    (
        "nth",
        "step",
        "people",
        "share_of_first",
        "share_of_previous",
    ),
    LearningFunnel,
)
_LEAVE_FEEDBACK: Procedure[object] = Procedure(
    "leave_feedback",
    {
        "feedback_type": "text",
        "asset_id": "uuid",
        "interaction_id": "uuid",
        "interaction_created_at": "timestamp with time zone",
        "rating": "integer",
        "comment": "text",
        "metadata": "jsonb",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "feedback_type",
        ]
    ),
)
_LIKE_PROJECT: Procedure[LikeProject] = Procedure(
    "like_project",
    {
        "project_id": "uuid",
    },
    frozenset(
        [
            "project_id",
        ]
    ),
    (
        "like_count",
        "already_liked",
    ),
    LikeProject,
)
_LINK_WALLET: Procedure[object] = Procedure(
    "link_wallet",
    {
        "chain": "text",
        "address": "text",
    },
    frozenset(
        [
            "chain",
            "address",
        ]
    ),
)
_LIST_ARCHIVES: Procedure[ListArchives] = Procedure(
    "list_archives",
    {
        "table_name": "text",
    },
    frozenset([]),
    (
        "archive_id",
        "table_name",
        "partition_name",
        "starts_at",
        "ends_at",
        "status",
        "row_count",
        "stored_bytes",
        "finished_at",
    ),
    ListArchives,
)
_LIST_DISCUSSIONS: Procedure[ListDiscussions] = Procedure(
    "list_discussions",
    {
        "course_id": "uuid",
        "sort": "text",
        "category": "text",
        "tag": "text",
        "limit": "integer",
        "after": "uuid",
    },
    frozenset([]),
    (
        "discussion_id",
        "course_id",
        "title",
        "excerpt",
        "category",
        "tags",
        "is_pinned",
        "is_solved",
        "is_closed",
        "view_count",
        "reply_count",
        "upvote_count",
        "downvote_count",
        "author_id",
        "author_name",
        "my_vote",
        "created_at",
        "last_activity_at",
    ),
    ListDiscussions,
)
_LIST_FILES: Procedure[ListFiles] = Procedure(
    "list_files",
    {
        "folder": "text",
        "file_type": "text",
        "limit": "integer",
        "after": "uuid",
    },
    frozenset([]),
    (
        "file_id",
        "filename",
        "original_filename",
        "file_url",
        "storage_provider",
        "storage_path",
        "file_type",
        "mime_type",
        "file_size",
        "folder",
        "is_public",
        "withheld_at",
        "created_at",
        "updated_at",
    ),
    ListFiles,
)
_LIST_NOTIFICATIONS: Procedure[ListNotifications] = Procedure(
    "list_notifications",
    {
        "only_unread": "boolean",
        "limit": "integer",
        "after": "uuid",
    },
    frozenset([]),
    (
        "notification_id",
        "notification_type",
        "title",
        "message",
        "related_object_type",
        "related_object_id",
        "priority",
        "action_url",
        "is_read",
        "created_at",
        "read_at",
    ),
    ListNotifications,
)
_LIST_PARTITIONS: Procedure[ListPartitions] = Procedure(
    "list_partitions",
    {},
    frozenset([]),
    (
        "table_name",
        "partition_name",
        "starts_at",
        "ends_at",
    ),
    ListPartitions,
)
_LIST_PROJECTS: Procedure[ListProjects] = Procedure(
    "list_projects",
    {
        "order": "text",
        "project_type": "text",
        "is_featured": "boolean",
        "user_id": "uuid",
        "course_id": "uuid",
        "limit": "integer",
        "after": "uuid",
    },
    frozenset([]),
    (
        "project_id",
        "title",
        "description",
        "project_type",
        "user_id",
        "username",
        "full_name",
        "avatar_url",
        "avatar_emoji",
        "course_id",
        "course_title",
        "nft_token_id",
        "is_featured",
        "view_count",
        "like_count",
        "is_liked",
        "created_at",
    ),
    ListProjects,
)
_LIST_REPLIES: Procedure[ListReplies] = Procedure(
    "list_replies",
    {
        "discussion_id": "uuid",
        "limit": "integer",
        "after": "uuid",
    },
    frozenset(
        [
            "discussion_id",
        ]
    ),
    (
        "reply_id",
        "parent_reply_id",
        "depth",
        "author_id",
        "author_name",
        "content",
        "is_solution",
        "is_deleted",
        "upvote_count",
        "downvote_count",
        "my_vote",
        "created_at",
        "edited_at",
    ),
    ListReplies,
)
_LIVE_RANK: Procedure[object] = Procedure(
    "live_rank",
    {
        "user_id": "uuid",
    },
    frozenset([]),
)
_LOG_FAILURE: Procedure[object] = Procedure(
    "log_failure",
    {
        "action": "text",
        "error_code": "text",
        "entity_id": "text",
    },
    frozenset(
        [
            "action",
            "error_code",
        ]
    ),
)
_MAINTENANCE_JOBS: Procedure[MaintenanceJobs] = Procedure(
    "maintenance_jobs",
    {},
    frozenset([]),
    (
        "job",
        "every",
        "schedule",
        "is_batched",
        "call",
    ),
    MaintenanceJobs,
)
_MARK_ALL_READ: Procedure[object] = Procedure(
    "mark_all_read",
    {},
    frozenset([]),
)
_MARK_READ: Procedure[object] = Procedure(
    "mark_read",
    {
        "notification_id": "uuid",
    },
    frozenset(
        [
            "notification_id",
        ]
    ),
)
_MARK_SOLUTION: Procedure[MarkSolution] = Procedure(
    "mark_solution",
    {
        "reply_id": "uuid",
    },
    frozenset(
        [
            "reply_id",
        ]
    ),
    (
        "discussion_id",
        "reply_id",
        "author_id",
        "is_new",
        "xp_awarded",
    ),
    MarkSolution,
)
_MINT_CERTIFICATE: Procedure[MintCertificate] = Procedure(
    "mint_certificate",
    {
        "certificate_id": "uuid",
        "chain": "text",
        "network": "text",
        "collection_id": "text",
        "image_uri": "text",
        "idempotency_key": "text",
        "to_account": "text",
    },
    frozenset(
        [
            "certificate_id",
            "chain",
            "network",
            "collection_id",
            "image_uri",
            "idempotency_key",
        ]
    ),
    (
        "nft_certificate_id",
        "transaction_id",
        "metadata",
    ),
    MintCertificate,
)
_MINT_PROJECT: Procedure[MintProject] = Procedure(
    "mint_project",
    {
        "project_id": "uuid",
        "token_id": "text",
        "nft_metadata": "jsonb",
        "occurred_at": "timestamp with time zone",
    },
    frozenset(
        [
            "project_id",
            "token_id",
        ]
    ),
    (
        "project_id",
        "user_id",
        "token_id",
        "minted_at",
        "already_minted",
        "achievements",
        "xp_awarded",
    ),
    MintProject,
)
_MODERATE_DISCUSSION: Procedure[ModerateDiscussion] = Procedure(
    "moderate_discussion",
    {
        "discussion_id": "uuid",
        "is_pinned": "boolean",
        "is_closed": "boolean",
    },
    frozenset(
        [
            "discussion_id",
        ]
    ),
    (
        "is_pinned",
        "is_closed",
    ),
    ModerateDiscussion,
    action="community.moderate_discussion",
    entity="discussion_id",
)
_MONTHLY_GROWTH: Procedure[MonthlyGrowth] = Procedure(
    "monthly_growth",
    {
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
    (
        "month",
        "new_users",
        "total_users",
    ),
    MonthlyGrowth,
)
_MOVE_LESSON: Procedure[object] = Procedure(
    "move_lesson",
    {
        "lesson_id": "uuid",
        "parent_lesson_id": "uuid",
        "position": "integer",
    },
    frozenset(
        [
            "lesson_id",
            "parent_lesson_id",
        ]
    ),
)
_MY_AUDIT_TRAIL: Procedure[MyAuditTrail] = Procedure(
    "my_audit_trail",
    {
        "before": "bigint",
        "limit": "integer",
    },
    frozenset([]),
    (
        "log_number",
        "created_at",
        "is_own",
        "action",
        "entity_type",
        "entity_id",
        "changed_columns",
        "is_success",
        "ip_address",
        "user_agent",
    ),
    MyAuditTrail,
)
_MY_DISCUSSION_COURSES: Procedure[object] = Procedure(
    "my_discussion_courses",
    {},
    frozenset([]),
)
_OPEN_BADGE_CREDENTIAL: Procedure[object] = Procedure(
    "open_badge_credential",
    {
        "certificate_id": "uuid",
        "user_achievement_id": "uuid",
    },
    frozenset([]),
)
_OPEN_CHAIN_TRANSACTIONS: Procedure[OpenChainTransactions] = Procedure(
    "open_chain_transactions",
    {
        "limit": "integer",
    },
    frozenset([]),
    (
        "transaction_id",
        "user_id",
        "chain",
        "network",
        "tx_type",
        "status",
        "tx_id",
        "amount",
        "from_account",
        "to_account",
        "created_at",
    ),
    OpenChainTransactions,
)
_OPEN_DISCUSSION: Procedure[OpenDiscussion] = Procedure(
    "open_discussion",
    {
        "discussion_id": "uuid",
    },
    frozenset(
        [
            "discussion_id",
        ]
    ),
    (
        "discussion_id",
        "course_id",
        "title",
        "content",
        "category",
        "tags",
        "is_pinned",
        "is_solved",
        "is_closed",
        "view_count",
        "reply_count",
        "upvote_count",
        "downvote_count",
        "author_id",
        "author_name",
        "my_vote",
        "solution_reply_id",
        "created_at",
        "edited_at",
        "last_activity_at",
    ),
    OpenDiscussion,
)
_OPEN_SESSION: Procedure[object] = Procedure(
    "open_session",
    {
        "user_id": "uuid",
        "token_hash": "bytea",
        "token_jti": "text",
        "expires_at": "timestamp with time zone",
        "ip_address": "inet",
        "user_agent": "text",
    },
    frozenset(
        [
            "user_id",
            "token_hash",
            "token_jti",
            "expires_at",
        ]
    ),
    action="identity.open_session",
    entity="user_id",
)
_POST_REPLY: Procedure[PostReply] = Procedure(
    "post_reply",
    {
        "discussion_id": "uuid",
        "content": "text",
        "parent_reply_id": "uuid",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "discussion_id",
            "content",
        ]
    ),
    (
        "reply_id",
        "depth",
        "created_at",
        "achievements",
        "xp_awarded",
    ),
    PostReply,
)
_PREVIEW_ACHIEVEMENT: Procedure[PreviewAchievement] = Procedure(
    "preview_achievement",
    {
        "slug": "text",
        "criteria": "jsonb",
        "after": "uuid",
        "limit": "integer",
    },
    frozenset(
        [
            "slug",
        ]
    ),
    (
        "achievement_id",
        "criteria",
        "gaining_count",
        "keeping_count",
        "people",
        "next_after",
    ),
    PreviewAchievement,
)
_PUBLISH_COURSE: Procedure[object] = Procedure(
    "publish_course",
    {
        "course_id": "uuid",
    },
    frozenset(
        [
            "course_id",
        ]
    ),
    action="catalog.publish_course",
    entity="course_id",
)
_PUBLISH_FILE: Procedure[object] = Procedure(
    "publish_file",
    {
        "file_id": "uuid",
    },
    frozenset(
        [
            "file_id",
        ]
    ),
)
_PUBLISH_PROJECT: Procedure[object] = Procedure(
    "publish_project",
    {
        "project_id": "uuid",
    },
    frozenset(
        [
            "project_id",
        ]
    ),
)
_PURGE_AUDIT_CONTEXTS: Procedure[object] = Procedure(
    "purge_audit_contexts",
    {
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
)
_PURGE_IDEMPOTENCY_KEYS: Procedure[object] = Procedure(
    "purge_idempotency_keys",
    {
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
)
_PURGE_NOTIFICATIONS: Procedure[object] = Procedure(
    "purge_notifications",
    {
        "as_of": "timestamp with time zone",
        "limit": "integer",
    },
    frozenset([]),
)
_PURGE_SESSIONS: Procedure[object] = Procedure(
    "purge_sessions",
    {
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
)
_QUIZ_ITEM_ANALYSIS: Procedure[QuizItemAnalysis] = Procedure(
    "quiz_item_analysis",
    {
        "quiz_id": "uuid",
    },
    frozenset([]),
    (
        "quiz_id",
        "quiz_title",
        "question_id",
        "nth",
        "question_type",
        "is_retired",
        "answers",
        "max_points",
        "mean_points",
        "difficulty",
        "discrimination",
    ),
    QuizItemAnalysis,
)
_QUIZ_RESULT: Procedure[object] = Procedure(
    "quiz_result",
    {
        "enrollment_id": "uuid",
        "quiz_id": "uuid",
        "grade_policy": "text",
    },
    frozenset(
        [
            "enrollment_id",
            "quiz_id",
            "grade_policy",
        ]
    ),
)
_RATE_COURSE: Procedure[RateCourse] = Procedure(
    "rate_course",
    {
        "course_id": "uuid",
        "rating": "integer",
        "review": "text",
    },
    frozenset(
        [
            "course_id",
            "rating",
        ]
    ),
    (
        "enrollment_id",
        "rating",
        "average_rating",
        "rating_count",
    ),
    RateCourse,
)
_REACTIVATE_USER: Procedure[object] = Procedure(
    "reactivate_user",
    {
        "user_id": "uuid",
    },
    frozenset(
        [
            "user_id",
        ]
    ),
    action="identity.reactivate_user",
    entity="user_id",
)
_READ_ARCHIVE: Procedure[ReadArchive] = Procedure(
    "read_archive",
    {
        "archive_id": "uuid",
    },
    frozenset(
        [
            "archive_id",
        ]
    ),
    (
        "row_number",
        "entry",
    ),
    ReadArchive,
)
_READ_ENCRYPTED_FIELD: Procedure[ReadEncryptedField] = Procedure(
    "read_encrypted_field",
    {
        "user_id": "uuid",
        "field_name": "text",
    },
    frozenset(
        [
            "user_id",
            "field_name",
        ]
    ),
    (
        "key_id",
        "nonce",
        "ciphertext",
    ),
    ReadEncryptedField,
    action="identity.read_encrypted_field",
    entity="user_id",
)
_READS_REPORTS: Procedure[object] = Procedure(
    "reads_reports",
    {},
    frozenset([]),
)
_REBUILD_ROLLUPS: Procedure[object] = Procedure(
    "rebuild_rollups",
    {
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
)
_RECORD_BLOCKCHAIN_COINS: Procedure[RecordBlockchainCoins] = Procedure(
    "record_blockchain_coins",
    {
        "user_id": "uuid",
        "transaction_type": "text",
        "amount": "bigint",
        "idempotency_key": "text",
        "blockchain_tx_hash": "text",
        "description": "text",
    },
    frozenset(
        [
            "user_id",
            "transaction_type",
            "amount",
            "idempotency_key",
        ]
    ),
    (
        "transaction_id",
        "status",
        "balance",
    ),
    RecordBlockchainCoins,
)
_RECORD_CHAIN_TRANSACTION: Procedure[RecordChainTransaction] = Procedure(
    "record_chain_transaction",
    {
        "chain": "text",
        "network": "text",
        "tx_type": "text",
        "idempotency_key": "text",
        "user_id": "uuid",
        "amount": "numeric",
        "from_account": "text",
        "to_account": "text",
        "course_id": "uuid",
        "achievement_id": "uuid",
        "tx_id": "text",
    },
    frozenset(
        [
            "chain",
            "network",
            "tx_type",
            "idempotency_key",
        ]
    ),
    (
        "transaction_id",
        "status",
    ),
    RecordChainTransaction,
)
_RECORD_COMPLETION: Procedure[RecordCompletion] = Procedure(
    "record_completion",
    {
        "user_id": "uuid",
        "lesson_id": "uuid",
        "score": "numeric",
        "seconds": "integer",
        "occurred_at": "timestamp with time zone",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "user_id",
            "lesson_id",
        ]
    ),
    (
        "lesson_progress_id",
        "enrollment_id",
        "course_id",
        "already_completed",
        "xp_awarded",
        "course_completed",
        "progress_percentage",
        "completed_lessons",
        "total_lessons",
        "total_xp",
        "current_level",
        "levels_gained",
        "current_streak",
        "longest_streak",
        "achievements",
        "next_lesson_id",
        "coins_awarded",
    ),
    RecordCompletion,
)
_RECORD_COMPLETIONS: Procedure[RecordCompletions] = Procedure(
    "record_completions",
    {
        "user_ids": "uuid[]",
        "lesson_ids": "uuid[]",
        "scores": "numeric[]",
        "seconds": "integer[]",
        "occurred_at": "timestamp with time zone[]",
    },
    frozenset(
        [
            "user_ids",
            "lesson_ids",
        ]
    ),
    (
        "item",
        "lesson_progress_id",
        "enrollment_id",
        "course_id",
        "already_completed",
        "xp_awarded",
        "coins_awarded",
        "course_completed",
        "achievements_earned",
    ),
    RecordCompletions,
)
_RECORD_DROP: Procedure[RecordDrop] = Procedure(
    "record_drop",
    {
        "user_id": "uuid",
        "course_id": "uuid",
        "occurred_at": "timestamp with time zone",
    },
    frozenset(
        [
            "user_id",
            "course_id",
        ]
    ),
    (
        "enrollment_id",
        "status",
        "dropped_at",
    ),
    RecordDrop,
)
_RECORD_ENROLLMENT: Procedure[RecordEnrollment] = Procedure(
    "record_enrollment",
    {
        "user_id": "uuid",
        "course_id": "uuid",
        "occurred_at": "timestamp with time zone",
        "idempotency_key": "text",
        "expires_at": "timestamp with time zone",
    },
    frozenset(
        [
            "user_id",
            "course_id",
        ]
    ),
    (
        "enrollment_id",
        "status",
        "already_enrolled",
        "total_lessons",
        "first_lesson_id",
    ),
    RecordEnrollment,
)
_RECORD_INTERACTION: Procedure[RecordInteraction] = Procedure(
    "record_interaction",
    {
        "session_id": "uuid",
        "interaction_type": "text",
        "interaction_data": "jsonb",
        "asset_id": "uuid",
        "is_correct": "boolean",
        "response_time_ms": "integer",
        "confidence_level": "numeric",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "session_id",
            "interaction_type",
        ]
    ),
    (
        "interaction_id",
        "created_at",
        "is_correct",
        "feedback_data",
        "total_interactions",
    ),
    RecordInteraction,
)
_RECORD_INTERACTIONS: Procedure[object] = Procedure(
    "record_interactions",
    {
        "interactions": "jsonb",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "interactions",
        ]
    ),
)
_RECORD_NFT_TOKEN: Procedure[object] = Procedure(
    "record_nft_token",
    {
        "nft_certificate_id": "uuid",
        "metadata_uri": "text",
        "token_id": "text",
        "serial_number": "bigint",
    },
    frozenset(
        [
            "nft_certificate_id",
        ]
    ),
)
_RECORD_PROJECT_VIEW: Procedure[object] = Procedure(
    "record_project_view",
    {
        "project_id": "uuid",
    },
    frozenset(
        [
            "project_id",
        ]
    ),
)
_RECORD_REVIEW: Procedure[RecordReview] = Procedure(
    "record_review",
    {
        "card_id": "uuid",
        "rating": "integer",
        "occurred_at": "timestamp with time zone",
        "idempotency_key": "text",
        "duration_ms": "integer",
    },
    frozenset(
        [
            "card_id",
            "rating",
        ]
    ),
    (
        "state",
        "due_at",
        "stability",
        "difficulty",
        "retrievability",
        "was_due",
        "current_streak",
        "achievements",
        "xp_awarded",
    ),
    RecordReview,
)
_RECORD_START: Procedure[RecordStart] = Procedure(
    "record_start",
    {
        "user_id": "uuid",
        "lesson_id": "uuid",
        "occurred_at": "timestamp with time zone",
    },
    frozenset(
        [
            "user_id",
            "lesson_id",
        ]
    ),
    (
        "lesson_progress_id",
        "enrollment_id",
        "course_id",
        "status",
        "started_at",
        "completed_at",
    ),
    RecordStart,
)
_REFRESH_LEADERBOARD: Procedure[RefreshLeaderboard] = Procedure(
    "refresh_leaderboard",
    {
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
    (
        "generation",
        "people",
        "calculated_at",
    ),
    RefreshLeaderboard,
)
_REGISTER_FILE: Procedure[object] = Procedure(
    "register_file",
    {
        "filename": "text",
        "file_url": "text",
        "storage_path": "text",
        "file_size": "bigint",
        "original_filename": "text",
        "mime_type": "text",
        "file_type": "text",
        "folder": "text",
        "storage_provider": "text",
        "is_public": "boolean",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "filename",
            "file_url",
            "storage_path",
            "file_size",
        ]
    ),
)
_REGISTER_USER: Procedure[object] = Procedure(
    "register_user",
    {
        "email": "text",
        "username": "text",
        "full_name": "text",
        "first_name": "text",
        "last_name": "text",
        "role": "text",
        "password_hash": "text",
        "timezone": "text",
        "language": "text",
        "academic_level": "text",
        "preferences": "jsonb",
        "metadata": "jsonb",
        "email_verified": "boolean",
        "user_id": "uuid",
        "occurred_at": "timestamp with time zone",
    },
    frozenset([]),
)
_REGRADE_QUIZ: Procedure[RegradeQuiz] = Procedure(
    "regrade_quiz",
    {
        "quiz_id": "uuid",
    },
    frozenset(
        [
            "quiz_id",
        ]
    ),
    (
        "attempts_changed",
        "learners_passed",
        "scores_moved",
    ),
    RegradeQuiz,
    action="assessment.regrade_quiz",
    entity="quiz_id",
)
_REISSUE_CERTIFICATE: Procedure[object] = Procedure(
    "reissue_certificate",
    {
        "certificate_id": "uuid",
        "reason": "text",
    },
    frozenset(
        [
            "certificate_id",
            "reason",
        ]
    ),
    action="credentials.reissue_certificate",
    entity="certificate_id",
)
_REMIND_STREAKS: Procedure[object] = Procedure(
    "remind_streaks",
    {
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
)
_REMOVE_FILE: Procedure[RemoveFile] = Procedure(
    "remove_file",
    {
        "file_id": "uuid",
    },
    frozenset(
        [
            "file_id",
        ]
    ),
    (
        "storage_provider",
        "storage_path",
    ),
    RemoveFile,
)
_REMOVE_LESSON: Procedure[object] = Procedure(
    "remove_lesson",
    {
        "lesson_id": "uuid",
    },
    frozenset(
        [
            "lesson_id",
        ]
    ),
)
_REMOVE_LESSON_PREREQUISITE: Procedure[object] = Procedure(
    "remove_lesson_prerequisite",
    {
        "lesson_id": "uuid",
        "prerequisite_lesson_id": "uuid",
    },
    frozenset(
        [
            "lesson_id",
            "prerequisite_lesson_id",
        ]
    ),
)
_REMOVE_PREREQUISITE: Procedure[object] = Procedure(
    "remove_prerequisite",
    {
        "course_id": "uuid",
        "prerequisite_course_id": "uuid",
    },
    frozenset(
        [
            "course_id",
            "prerequisite_course_id",
        ]
    ),
)
_REMOVE_QUESTION: Procedure[object] = Procedure(
    "remove_question",
    {
        "question_id": "uuid",
    },
    frozenset(
        [
            "question_id",
        ]
    ),
)
_REORDER_LESSONS: Procedure[object] = Procedure(
    "reorder_lessons",
    {
        "course_id": "uuid",
        "parent_lesson_id": "uuid",
        "lesson_ids": "uuid[]",
    },
    frozenset(
        [
            "course_id",
            "parent_lesson_id",
            "lesson_ids",
        ]
    ),
)
_REORDER_QUESTIONS: Procedure[object] = Procedure(
    "reorder_questions",
    {
        "quiz_id": "uuid",
        "question_ids": "uuid[]",
    },
    frozenset(
        [
            "quiz_id",
            "question_ids",
        ]
    ),
)
_REPAIR_COUNTERS: Procedure[RepairCounters] = Procedure(
    "repair_counters",
    {},
    frozenset([]),
    (
        "check_name",
        "table_name",
        "row_id",
        "expected",
        "actual",
    ),
    RepairCounters,
    action="operations.repair_counters",
)
_REQUEST_FAUCET: Procedure[RequestFaucet] = Procedure(
    "request_faucet",
    {
        "hedera_account_id": "text",
        "request_ip": "inet",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "hedera_account_id",
            "request_ip",
            "idempotency_key",
        ]
    ),
    (
        "request_id",
        "transaction_id",
        "status",
        "amount_hbar",
    ),
    RequestFaucet,
)
_RESUME_LESSON: Procedure[ResumeLesson] = Procedure(
    "resume_lesson",
    {
        "course_id": "uuid",
    },
    frozenset(
        [
            "course_id",
        ]
    ),
    (
        "enrollment_id",
        "lesson_id",
        "title",
        "lesson_type",
        "is_started",
        "completed_lessons",
        "total_lessons",
        "progress_percentage",
    ),
    ResumeLesson,
)
_RETIRE_PARTITIONS: Procedure[RetirePartitions] = Procedure(
    "retire_partitions",
    {
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
    (
        "partition_name",
        "rows_archived",
    ),
    RetirePartitions,
)
_RETURN_SUBMISSION: Procedure[object] = Procedure(
    "return_submission",
    {
        "submission_id": "uuid",
        "feedback": "text",
    },
    frozenset(
        [
            "submission_id",
            "feedback",
        ]
    ),
)
_REVERSE_COINS: Procedure[ReverseCoins] = Procedure(
    "reverse_coins",
    {
        "transaction_id": "uuid",
        "reason": "text",
    },
    frozenset(
        [
            "transaction_id",
            "reason",
        ]
    ),
    (
        "is_new",
        "balance",
    ),
    ReverseCoins,
    action="coins.reverse_coins",
    entity="transaction_id",
)
_REVERSE_XP: Procedure[ReverseXp] = Procedure(
    "reverse_xp",
    {
        "event_id": "uuid",
        "reason": "text",
    },
    frozenset(
        [
            "event_id",
            "reason",
        ]
    ),
    (
        "total_xp",
        "current_level",
        "awarded",
    ),
    ReverseXp,
    action="gamification.reverse_xp",
    entity="event_id",
)
_REVIEW_CARD: Procedure[ReviewCard] = Procedure(
    "review_card",
    {
        "card_id": "uuid",
        "rating": "integer",
        "idempotency_key": "text",
        "duration_ms": "integer",
    },
    frozenset(
        [
            "card_id",
            "rating",
        ]
    ),
    (
        "state",
        "due_at",
        "stability",
        "difficulty",
        "retrievability",
        "was_due",
        "current_streak",
        "achievements",
        "xp_awarded",
    ),
    ReviewCard,
)
_REVIEW_QUIZ: Procedure[ReviewQuiz] = Procedure(
    "review_quiz",
    {
        "attempt_id": "uuid",
    },
    frozenset(
        [
            "attempt_id",
        ]
    ),
    (
        "question_number",
        "question_id",
        "question_type",
        "question_text",
        "options",
        "answer",
        "max_points",
        "points",
        "answer_key",
        "explanation",
    ),
    ReviewQuiz,
)
_REVOKE_CERTIFICATE: Procedure[object] = Procedure(
    "revoke_certificate",
    {
        "certificate_id": "uuid",
        "reason": "text",
    },
    frozenset(
        [
            "certificate_id",
            "reason",
        ]
    ),
    action="credentials.revoke_certificate",
    entity="certificate_id",
)
_REVOKE_SESSION: Procedure[object] = Procedure(
    "revoke_session",
    {
        "session_id": "uuid",
        "token_hash": "bytea",
        "user_id": "uuid",
        "scope": "text",
    },
    frozenset([]),
    action="identity.revoke_session",
    entity="user_id",
)
_ROLL_UP_ANALYTICS: Procedure[object] = Procedure(
    "roll_up_analytics",
    {
        "as_of": "timestamp with time zone",
    },
    frozenset([]),
)
_ROTATE_ENCRYPTED_FIELD: Procedure[object] = Procedure(
    "rotate_encrypted_field",
    {
        "user_id": "uuid",
        "field_name": "text",
        "old_key_id": "text",
        "old_nonce": "bytea",
        "key_id": "text",
        "nonce": "bytea",
        "ciphertext": "bytea",
    },
    frozenset(
        [
            "user_id",
            "field_name",
            "old_key_id",
            "old_nonce",
            "key_id",
            "nonce",
            "ciphertext",
        ]
    ),
)
_ROTATE_SESSION: Procedure[RotateSession] = Procedure(
    "rotate_session",
    {
        "token_hash": "bytea",
        "new_token_hash": "bytea",
        "new_token_jti": "text",
        "expires_at": "timestamp with time zone",
        "ip_address": "inet",
        "user_agent": "text",
    },
    frozenset(
        [
            "token_hash",
            "new_token_hash",
            "new_token_jti",
            "expires_at",
        ]
    ),
    (
        "status",
        "session_id",
        "family_id",
        "user_id",
        "role",
    ),
    RotateSession,
    action="identity.rotate_session",
)
_RUN_JOB: Procedure[object] = Procedure(
    "run_job",
    {
        "job": "text",
    },
    frozenset(
        [
            "job",
        ]
    ),
)
_SAVE_ANSWERS: Procedure[object] = Procedure(
    "save_answers",
    {
        "attempt_id": "uuid",
        "answers": "jsonb",
    },
    frozenset(
        [
            "attempt_id",
            "answers",
        ]
    ),
)
_SAVE_STUDY_SESSION: Procedure[object] = Procedure(
    "save_study_session",
    {
        "session_id": "uuid",
        "completion_percentage": "numeric",
        "session_data": "jsonb",
    },
    frozenset(
        [
            "session_id",
        ]
    ),
)
_SAVE_SUBMISSION: Procedure[object] = Procedure(
    "save_submission",
    {
        "submission_id": "uuid",
        "content": "jsonb",
        "files": "jsonb",
    },
    frozenset(
        [
            "submission_id",
        ]
    ),
)
_SEAL_AUDIT_LOGS: Procedure[SealAuditLogs] = Procedure(
    "seal_audit_logs",
    {},
    frozenset([]),
    (
        "seal_number",
        "partition_name",
        "row_count",
        "seal_hash",
    ),
    SealAuditLogs,
)
_SEARCH_COURSES: Procedure[SearchCourses] = Procedure(
    "search_courses",
    {
        "query": "text",
        "category": "text",
        "discipline": "text",
        "track": "text",
        "difficulty": "text",
        "instructor_id": "uuid",
        "is_featured": "boolean",
        "limit": "integer",
        "after": "uuid",
    },
    frozenset([]),
    (
        "course_id",
        "slug",
        "title",
        "description",
        "category",
        "discipline",
        "track",
        "difficulty",
        "estimated_minutes",
        "thumbnail_url",
        "is_featured",
        "instructor_id",
        "instructor_name",
        "lesson_count",
        "enrollment_count",
        "average_rating",
        "published_at",
        "relevance",
    ),
    SearchCourses,
)
_SEARCH_DISCUSSIONS: Procedure[SearchDiscussions] = Procedure(
    "search_discussions",
    {
        "query": "text",
        "course_id": "uuid",
        "limit": "integer",
        "after": "uuid",
        "with_snippet": "boolean",
    },
    frozenset(
        [
            "query",
        ]
    ),
    (
        "discussion_id",
        "course_id",
        "title",
        "excerpt",
        "category",
        "tags",
        "is_pinned",
        "is_solved",
        "is_closed",
        "view_count",
        "reply_count",
        "upvote_count",
        "downvote_count",
        "author_id",
        "author_name",
        "my_vote",
        "created_at",
        "last_activity_at",
        "relevance",
        "snippet",
    ),
    SearchDiscussions,
)
_SET_ACHIEVEMENT_ACTIVE: Procedure[object] = Procedure(
    "set_achievement_active",
    {
        "slug": "text",
        "is_active": "boolean",
    },
    frozenset(
        [
            "slug",
            "is_active",
        ]
    ),
)
_SET_ASSET_STATUS: Procedure[object] = Procedure(
    "set_asset_status",
    {
        "asset_id": "uuid",
        "status": "text",
        "quality_score": "numeric",
    },
    frozenset(
        [
            "asset_id",
            "status",
        ]
    ),
)
_SET_CERTIFICATE_PDF: Procedure[object] = Procedure(
    "set_certificate_pdf",
    {
        "certificate_id": "uuid",
        "pdf_path": "text",
    },
    frozenset(
        [
            "certificate_id",
            "pdf_path",
        ]
    ),
)
_SET_MATERIAL_STATUS: Procedure[object] = Procedure(
    "set_material_status",
    {
        "material_id": "uuid",
        "status": "text",
        "content_length": "integer",
    },
    frozenset(
        [
            "material_id",
            "status",
        ]
    ),
)
_SET_NOTIFICATION_PREFERENCE: Procedure[object] = Procedure(
    "set_notification_preference",
    {
        "type": "text",
        "in_app": "boolean",
        "email": "boolean",
        "push": "boolean",
    },
    frozenset(
        [
            "type",
        ]
    ),
)
_SET_PASSWORD: Procedure[object] = Procedure(
    "set_password",
    {
        "user_id": "uuid",
        "password_hash": "text",
    },
    frozenset(
        [
            "user_id",
            "password_hash",
        ]
    ),
    action="identity.set_password",
    entity="user_id",
)
_SET_RETENTION: Procedure[object] = Procedure(
    "set_retention",
    {
        "subject": "text",
        "keep_months": "integer",
    },
    frozenset(
        [
            "subject",
            "keep_months",
        ]
    ),
)
_SET_ROLE: Procedure[object] = Procedure(
    "set_role",
    {
        "user_id": "uuid",
        "role": "text",
    },
    frozenset(
        [
            "user_id",
            "role",
        ]
    ),
    action="identity.set_role",
    entity="user_id",
)
_SET_SETTING: Procedure[object] = Procedure(
    "set_setting",
    {
        "key": "text",
        "value": "jsonb",
    },
    frozenset(
        [
            "key",
            "value",
        ]
    ),
    action="operations.set_setting",
    entity="key",
)
_SETTLE_FEEDBACK: Procedure[object] = Procedure(
    "settle_feedback",
    {
        "feedback_id": "uuid",
        "status": "text",
    },
    frozenset(
        [
            "feedback_id",
            "status",
        ]
    ),
)
_STALE_ENCRYPTED_FIELDS: Procedure[StaleEncryptedFields] = Procedure(
    "stale_encrypted_fields",
    {
        "key_id": "text",
        "after_user_id": "uuid",
        "after_field_name": "text",
        "limit": "integer",
    },
    frozenset(
        [
            "key_id",
        ]
    ),
    (
        "user_id",
        "field_name",
        "key_id",
        "nonce",
        "ciphertext",
    ),
    StaleEncryptedFields,
    action="identity.stale_encrypted_fields",
)
_START_DISCUSSION: Procedure[StartDiscussion] = Procedure(
    "start_discussion",
    {
        "title": "text",
        "content": "text",
        "course_id": "uuid",
        "category": "text",
        "tags": "text[]",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "title",
            "content",
        ]
    ),
    (
        "discussion_id",
        "created_at",
        "achievements",
        "xp_awarded",
    ),
    StartDiscussion,
)
_START_EXERCISE: Procedure[StartExercise] = Procedure(
    "start_exercise",
    {
        "exercise_id": "uuid",
    },
    frozenset(
        [
            "exercise_id",
        ]
    ),
    (
        "submission_id",
        "attempt_number",
        "attempts_left",
        "is_resumed",
        "started_at",
        "deadline_at",
        "server_time",
        "content",
        "files",
    ),
    StartExercise,
)
_START_LESSON: Procedure[StartLesson] = Procedure(
    "start_lesson",
    {
        "lesson_id": "uuid",
    },
    frozenset(
        [
            "lesson_id",
        ]
    ),
    (
        "lesson_progress_id",
        "enrollment_id",
        "course_id",
        "status",
        "started_at",
        "completed_at",
    ),
    StartLesson,
)
_START_QUIZ: Procedure[StartQuiz] = Procedure(
    "start_quiz",
    {
        "quiz_id": "uuid",
    },
    frozenset(
        [
            "quiz_id",
        ]
    ),
    (
        "attempt_id",
        "attempt_number",
        "attempts_left",
        "is_resumed",
        "started_at",
        "deadline_at",
        "server_time",
        "answers",
        "questions",
    ),
    StartQuiz,
)
_START_STUDY_SESSION: Procedure[object] = Procedure(
    "start_study_session",
    {
        "material_id": "uuid",
        "session_type": "text",
        "configuration": "jsonb",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "material_id",
        ]
    ),
)
_STORE_ASSET: Procedure[object] = Procedure(
    "store_asset",
    {
        "material_id": "uuid",
        "asset_type": "text",
        "content": "jsonb",
        "generation_model": "text",
        "content_chunk_id": "uuid",
        "quality_score": "numeric",
        "difficulty_level": "integer",
        "generation_params": "jsonb",
        "metadata": "jsonb",
        "status": "text",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "material_id",
            "asset_type",
            "content",
            "generation_model",
        ]
    ),
)
_STORE_CHUNKS: Procedure[object] = Procedure(
    "store_chunks",
    {
        "material_id": "uuid",
        "chunks": "jsonb",
    },
    frozenset(
        [
            "material_id",
            "chunks",
        ]
    ),
)
_STORE_ENCRYPTED_FIELD: Procedure[object] = Procedure(
    "store_encrypted_field",
    {
        "user_id": "uuid",
        "field_name": "text",
        "key_id": "text",
        "nonce": "bytea",
        "ciphertext": "bytea",
    },
    frozenset(
        [
            "user_id",
            "field_name",
            "key_id",
            "nonce",
            "ciphertext",
        ]
    ),
    action="identity.store_encrypted_field",
    entity="user_id",
)
_STREAK_AS_OF: Procedure[object] = Procedure(
    "streak_as_of",
    {
        "current_streak": "integer",
        "last_streak_date": "date",
        "streak_freezes": "integer",
        "today": "date",
    },
    frozenset(
        [
            "current_streak",
            "last_streak_date",
            "streak_freezes",
            "today",
        ]
    ),
)
_SUBMIT_EXERCISE: Procedure[SubmitExercise] = Procedure(
    "submit_exercise",
    {
        "exercise_id": "uuid",
        "content": "jsonb",
        "files": "jsonb",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "exercise_id",
        ]
    ),
    (
        "submission_id",
        "attempt_number",
        "attempts_left",
        "status",
        "submitted_at",
    ),
    SubmitExercise,
)
_SUBMIT_QUIZ: Procedure[SubmitQuiz] = Procedure(
    "submit_quiz",
    {
        "attempt_id": "uuid",
        "answers": "jsonb",
    },
    frozenset(
        [
            "attempt_id",
        ]
    ),
    (
        "attempt_id",
        "attempt_number",
        "attempts_left",
        "already_submitted",
        "score",
        "max_score",
        "percentage",
        "is_passed",
        "quiz_percentage",
        "quiz_passed",
        "lesson_completed",
        "course_completed",
        "xp_awarded",
        "levels_gained",
        "achievements",
        "next_lesson_id",
    ),
    SubmitQuiz,
)
_TRACK_EVENT: Procedure[object] = Procedure(
    "track_event",
    {
        "event_type": "text",
        "event_data": "jsonb",
        "session_id": "text",
        "course_id": "uuid",
        "ip_address": "inet",
        "user_agent": "text",
    },
    frozenset(
        [
            "event_type",
        ]
    ),
)
_TRACK_EVENTS: Procedure[object] = Procedure(
    "track_events",
    {
        "events": "jsonb",
        "idempotency_key": "text",
    },
    frozenset(
        [
            "events",
        ]
    ),
)
_TRANSFER_COINS: Procedure[TransferCoins] = Procedure(
    "transfer_coins",
    {
        "recipient_id": "uuid",
        "amount": "bigint",
        "idempotency_key": "text",
        "description": "text",
    },
    frozenset(
        [
            "recipient_id",
            "amount",
            "idempotency_key",
        ]
    ),
    (
        "transaction_id",
        "balance",
    ),
    TransferCoins,
)
_UNLIKE_PROJECT: Procedure[UnlikeProject] = Procedure(
    "unlike_project",
    {
        "project_id": "uuid",
    },
    frozenset(
        [
            "project_id",
        ]
    ),
    (
        "like_count",
        "was_liked",
    ),
    UnlikeProject,
)
_UNLINK_WALLET: Procedure[object] = Procedure(
    "unlink_wallet",
    {
        "wallet_id": "uuid",
    },
    frozenset(
        [
            "wallet_id",
        ]
    ),
)
_UNMARK_SOLUTION: Procedure[object] = Procedure(
    "unmark_solution",
    {
        "discussion_id": "uuid",
    },
    frozenset(
        [
            "discussion_id",
        ]
    ),
)
_UNPUBLISH_COURSE: Procedure[object] = Procedure(
    "unpublish_course",
    {
        "course_id": "uuid",
    },
    frozenset(
        [
            "course_id",
        ]
    ),
    action="catalog.unpublish_course",
    entity="course_id",
)
_UNPUBLISH_FILE: Procedure[object] = Procedure(
    "unpublish_file",
    {
        "file_id": "uuid",
    },
    frozenset(
        [
            "file_id",
        ]
    ),
)
_UNPUBLISH_PROJECT: Procedure[object] = Procedure(
    "unpublish_project",
    {
        "project_id": "uuid",
    },
    frozenset(
        [
            "project_id",
        ]
    ),
)
_UNREAD_COUNT: Procedure[object] = Procedure(
    "unread_count",
    {},
    frozenset([]),
)
_UPDATE_COURSE: Procedure[UpdateCourse] = Procedure(
    "update_course",
    {
        "course_id": "uuid",
        "title": "text",
        "slug": "text",
        "description": "text",
        "category": "text",
        "discipline": "text",
        "track": "text",
        "difficulty": "text",
        "estimated_minutes": "integer",
        "learning_objectives": "jsonb",
        "content_structure": "jsonb",
        "thumbnail_url": "text",
        "max_enrollments": "integer",
        "completion_xp": "integer",
        "coin_reward": "integer",
        "metadata": "jsonb",
        "instructor_id": "uuid",
        "is_featured": "boolean",
        "is_active": "boolean",
        "clear": "text[]",
    },
    frozenset(
        [
            "course_id",
        ]
    ),
    (
        "course_id",
        "slug",
        "version",
    ),
    UpdateCourse,
)
_UPDATE_EXERCISE: Procedure[object] = Procedure(
    "update_exercise",
    {
        "exercise_id": "uuid",
        "title": "text",
        "description": "text",
        "exercise_type": "text",
        "content": "jsonb",
        "rubric": "jsonb",
        "max_score": "numeric",
        "passing_score": "numeric",
        "time_limit_minutes": "integer",
        "due_at": "timestamp with time zone",
        "attempts_allowed": "integer",
        "coin_reward": "integer",
        "is_mandatory": "boolean",
        "is_published": "boolean",
        "metadata": "jsonb",
        "clear": "text[]",
    },
    frozenset(
        [
            "exercise_id",
        ]
    ),
)
_UPDATE_FILE: Procedure[object] = Procedure(
    "update_file",
    {
        "file_id": "uuid",
        "filename": "text",
        "file_type": "text",
        "folder": "text",
        "clear": "text[]",
    },
    frozenset(
        [
            "file_id",
        ]
    ),
)
_UPDATE_LESSON: Procedure[UpdateLesson] = Procedure(
    "update_lesson",
    {
        "lesson_id": "uuid",
        "title": "text",
        "slug": "text",
        "lesson_type": "text",
        "description": "text",
        "content": "jsonb",
        "body": "text",
        "duration_minutes": "integer",
        "video_url": "text",
        "materials": "jsonb",
        "learning_outcomes": "jsonb",
        "is_mandatory": "boolean",
        "is_preview": "boolean",
        "is_graded": "boolean",
        "is_active": "boolean",
        "completion_xp": "integer",
        "coin_reward": "integer",
        "metadata": "jsonb",
        "clear": "text[]",
    },
    frozenset(
        [
            "lesson_id",
        ]
    ),
    (
        "lesson_id",
        "slug",
    ),
    UpdateLesson,
)
_UPDATE_MATERIAL: Procedure[object] = Procedure(
    "update_material",
    {
        "material_id": "uuid",
        "title": "text",
        "description": "text",
        "source_url": "text",
        "subject_area": "text",
        "difficulty_level": "text",
        "tags": "text[]",
        "metadata": "jsonb",
        "clear": "text[]",
    },
    frozenset(
        [
            "material_id",
        ]
    ),
)
_UPDATE_PROFILE: Procedure[object] = Procedure(
    "update_profile",
    {
        "full_name": "text",
        "first_name": "text",
        "last_name": "text",
        "avatar_url": "text",
        "avatar_emoji": "text",
        "bio": "text",
        "phone_number": "text",
        "preferences": "jsonb",
        "show_on_leaderboard": "boolean",
        "username": "text",
    },
    frozenset([]),
)
_UPDATE_PROJECT: Procedure[object] = Procedure(
    "update_project",
    {
        "project_id": "uuid",
        "title": "text",
        "description": "text",
        "project_type": "text",
        "components": "jsonb",
        "performance_metrics": "jsonb",
        "nft_metadata": "jsonb",
        "clear": "text[]",
    },
    frozenset(
        [
            "project_id",
        ]
    ),
)
_UPDATE_QUESTION: Procedure[object] = Procedure(
    "update_question",
    {
        "question_id": "uuid",
        "question_text": "text",
        "options": "jsonb",
        "answer_key": "jsonb",
        "points": "numeric",
        "explanation": "text",
    },
    frozenset(
        [
            "question_id",
        ]
    ),
)
_UPDATE_QUIZ: Procedure[object] = Procedure(
    "update_quiz",
    {
        "quiz_id": "uuid",
        "title": "text",
        "description": "text",
        "quiz_type": "text",
        "passing_score": "numeric",
        "time_limit_minutes": "integer",
        "max_attempts": "integer",
        "grade_policy": "text",
        "shuffle_questions": "boolean",
        "shuffle_options": "boolean",
        "show_answers": "text",
        "is_published": "boolean",
        "metadata": "jsonb",
        "clear": "text[]",
    },
    frozenset(
        [
            "quiz_id",
        ]
    ),
)
_UPDATE_SETTINGS: Procedure[object] = Procedure(
    "update_settings",
    {
        "timezone": "text",
        "language": "text",
        "theme": "text",
        "email_notifications": "boolean",
        "push_notifications": "boolean",
    },
    frozenset([]),
)
_VERIFY_AUDIT_SEALS: Procedure[VerifyAuditSeals] = Procedure(
    "verify_audit_seals",
    {
        "partition": "text",
        "table": "text",
        "head": "bytea",
    },
    frozenset([]),
    (
        "partition_name",
        "seal_number",
        "problem",
        "expected",
        "actual",
    ),
    VerifyAuditSeals,
)
_VERIFY_CERTIFICATE: Procedure[VerifyCertificate] = Procedure(
    "verify_certificate",
    {
        "code": "text",
    },
    frozenset(
        [
            "code",
        ]
    ),
    (
        "status",
        "certificate_number",
        "recipient_name",
        "course_title",
        "completed_at",
        "issued_at",
        "revoked_at",
    ),
    VerifyCertificate,
)
_VERIFY_EMAIL: Procedure[object] = Procedure(
    "verify_email",
    {
        "user_id": "uuid",
        "email": "text",
    },
    frozenset(
        [
            "user_id",
            "email",
        ]
    ),
    action="identity.verify_email",
    entity="user_id",
)
_VERIFY_INTEGRITY: Procedure[VerifyIntegrity] = Procedure(
    "verify_integrity",
    {},
    frozenset([]),
    (
        "check_name",
        "table_name",
        "row_id",
        "expected",
        "actual",
    ),
    VerifyIntegrity,
)
_VERIFY_WALLET: Procedure[object] = Procedure(
    "verify_wallet",
    {
        "wallet_id": "uuid",
    },
    frozenset(
        [
            "wallet_id",
        ]
    ),
    action="identity.verify_wallet",
    entity="wallet_id",
)
_VOTE: Procedure[Vote] = Procedure(
    "vote",
    {
        "vote_type": "text",
        "discussion_id": "uuid",
        "reply_id": "uuid",
    },
    frozenset(
        [
            "vote_type",
        ]
    ),
    (
        "vote_type",
        "upvote_count",
        "downvote_count",
    ),
    Vote,
)


class Session(SessionBase):
    """The procedures of a school, on one connection and in its transaction.

    Arguments go by name; one left at None has the default that the procedure gives it. Errors are those of
    pgacademy.errors, with `hint`, `detail` and `sqlstate`.
    """

    __slots__ = ()

    def acting_in(self, *, role: str) -> bool:
        """Whether the caller acts in this role of the school: anonymous, student, instructor, admin, service, analyst,
        owner.

        The database role, not the person: what the connection may do at most. Inside a definer procedure
        current_user is the owner, so the caller's role is read from the setting `role`, which `set role` moves and
        which nobody can set to a role they are not a member of; without a `set role` it is the login itself. Logins
        are NOINHERIT, so a login that forgot its `set local role` acts in nothing. Superusers count as everything.

        Errors: none; an unknown role is false

        Who may call it: anonymous, student, instructor, admin, service, analyst.
        """
        return cast(
            "bool",
            self._value(
                _ACTING_IN,
                {
                    "role": role,
                },
            ),
        )

    def acting_instructor_id(self) -> UUID | None:
        """The calling person, if they are and act as an instructor; null for everyone else.

        current_user_id() says who is calling, not what they still are: whoever was demoted may hold a connection
        that acts as an instructor. Policies that show an instructor the rows of others ask this instead, as (select
        acting_instructor_id()), so that it runs once per statement; null passes none of them.

        Errors: 28000 from verified_identity

        Who may call it: instructor, admin, analyst.
        """
        return cast("UUID | None", self._value(_ACTING_INSTRUCTOR_ID, {}))

    def active_people(self, *, from_date: dt.date | None = None, to_date: dt.date | None = None) -> list[ActivePeople]:
        """Different people active on each day, in the 7 and in the 30 days up to it; stickiness is the first of the
        last in per cent.

        Nobody is counted twice, and no day is missing. Each active day of a person covers the days on which it
        counts, up to their next one: so a person's covers never overlap, and one pass of starts and ends replaces
        counting every window anew.

        Without days: the 30 up to today, in the school's time zone.

        Errors: PA401 · PA403 · PA422 no period, or more than ten years

        Who may call it: admin, analyst.
        """
        return self._rows(
            _ACTIVE_PEOPLE,
            {
                "from_date": from_date,
                "to_date": to_date,
            },
        )

    def acts_as(self, *, role: str) -> bool:
        """Whether the caller acts in this role and is a living, active person who may: student, instructor or admin.

        Both must hold: the connection acts in the role (acting_in), and the verified identity is a living, active
        person whose row has at least that role (student < instructor < admin). Policies ask it as (select
        acts_as('admin')), so that it runs once per statement.

        Errors: 28000 from verified_identity; nobody, or an unknown role, is false

        Who may call it: student, instructor, admin.
        """
        return cast(
            "bool",
            self._value(
                _ACTS_AS,
                {
                    "role": role,
                },
            ),
        )

    def add_lesson(
        self,
        *,
        course_id: UUID | str,
        title: str,
        slug: str | None = None,
        parent_lesson_id: UUID | str | None = None,
        position: int | None = None,
        lesson_type: str | None = None,
        description: str | None = None,
        content: Json = None,
        body: str | None = None,
        duration_minutes: int | None = None,
        video_url: str | None = None,
        materials: Json = None,
        learning_outcomes: Json = None,
        is_mandatory: bool | None = None,
        is_preview: bool | None = None,
        is_graded: bool | None = None,
        completion_xp: int | None = None,
        coin_reward: int | None = None,
        metadata: Json = None,
    ) -> AddLesson:
        """Adds a lesson to a course; returns its id, slug and position.

        Without a parent it stands at the top of the course; a parent that was a lesson becomes a chapter, which
        nobody has to complete. A position past the end is the end. Without a slug the title makes one.

        Left out, `lesson_type` is 'text', `content` is '{}', `materials` is '[]', `learning_outcomes` is '[]',
        `is_mandatory` is true, `is_preview` is false, `is_graded` is false, `coin_reward` is 0, `metadata` is '{}'.

        Errors: PA401 · PA403 · PA404 no such course · PA409 the parent is hidden, or a prerequisite · PA422 no
        title; title, slug or type; more XP or coins than an instructor may give; a position below 1; a parent
        outside the course · 23505 lessons_course_id_slug_key · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        return cast(
            "AddLesson",
            self._row(
                _ADD_LESSON,
                {
                    "course_id": course_id,
                    "title": title,
                    "slug": slug,
                    "parent_lesson_id": parent_lesson_id,
                    "position": position,
                    "lesson_type": lesson_type,
                    "description": description,
                    "content": content,
                    "body": body,
                    "duration_minutes": duration_minutes,
                    "video_url": video_url,
                    "materials": materials,
                    "learning_outcomes": learning_outcomes,
                    "is_mandatory": is_mandatory,
                    "is_preview": is_preview,
                    "is_graded": is_graded,
                    "completion_xp": completion_xp,
                    "coin_reward": coin_reward,
                    "metadata": metadata,
                },
            ),
        )

    def add_lesson_prerequisite(self, *, lesson_id: UUID | str, prerequisite_lesson_id: UUID | str) -> None:
        """Makes one lesson of a course come before another.

        Twice changes nothing.

        What comes before must be something that can be completed: visible, and not a chapter.

        Errors: PA401 · PA403 · PA404 no such lesson · PA409 it would close a cycle (the detail shows it) · PA422
        before itself, outside the course, hidden, a chapter

        Who may call it: instructor, admin.
        """
        self._value(
            _ADD_LESSON_PREREQUISITE,
            {
                "lesson_id": lesson_id,
                "prerequisite_lesson_id": prerequisite_lesson_id,
            },
        )

    def add_prerequisite(
        self, *, course_id: UUID | str, prerequisite_course_id: UUID | str, is_required: bool | None = None
    ) -> None:
        """Makes one course come before another, required or recommended.

        Again with another is_required changes just that.

        Required: it must be completed before enrolling; otherwise it is a recommendation. Any published course, or
        one the caller may change, can come before.

        Left out, `is_required` is true.

        Errors: PA401 · PA403 · PA404 no such course, or no such prerequisite that the caller may see · PA409 it
        would close a cycle (the detail shows it) · PA422 a course before itself, p_is_required null

        Who may call it: instructor, admin.
        """
        self._value(
            _ADD_PREREQUISITE,
            {
                "course_id": course_id,
                "prerequisite_course_id": prerequisite_course_id,
                "is_required": is_required,
            },
        )

    def add_question(
        self,
        *,
        quiz_id: UUID | str,
        question_type: str,
        question_text: str,
        options: Json = None,
        answer_key: Json = None,
        points: Decimal | int | float | None = None,
        explanation: str | None = None,
        position: int | None = None,
    ) -> UUID:
        """Adds a question to a quiz; returns its id.

        Options and key as normalise_question has them; what is right goes where no learner reads. A published quiz
        may get further questions: attempts that were begun go on with those they have.

        Left out, `points` is 1.

        Errors: PA401 · PA403 · PA404 no such quiz · PA409 500 questions are the most · PA422 options or key, with
        the path; a position below 1; no text · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        return cast(
            "UUID",
            self._value(
                _ADD_QUESTION,
                {
                    "quiz_id": quiz_id,
                    "question_type": question_type,
                    "question_text": question_text,
                    "options": options,
                    "answer_key": answer_key,
                    "points": points,
                    "explanation": explanation,
                    "position": position,
                },
            ),
        )

    def advance_chain_transaction(
        self,
        *,
        transaction_id: UUID | str,
        status: str,
        tx_id: str | None = None,
        consensus_timestamp: dt.datetime | None = None,
        fee: Decimal | int | float | None = None,
        failure_reason: str | None = None,
    ) -> AdvanceChainTransaction:
        """Moves a transaction on a blockchain to its next state, once; and what hangs on it.

        The state machine of chain_transactions, all of it: forward only, states may be skipped, final and failed
        are the end; what was confirmed may still fail, when a chain drops a block. The same again changes nothing.
        What hangs on it, a request of the faucet or a token, moves with it in the same transaction.

        Who sends it takes the name it will have on the chain first, enters it here as submitted, and sends it then:
        of two workers one is refused, and the chain takes a transaction of one name once. So nothing is paid twice,
        whoever crashes when.

        Errors: PA403 not the service · PA404 no such transaction · PA409 it cannot go there from where it is, it
        has another name, the name is another's · PA422 unknown state, no name, no time of consensus, bad fee, no
        reason

        Who may call it: service.
        """
        return cast(
            "AdvanceChainTransaction",
            self._row(
                _ADVANCE_CHAIN_TRANSACTION,
                {
                    "transaction_id": transaction_id,
                    "status": status,
                    "tx_id": tx_id,
                    "consensus_timestamp": consensus_timestamp,
                    "fee": fee,
                    "failure_reason": failure_reason,
                },
            ),
        )

    def advance_streaks(self, *, as_of: dt.datetime | None = None) -> int:
        """Settles streaks that are over; returns how many.

        Only streaks that no freezes held could bridge any more; a freeze is spent by the activity it saves
        (move_streaks), so the outcome does not depend on when, or whether, this job runs. A person someone is
        writing to is left for the next run.

        Errors: PA403 not the service · PA422 a time in the future

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _ADVANCE_STREAKS,
                {
                    "as_of": as_of,
                },
            ),
        )

    def aggregate_session_data(self, *, before: dt.datetime | None = None, limit: int | None = None) -> int:
        """Makes metrics of the data of old sessions, a batch at a time; returns how many sessions.

        Returns how many sessions.

        At most limit at a time, the oldest first: call it until it returns 0. A session is done once, whoever runs
        this how often and wherever it stopped: aggregated_at says so, in the transaction of its metrics. One that
        nobody ended and in which nothing has happened since counts as abandoned with its last interaction.

        Metrics of a session, at the moment of its end: interactions, completion, duration; accuracy and speed where
        there is something to take them from; retention, the same for a session of reviews. Run it before
        interactions of that time are dropped: it counts them.

        Left out, `limit` is 1000.

        Errors: PA403 not the service · PA422 a moment in the future, p_limit not 1 to 100000 · 55P03 from
        ensure_partitions

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _AGGREGATE_SESSION_DATA,
                {
                    "before": before,
                    "limit": limit,
                },
            ),
        )

    def analyze_partitioned_tables(self) -> int | None:
        """Counts anew what the planner believes of partitioned tables as wholes.

        Autovacuum looks after each month, and never after the table that they make up: without this, a plan for
        several months rests on what was true when somebody last said ANALYZE. Readers and writers are not in its
        way, nor it in theirs.

        Errors: PA403 not the service · 55P03 a month is just being made, or leaves

        Who may call it: service.
        """
        return cast("int | None", self._value(_ANALYZE_PARTITIONED_TABLES, {}))

    def announce(
        self,
        *,
        title: str,
        message: str,
        idempotency_key: str,
        course_id: UUID | str | None = None,
        priority: str | None = None,
        action_url: str | None = None,
    ) -> int:
        """Tells everyone on a course, or in the school, once per key; returns how many.

        Those on a course are the active and those who completed it. Returns how many were told. The idempotency key
        is not optional: a call repeated after a lost answer must not tell everyone twice.

        Left out, `priority` is 'normal'.

        Errors: PA401 · PA403 not staff of the course; without one, not an administrator · PA404 no such course ·
        PA409 key used for another request · PA422 no key, title, message, priority or address out of range

        Who may call it: instructor, admin.
        """
        return cast(
            "int",
            self._value(
                _ANNOUNCE,
                {
                    "title": title,
                    "message": message,
                    "idempotency_key": idempotency_key,
                    "course_id": course_id,
                    "priority": priority,
                    "action_url": action_url,
                },
            ),
        )

    def apply_achievement(
        self, *, slug: str, after: UUID | str | None = None, limit: int | None = None
    ) -> ApplyAchievement:
        """Grants an achievement to everyone of the next people who has reached it; call it with last_user_id until
        is_done.

        For a definition that is new, or was changed: events find only the thresholds they cross themselves. Looks
        at the next limit people after after, in the order of their ids, and grants it to those who have reached it:
        set by set, XP, counters, levels and ranks included, and whatever further achievements that XP reaches. Call
        it with the last_user_id it returned, each time in a transaction of its own, until is_done. It may be
        stopped at any moment and begun anew: who has it is passed over.

        People learn meanwhile. Everyone who is looked at is locked first, in the order of the house: users, since
        rows are going to refer to them, then user_stats; an event under way is waited for, and then counted in a
        new statement.

        Left out, `limit` is 1000.

        Errors: PA401, PA403 neither an administrator nor the service · PA404 no such achievement · PA409 it is
        retired · PA422 limit not between 1 and 10000

        Who may call it: admin, service.
        """
        return cast(
            "ApplyAchievement",
            self._row(
                _APPLY_ACHIEVEMENT,
                {
                    "slug": slug,
                    "after": after,
                    "limit": limit,
                },
            ),
        )

    def apply_retention(self, *, as_of: dt.datetime | None = None, limit: int | None = None) -> list[ApplyRetention]:
        """Lets go of a batch of each kind of row that was kept long enough; what, and how many.

        Whole months of partitioned tables go with `pgacademy maintain`, or retire_partitions. Rows that somebody
        holds are left for the next call. Call it until it returns no rows.

        Left out, `limit` is 5000.

        Errors: PA403 not the service · PA422 a moment in the future, p_limit not 1 to 100000

        Who may call it: service.
        """
        return self._rows(
            _APPLY_RETENTION,
            {
                "as_of": as_of,
                "limit": limit,
            },
        )

    def approve_instructor(self, *, user_id: UUID | str, is_approved: bool | None = None) -> None:
        """Lets an instructor publish courses, or no longer.

        Left out, `is_approved` is true.

        Errors: PA401, PA403 from require_user · PA404 no such living person · PA409 not an instructor · PA422 null

        Who may call it: admin.
        """
        self._value(
            _APPROVE_INSTRUCTOR,
            {
                "user_id": user_id,
                "is_approved": is_approved,
            },
        )

    def audit_trail(
        self,
        *,
        entity_type: str | None = None,
        entity_id: str | None = None,
        user_id: UUID | str | None = None,
        before: int | None = None,
        limit: int | None = None,
    ) -> list[AuditTrail]:
        """What happened to a row, or what a person did, newest first.

        Without entity_id, of a whole table; with user_id, what one person did. The next page is asked for with the
        log_number of the last row of this one.

        Left out, `limit` is 50.

        Errors: PA401 · PA403 not an administrator · PA422 neither a table nor a person; an id without a table; a
        page that is not of 1 to 200

        Who may call it: admin.
        """
        return self._rows(
            _AUDIT_TRAIL,
            {
                "entity_type": entity_type,
                "entity_id": entity_id,
                "user_id": user_id,
                "before": before,
                "limit": limit,
            },
        )

    def award_coins(
        self,
        *,
        user_id: UUID | str,
        amount: int,
        source_type: str,
        source_id: UUID | str,
        description: str | None = None,
        occurrence: str | None = None,
    ) -> AwardCoins:
        """Gives a person coins once per source and occurrence; returns the balance and what was awarded.

        The same person, source and occurrence again changes nothing and says awarded = 0, so callers may retry. A
        lesson or course is the same source here as where its completion pays. It grants no achievements:
        check_achievements does, or the person's next event.

        Left out, `occurrence` is ''.

        Errors: PA403 not the service · PA404 no such person · PA422 amount not between 1 and 1000000, no source,
        text too long

        Who may call it: service.
        """
        return cast(
            "AwardCoins",
            self._row(
                _AWARD_COINS,
                {
                    "user_id": user_id,
                    "amount": amount,
                    "source_type": source_type,
                    "source_id": source_id,
                    "description": description,
                    "occurrence": occurrence,
                },
            ),
        )

    def award_xp(
        self,
        *,
        user_id: UUID | str,
        amount: int,
        source_type: str,
        source_id: UUID | str,
        reason: str | None = None,
        occurrence: str | None = None,
        occurred_at: dt.datetime | None = None,
    ) -> AwardXp:
        """Gives a learner XP once per source and occurrence; returns the totals and what was awarded.

        What that does, and that it may be repeated, is said in grant_xp. A source that pays repeatedly names its
        occurrence, a daily bonus for instance the local date. It grants no achievements: check_achievements does,
        or the next event.

        Left out, `occurrence` is ''.

        Errors: PA403 not the service · PA404 no such learner · PA422 amount not between 1 and 100000, no source, a
        time in the future

        Who may call it: service.
        """
        return cast(
            "AwardXp",
            self._row(
                _AWARD_XP,
                {
                    "user_id": user_id,
                    "amount": amount,
                    "source_type": source_type,
                    "source_id": source_id,
                    "reason": reason,
                    "occurrence": occurrence,
                    "occurred_at": occurred_at,
                },
            ),
        )

    def begin_job(self, *, job: str) -> UUID:
        """Notes the start of a job; returns the id of the run.

        Commit it before the work, in a transaction of its own, so that a run that dies is seen as one that never
        ended. Runs of the same job are kept for 90 days: some come each minute.

        Errors: PA403 not the service · PA422 no name, or a too long one

        Who may call it: service.
        """
        return cast(
            "UUID",
            self._value(
                _BEGIN_JOB,
                {
                    "job": job,
                },
            ),
        )

    def begin_retirement(self, *, as_of: dt.datetime | None = None) -> list[BeginRetirement]:
        """Enters the partitions that were kept long enough; returns those on their way out.

        A partition goes when all of it is older than its table's policy (retention_policies) allows. It is entered
        in archives before anything happens to it; then it is detached, concurrently by the library, which a
        function cannot do; then finish_retirement archives or drops it. Whatever dies in between, the next run
        finds it here and goes on. One that was entered only, and is to be kept longer by now, stays.

        Errors: PA403 not the service · PA422 a moment in the future

        Who may call it: service.
        """
        return self._rows(
            _BEGIN_RETIREMENT,
            {
                "as_of": as_of,
            },
        )

    def buy_streak_freeze(self, *, idempotency_key: str) -> BuyStreakFreeze:
        """Buys a streak freeze for coins, once per key; returns what is left and the freezes held.

        The price is the setting coins.streak_freeze_price; at 0 none are sold. At most two are held. As for a
        transfer, the idempotency key is not optional.

        Errors: PA401, PA403 from require_user · PA409 not sold, two are held, not enough coins, key used for
        another request · PA422 no key

        Who may call it: student.
        """
        return cast(
            "BuyStreakFreeze",
            self._row(
                _BUY_STREAK_FREEZE,
                {
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def calculate_user_level(self, *, total_xp: int) -> int:
        """The level that an amount of total XP is.

        The curve is data, so that a school may flatten it; the formula behind the shipped one is floor((1 + sqrt(1
        + 0.08 * xp)) / 2), at most 100. Less than the lowest level's XP is level 1; null is null.

        In PL/pgSQL, which keeps its plan: it runs with every completion.

        Errors: none

        Who may call it: anonymous, student, instructor, admin, service.
        """
        return cast(
            "int",
            self._value(
                _CALCULATE_USER_LEVEL,
                {
                    "total_xp": total_xp,
                },
            ),
        )

    def check_achievements(self, *, user_id: UUID | str, as_of: dt.datetime | None = None) -> list[CheckAchievements]:
        """Grants every achievement a person has reached; returns those that are new.

        The full evaluation, for achievements defined after the fact and after repairs; events themselves look only
        at what they have just crossed (grant_achievements). Global definitions first, then those of every course
        the person is on.

        Errors: PA403 not the service · PA404 no such person · PA422 a time in the future

        Who may call it: service.
        """
        return self._rows(
            _CHECK_ACHIEVEMENTS,
            {
                "user_id": user_id,
                "as_of": as_of,
            },
        )

    def claim_deliveries(self, *, channel: str, limit: int | None = None) -> list[ClaimDeliveries]:
        """Takes notifications that are to go out by email or push, for five minutes.

        Whoever claims has five minutes to say how it went, with finish_delivery; after that somebody else gets
        them. Two senders never get the same. Commit the claim before sending. What is due to somebody who has left
        meanwhile, or to an address that is proven no more, is cancelled.

        Left out, `limit` is 100.

        Errors: PA403 not the service · PA422 no such channel, p_limit not 1 to 1000

        Who may call it: service.
        """
        return self._rows(
            _CLAIM_DELIVERIES,
            {
                "channel": channel,
                "limit": limit,
            },
        )

    def close_overdue_attempts(self, *, limit: int | None = None) -> int:
        """Grades open attempts whose time is over; returns how many.

        Returns how many.

        At most limit in one call, the most overdue first, so that its locks are held for a short time; call it
        until it returns 0. A learner who comes back earlier has it done by start_quiz.

        Left out, `limit` is 100.

        Errors: PA403 not the service · PA422 a limit below 1

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _CLOSE_OVERDUE_ATTEMPTS,
                {
                    "limit": limit,
                },
            ),
        )

    def close_overdue_drafts(self, *, limit: int | None = None) -> int:
        """Hands in the drafts whose time is over; returns how many.

        Returns how many.

        At most limit in one call; call it until it returns 0. A learner who comes back earlier has it done by
        start_exercise.

        Left out, `limit` is 1000.

        Errors: PA403 not the service · PA422 a limit out of range

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _CLOSE_OVERDUE_DRAFTS,
                {
                    "limit": limit,
                },
            ),
        )

    def cohort_retention(
        self, *, unit: str | None = None, cohorts: int | None = None, as_of: dt.datetime | None = None
    ) -> list[CohortRetention]:
        """Of the people who registered in each week or month, how many were active in it and in each that followed, in
        per cent too.

        Period 0 is the one they registered in. Every period that has begun by as_of is there, also one in which
        nobody came, and every cohort, also one in which nobody registered. Weeks begin on Monday; both are the
        school's.

        Left out, `unit` is 'month', `cohorts` is 12.

        Errors: PA401 · PA403 · PA422 neither week nor month; fewer than 1 or more than 60 cohorts; as of the future

        Who may call it: admin, analyst.
        """
        return self._rows(
            _COHORT_RETENTION,
            {
                "unit": unit,
                "cohorts": cohorts,
                "as_of": as_of,
            },
        )

    def coin_history(self, *, limit: int | None = None, after: UUID | str | None = None) -> list[CoinHistory]:
        """Lists the caller's movements of coins, newest first, with both sides of every transfer.

        For the next page, after is the transaction_id of the last row seen. No page costs more than the first,
        however many movements there are: each side is one walk along its index, and neither goes further than a
        page. (v_my_coins shows the same to be filtered and added up, and reads them all.) change is what it did to
        the balance: null while a deposit is pending or after it failed. other_id is the person at the other end of
        a transfer.

        Left out, `limit` is 20.

        Errors: PA401, PA403 · PA404 no such movement of the caller's in p_after · PA422 p_limit not 1 to 100

        Who may call it: student, instructor, admin.
        """
        return self._rows(
            _COIN_HISTORY,
            {
                "limit": limit,
                "after": after,
            },
        )

    def complete_lesson(
        self, *, lesson_id: UUID | str, seconds: int | None = None, idempotency_key: str | None = None
    ) -> CompleteLesson:
        """Completes a lesson for the calling learner: progress, XP, coins, level, streak, achievements; returns what
        changed.

        One call does everything that follows and returns what changed.

        See apply_completion for what that is. seconds counts up to the time since start_lesson, and not at all
        without it; null counts nothing. When it is done is the clock's business, not that of the transaction: one
        begun yesterday claims no day that is over. xp_awarded is all XP of this call: lesson, course and
        achievements; coins_awarded all coins, of lesson and course. achievements is an array of {"id", "title",
        "xp_reward", "icon"}. Without a key a second call changes nothing and says already_completed; with a key it
        returns the row of the first call.

        Errors: PA401, PA403 from require_user · PA404 no such lesson · PA409 not enrolled, enrolment not open, a
        chapter or hidden lesson, a lesson that grading completes, lessons before it not done, key used for another
        request · PA422 negative time

        Who may call it: student.
        """
        return cast(
            "CompleteLesson",
            self._row(
                _COMPLETE_LESSON,
                {
                    "lesson_id": lesson_id,
                    "seconds": seconds,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def confirm_blockchain_coins(
        self, *, transaction_id: UUID | str, blockchain_tx_hash: str | None = None
    ) -> ConfirmBlockchainCoins:
        """Confirms a pending deposit or withdrawal, once; returns the balance.

        A deposit is paid out now.

        Again changes nothing. What has failed stays failed.

        Errors: PA403 not the service · PA404 no such entry · PA409 it has failed, another hash, the hash is another
        entry's · PA422 no hash, or a malformed one

        Who may call it: service.
        """
        return cast(
            "ConfirmBlockchainCoins",
            self._row(
                _CONFIRM_BLOCKCHAIN_COINS,
                {
                    "transaction_id": transaction_id,
                    "blockchain_tx_hash": blockchain_tx_hash,
                },
            ),
        )

    def create_course(
        self,
        *,
        title: str,
        slug: str | None = None,
        description: str | None = None,
        category: str | None = None,
        discipline: str | None = None,
        track: str | None = None,
        difficulty: str | None = None,
        estimated_minutes: int | None = None,
        learning_objectives: Json = None,
        content_structure: Json = None,
        thumbnail_url: str | None = None,
        max_enrollments: int | None = None,
        completion_xp: int | None = None,
        coin_reward: int | None = None,
        metadata: Json = None,
        instructor_id: UUID | str | None = None,
        is_featured: bool | None = None,
    ) -> CreateCourse:
        """Creates a course as a draft; returns its id and slug.

        Nobody finds it before publish_course().

        An instructor creates their own; an administrator may name the instructor, and is it where none is named.
        Without a slug the title makes one.

        Left out, `difficulty` is 'beginner', `learning_objectives` is '[]', `content_structure` is '{}',
        `coin_reward` is 0, `metadata` is '{}', `is_featured` is false.

        Errors: PA401 · PA403 not an approved instructor; a course for somebody else; only administrators feature a
        course · PA404 no such instructor · PA422 no title; title, slug, track or difficulty; more XP or coins than
        an instructor may give · 23505 courses_slug_key · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        return cast(
            "CreateCourse",
            self._row(
                _CREATE_COURSE,
                {
                    "title": title,
                    "slug": slug,
                    "description": description,
                    "category": category,
                    "discipline": discipline,
                    "track": track,
                    "difficulty": difficulty,
                    "estimated_minutes": estimated_minutes,
                    "learning_objectives": learning_objectives,
                    "content_structure": content_structure,
                    "thumbnail_url": thumbnail_url,
                    "max_enrollments": max_enrollments,
                    "completion_xp": completion_xp,
                    "coin_reward": coin_reward,
                    "metadata": metadata,
                    "instructor_id": instructor_id,
                    "is_featured": is_featured,
                },
            ),
        )

    def create_exercise(
        self,
        *,
        lesson_id: UUID | str,
        title: str,
        description: str | None = None,
        exercise_type: str | None = None,
        content: Json = None,
        rubric: Json = None,
        max_score: Decimal | int | float | None = None,
        passing_score: Decimal | int | float | None = None,
        time_limit_minutes: int | None = None,
        due_at: dt.datetime | None = None,
        attempts_allowed: int | None = None,
        coin_reward: int | None = None,
        is_mandatory: bool | None = None,
        metadata: Json = None,
    ) -> UUID:
        """Makes an exercise of a lesson, as a draft; returns its id.

        update_exercise() publishes it.

        A null time limit or number of attempts is none. Without max_score it is worth what its rubric is worth, or
        100.

        Left out, `exercise_type` is 'text', `content` is '{}', `passing_score` is 60, `attempts_allowed` is 3,
        `coin_reward` is 0, `is_mandatory` is true, `metadata` is '{}'.

        Errors: PA401 · PA403 · PA404 no such lesson · PA409 a chapter · PA422 no title; too many coins; content or
        rubric, with the path · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        return cast(
            "UUID",
            self._value(
                _CREATE_EXERCISE,
                {
                    "lesson_id": lesson_id,
                    "title": title,
                    "description": description,
                    "exercise_type": exercise_type,
                    "content": content,
                    "rubric": rubric,
                    "max_score": max_score,
                    "passing_score": passing_score,
                    "time_limit_minutes": time_limit_minutes,
                    "due_at": due_at,
                    "attempts_allowed": attempts_allowed,
                    "coin_reward": coin_reward,
                    "is_mandatory": is_mandatory,
                    "metadata": metadata,
                },
            ),
        )

    def create_material(
        self,
        *,
        title: str,
        source_type: str,
        source_url: str | None = None,
        description: str | None = None,
        subject_area: str | None = None,
        difficulty_level: str | None = None,
        tags: list[str] | None = None,
        metadata: Json = None,
        idempotency_key: str | None = None,
    ) -> UUID:
        """Adds a study material of the caller's; returns its id.

        The back end cuts it into chunks; until then it is processing.

        A person holds a limited number of them (setting study.max_materials), so that nobody fills the queue.

        Left out, `tags` is '{}', `metadata` is '{}'.

        Errors: PA401, PA403 from require_user · PA409 as many as one may hold, key used for another request · PA422
        no title, no source of a known type, no address for a url, or a value of no use

        Who may call it: student.
        """
        return cast(
            "UUID",
            self._value(
                _CREATE_MATERIAL,
                {
                    "title": title,
                    "source_type": source_type,
                    "source_url": source_url,
                    "description": description,
                    "subject_area": subject_area,
                    "difficulty_level": difficulty_level,
                    "tags": tags,
                    "metadata": metadata,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def create_project(
        self,
        *,
        title: str,
        project_type: str,
        components: Json,
        course_id: UUID | str | None = None,
        description: str | None = None,
        performance_metrics: Json = None,
        idempotency_key: str | None = None,
    ) -> CreateProject:
        """Makes a project of the caller, a draft; returns its id and the achievements it reached.

        The shapes of the documents: project_components_shape(), performance_metrics_shape(), as JSON Schema among
        the files of the library. A project made in a course needs its maker on that course. A person holds a
        limited number of projects (setting projects.max_per_person) and makes a limited number in 24 hours, deleted
        ones included (projects.daily_max). Counts as a project created; returns the achievements that it reached.

        Errors: PA401, PA403 from require_user · PA404 not on this course, or its time is over · PA409 as many as
        one may hold, key used for another request · PA422 title, type, size or shape, with the path in the detail ·
        PA429 too many in a day

        Who may call it: student.
        """
        return cast(
            "CreateProject",
            self._row(
                _CREATE_PROJECT,
                {
                    "title": title,
                    "project_type": project_type,
                    "components": components,
                    "course_id": course_id,
                    "description": description,
                    "performance_metrics": performance_metrics,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def create_quiz(
        self,
        *,
        lesson_id: UUID | str,
        title: str,
        description: str | None = None,
        quiz_type: str | None = None,
        passing_score: Decimal | int | float | None = None,
        time_limit_minutes: int | None = None,
        max_attempts: int | None = None,
        grade_policy: str | None = None,
        shuffle_questions: bool | None = None,
        shuffle_options: bool | None = None,
        show_answers: str | None = None,
        metadata: Json = None,
    ) -> UUID:
        """Makes the quiz of a lesson, as a draft; returns its id.

        add_question() fills it, update_quiz() publishes it.

        A null time limit or number of attempts is none.

        Left out, `quiz_type` is 'practice', `passing_score` is 70, `max_attempts` is 3, `grade_policy` is 'best',
        `shuffle_questions` is false, `shuffle_options` is false, `show_answers` is 'never', `metadata` is '{}'.

        Errors: PA401 · PA403 · PA404 no such lesson · PA409 the lesson has a quiz, or is a chapter · PA422 no title
        · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        return cast(
            "UUID",
            self._value(
                _CREATE_QUIZ,
                {
                    "lesson_id": lesson_id,
                    "title": title,
                    "description": description,
                    "quiz_type": quiz_type,
                    "passing_score": passing_score,
                    "time_limit_minutes": time_limit_minutes,
                    "max_attempts": max_attempts,
                    "grade_policy": grade_policy,
                    "shuffle_questions": shuffle_questions,
                    "shuffle_options": shuffle_options,
                    "show_answers": show_answers,
                    "metadata": metadata,
                },
            ),
        )

    def current_user_id(self) -> UUID | None:
        """The person who is calling, if living and active; null for nobody.

        The identity that verified_identity() read from the signed token (or from the settings of a school without
        signing keys; the token's format is described there), if it is a living, active person. For everyone else it
        is null, so that a deactivated or deleted person passes no policy from that moment on, whatever token they
        still hold.

        Policies call it as (select current_user_id()), so that it runs once per statement and not once per row.

        Errors: 28000 from verified_identity: a token that is forged, expired or malformed is an error, never nobody

        Who may call it: anonymous, student, instructor, admin, service, analyst.
        """
        return cast("UUID | None", self._value(_CURRENT_USER_ID, {}))

    def deactivate_user(self, *, user_id: UUID | str, delete: bool | None = None) -> None:
        """Shuts a person out and ends their sessions; with p_delete the account is deleted for good.

        Sessions end, no policy or procedure accepts the identity any more, and the public profile is empty until
        reactivate_user(). Deleting is soft: the row stays for what refers to it, but the email and the wallets are
        free for someone else, and there is no way back. (Erasing personal data is another matter.) Doing it again
        changes nothing.

        Left out, `delete` is false.

        Errors: PA401, PA403 from require_user · PA404 no such person · PA409 the last administrator

        Who may call it: admin, service.
        """
        self._value(
            _DEACTIVATE_USER,
            {
                "user_id": user_id,
                "delete": delete,
            },
        )

    def define_achievement(
        self,
        *,
        slug: str,
        title: str,
        criteria: Json,
        description: str | None = None,
        achievement_type: str | None = None,
        category: str | None = None,
        icon_url: str | None = None,
        icon_emoji: str | None = None,
        rarity: str | None = None,
        xp_reward: int | None = None,
    ) -> UUID:
        """Defines an achievement, or defines the one of this slug anew; returns its id.

        The definition is replaced as a whole, what is left out takes its default, and it can be earned again if it
        was retired. Who has earned it keeps it as it looked then. Nobody is granted it by this call: thresholds
        passed earlier are found by check_achievements.

        Left out, `achievement_type` is 'milestone', `rarity` is 'common'.

        Errors: PA401 PA403 not an administrator · PA422 criteria, rarity or reward · 23514 a text too long, a
        malformed slug

        Who may call it: admin.
        """
        return cast(
            "UUID",
            self._value(
                _DEFINE_ACHIEVEMENT,
                {
                    "slug": slug,
                    "title": title,
                    "criteria": criteria,
                    "description": description,
                    "achievement_type": achievement_type,
                    "category": category,
                    "icon_url": icon_url,
                    "icon_emoji": icon_emoji,
                    "rarity": rarity,
                    "xp_reward": xp_reward,
                },
            ),
        )

    def delete_course(self, *, course_id: UUID | str) -> None:
        """Deletes a course for everyone, keeping what was learned in it.

        The row stays, and with it what learners earned in it; the slug stays taken.

        A course that a published course requires, or another of the caller's, is kept: nobody new could ever fulfil
        the prerequisite. Drafts of others say nothing and hold up nobody: they lose the prerequisite.

        Errors: PA401 · PA403 · PA404 no such course, or deleted before · PA409 another course requires it; the
        detail names those that the caller may see

        Who may call it: instructor, admin.
        """
        self._value(
            _DELETE_COURSE,
            {
                "course_id": course_id,
            },
        )

    def delete_discussion(self, *, discussion_id: UUID | str) -> None:
        """Takes a discussion down; the rows stay.

        Nobody sees it any more but administrators; the rows stay. Who was told of replies in it reads no more of
        them. What it counted for its author and those who replied stays counted: it was done. Doing it again finds
        nothing.

        Errors: PA401 · PA403 another's, and not staff · PA404 no such discussion

        Who may call it: student, instructor, admin.
        """
        self._value(
            _DELETE_DISCUSSION,
            {
                "discussion_id": discussion_id,
            },
        )

    def delete_exercise(self, *, exercise_id: UUID | str) -> None:
        """Deletes an exercise that nobody has begun.

        One with work in it is unpublished instead: see update_exercise.

        Errors: PA401 · PA403 · PA404 no such exercise · PA409 somebody has begun it

        Who may call it: instructor, admin.
        """
        self._value(
            _DELETE_EXERCISE,
            {
                "exercise_id": exercise_id,
            },
        )

    def delete_material(self, *, material_id: UUID | str) -> None:
        """Removes a study material from its owner's sight; the rows stay.

        Sessions and what was learned in them stay in sight: they were. Doing it again finds nothing.

        Errors: PA401, PA403 from require_user · PA404 no such material of the caller's

        Who may call it: student.
        """
        self._value(
            _DELETE_MATERIAL,
            {
                "material_id": material_id,
            },
        )

    def delete_project(self, *, project_id: UUID | str) -> None:
        """Deletes a project that is not minted.

        That there was one stays known, and counted.

        Not a minted one: its token is somebody's, and says what it stands for. It can be unpublished.

        Errors: PA401, PA403 from require_user · PA404 no such project of the caller's · PA409 it is minted

        Who may call it: student, admin.
        """
        self._value(
            _DELETE_PROJECT,
            {
                "project_id": project_id,
            },
        )

    def delete_quiz(self, *, quiz_id: UUID | str) -> None:
        """Deletes a quiz that nobody has begun.

        One that was begun is unpublished instead: see update_quiz.

        A lesson that only this quiz could complete stays graded: update_lesson() gives it back to its learners.

        Errors: PA401 · PA403 · PA404 no such quiz · PA409 somebody has begun it

        Who may call it: instructor, admin.
        """
        self._value(
            _DELETE_QUIZ,
            {
                "quiz_id": quiz_id,
            },
        )

    def delete_reply(self, *, reply_id: UUID | str) -> None:
        """Takes a reply down; the row stays and keeps the tree.

        The row stays, for what answers it hangs on it; nobody but administrators sees the text any more, and
        list_replies shows a gap. A solution ceases to be one. Who was told of it reads no more of it.

        Errors: PA401 · PA403 another's, and not staff · PA404 no such reply

        Who may call it: student, instructor, admin.
        """
        self._value(
            _DELETE_REPLY,
            {
                "reply_id": reply_id,
            },
        )

    def drop_course(self, *, course_id: UUID | str) -> DropCourse:
        """The calling learner leaves a course; progress is kept.

        Their progress is kept for when they come back with enroll.

        Errors: PA401, PA403 from require_user · PA404 not enrolled · PA409 the course is completed

        Who may call it: student.
        """
        return cast(
            "DropCourse",
            self._row(
                _DROP_COURSE,
                {
                    "course_id": course_id,
                },
            ),
        )

    def due_cards(self, *, limit: int | None = None) -> list[DueCards]:
        """The caller's flashcards to review now, the longest waiting first.

        Left out, `limit` is 20.

        Errors: PA401, PA403 from require_user · PA422 p_limit not 1 to 500

        Who may call it: student.
        """
        return self._rows(
            _DUE_CARDS,
            {
                "limit": limit,
            },
        )

    def due_jobs(self, *, as_of: dt.datetime | None = None) -> list[DueJobs]:
        """The jobs whose time has come, in the order to do them.

        What counts is when a job last succeeded, or began if it may still be at work: a daily one that has not
        ended after an hour has died. One that failed is due at once.

        Errors: PA403 not the service · PA422 a moment in the future

        Who may call it: service.
        """
        return self._rows(
            _DUE_JOBS,
            {
                "as_of": as_of,
            },
        )

    def edit_discussion(
        self,
        *,
        discussion_id: UUID | str,
        title: str | None = None,
        content: str | None = None,
        category: str | None = None,
        tags: list[str] | None = None,
    ) -> None:
        """Changes the caller's own discussion; null leaves a part as it is.

        What is null stays as it is.

        Nobody edits another's words, staff neither: they take it down.

        Errors: PA401 · PA403 another's · PA404 no such discussion · PA409 closed · PA422 from check_post

        Who may call it: student, instructor, admin.
        """
        self._value(
            _EDIT_DISCUSSION,
            {
                "discussion_id": discussion_id,
                "title": title,
                "content": content,
                "category": category,
                "tags": tags,
            },
        )

    def edit_reply(self, *, reply_id: UUID | str, content: str) -> None:
        """Changes the text of the caller's own reply.

        Staff do not edit others' words: they take them down.

        Errors: PA401 · PA403 another's · PA404 no such reply · PA409 the discussion is closed · PA422 no text, or
        too long

        Who may call it: student, instructor, admin.
        """
        self._value(
            _EDIT_REPLY,
            {
                "reply_id": reply_id,
                "content": content,
            },
        )

    def effective_streak(self, *, user_id: UUID | str | None = None, as_of: dt.datetime | None = None) -> int:
        """The days of a person's streak as it stands on their local date; 0 when it is over.

        It is alive while the days missed are not more than the freezes held. People ask about themselves;
        administrators and the back end about anyone. Null if there is no such person.

        Errors: PA401 nobody is signed in · PA403 someone else's streak · PA422 a time in the future

        Who may call it: student, instructor, admin, service.
        """
        return cast(
            "int",
            self._value(
                _EFFECTIVE_STREAK,
                {
                    "user_id": user_id,
                    "as_of": as_of,
                },
            ),
        )

    def end_job(self, *, run_id: UUID | str, succeeded: bool | None = None, detail: Json = None) -> None:
        """Notes the outcome of a job run.

        A run ends once; saying the same again changes nothing.

        Left out, `succeeded` is true, `detail` is '{}'.

        Errors: PA403 not the service · PA404 no such run · PA409 it ended the other way · PA422 no outcome, or a
        detail that is not an object of at most 100,000 characters

        Who may call it: service.
        """
        self._value(
            _END_JOB,
            {
                "run_id": run_id,
                "succeeded": succeeded,
                "detail": detail,
            },
        )

    def end_study_session(
        self,
        *,
        session_id: UUID | str,
        completion_percentage: Decimal | int | float | None = None,
        session_data: Json = None,
    ) -> EndStudySession:
        """Ends a session of the caller; returns how it went.

        Ending it again changes nothing and returns what it was.

        A session in which something was done is a day of learning.

        Errors: PA401, PA403 from require_user · PA404 no such session of the caller's · PA422 a percentage or state
        of no use

        Who may call it: student.
        """
        return cast(
            "EndStudySession",
            self._row(
                _END_STUDY_SESSION,
                {
                    "session_id": session_id,
                    "completion_percentage": completion_percentage,
                    "session_data": session_data,
                },
            ),
        )

    def engagement(self, *, user_ids: list[UUID | str] | None = None) -> list[Engagement]:
        """Courses, projects, achievements, whole minutes and last activity of each living person, or of these; names
        for administrators.

        Enrolments, minutes and achievements are counted already, in user_stats, and the last access with them; only
        projects are not, where those that were removed count as well. They are added up by person before they are
        put beside the rest. For everybody each source is read once; for some, along the indexes on user_id: so the
        plan is made for the argument. The name is for administrators: an analyst tells people apart and learns
        about none.

        Errors: PA401 · PA403

        Who may call it: admin, analyst.
        """
        return self._rows(
            _ENGAGEMENT,
            {
                "user_ids": user_ids,
            },
        )

    def engagement_page(self, *, after: UUID | str | None = None, limit: int | None = None) -> list[EngagementPage]:
        """One page of engagement, in the order of ids.

        after is the last id of the page before. In another order, sort user_engagement, which counts everybody.

        Left out, `limit` is 20.

        Errors: PA401 · PA403 · PA422 a limit not between 1 and 1000

        Who may call it: admin, analyst.
        """
        return self._rows(
            _ENGAGEMENT_PAGE,
            {
                "after": after,
                "limit": limit,
            },
        )

    def enroll(self, *, course_id: UUID | str, idempotency_key: str | None = None) -> Enroll:
        """Enrols the calling learner in a course; returns the enrolment and the first lesson.

        Taking a course one is on changes nothing and returns it (already_enrolled; the lesson is then the next
        one). After dropping it the enrolment comes back with its progress, and with the expiry that staff gave it;
        after that only staff bring it back.

        Errors: PA401, PA403 from require_user · PA404 no such course, or not published · PA409 required courses not
        completed (the detail lists them), full, time over, key used for another request

        Who may call it: student.
        """
        return cast(
            "Enroll",
            self._row(
                _ENROLL,
                {
                    "course_id": course_id,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def ensure_partitions(
        self, *, as_of: dt.datetime | None = None, months_ahead: int | None = None
    ) -> list[EnsurePartitions]:
        """Makes the monthly partitions that are missing, from the month before to a year ahead; returns those it made.

        Every table of this school that is partitioned by ranges of a timestamptz gets a partition for each calendar
        month (UTC) from the one before as_of to months_ahead after it. There is no default partition: a row that
        landed there would forbid its month's partition for ever. A year ahead is why no insert fails when nobody
        has called this for months; whoever imports the past names it as as_of first. A month whose name is taken,
        because it was detached by hand and kept, gets a longer one.

        A partition is created and then attached, which locks its table against no reader and no writer (`create ...
        partition of` would); the tables it refers to take no writes for that moment. Whoever is in the way is
        hardly waited for, because others queue behind it: nothing is made then, and the next run does it.

        Left out, `months_ahead` is 12.

        Errors: PA403 not the service · PA422 a moment in the future, or months not between 0 and 240 · 55P03 a
        table was in use

        Who may call it: service.
        """
        return self._rows(
            _ENSURE_PARTITIONS,
            {
                "as_of": as_of,
                "months_ahead": months_ahead,
            },
        )

    def erase_user(self, *, user_id: UUID | str, keep_certificates: bool | None = None) -> EraseUser:
        """Forgets a person in three steps, one a call; certificates stay valid if they chose so. Call it until
        is_done.

        Call it until is_done: it takes three steps, each in a transaction of its own, and a call goes on where the
        last one stopped.

            closed   the person's row says no more who they are, their sessions have ended, and nothing can be done or
                     written as them or about them any more (require_user, refuse_erased_user)
            quiet    whoever was still at it has ended: the step waits for them, and holds nothing while it does
            erased   everything is deleted or blanked as column_catalogue() says

        In one transaction the first step would be seen by nobody before the third was over, and what was written in
        between would stay; and a lock that waits for writers while it holds rows they need would deadlock. A second
        call within one transaction therefore changes nothing. Called again after the end it looks through
        everything once more.

        What stays stays under the person's id: places in threads, progress, scores, ledgers, votes: what others
        have built upon and what counters are counted from. Nothing of anybody else's is deleted. With
        keep_certificates the certificates go on naming the person and stay valid; else they are revoked and
        blanked. The choice can be taken back later, not made later.

        Errors: PA403 not the service · PA404 no such person · PA409 the last administrator; certificates that are
        gone

        Who may call it: service.
        """
        return cast(
            "EraseUser",
            self._row(
                _ERASE_USER,
                {
                    "user_id": user_id,
                    "keep_certificates": keep_certificates,
                },
            ),
        )

    def expire_enrollments(self, *, as_of: dt.datetime | None = None) -> int:
        """Ends the enrolments whose time is over; returns how many.

        Returns how many.

        complete_lesson refuses an expired enrolment whether or not this job has come by.

        Errors: PA403 not the service · PA422 a moment in the future

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _EXPIRE_ENROLLMENTS,
                {
                    "as_of": as_of,
                },
            ),
        )

    def explain_achievement(
        self, *, slug: str, user_id: UUID | str | None = None, limit: int | None = None
    ) -> ExplainAchievement:
        """How far somebody is with an achievement: counted, remaining, and what is missing.

        value is what is counted now, of the person or, for a definition scoped to a course, in that course;
        remaining what is left to the threshold. missing is up to limit things that would count, nearest first,
        [{"type", "id", "title"}] with the types lesson, course and quiz: fewer than remaining where there are not
        so many yet, none for what is no list of things. Nothing is missing of what is earned, even if the
        definition was changed since.

        Learners ask about themselves. An instructor asks about learners of their courses, and definitions scoped to
        these; an administrator and the service about anyone. What is retired is explained to those who have it, and
        to staff.

        Left out, `limit` is 20.

        Errors: PA401 nobody is signed in · PA403 somebody else · PA404 no such achievement or person · PA422 limit
        not between 0 and 100

        Who may call it: student, instructor, admin, service.
        """
        return cast(
            "ExplainAchievement",
            self._row(
                _EXPLAIN_ACHIEVEMENT,
                {
                    "slug": slug,
                    "user_id": user_id,
                    "limit": limit,
                },
            ),
        )

    def export_my_data(self) -> list[ExportMyData]:
        """All that the school has of the caller, a row per table, without secrets.

        Once in privacy.export_minutes: it reads more than any other call.

        Errors: PA401, PA403 from require_user · PA429 it was done a moment ago

        Who may call it: student, instructor, admin.
        """
        return self._rows(_EXPORT_MY_DATA, {})

    def export_user(self, *, user_id: UUID | str) -> list[ExportUser]:
        """All that the school has of a person, a row per table, without secrets.

        A row per table, its rows as JSON.

        Secrets are left out: hashes, tokens, ciphertext (the library adds encrypted fields if it has the key). Of
        what staff did, graded or issued for others nothing is told: those records are the others'. An erased
        person's is what is left.

        Errors: PA403 not the service · PA404 no such person

        Who may call it: service.
        """
        return self._rows(
            _EXPORT_USER,
            {
                "user_id": user_id,
            },
        )

    def fail_blockchain_coins(self, *, transaction_id: UUID | str, reason: str) -> FailBlockchainCoins:
        """Ends a pending deposit or withdrawal that failed, once; returns the balance.

        What a withdrawal had taken comes back.

        Again changes nothing. What the blockchain has confirmed stays confirmed.

        Errors: PA403 not the service · PA404 no such entry · PA409 it is confirmed · PA422 no reason

        Who may call it: service.
        """
        return cast(
            "FailBlockchainCoins",
            self._row(
                _FAIL_BLOCKCHAIN_COINS,
                {
                    "transaction_id": transaction_id,
                    "reason": reason,
                },
            ),
        )

    def feature_project(self, *, project_id: UUID | str, is_featured: bool | None = None) -> None:
        """Recommends a public project, or takes that back.

        It ends when the project is unpublished.

        Left out, `is_featured` is true.

        Errors: PA401, PA403 not an administrator · PA404 no such project · PA409 it is not public · PA422 neither
        yes nor no

        Who may call it: admin.
        """
        self._value(
            _FEATURE_PROJECT,
            {
                "project_id": project_id,
                "is_featured": is_featured,
            },
        )

    def find_login(
        self, *, login: str | None = None, chain: str | None = None, address: str | None = None
    ) -> FindLogin | None:
        """Finds a person by email, username or proven wallet, with the password hash; no row for nobody.

        No row for nobody: the application then checks the password against a hash of its own, so that a stranger
        learns nothing from the time it takes. Deactivated people are found, and said to be inactive; deleted ones
        are not.

        Errors: PA403 not the back end · PA422 not exactly one of p_login and (p_chain, p_address)

        Who may call it: service.
        """
        return self._row(
            _FIND_LOGIN,
            {
                "login": login,
                "chain": chain,
                "address": address,
            },
        )

    def finish_delivery(self, *, notification_id: UUID | str, channel: str, error: str | None = None) -> str:
        """Says how sending a notification went; returns sent, pending (again later), failed or cancelled.

        Without an error it is sent; with one it is tried again later, five times in all, each time after a longer
        pause, and then given up. What was cancelled meanwhile stays cancelled.

        Errors: PA403 not the service · PA404 nothing of that kind is on its way

        Who may call it: service.
        """
        return cast(
            "str",
            self._value(
                _FINISH_DELIVERY,
                {
                    "notification_id": notification_id,
                    "channel": channel,
                    "error": error,
                },
            ),
        )

    def finish_retirement(self, *, archive_id: UUID | str) -> int | None:
        """Archives or drops a detached partition; returns the number of rows archived.

        Archiving and dropping are one transaction: the rows are in one place or in the other. What identifies
        people, and what they wrote, does not get into an archive: erasing somebody has nothing to look for there.

        Dropping a table locks those it refers to against their readers (users, for one), and whoever comes after
        queues behind it. Behind a long reader, such as a dump, that must be short: it is tried again.

        Errors: PA403 not the service · PA404 no such retirement · PA409 still attached, or no table of that name ·
        55P03 in use

        Who may call it: service.
        """
        return cast(
            "int | None",
            self._value(
                _FINISH_RETIREMENT,
                {
                    "archive_id": archive_id,
                },
            ),
        )

    def fold_discussion_views(self, *, limit: int | None = None) -> int:
        """Adds new readers to the counters of discussions; returns how many.

        Two runs at once share the work: what one has locked the other leaves alone.

        At most limit discussions at a time: call it until it returns 0.

        Left out, `limit` is 1000.

        Errors: PA403 not the service · PA422 a batch of no use

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _FOLD_DISCUSSION_VIEWS,
                {
                    "limit": limit,
                },
            ),
        )

    def fold_notification_counts(self, *, limit: int | None = None) -> int:
        """Adds new notifications to the counts of unread ones; returns how many people had some.

        Keeps unread_count() a short look. Whoever is reading at the moment is left for the next run: they do it
        themselves.

        At most limit people at a time: call it until it returns 0.

        Left out, `limit` is 1000.

        Errors: PA403 not the service · PA422 a batch of no use

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _FOLD_NOTIFICATION_COUNTS,
                {
                    "limit": limit,
                },
            ),
        )

    def fold_project_views(self, *, limit: int | None = None) -> int:
        """Folds noted views into the counts of their projects; returns how many.

        Views disappear from one table and appear in the others in one transaction: every snapshot sees each once.
        Two folds at once share the views between them (skip locked). Projects are locked before their days, in the
        order of their ids: so does whoever deletes one, or hides many. Views of what has been deleted since are
        forgotten.

        At most limit views at a time: call it until it returns 0.

        Left out, `limit` is 10000.

        Errors: PA403 not the service · PA422 a batch of no use

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _FOLD_PROJECT_VIEWS,
                {
                    "limit": limit,
                },
            ),
        )

    def fold_xp_ranks(self) -> int:
        """Folds noted rank changes into the histogram; returns how many.

        Changes disappear from one table and appear in the other in the same transaction: every snapshot sees each
        once. Two folds at once share the changes between them (skip locked), and add to a height one after the
        other, in one order.

        Errors: PA403 not the service

        Who may call it: service.
        """
        return cast("int", self._value(_FOLD_XP_RANKS, {}))

    def forget_analytics_contexts(self, *, as_of: dt.datetime | None = None) -> int:
        """Forgets from where visits were made 30 days ago; returns how many.

        Errors: PA403 not the service · PA422 as of the future

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _FORGET_ANALYTICS_CONTEXTS,
                {
                    "as_of": as_of,
                },
            ),
        )

    def forget_faucet_addresses(self, *, keep_days: int | None = None, limit: int | None = None) -> int:
        """Forgets from which addresses the faucet was asked; returns how many.

        At most limit requests at a time: call it until it returns 0.

        Left out, `keep_days` is 30, `limit` is 10000.

        Errors: PA403 not the service · PA422 fewer days than a limit counts, or more than 3650, a batch of no use

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _FORGET_FAUCET_ADDRESSES,
                {
                    "keep_days": keep_days,
                    "limit": limit,
                },
            ),
        )

    def grade_submission(
        self,
        *,
        submission_id: UUID | str,
        score: Decimal | int | float | None = None,
        rubric: Json = None,
        feedback: str | None = None,
        reason: str | None = None,
        idempotency_key: str | None = None,
    ) -> GradeSubmission:
        """Grades work that was handed in, with all that follows; a second grade needs a reason.

        By the exercise's rubric, if it has one: rubric gives every criterion its points, {"<id>": {"points": n,
        "comment": ...}}, and the score is their sum. Without a rubric score says it. A second grade needs reason;
        every grade is kept in exercise_grades, the last one counts.

        The first time a learner reaches the passing score the exercise counts as completed and pays its coins,
        once. When that was the last mandatory exercise of the lesson, and its graded quiz is passed, the lesson is
        completed, as of when the work was handed in, with the mean of the best percentages as its score. A later
        grade moves that score, down too; what was completed and paid stays. Graded whatever became of the learner
        and the course; but only an open enrolment completes a lesson, and who teaches the course gets nothing for
        it.

        Errors: PA401 · PA403 not staff of the course; one's own work · PA404 no such submission · PA409 returned;
        graded, and no reason; key used for another request · PA422 score out of range, or not by the rubric, with
        the path · 23514 a text too long

        Who may call it: instructor, admin.
        """
        return cast(
            "GradeSubmission",
            self._row(
                _GRADE_SUBMISSION,
                {
                    "submission_id": submission_id,
                    "score": score,
                    "rubric": rubric,
                    "feedback": feedback,
                    "reason": reason,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def grant_missing_coins(self, *, limit: int | None = None) -> GrantMissingCoins:
        """Pays what was earned before there were coins, for the next people; call it until nobody is left.

        Nobody for their own course, nobody who left.

        Takes the next limit people who were there when the coins came and have not been looked at; call it until
        people_left is 0, each time in a transaction of its own. It may be stopped at any moment and run by several
        at once: what is paid has its unique source, who is done is marked in the same transaction. People learn and
        spend meanwhile: the locks are taken in the order of the house, each kind in the order of its ids, and
        looked at again once they are held.

        Left out, `limit` is 500.

        Errors: PA403 not the service · PA422 limit not between 1 and 10000

        Who may call it: service.
        """
        return cast(
            "GrantMissingCoins",
            self._row(
                _GRANT_MISSING_COINS,
                {
                    "limit": limit,
                },
            ),
        )

    def grant_streak_freeze(
        self, *, user_id: UUID | str, key: str | None = None, as_of: dt.datetime | None = None
    ) -> GrantStreakFreeze:
        """Gives a person a streak freeze; returns the freezes held and the streak.

        The streak is settled first: a freeze that comes too late revives nothing. At most two are held.

        Errors: PA403 not the service · PA404 no such person · PA409 two are held, or the key was used for another
        request · PA422 a time in the future, a malformed key

        Who may call it: service.
        """
        return cast(
            "GrantStreakFreeze",
            self._row(
                _GRANT_STREAK_FREEZE,
                {
                    "user_id": user_id,
                    "key": key,
                    "as_of": as_of,
                },
            ),
        )

    def issue_certificate(self, *, enrollment_id: UUID | str) -> IssueCertificate:
        """Gives the certificate of a completed enrolment, or returns the valid one.

        If there is a valid one, that is returned.

        Errors: PA401, PA403, PA404 from require_certificate_staff · PA409 not completed, one's own course, the
        person has left, a certificate was revoked (reissue_certificate)

        Who may call it: instructor, admin.
        """
        return cast(
            "IssueCertificate",
            self._row(
                _ISSUE_CERTIFICATE,
                {
                    "enrollment_id": enrollment_id,
                },
            ),
        )

    def issue_missing_certificates(self, *, limit: int | None = None) -> IssueMissingCertificates:
        """Issues certificates of courses completed before there were any; call it until no enrolment is left.

        Nobody for their own course, nobody who left, nobody whose certificate was revoked.

        Takes the next limit enrolments; call it until enrollments_left is 0, each time in a transaction of its own.
        It may be stopped at any moment and run by several at once. Locks in the order of the house, each kind in
        the order of its ids.

        Left out, `limit` is 500.

        Errors: PA403 not the service · PA422 limit not between 1 and 10000

        Who may call it: service.
        """
        return cast(
            "IssueMissingCertificates",
            self._row(
                _ISSUE_MISSING_CERTIFICATES,
                {
                    "limit": limit,
                },
            ),
        )

    def leaderboard_around(
        self, *, user_id: UUID | str | None = None, radius: int | None = None
    ) -> list[LeaderboardAround]:
        """A person and their neighbours on the board now, with exact ranks.

        No rows for people who are not ranked or not there. Asking about someone else is fine: the board is public.

        Left out, `radius` is 5.

        Errors: PA401 nobody is signed in and nobody is named · PA422 radius not between 0 and 100

        Who may call it: student, instructor, admin, service.
        """
        return self._rows(
            _LEADERBOARD_AROUND,
            {
                "user_id": user_id,
                "radius": radius,
            },
        )

    def leaderboard_page(
        self,
        *,
        period: str | None = None,
        limit: int | None = None,
        after_rank: int | None = None,
        after_user_id: UUID | str | None = None,
    ) -> list[LeaderboardPage]:
        """A page of the board as of the last refresh, for all time, the week or the month.

        Always read by the generation the pointer names (without it the index is of no use below PostgreSQL 18). Who
        opted out or left since the refresh is not shown. The next page begins after the rank and the person of the
        last row.

        Left out, `period` is 'all_time', `limit` is 10.

        Errors: PA422 unknown period, limit not between 1 and 1000, half a position

        Who may call it: anonymous, student, instructor, admin, service.
        """
        return self._rows(
            _LEADERBOARD_PAGE,
            {
                "period": period,
                "limit": limit,
                "after_rank": after_rank,
                "after_user_id": after_user_id,
            },
        )

    def leaderboard_top(
        self, *, limit: int | None = None, after_xp: int | None = None, after_user_id: UUID | str | None = None
    ) -> list[LeaderboardTop]:
        """The best people by XP now, page by page, with exact ranks.

        Ties share a rank and are listed by person. The next page begins after the XP and the person of the last
        row.

        Left out, `limit` is 10.

        Errors: PA422 limit not between 1 and 1000, half a position

        Who may call it: anonymous, student, instructor, admin, service.
        """
        return self._rows(
            _LEADERBOARD_TOP,
            {
                "limit": limit,
                "after_xp": after_xp,
                "after_user_id": after_user_id,
            },
        )

    def learning_funnel(
        self, *, from_date: dt.date | None = None, to_date: dt.date | None = None, course_id: UUID | str | None = None
    ) -> list[LearningFunnel]:
        """People by how far they came: registered, enrolled, started, completed, certified; shares in per cent.

        Or of those who enrolled on one course in the period, how many came how far in it.

        Each step counts people, once, and only those who took the steps before; so no step is above the one before.
        People who were deleted since are counted, as in monthly_growth. Without days: everybody there ever was.

        Errors: PA401 · PA403 · PA404 no such course · PA422 no period

        Who may call it: instructor, admin, analyst.
        """
        return self._rows(
            _LEARNING_FUNNEL,
            {
                "from_date": from_date,
                "to_date": to_date,
                "course_id": course_id,
            },
        )

    def leave_feedback(
        self,
        *,
        feedback_type: str,
        asset_id: UUID | str | None = None,
        interaction_id: UUID | str | None = None,
        interaction_created_at: dt.datetime | None = None,
        rating: int | None = None,
        comment: str | None = None,
        metadata: Json = None,
        idempotency_key: str | None = None,
    ) -> UUID:
        """Rates, comments or reports an asset or interaction of the caller's; returns the feedback.

        A second rating of the same thing replaces the first. An interaction is named by its id; with its moment
        (record_interaction returns both) only its own month is looked into.

        Left out, `metadata` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such asset or interaction of the caller's · PA409 key used
        for another request · PA422 no such type, a rating not 1 to 5 or missing, a comment missing or too long

        Who may call it: student.
        """
        return cast(
            "UUID",
            self._value(
                _LEAVE_FEEDBACK,
                {
                    "feedback_type": feedback_type,
                    "asset_id": asset_id,
                    "interaction_id": interaction_id,
                    "interaction_created_at": interaction_created_at,
                    "rating": rating,
                    "comment": comment,
                    "metadata": metadata,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def like_project(self, *, project_id: UUID | str) -> LikeProject:
        """The caller likes a project, once; returns how many do.

        One's own cannot be liked.

        Likes of one project wait for each other, on its row, which is taken before theirs: in the other order a
        like and a deletion would wait for each other. So the count is exact, and so is the one returned.

        Errors: PA401, PA403 from require_user · PA404 no such project, or not to be seen · PA409 one's own

        Who may call it: student, instructor.
        """
        return cast(
            "LikeProject",
            self._row(
                _LIKE_PROJECT,
                {
                    "project_id": project_id,
                },
            ),
        )

    def link_wallet(self, *, chain: str, address: str) -> UUID:
        """Claims a blockchain address for the caller; returns the claim's id.

        Returns the claim's id; a repeated claim is the same claim.

        A claim is worth nothing until verify_wallet(): anyone may claim anything, so that nobody can lock another
        person out of their wallet by claiming it first, and a claim does not tell whether the address is known
        here.

        Errors: PA401, PA403 from require_user · PA422 no such chain; not an address of it · PA429 20 unproven
        claims

        Who may call it: student, instructor, admin.
        """
        return cast(
            "UUID",
            self._value(
                _LINK_WALLET,
                {
                    "chain": chain,
                    "address": address,
                },
            ),
        )

    def list_archives(self, *, table_name: str | None = None) -> list[ListArchives]:
        """What has left its table: when it is from, how many rows, and their compressed size in bytes.

        Errors: PA403 not the service

        Who may call it: service.
        """
        return self._rows(
            _LIST_ARCHIVES,
            {
                "table_name": table_name,
            },
        )

    def list_discussions(
        self,
        *,
        course_id: UUID | str | None = None,
        sort: str | None = None,
        category: str | None = None,
        tag: str | None = None,
        limit: int | None = None,
        after: UUID | str | None = None,
    ) -> list[ListDiscussions]:
        """The discussions of a course or the general ones, a page at a time; pinned ones first.

        sort is newest, votes (most votes up less down) or unanswered (newest without a reply). For the next page,
        after is the discussion_id of the last row seen: the page goes on where that discussion stands now, and no
        page costs more than the first, for each order is that of an index.

        Left out, `sort` is 'newest', `limit` is 20.

        Errors: PA401, PA403 · PA404 no such course, or not for the caller; no such discussion in p_after · PA422
        unknown order, p_limit not 1 to 100

        Who may call it: student, instructor, admin.
        """
        return self._rows(
            _LIST_DISCUSSIONS,
            {
                "course_id": course_id,
                "sort": sort,
                "category": category,
                "tag": tag,
                "limit": limit,
                "after": after,
            },
        )

    def list_files(
        self,
        *,
        folder: str | None = None,
        file_type: str | None = None,
        limit: int | None = None,
        after: UUID | str | None = None,
    ) -> list[ListFiles]:
        """The caller's own files, newest first, a page at a time.

        For the next page, after is the file_id of the last row seen; if that file has been removed in between,
        begin again. A folder is that very one, without those in it. What others have made public is in the table
        uploaded_files.

        Left out, `limit` is 20.

        Errors: PA401, PA403 from require_user · PA404 no file of the caller's in p_after · PA422 p_limit not 1 to
        100

        Who may call it: student, instructor, admin.
        """
        return self._rows(
            _LIST_FILES,
            {
                "folder": folder,
                "file_type": file_type,
                "limit": limit,
                "after": after,
            },
        )

    def list_notifications(
        self, *, only_unread: bool | None = None, limit: int | None = None, after: UUID | str | None = None
    ) -> list[ListNotifications]:
        """The caller's notifications, a page at a time.

        For the next page, after is the notification_id of the last row seen. No page costs more than the first.

        Left out, `only_unread` is false, `limit` is 20.

        Errors: PA401, PA403 · PA404 no such notification in p_after · PA422 p_limit not 1 to 100

        Who may call it: student, instructor, admin.
        """
        return self._rows(
            _LIST_NOTIFICATIONS,
            {
                "only_unread": only_unread,
                "limit": limit,
                "after": after,
            },
        )

    def list_partitions(self) -> list[ListPartitions]:
        """The partitions of this school: table, partition, first moment, first moment after it.

        Read from the catalogue, so a partition that a DBA made by hand, of a week or of a year, is told as well. A
        bound names no column, so none of a hundred partitions is opened and locked for it; it is cut at its quotes,
        for matching takes as long as all the rest. Of a table that is not partitioned by ranges of one column of
        time both moments are null.

        Errors: none

        Who may call it: service.
        """
        return self._rows(_LIST_PARTITIONS, {})

    def list_projects(
        self,
        *,
        order: str | None = None,
        project_type: str | None = None,
        is_featured: bool | None = None,
        user_id: UUID | str | None = None,
        course_id: UUID | str | None = None,
        limit: int | None = None,
        after: UUID | str | None = None,
    ) -> list[ListProjects]:
        """Public projects in one of three orders, a page at a time.

        For the next page, after is the project_id of the last row seen: the page goes on where that project stands
        now, and no page costs more than the first; if it has been withdrawn in between, begin again. All filters
        can be combined. Names are those people show; a course that is hidden or deleted has no title here, and of
        its projects only minted ones are listed. The documents of a project are in its row of projects. is_liked is
        the caller's own like, false for nobody.

        Left out, `order` is 'newest', `limit` is 20.

        Errors: 28000 from verified_identity · PA404 no listed project in p_after · PA422 p_limit not 1 to 100,
        unknown order

        Who may call it: anonymous, student, instructor, admin, service.
        """
        return self._rows(
            _LIST_PROJECTS,
            {
                "order": order,
                "project_type": project_type,
                "is_featured": is_featured,
                "user_id": user_id,
                "course_id": course_id,
                "limit": limit,
                "after": after,
            },
        )

    def list_replies(
        self, *, discussion_id: UUID | str, limit: int | None = None, after: UUID | str | None = None
    ) -> list[ListReplies]:
        """The replies of a discussion, depth first, a page at a time.

        That is the order of their paths, so no page costs more than the first. A reply that was taken down is shown
        as a gap, without author and text, for what answers it stands under it.

        Left out, `limit` is 50.

        Errors: PA401, PA403 · PA404 no such discussion, no such reply in p_after · PA422 p_limit not 1 to 100

        Who may call it: student, instructor, admin.
        """
        return self._rows(
            _LIST_REPLIES,
            {
                "discussion_id": discussion_id,
                "limit": limit,
                "after": after,
            },
        )

    def live_rank(self, *, user_id: UUID | str | None = None) -> int | None:
        """A person's exact rank by XP now; null for the unranked.

        Ties share a rank. Null for people who are not ranked (opted out, inactive, deleted) or not there, so that
        it tells nobody which of these; asking about someone else is fine, for the board of ranked people is public.

        Errors: PA401 nobody is signed in and nobody is named

        Who may call it: student, instructor, admin, service.
        """
        return cast(
            "int | None",
            self._value(
                _LIVE_RANK,
                {
                    "user_id": user_id,
                },
            ),
        )

    def log_failure(self, *, action: str, error_code: str, entity_id: str | None = None) -> bool:
        """Notes that a sensitive procedure failed; false when too many were noted, or nobody failed.

        The library calls it. An application calls it for what it decides itself: a wrong password is
        log_failure('identity.open_session', '28P01', the person's id), or null where there is no such person; never
        what was typed. Who failed is the verified identity, also of an account that is no longer usable.

        Anybody could fill the disk with failures: of one person, or of the back end about one row, the school notes
        so many an hour (audit.failures_per_hour), and then returns false. It is a limit against floods; a few that
        come at the same moment may pass it. Of nobody in a person's role nothing is noted: such notes would have no
        limit, and would use up the back end's.

        Errors: 28000 from verified_identity · PA422 no such procedure, no SQLSTATE, or an id of more than 200
        characters

        Who may call it: student, instructor, admin, service.
        """
        return cast(
            "bool",
            self._value(
                _LOG_FAILURE,
                {
                    "action": action,
                    "error_code": error_code,
                    "entity_id": entity_id,
                },
            ),
        )

    def maintenance_jobs(self) -> list[MaintenanceJobs]:
        """The jobs of a school: name, how often (interval and cron), batched or not, the call.

        The one list of them.

        A job is one SQL expression that yields a number: what it did. One that works in batches is called until
        that is 0. How often is said twice, for `pgacademy maintain`, which looks when a job last succeeded, and for
        cron.

        Errors: none

        Who may call it: service.
        """
        return self._rows(_MAINTENANCE_JOBS, {})

    def mark_all_read(self) -> int:
        """Marks all of the caller's notifications as read; returns how many.

        Returns how many were marked.

        What comes in at the same moment stays unread, and counted.

        Errors: PA401, PA403

        Who may call it: student, instructor, admin.
        """
        return cast("int", self._value(_MARK_ALL_READ, {}))

    def mark_read(self, *, notification_id: UUID | str) -> int:
        """Marks one of the caller's notifications as read; returns how many are unread.

        Doing it again changes nothing. Returns how many are left.

        Errors: PA401, PA403 · PA404 the caller has no such notification

        Who may call it: student, instructor, admin.
        """
        return cast(
            "int",
            self._value(
                _MARK_READ,
                {
                    "notification_id": notification_id,
                },
            ),
        )

    def mark_solution(self, *, reply_id: UUID | str) -> MarkSolution:
        """Accepts a reply as the solution of its discussion; returns whether it is new and the XP it gave.

        Its author is told and gets XP.

        A discussion has one solution, and pays for it once (setting xp.solution): whoever marks, takes back and
        marks another gives nothing a second time. Nothing is paid, and nothing counted, for a reply of the person
        who asked or accepts, nor to one who has left the school. A person is paid for so many solutions a day, and
        for so many of one who asks (use_solution_quota); beyond that a solution is one, and counts, and pays
        nothing. Marking the same reply again changes nothing; marked anew after it was taken back, its author is
        not told again.

        Errors: PA401 · PA403 neither asked nor staff · PA404 no such reply · PA409 there is another solution

        Who may call it: student, instructor, admin.
        """
        return cast(
            "MarkSolution",
            self._row(
                _MARK_SOLUTION,
                {
                    "reply_id": reply_id,
                },
            ),
        )

    def mint_certificate(
        self,
        *,
        certificate_id: UUID | str,
        chain: str,
        network: str,
        collection_id: str,
        image_uri: str,
        idempotency_key: str,
        to_account: str | None = None,
    ) -> MintCertificate:
        """Writes down that a certificate becomes a token, once per key; returns its metadata.

        Returns what the token is to say, which the back end publishes before it mints.

        Then: record_nft_token() with the address of the metadata, advance_chain_transaction() with the name on the
        chain, mint, record_nft_token() with the token. A failed one may be tried again.

        Errors: PA403 not the service · PA404 no such certificate · PA409 revoked, a token already, key used for
        another request · PA422 no key, unknown chain or network, bad account, no collection, image not a URI

        Who may call it: service.
        """
        return cast(
            "MintCertificate",
            self._row(
                _MINT_CERTIFICATE,
                {
                    "certificate_id": certificate_id,
                    "chain": chain,
                    "network": network,
                    "collection_id": collection_id,
                    "image_uri": image_uri,
                    "idempotency_key": idempotency_key,
                    "to_account": to_account,
                },
            ),
        )

    def mint_project(
        self,
        *,
        project_id: UUID | str,
        token_id: str,
        nft_metadata: Json = None,
        occurred_at: dt.datetime | None = None,
    ) -> MintProject:
        """Notes the token of a project, once; returns the achievements that it reached.

        The token exists on its chain already: this is told by the back end, which made it. The same token again
        changes nothing and says so; another is refused, and so is a token that stands for another project. What the
        token says (nft_metadata_shape()) comes with this call or was given before. Counts as a project minted, for
        its author.

        Errors: PA403 not the service · PA404 no such project · PA409 minted as another token; the token is taken;
        its author deleted their account · PA422 no token; no metadata, or not of its shape · 23505 the token was
        taken at the same moment

        Who may call it: service.
        """
        return cast(
            "MintProject",
            self._row(
                _MINT_PROJECT,
                {
                    "project_id": project_id,
                    "token_id": token_id,
                    "nft_metadata": nft_metadata,
                    "occurred_at": occurred_at,
                },
            ),
        )

    def moderate_discussion(
        self, *, discussion_id: UUID | str, is_pinned: bool | None = None, is_closed: bool | None = None
    ) -> ModerateDiscussion:
        """Pins or closes a discussion, or undoes that; returns what it is now.

        Null leaves it as it is. Votes go on in a closed discussion; replies and edits do not.

        Errors: PA401 · PA403 not staff · PA404 no such discussion

        Who may call it: instructor, admin.
        """
        return cast(
            "ModerateDiscussion",
            self._row(
                _MODERATE_DISCUSSION,
                {
                    "discussion_id": discussion_id,
                    "is_pinned": is_pinned,
                    "is_closed": is_closed,
                },
            ),
        )

    def monthly_growth(self, *, as_of: dt.datetime | None = None) -> list[MonthlyGrowth]:
        """New and all people by month, without gaps; those who left are counted.

        A month without anybody is a row with 0.

        Months of the school's time zone, from the first to that of as_of. People who were deleted since are
        counted: otherwise history would change each time somebody leaves.

        Errors: PA401 · PA403 · PA422 as of the future

        Who may call it: admin, analyst.
        """
        return self._rows(
            _MONTHLY_GROWTH,
            {
                "as_of": as_of,
            },
        )

    def move_lesson(
        self, *, lesson_id: UUID | str, parent_lesson_id: UUID | str, position: int | None = None
    ) -> int | None:
        """Moves a lesson to another chapter or place; returns its new position.

        At the end, or before what is at the given position now. Within one chapter, too: the position is then
        counted without the lesson itself.

        Errors: PA401 · PA403 · PA404 no such lesson · PA409 into itself, into a hidden chapter, into a prerequisite
        · PA422 a position below 1, a parent outside the course

        Who may call it: instructor, admin.
        """
        return cast(
            "int | None",
            self._value(
                _MOVE_LESSON,
                {
                    "lesson_id": lesson_id,
                    "parent_lesson_id": parent_lesson_id,
                    "position": position,
                },
            ),
        )

    def my_audit_trail(self, *, before: int | None = None, limit: int | None = None) -> list[MyAuditTrail]:
        """What the caller did, and what was done to their account, newest first.

        Who others are it never tells; of what changed the names of the columns. Addresses are shown of one's own
        requests only. What others failed to do to the account is left out, unless the back end says so (a wrong
        password): anybody may tell log_failure() that they failed with somebody else's account, and would be read
        by them.

        Left out, `limit` is 50.

        Errors: PA401, PA403 from require_user · PA422 a page that is not of 1 to 200

        Who may call it: student, instructor, admin.
        """
        return self._rows(
            _MY_AUDIT_TRAIL,
            {
                "before": before,
                "limit": limit,
            },
        )

    def my_discussion_courses(self) -> list[UUID] | None:
        """The courses whose discussions the caller may read; null for nobody.

        Learners: those they are on or have completed, as long as their time is not over, as with lessons.
        Instructors: those they teach. Administrators: all. General discussions are open to everyone signed in, so
        an empty array is not nobody. The one place of this rule: policies ask it as (select
        my_discussion_courses()), once per statement.

        Errors: 28000 from verified_identity

        Who may call it: student, instructor, admin.
        """
        return cast("list[UUID] | None", self._value(_MY_DISCUSSION_COURSES, {}))

    def open_badge_credential(
        self, *, certificate_id: UUID | str | None = None, user_achievement_id: UUID | str | None = None
    ) -> Json:
        """A certificate or an earned achievement as an Open Badges 3.0 credential, ready to sign.

        An OpenBadgeCredential of the Verifiable Credentials Data Model 2.0 whose subject is an AchievementSubject,
        without a proof: the back end signs it, as JWT or with a Data Integrity proof, with a key that the database
        never sees. The same row has the same id: asked for again it is the same credential, told anew.
        https://www.imsglobal.org/spec/ob/v3p0/ (section B, data model); its shape as JSON Schema:
        lib/pgacademy/schemas/open_badge_credential.json.

        Who is meant is said by name and, if it was verified, by the SHA-256 of the email with a salt; by no id of
        this school. The issuer is in the settings credentials.issuer_id (a URL or DID), .issuer_name and
        .issuer_url.

        Errors: PA401, PA403 from require_user · PA404 no such certificate or achievement, or another's · PA409
        revoked, the school names no issuer · PA422 not exactly one of the two

        Who may call it: student, service.
        """
        return self._value(
            _OPEN_BADGE_CREDENTIAL,
            {
                "certificate_id": certificate_id,
                "user_achievement_id": user_achievement_id,
            },
        )

    def open_chain_transactions(self, *, limit: int | None = None) -> list[OpenChainTransactions]:
        """Transactions that are neither final nor failed, the oldest first.

        Reading claims nothing: who sends one claims it by entering its name, see advance_chain_transaction().

        Left out, `limit` is 100.

        Errors: PA403 not the service · PA422 limit not between 1 and 10000

        Who may call it: service.
        """
        return self._rows(
            _OPEN_CHAIN_TRANSACTIONS,
            {
                "limit": limit,
            },
        )

    def open_discussion(self, *, discussion_id: UUID | str) -> OpenDiscussion:
        """One discussion, for a page of its own; counts the reader once.

        Everyone counts once, by a row of their own; the counter follows with fold_discussion_views(), so readers
        never queue.

        Errors: PA401, PA403 · PA404 no such discussion

        Who may call it: student, instructor, admin.
        """
        return cast(
            "OpenDiscussion",
            self._row(
                _OPEN_DISCUSSION,
                {
                    "discussion_id": discussion_id,
                },
            ),
        )

    def open_session(
        self,
        *,
        user_id: UUID | str,
        token_hash: bytes,
        token_jti: str,
        expires_at: dt.datetime,
        ip_address: Inet | str | None = None,
        user_agent: str | None = None,
    ) -> UUID:
        """Opens a session for a person who has logged in; returns its id, which is its family's id too.

        Starts a family of tokens with its first one.

        The token itself stays with the application, which sends SHA-256 of it. What expires is the token, not the
        login: each rotation names a new expiry.

        Errors: PA403 not the back end; deactivated person · PA404 no such living person · PA422 hash not 32 bytes,
        expiry not in the future, jti missing · 23505 hash or jti used before

        Who may call it: service.
        """
        return cast(
            "UUID",
            self._value(
                _OPEN_SESSION,
                {
                    "user_id": user_id,
                    "token_hash": token_hash,
                    "token_jti": token_jti,
                    "expires_at": expires_at,
                    "ip_address": ip_address,
                    "user_agent": user_agent,
                },
            ),
        )

    def post_reply(
        self,
        *,
        discussion_id: UUID | str,
        content: str,
        parent_reply_id: UUID | str | None = None,
        idempotency_key: str | None = None,
    ) -> PostReply:
        """Replies to a discussion or to a reply in it; returns the reply and what it brought.

        Who is answered is told.

        Writers of one discussion queue on its row of discussion_stats, which is written first: whoever closes it or
        takes it down is seen by everyone who comes after. A reply to a reply of the eighth level has no place:
        answer its parent. With an idempotency key a repeated call returns the row of the first one.

        Errors: PA401, PA403 from require_user · PA404 no such discussion or reply in it · PA409 closed, nested too
        deep, key used for another request · PA422 no text, or too long

        Who may call it: student, instructor, admin.
        """
        return cast(
            "PostReply",
            self._row(
                _POST_REPLY,
                {
                    "discussion_id": discussion_id,
                    "content": content,
                    "parent_reply_id": parent_reply_id,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def preview_achievement(
        self, *, slug: str, criteria: Json = None, after: UUID | str | None = None, limit: int | None = None
    ) -> PreviewAchievement:
        """Who would gain an achievement under its criteria, or under others: how many, and one page of them. Changes
        nothing.

        Changes nothing.

        Without criteria it asks about those of the definition as it stands: whom apply_achievement would grant it
        to. With them, about a change that define_achievement has not made yet, or about an achievement that is not
        there yet. Who has it keeps it.

        gaining_count is everyone who would; keeping_count those who have it without reaching the criteria. people
        is one page of those who would gain it, [{"user_id", "username", "value"}] in the order of their ids: pass
        next_after as after for the next page; it is null on the last.

        Left out, `limit` is 50.

        Errors: PA401, PA403 neither an administrator nor the service · PA404 no such achievement, and no criteria ·
        PA422 criteria, limit not between 1 and 500

        Who may call it: admin, service.
        """
        return cast(
            "PreviewAchievement",
            self._row(
                _PREVIEW_ACHIEVEMENT,
                {
                    "slug": slug,
                    "criteria": criteria,
                    "after": after,
                    "limit": limit,
                },
            ),
        )

    def publish_course(self, *, course_id: UUID | str) -> dt.datetime | None:
        """Publishes a course; returns when it was first published.

        Publishing twice changes nothing.

        Errors: PA401 · PA403, also where an administrator took it down · PA404 no such course · PA409 it has no
        lesson to complete; it is inactive

        Who may call it: instructor, admin.
        """
        return cast(
            "dt.datetime | None",
            self._value(
                _PUBLISH_COURSE,
                {
                    "course_id": course_id,
                },
            ),
        )

    def publish_file(self, *, file_id: UUID | str) -> None:
        """Shows one's own file to everybody.

        Publishing twice changes nothing.

        Administrators show what administrators have hidden, and nothing else of other people's.

        Errors: PA401, PA403 from require_user · PA404 no such file of the caller's · PA403 an administrator hid it
        · PA409 an administrator, and nobody hid it

        Who may call it: student, instructor, admin.
        """
        self._value(
            _PUBLISH_FILE,
            {
                "file_id": file_id,
            },
        )

    def publish_project(self, *, project_id: UUID | str) -> bool:
        """Shows one's own project to others; returns whether they see it.

        Publishing twice changes nothing.

        Returns whether they do: not while its course is hidden or deleted, unless it is minted.

        Administrators show what administrators have hidden, and nothing else of other people's.

        Errors: PA401, PA403 from require_user · PA404 no such project of the caller's · PA403 an administrator hid
        it · PA409 an administrator, and nobody hid it

        Who may call it: student, admin.
        """
        return cast(
            "bool",
            self._value(
                _PUBLISH_PROJECT,
                {
                    "project_id": project_id,
                },
            ),
        )

    def purge_audit_contexts(self, *, as_of: dt.datetime | None = None) -> int:
        """Forgets where audited requests came from; returns how many rows went.

        Addresses are personal and prove nothing for ever. The audit trail itself stays, and so do its seals: no
        context is part of them. Those of a person go with the person.

        Errors: PA403 not the service · PA422 as of the future

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _PURGE_AUDIT_CONTEXTS,
                {
                    "as_of": as_of,
                },
            ),
        )

    def purge_idempotency_keys(self, *, as_of: dt.datetime | None = None) -> int:
        """Deletes idempotency keys older than 30 days; returns how many.

        A key that is being claimed at the same moment is new, so nobody waits for this.

        Errors: PA403 not the service · PA422 as of the future

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _PURGE_IDEMPOTENCY_KEYS,
                {
                    "as_of": as_of,
                },
            ),
        )

    def purge_notifications(self, *, as_of: dt.datetime | None = None, limit: int | None = None) -> int:
        """Removes notifications read long ago, a batch at a time; returns how many.

        At most limit at a time: call it until it returns 0. What nobody has read stays. Counters do not move: what
        was read is in none.

        Left out, `limit` is 10000.

        Errors: PA403 not the service · PA422 as of the future, p_limit below 1

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _PURGE_NOTIFICATIONS,
                {
                    "as_of": as_of,
                    "limit": limit,
                },
            ),
        )

    def purge_sessions(self, *, as_of: dt.datetime | None = None) -> int:
        """Deletes logins that ended more than 30 days ago; returns how many tokens went.

        A login goes as a whole or stays as a whole: as long as one of its tokens could be used, the exchanged ones
        must be known too, or their reuse would not be noticed. Until then a token that comes again is still told
        apart from one that never was.

        Everyone who changes a family queues on its first row (end_sessions). A family that somebody holds is not
        waited for: it goes the next time.

        Errors: PA403 not the service · PA422 as of the future

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _PURGE_SESSIONS,
                {
                    "as_of": as_of,
                },
            ),
        )

    def quiz_item_analysis(self, *, quiz_id: UUID | str | None = None) -> list[QuizItemAnalysis]:
        """Of each question of a quiz: difficulty (mean share of its points, 0 to 1) and discrimination (corrected
        item-total correlation).

        Without a quiz: of all of them.

        difficulty is the mean share of a question's points, the p-value of test theory: 1 if everybody is right, 0
        if nobody is. discrimination is the correlation of the points of the question with those of all others in
        the attempt: the corrected item-total correlation, which is the point-biserial one where points are all or
        nothing. Corrected, because a question correlates with itself, the more so the fewer there are. (S.
        Henrysson, Correction of item-total correlations in item analysis, Psychometrika 28 (1963), 211-218.) Below
        0.2 a question hardly tells anything; below 0 its key may be wrong.

        Of each learner the first attempt that was graded: later ones have seen the questions. Null where it cannot
        be said: fewer than two learners, all of them alike, or no other question.

        Errors: PA401 · PA403 another instructor's course · PA404 no such quiz

        Who may call it: instructor, admin, analyst.
        """
        return self._rows(
            _QUIZ_ITEM_ANALYSIS,
            {
                "quiz_id": quiz_id,
            },
        )

    def quiz_result(self, *, enrollment_id: UUID | str, quiz_id: UUID | str, grade_policy: str) -> Decimal | None:
        """The result of a learner's graded attempts at a quiz, by its policy.

        The one place that knows the policy.

        Errors: none

        Who may call it: student, instructor, admin.
        """
        return cast(
            "Decimal | None",
            self._value(
                _QUIZ_RESULT,
                {
                    "enrollment_id": enrollment_id,
                    "quiz_id": quiz_id,
                    "grade_policy": grade_policy,
                },
            ),
        )

    def rate_course(self, *, course_id: UUID | str, rating: int, review: str | None = None) -> RateCourse:
        """The calling learner rates a course they have begun.

        Returns the course's rating as it is then. The sums are moved by the trigger on enrollments, under the
        course's row.

        Errors: PA401, PA403 from require_user · PA404 not enrolled · PA409 no lesson completed yet · PA422 rating
        not 1 to 5, review too long

        Who may call it: student.
        """
        return cast(
            "RateCourse",
            self._row(
                _RATE_COURSE,
                {
                    "course_id": course_id,
                    "rating": rating,
                    "review": review,
                },
            ),
        )

    def reactivate_user(self, *, user_id: UUID | str) -> None:
        """Lets a deactivated person in again.

        Ended sessions stay ended.

        Errors: PA401, PA403 from require_user · PA404 no such living person: deleted ones do not come back

        Who may call it: admin, service.
        """
        self._value(
            _REACTIVATE_USER,
            {
                "user_id": user_id,
            },
        )

    def read_archive(self, *, archive_id: UUID | str) -> list[ReadArchive]:
        """The rows of an archive as JSON.

        One becomes a row of its table again by jsonb_populate_record(null::the_table, entry).

        Errors: PA403 not the service · PA404 no such archive · PA409 not archived: dropped, or still on its way

        Who may call it: service.
        """
        return self._rows(
            _READ_ARCHIVE,
            {
                "archive_id": archive_id,
            },
        )

    def read_encrypted_field(self, *, user_id: UUID | str, field_name: str) -> ReadEncryptedField | None:
        """The ciphertext of an encrypted field of a person; no row for none.

        No row for none.

        The trail says who asked for whose, whether or not there was any; so it cannot be read on a replica.

        Errors: PA403 not the back end

        Who may call it: service.
        """
        return self._row(
            _READ_ENCRYPTED_FIELD,
            {
                "user_id": user_id,
                "field_name": field_name,
            },
        )

    def reads_reports(self) -> bool:
        """Whether the caller reads reports of the whole school.

        Views ask it as (select reads_reports()), so that it runs once per statement.

        Errors: 28000 from verified_identity

        Who may call it: instructor, admin, analyst.
        """
        return cast("bool", self._value(_READS_REPORTS, {}))

    def rebuild_rollups(self, *, as_of: dt.datetime | None = None) -> int:
        """Counts the rollups anew; returns how many events they are made of.

        Days whose events retention has removed stay as they are. People who were erased are in no event any more:
        days counted anew do without them.

        Errors: PA403 not the service · PA422 as of the future

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _REBUILD_ROLLUPS,
                {
                    "as_of": as_of,
                },
            ),
        )

    def record_blockchain_coins(
        self,
        *,
        user_id: UUID | str,
        transaction_type: str,
        amount: int,
        idempotency_key: str,
        blockchain_tx_hash: str | None = None,
        description: str | None = None,
    ) -> RecordBlockchainCoins:
        """Enters a pending deposit or withdrawal of coins over a blockchain, once per key.

        A deposit gives nothing until it is confirmed. A withdrawal takes the coins at once, so that they are not
        spent twice while the chain works; should it fail, they come back. A deposit names its hash, a withdrawal
        may get it when it is confirmed.

        Errors: PA403 not the service · PA404 no such person · PA409 not enough coins, the hash is entered already,
        key used for another request · PA422 no key, unknown type, amount or hash out of range, description too long

        Who may call it: service.
        """
        return cast(
            "RecordBlockchainCoins",
            self._row(
                _RECORD_BLOCKCHAIN_COINS,
                {
                    "user_id": user_id,
                    "transaction_type": transaction_type,
                    "amount": amount,
                    "idempotency_key": idempotency_key,
                    "blockchain_tx_hash": blockchain_tx_hash,
                    "description": description,
                },
            ),
        )

    def record_chain_transaction(
        self,
        *,
        chain: str,
        network: str,
        tx_type: str,
        idempotency_key: str,
        user_id: UUID | str | None = None,
        amount: Decimal | int | float | None = None,
        from_account: str | None = None,
        to_account: str | None = None,
        course_id: UUID | str | None = None,
        achievement_id: UUID | str | None = None,
        tx_id: str | None = None,
    ) -> RecordChainTransaction:
        """Writes down a transaction on a blockchain, once per key.

        Written down first, sent afterwards: whoever crashes in between finds it with open_chain_transactions().
        With a tx_id it is submitted at once, without one pending.

        Left out, `amount` is 0.

        Errors: PA403 not the service · PA404 no such person, course or achievement · PA409 the chain's transaction
        is entered already, key used for another request · PA422 no key, unknown chain, network or type, account,
        amount or tx_id that the chain does not have

        Who may call it: service.
        """
        return cast(
            "RecordChainTransaction",
            self._row(
                _RECORD_CHAIN_TRANSACTION,
                {
                    "chain": chain,
                    "network": network,
                    "tx_type": tx_type,
                    "idempotency_key": idempotency_key,
                    "user_id": user_id,
                    "amount": amount,
                    "from_account": from_account,
                    "to_account": to_account,
                    "course_id": course_id,
                    "achievement_id": achievement_id,
                    "tx_id": tx_id,
                },
            ),
        )

    def record_completion(
        self,
        *,
        user_id: UUID | str,
        lesson_id: UUID | str,
        score: Decimal | int | float | None = None,
        seconds: int | None = None,
        occurred_at: dt.datetime | None = None,
        idempotency_key: str | None = None,
    ) -> RecordCompletion:
        """Records that a learner completed a lesson, with score and moment; does and returns what complete_lesson
        does.

        Does and returns what complete_lesson does; takes also a score and the moment it happened. The best score
        stays: a repeated completion with a better score replaces the worse one and moves the person's score
        counters, without XP.

        An instructor, who must be approved, records for learners of their own courses, and never for themselves;
        for them the past is narrow: not before the enrolment, not more days ago than the setting
        learning.backdate_days (30), at most a day of time spent, and a completion on an earlier day of the
        learner's calendar is no day of their streak.

        Errors: PA401, PA403 not allowed, not the approved instructor of the course, one's own completion · PA404 no
        such lesson or learner · PA409 not enrolled, enrolment not open, a chapter or hidden lesson, key used for
        another request · PA422 score, time or moment out of range

        Who may call it: instructor, service.
        """
        return cast(
            "RecordCompletion",
            self._row(
                _RECORD_COMPLETION,
                {
                    "user_id": user_id,
                    "lesson_id": lesson_id,
                    "score": score,
                    "seconds": seconds,
                    "occurred_at": occurred_at,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def record_completions(
        self,
        *,
        user_ids: list[UUID | str],
        lesson_ids: list[UUID | str],
        scores: list[Decimal | int | float] | None = None,
        seconds: list[int] | None = None,
        occurred_at: list[dt.datetime] | None = None,
    ) -> list[RecordCompletions]:
        """Records that learners completed lessons, up to a thousand at once; does for each what record_completion
        does.

        The arrays are read side by side: the first of each is the first completion. Without scores, seconds or
        moments pass null. All or nothing: what record_completion refuses of one, refuses all, with its error. A
        second call with the same changes nothing more, so none needs an idempotency key.

        What came to be is what record_completion would have made of them, in the order of their moments, of those
        of one moment in the order of the arrays. Only the order in which different people come is not kept: they go
        together, in as many rounds as the busiest person has completions, a few statements each.

        Returns a row for each: its place in the arrays (from 1), the progress, whether it was there before, the XP
        and coins it brought with all that follows, whether it completed the course, and how many achievements were
        earned.

        Errors: PA403 not the service · PA404, PA409, PA422 those of record_completion · PA422 more than 1000 or
        none, arrays of different lengths · 40001 the course changed meanwhile · 40P01 it met another in the wrong
        order: a set holds counters and accounts while its later rounds write; repeat the transaction

        Who may call it: service.
        """
        return self._rows(
            _RECORD_COMPLETIONS,
            {
                "user_ids": user_ids,
                "lesson_ids": lesson_ids,
                "scores": scores,
                "seconds": seconds,
                "occurred_at": occurred_at,
            },
        )

    def record_drop(
        self, *, user_id: UUID | str, course_id: UUID | str, occurred_at: dt.datetime | None = None
    ) -> RecordDrop:
        """Records that a learner left a course.

        Errors: PA403 not the service · PA404 not enrolled · PA409 the course is completed · PA422 a moment in the
        future

        Who may call it: service.
        """
        return cast(
            "RecordDrop",
            self._row(
                _RECORD_DROP,
                {
                    "user_id": user_id,
                    "course_id": course_id,
                    "occurred_at": occurred_at,
                },
            ),
        )

    def record_enrollment(
        self,
        *,
        user_id: UUID | str,
        course_id: UUID | str,
        occurred_at: dt.datetime | None = None,
        idempotency_key: str | None = None,
        expires_at: dt.datetime | None = None,
    ) -> RecordEnrollment:
        """Records that a learner enrolled in a course; does and returns what enroll does.

        Does and returns what enroll does, at the moment it happened; an expiry may be set. The same rules hold:
        published, required courses completed, a free seat. An instructor, who must be approved, enrols others in
        their own courses.

        Errors: PA401, PA403 not allowed, not the approved instructor of the course · PA404 no such course or
        learner · PA409 not published, required courses not completed, full, key used for another request · PA422
        moment or expiry

        Who may call it: instructor, service.
        """
        return cast(
            "RecordEnrollment",
            self._row(
                _RECORD_ENROLLMENT,
                {
                    "user_id": user_id,
                    "course_id": course_id,
                    "occurred_at": occurred_at,
                    "idempotency_key": idempotency_key,
                    "expires_at": expires_at,
                },
            ),
        )

    def record_interaction(
        self,
        *,
        session_id: UUID | str,
        interaction_type: str,
        interaction_data: Json = None,
        asset_id: UUID | str | None = None,
        is_correct: bool | None = None,
        response_time_ms: int | None = None,
        confidence_level: Decimal | int | float | None = None,
        idempotency_key: str | None = None,
    ) -> RecordInteraction:
        """Records what the caller did in a session; says whether an answer was right.

        An answer to a generated quiz is graded here, whatever is_correct says; of anything else the person says
        themselves whether they knew it. It earns nothing. The session's count moves with it: interactions of one
        session queue on its row.

        Left out, `interaction_data` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such session of the caller's, or no such asset of its
        material · PA409 the session has ended, key used for another request · PA422 a value out of range, another
        shape

        Who may call it: student.
        """
        return cast(
            "RecordInteraction",
            self._row(
                _RECORD_INTERACTION,
                {
                    "session_id": session_id,
                    "interaction_type": interaction_type,
                    "interaction_data": interaction_data,
                    "asset_id": asset_id,
                    "is_correct": is_correct,
                    "response_time_ms": response_time_ms,
                    "confidence_level": confidence_level,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def record_interactions(self, *, interactions: Json, idempotency_key: str | None = None) -> int:
        """Records many interactions, each with an id once; returns how many were new.

        Returns how many were new.

        One with an id of its own is recorded once, however often it is sent; the idempotency key makes the same of
        the whole call. The shape is interactions_batch_shape(). The sessions may have ended, but their data not yet
        been aggregated. A month that is not there is made with ensure_partitions(), before.

        Errors: PA403 not the service · PA404 no such session, or no such asset of its material · PA409 a session
        was aggregated, key used for another request · PA422 another shape, with the path in the detail; a moment
        that is none, in the future or in a month that is not there; a view that is right or wrong

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _RECORD_INTERACTIONS,
                {
                    "interactions": interactions,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def record_nft_token(
        self,
        *,
        nft_certificate_id: UUID | str,
        metadata_uri: str | None = None,
        token_id: str | None = None,
        serial_number: int | None = None,
    ) -> None:
        """Notes what became known of a certificate's token, once.

        What is null is left as it is; what is known does not change.

        Errors: PA403 not the service · PA404 no such token · PA409 known otherwise, failed, the token is another's
        · PA422 bad URI, bad name, bad serial

        Who may call it: service.
        """
        self._value(
            _RECORD_NFT_TOKEN,
            {
                "nft_certificate_id": nft_certificate_id,
                "metadata_uri": metadata_uri,
                "token_id": token_id,
                "serial_number": serial_number,
            },
        )

    def record_project_view(self, *, project_id: UUID | str) -> None:
        """Notes that somebody looked at a project.

        An author's own look does not count.

        Appended, never updated: nobody waits, neither for others who look nor for who likes it.
        fold_project_views() brings it into view_count. Every call counts: what is a view, and that one visitor is
        not counted a thousand times, is for the application to say, which knows its visitors.

        Errors: 28000 from verified_identity · PA404 no such project, or not to be seen

        Who may call it: anonymous, student, instructor, admin.
        """
        self._value(
            _RECORD_PROJECT_VIEW,
            {
                "project_id": project_id,
            },
        )

    def record_review(
        self,
        *,
        card_id: UUID | str,
        rating: int,
        occurred_at: dt.datetime | None = None,
        idempotency_key: str | None = None,
        duration_ms: int | None = None,
    ) -> RecordReview:
        """Records a review that a person made at some moment; returns when the card comes again.

        See review_card.

        The reviews of one card come in their order.

        Errors: PA403 not the service · PA404 no such card · PA409 the card was reviewed after that; key used for
        another request · PA422 rating not 1 to 4, duration of no use, a moment in the future

        Who may call it: service.
        """
        return cast(
            "RecordReview",
            self._row(
                _RECORD_REVIEW,
                {
                    "card_id": card_id,
                    "rating": rating,
                    "occurred_at": occurred_at,
                    "idempotency_key": idempotency_key,
                    "duration_ms": duration_ms,
                },
            ),
        )

    def record_start(
        self, *, user_id: UUID | str, lesson_id: UUID | str, occurred_at: dt.datetime | None = None
    ) -> RecordStart:
        """Records that a learner began a lesson.

        Errors: PA403 not the service · PA404 no such lesson or learner · PA409 not enrolled, enrolment not open, a
        chapter or hidden lesson · PA422 a moment in the future

        Who may call it: service.
        """
        return cast(
            "RecordStart",
            self._row(
                _RECORD_START,
                {
                    "user_id": user_id,
                    "lesson_id": lesson_id,
                    "occurred_at": occurred_at,
                },
            ),
        )

    def refresh_leaderboard(self, *, as_of: dt.datetime | None = None) -> RefreshLeaderboard:
        """Ranks everyone anew; returns the generation, how many people, and when.

        One transaction of plain rows: the pointer moves first, which is also what a second refresh waits for (or
        fails against, above READ COMMITTED); then a new generation is inserted and the old one deleted. A reader
        sees the old pointer with the old rows or the new with the new, whatever the age of its snapshot, and waits
        for nobody. A person's period XP counts only if the period they hold is the current one. The unranked are
        not in it.

        Errors: PA403 not the service · PA422 a time in the future

        Who may call it: service.
        """
        return cast(
            "RefreshLeaderboard",
            self._row(
                _REFRESH_LEADERBOARD,
                {
                    "as_of": as_of,
                },
            ),
        )

    def register_file(
        self,
        *,
        filename: str,
        file_url: str,
        storage_path: str,
        file_size: int,
        original_filename: str | None = None,
        mime_type: str | None = None,
        file_type: str | None = None,
        folder: str | None = None,
        storage_provider: str | None = None,
        is_public: bool | None = None,
        idempotency_key: str | None = None,
    ) -> UUID:
        """Registers a file of the caller's whose bytes are in a store; returns its id.

        It is the caller's.

        The first name of its place in the store is the caller's own id ("<id>/2026/notes.pdf"): so nobody claims
        the bytes of another, nobody learns which places are taken, and all that a person has is found in one place
        when they go. A place is used once for all. A person holds a limited number of files (setting
        files.max_per_person), of a limited size (files.max_megabytes).

        Left out, `storage_provider` is 'local', `is_public` is false.

        Errors: PA401, PA403 from require_user · PA409 a place that is taken, as many as one may hold, key used for
        another request · PA422 no name, address, place or size, or one of no use; a place that is not the caller's

        Who may call it: student, instructor, admin.
        """
        return cast(
            "UUID",
            self._value(
                _REGISTER_FILE,
                {
                    "filename": filename,
                    "file_url": file_url,
                    "storage_path": storage_path,
                    "file_size": file_size,
                    "original_filename": original_filename,
                    "mime_type": mime_type,
                    "file_type": file_type,
                    "folder": folder,
                    "storage_provider": storage_provider,
                    "is_public": is_public,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def register_user(
        self,
        *,
        email: str | None = None,
        username: str | None = None,
        full_name: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        role: str | None = None,
        password_hash: str | None = None,
        timezone: str | None = None,
        language: str | None = None,
        academic_level: str | None = None,
        preferences: Json = None,
        metadata: Json = None,
        email_verified: bool | None = None,
        user_id: UUID | str | None = None,
        occurred_at: dt.datetime | None = None,
    ) -> UUID:
        """Registers a person and returns their id.

        A person is told apart by an email or a username; one of them is needed. The password arrives as a hash
        (bcrypt or argon2) that the application made; null for people who log in with a wallet or elsewhere. user_id
        is for schools whose people are known to an identity provider already: its id becomes theirs. Nobody
        registers as an administrator: set_role() makes one.

        The email and the username are looked up first, for a clear answer; between two registrations at the same
        moment the unique index decides (23505, users_email_key or users_username_key, which the library reports as
        the same conflict). occurred_at is when the person registered; imports replay it.

        Left out, `role` is 'student', `email_verified` is false.

        Errors: PA403 not the back end · PA409 email, username or id taken · PA422 neither email nor username; one
        that cannot be; another role; a name too long; no hash; malformed language; unknown time zone; a moment that
        cannot be · 23514 another value that a constraint of users refuses

        Who may call it: service.
        """
        return cast(
            "UUID",
            self._value(
                _REGISTER_USER,
                {
                    "email": email,
                    "username": username,
                    "full_name": full_name,
                    "first_name": first_name,
                    "last_name": last_name,
                    "role": role,
                    "password_hash": password_hash,
                    "timezone": timezone,
                    "language": language,
                    "academic_level": academic_level,
                    "preferences": preferences,
                    "metadata": metadata,
                    "email_verified": email_verified,
                    "user_id": user_id,
                    "occurred_at": occurred_at,
                },
            ),
        )

    def regrade_quiz(self, *, quiz_id: UUID | str) -> RegradeQuiz:
        """Grades every attempt at a quiz anew, with the keys as they are now; says what changed.

        Results move by the quiz's policy, up and down, and with them the scores of lessons that have their score
        from this quiz. Who passes now has passed: the quiz counts, the lesson is completed as of when the attempt
        was handed in. Who no longer does keeps what was completed and given. Doing it again changes nothing.

        attempts_changed is how many got other points or another verdict, learners_passed how many learners passed
        through it, scores_moved how many scores of completed lessons changed.

        Errors: PA401 · PA403 · PA404 no such quiz

        Who may call it: instructor, admin.
        """
        return cast(
            "RegradeQuiz",
            self._row(
                _REGRADE_QUIZ,
                {
                    "quiz_id": quiz_id,
                },
            ),
        )

    def reissue_certificate(self, *, certificate_id: UUID | str, reason: str) -> UUID:
        """Replaces the last certificate of an enrolment by a new one; returns that.

        The new one has the name of today, title and date of the old one, a number and a code of its own.

        What an administrator revoked, only an administrator replaces. Only the last certificate of an enrolment is
        replaced: of two who do it at once, one is told so.

        Errors: PA401, PA403, PA404 from require_certificate_staff · PA403 an administrator revoked it · PA409 it
        was replaced already, the person has left · PA422 no reason

        Who may call it: instructor, admin.
        """
        return cast(
            "UUID",
            self._value(
                _REISSUE_CERTIFICATE,
                {
                    "certificate_id": certificate_id,
                    "reason": reason,
                },
            ),
        )

    def remind_streaks(self, *, as_of: dt.datetime | None = None) -> int:
        """Tells those whose streak would end today, once per local date; returns how many.

        Returns how many.

        Today is the local date of each person: at any moment there are three dates on earth at most, and each is
        one statement. A person is told once per local date, however often this runs. At risk is a streak that
        today's end would end: yesterday was its last day, and no freeze is held to bridge today.

        Errors: PA403 not the service · PA422 a time in the future

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _REMIND_STREAKS,
                {
                    "as_of": as_of,
                },
            ),
        )

    def remove_file(self, *, file_id: UUID | str) -> RemoveFile:
        """Removes a file from everybody's sight; returns where its bytes are.

        Returns where its bytes are, for the application to clear them away after the commit.

        The row stays until the person goes, and its place stays taken. Doing it again answers the same: whoever
        died before the bytes were gone asks once more.

        Errors: PA401, PA403 from require_user · PA404 no such file of the caller's

        Who may call it: student, instructor, admin.
        """
        return cast(
            "RemoveFile",
            self._row(
                _REMOVE_FILE,
                {
                    "file_id": file_id,
                },
            ),
        )

    def remove_lesson(self, *, lesson_id: UUID | str) -> str | None:
        """Removes a lesson and what is in it; says whether it was deleted or, having progress, deactivated.

        Deleted if nobody has ever begun any of it; otherwise hidden, because progress is never lost. Returns which:
        'deleted' or 'deactivated'. Lessons that had it as their prerequisite no longer do.

        Errors: PA401 · PA403 · PA404 no such lesson

        Who may call it: instructor, admin.
        """
        return cast(
            "str | None",
            self._value(
                _REMOVE_LESSON,
                {
                    "lesson_id": lesson_id,
                },
            ),
        )

    def remove_lesson_prerequisite(self, *, lesson_id: UUID | str, prerequisite_lesson_id: UUID | str) -> None:
        """Removes a lesson from the prerequisites of another.

        Errors: PA401 · PA403 · PA404 no such lesson; it was no prerequisite

        Who may call it: instructor, admin.
        """
        self._value(
            _REMOVE_LESSON_PREREQUISITE,
            {
                "lesson_id": lesson_id,
                "prerequisite_lesson_id": prerequisite_lesson_id,
            },
        )

    def remove_prerequisite(self, *, course_id: UUID | str, prerequisite_course_id: UUID | str) -> None:
        """Removes a course from the prerequisites of another.

        Errors: PA401 · PA403 · PA404 no such course; it was no prerequisite

        Who may call it: instructor, admin.
        """
        self._value(
            _REMOVE_PREREQUISITE,
            {
                "course_id": course_id,
                "prerequisite_course_id": prerequisite_course_id,
            },
        )

    def remove_question(self, *, question_id: UUID | str) -> str:
        """Takes a question out of its quiz; says whether it was deleted or, being attempted, retired.

        Deleted while nobody has attempted the quiz; afterwards retired: new attempts do without it, those that were
        begun with it keep it. Returns which: 'deleted' or 'retired'. The last question of a published quiz stays.

        Errors: PA401 · PA403 · PA404 no such question · PA409 retired already, or the last one of a published quiz

        Who may call it: instructor, admin.
        """
        return cast(
            "str",
            self._value(
                _REMOVE_QUESTION,
                {
                    "question_id": question_id,
                },
            ),
        )

    def reorder_lessons(
        self, *, course_id: UUID | str, parent_lesson_id: UUID | str, lesson_ids: list[UUID | str]
    ) -> None:
        """Puts the lessons of one chapter into the given order.

        The list names every visible lesson of the chapter exactly once; hidden ones may be left out and then keep
        their order behind the others. A list that no longer fits, because somebody added or removed a lesson
        meanwhile, changes nothing. One update does it: that no two share a place is checked at its end.

        Errors: PA401 · PA403 · PA404 no such course · PA409 the list misses a lesson, or names one that is not (or
        no longer) in the chapter · PA422 no list, a null or a repetition in it, a parent outside the course

        Who may call it: instructor, admin.
        """
        self._value(
            _REORDER_LESSONS,
            {
                "course_id": course_id,
                "parent_lesson_id": parent_lesson_id,
                "lesson_ids": lesson_ids,
            },
        )

    def reorder_questions(self, *, quiz_id: UUID | str, question_ids: list[UUID | str]) -> None:
        """Puts the questions of a quiz into the given order.

        The list names each of them exactly once. One update does it: that no two share a place is checked at its
        end.

        Errors: PA401 · PA403 · PA404 no such quiz · PA409 the list is not the questions of the quiz

        Who may call it: instructor, admin.
        """
        self._value(
            _REORDER_QUESTIONS,
            {
                "quiz_id": quiz_id,
                "question_ids": question_ids,
            },
        )

    def repair_counters(self) -> list[RepairCounters]:
        """Mends every cached number that differs from the rows it counts; returns what was mended.

        Only rows with a finding are touched. Each kind is locked first and counted in a new statement: a writer who
        came before is counted, one who comes after adds to the right number. In the lock order of the house, with
        people at work. Cycles, overbooked courses, attempts and postings are not caches: they stay, and stay
        reported. Nothing to mend, nothing written.

        Errors: PA403 not the service

        Who may call it: service.
        """
        return self._rows(_REPAIR_COUNTERS, {})

    def request_faucet(self, *, hedera_account_id: str, request_ip: Inet | str, idempotency_key: str) -> RequestFaucet:
        """Asks for coins of the test network, once per key and within the limits.

        Three limits in a window of hours, each a setting: per person, per account, per network address (of IPv6 the
        /64). Failed requests count for none of them, but for a second, higher limit of each: attempts. Each of the
        three falls on a row of faucet_guards, which is updated before anything is counted: whoever comes second
        waits and then counts the first, or fails with 40001 if its snapshot is older. The time is the clock's, not
        the transaction's: one begun long ago would lie outside the window.

        The address is what the application sees; who speaks SQL directly may name another, and meets the other two
        limits.

        Errors: PA401, PA403 from require_user · PA409 the faucet is closed, key used for another request · PA422 no
        key, no account of Hedera, no address of one machine · PA429 a limit is reached; the detail says which

        Who may call it: student.
        """
        return cast(
            "RequestFaucet",
            self._row(
                _REQUEST_FAUCET,
                {
                    "hedera_account_id": hedera_account_id,
                    "request_ip": request_ip,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def resume_lesson(self, *, course_id: UUID | str) -> ResumeLesson:
        """Where the calling learner goes on in a course.

        lesson_id is null when nothing is left. Reads only.

        Errors: PA401, PA403 from require_user · PA404 not enrolled · PA409 the enrolment is not open

        Who may call it: student.
        """
        return cast(
            "ResumeLesson",
            self._row(
                _RESUME_LESSON,
                {
                    "course_id": course_id,
                },
            ),
        )

    def retire_partitions(self, *, as_of: dt.datetime | None = None) -> list[RetirePartitions]:
        """Takes a month that was kept long enough one step further on its way out; no row: nothing is left.

        Returns which, and how many rows went into the archive; null for the first step. Call it until it returns no
        row, each time in a transaction of its own.

        For a scheduler in the database: `pgacademy maintain` detaches concurrently, which no function can. Here the
        readers and writers of the table, and of those it refers to, wait for as long as the step's transaction
        takes: so none that is long comes after a lock. Whoever is in the way is hardly waited for, because others
        queue behind it.

        Errors: PA403 not the service · PA422 a moment in the future · 55P03 a table was in use

        Who may call it: service.
        """
        return self._rows(
            _RETIRE_PARTITIONS,
            {
                "as_of": as_of,
            },
        )

    def return_submission(self, *, submission_id: UUID | str, feedback: str) -> None:
        """Gives a submission back to be done again, without a grade.

        It has no grade, and does not count as an attempt.

        Errors: PA401 · PA403 not staff of the course; one's own work · PA404 no such submission · PA409 it waits
        for no grade · PA422 no feedback · 23514 feedback too long

        Who may call it: instructor, admin.
        """
        self._value(
            _RETURN_SUBMISSION,
            {
                "submission_id": submission_id,
                "feedback": feedback,
            },
        )

    def reverse_coins(self, *, transaction_id: UUID | str, reason: str) -> ReverseCoins:
        """Takes back a movement of coins by one the other way, once; returns the balance.

        The ledger is never changed: a transaction the other way is added. Whoever must give back has to have the
        coins still: no balance goes below zero. coins_earned loses what a reward had added; achievements stay, and
        what was bought stays too. Its source does not pay again. Reversing the same transaction again changes
        nothing.

        Errors: PA403 not the service · PA404 no such transaction · PA409 a reversal or withdrawal, not confirmed,
        the coins are spent · PA422 no reason

        Who may call it: service.
        """
        return cast(
            "ReverseCoins",
            self._row(
                _REVERSE_COINS,
                {
                    "transaction_id": transaction_id,
                    "reason": reason,
                },
            ),
        )

    def reverse_xp(self, *, event_id: UUID | str, reason: str) -> ReverseXp:
        """Takes back an award by a compensating row of the ledger, once; returns the new totals.

        The ledger is never changed: a compensating row is added, with the award's own awarded_at, so that week and
        month of the award lose what they had gained. Levels may fall; achievements stay. Reversing the same award
        again changes nothing.

        Errors: PA403 not the service · PA404 no such award · PA409 it is a reversal itself · PA422 no reason

        Who may call it: service.
        """
        return cast(
            "ReverseXp",
            self._row(
                _REVERSE_XP,
                {
                    "event_id": event_id,
                    "reason": reason,
                },
            ),
        )

    def review_card(
        self, *, card_id: UUID | str, rating: int, idempotency_key: str | None = None, duration_ms: int | None = None
    ) -> ReviewCard:
        """Reviews a flashcard of the caller; returns when it comes again and what the review brought.

        Returns when it comes again and what the review brought. A review of a card that was due counts as one
        completed and keeps the streak; one ahead of time only moves the memory.

        Errors: PA401, PA403 from require_user · PA404 no such card of the caller's · PA409 key used for another
        request · PA422 rating not 1 to 4, duration of no use

        Who may call it: student.
        """
        return cast(
            "ReviewCard",
            self._row(
                _REVIEW_CARD,
                {
                    "card_id": card_id,
                    "rating": rating,
                    "idempotency_key": idempotency_key,
                    "duration_ms": duration_ms,
                },
            ),
        )

    def review_quiz(self, *, attempt_id: UUID | str) -> list[ReviewQuiz]:
        """A graded attempt of the calling learner, question by question; what is right only if it may be shown.

        Points, key and explanation only as the quiz's show_answers allows, null otherwise, and never while another
        attempt at the quiz is open: after_attempt – now; after_passing – once the quiz is passed;
        after_last_attempt – once no attempt is left (never, where there is no limit).

        Errors: PA401, PA403 from require_user · PA404 no such attempt of one's own · PA409 not graded yet

        Who may call it: student.
        """
        return self._rows(
            _REVIEW_QUIZ,
            {
                "attempt_id": attempt_id,
            },
        )

    def revoke_certificate(self, *, certificate_id: UUID | str, reason: str) -> bool:
        """Takes a certificate back, once; returns whether it was valid before.

        Its code says revoked from now on, to everybody.

        Again changes nothing. XP, coins and achievements stay.

        Errors: PA401, PA403, PA404 from require_certificate_staff · PA422 no reason

        Who may call it: instructor, admin.
        """
        return cast(
            "bool",
            self._value(
                _REVOKE_CERTIFICATE,
                {
                    "certificate_id": certificate_id,
                    "reason": reason,
                },
            ),
        )

    def revoke_session(
        self,
        *,
        session_id: UUID | str | None = None,
        token_hash: bytes | None = None,
        user_id: UUID | str | None = None,
        scope: str | None = None,
    ) -> int:
        """Ends a session, its login, or all sessions of a person; returns how many tokens ended.

        scope: `family`, the login that the session belongs to (what people mean by logging out), `one`, this token
        only, or `all`, every session of the person. The back end names the session by id or by the hash of its
        token, or, for `all`, the person; administrators any session or person; people their own sessions, and
        themselves by default.

        Left out, `scope` is 'family'.

        Errors: PA401, PA403 from require_user · PA404 no such session, or not yours · PA422 unknown scope; none
        named

        Who may call it: student, instructor, admin, service.
        """
        return cast(
            "int",
            self._value(
                _REVOKE_SESSION,
                {
                    "session_id": session_id,
                    "token_hash": token_hash,
                    "user_id": user_id,
                    "scope": scope,
                },
            ),
        )

    def roll_up_analytics(self, *, as_of: dt.datetime | None = None) -> int:
        """Adds new events to the rollups; returns how many.

        Neither times nor numbers tell what is new: a transaction that began earlier may commit later, and what it
        wrote would be before a mark that has moved on. So the mark is a transaction: all before the oldest that is
        still running have ended, and every event of theirs can be seen or never will be. What a longer one writes
        is counted in the first run after its end; one that never ends holds the mark up, anywhere on the server,
        and loses nothing.

        After a restore into another cluster such numbers mean nothing, and after a change of the school's time zone
        the days are others: then all is built anew, once.

        Errors: PA403 not the service · PA422 as of the future

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _ROLL_UP_ANALYTICS,
                {
                    "as_of": as_of,
                },
            ),
        )

    def rotate_encrypted_field(
        self,
        *,
        user_id: UUID | str,
        field_name: str,
        old_key_id: str,
        old_nonce: bytes,
        key_id: str,
        nonce: bytes,
        ciphertext: bytes,
    ) -> bool:
        """Replaces an encrypted field by itself under another key, if it is still what was read.

        Who has written the field meanwhile has the last word, and has used the present key. Returns whether it was
        replaced.

        Errors: PA403 not the back end · 23514 a key id, nonce or ciphertext that cannot be

        Who may call it: service.
        """
        return cast(
            "bool",
            self._value(
                _ROTATE_ENCRYPTED_FIELD,
                {
                    "user_id": user_id,
                    "field_name": field_name,
                    "old_key_id": old_key_id,
                    "old_nonce": old_nonce,
                    "key_id": key_id,
                    "nonce": nonce,
                    "ciphertext": ciphertext,
                },
            ),
        )

    def rotate_session(
        self,
        *,
        token_hash: bytes,
        new_token_hash: bytes,
        new_token_jti: str,
        expires_at: dt.datetime,
        ip_address: Inet | str | None = None,
        user_agent: str | None = None,
    ) -> RotateSession:
        """Exchanges a refresh token for its successor; status says how it went, and a reused token has ended its
        family.

        A token that was exchanged before and comes again was stolen, from its owner or by its owner's rival: either
        way its whole family ends. That must be kept even though the request fails, so nothing is raised: the answer
        is in status, and the caller commits.

            rotated   the new token counts from now on
            reused    the token was exchanged before; its family is revoked
            revoked   the session was ended before
            expired   the token is too old; log in again
            inactive  the person is deactivated or deleted; the family is revoked
            unknown   there never was such a token, or it ended so long ago that it was purged

        Of two exchanges of one token at the same moment exactly one wins; the other finds it reused, and the login
        ends. An application whose tabs share a token exchanges it in one place.

        Errors: PA403 not the back end · PA422 as open_session · 23505 new hash or jti used before

        Who may call it: service.
        """
        return cast(
            "RotateSession",
            self._row(
                _ROTATE_SESSION,
                {
                    "token_hash": token_hash,
                    "new_token_hash": new_token_hash,
                    "new_token_jti": new_token_jti,
                    "expires_at": expires_at,
                    "ip_address": ip_address,
                    "user_agent": user_agent,
                },
            ),
        )

    def run_job(self, *, job: str) -> int | None:
        """Does one maintenance job once; returns what it did, as a number.

        Errors: PA404 no such job; and those of the job

        Who may call it: service.
        """
        return cast(
            "int | None",
            self._value(
                _RUN_JOB,
                {
                    "job": job,
                },
            ),
        )

    def save_answers(self, *, attempt_id: UUID | str, answers: Json) -> dt.datetime | None:
        """Keeps answers of the calling learner's open attempt; returns its deadline.

        Given ones replace those of the same question, null takes one away, the others stay. Returns until when
        answers are taken; null for no limit.

        Errors: PA401, PA403 from require_user · PA404 no such attempt of one's own · PA409 graded, or late · PA422
        answers, with the path

        Who may call it: student.
        """
        return cast(
            "dt.datetime | None",
            self._value(
                _SAVE_ANSWERS,
                {
                    "attempt_id": attempt_id,
                    "answers": answers,
                },
            ),
        )

    def save_study_session(
        self,
        *,
        session_id: UUID | str,
        completion_percentage: Decimal | int | float | None = None,
        session_data: Json = None,
    ) -> None:
        """Keeps how far the caller is in a session, and its state.

        Null is unchanged.

        Errors: PA401, PA403 from require_user · PA404 no such session of the caller's · PA409 it has ended · PA422
        a percentage or state of no use

        Who may call it: student.
        """
        self._value(
            _SAVE_STUDY_SESSION,
            {
                "session_id": session_id,
                "completion_percentage": completion_percentage,
                "session_data": session_data,
            },
        )

    def save_submission(
        self, *, submission_id: UUID | str, content: Json = None, files: Json = None
    ) -> dt.datetime | None:
        """Keeps the calling learner's draft; returns its deadline.

        What is given replaces what was there; null leaves it. Returns until when it can be handed in; null for no
        limit.

        Errors: PA401, PA403 from require_user · PA404 no such submission of one's own · PA409 handed in, or late ·
        PA422 content or files, with the path

        Who may call it: student.
        """
        return cast(
            "dt.datetime | None",
            self._value(
                _SAVE_SUBMISSION,
                {
                    "submission_id": submission_id,
                    "content": content,
                    "files": files,
                },
            ),
        )

    def seal_audit_logs(self) -> list[SealAuditLogs]:
        """Seals what was noted in the audit trail since the last time; returns the new seals.

        Rows become visible when their transaction commits, in no order of their numbers: sealed is only up to a
        number below which nothing can appear any more. To know one, it is read how far numbers have gone, and then
        this transaction takes its identifier. Whoever took one of these numbers had an identifier before
        (write_audit, audit_…), hence a smaller one. So as soon as no transaction with a smaller one is running, all
        rows up to that number are there, or never will be. Often that is so at once; else the number is kept
        (audit_watermark) and the next run goes by it. A transaction that stays open for hours holds sealing up for
        hours, and is sealed when it has ended.

        Call it in a transaction of its own: one that has written before has its identifier already, and then this
        can only go by the number that was kept. Keep the last seal_hash of each partition outside of this server:
        against whoever can change rows, seals and this function alike, nothing else helps.

        Errors: PA403 not the service · PA409 in a transaction whose snapshot stands still

        Who may call it: service.
        """
        return self._rows(_SEAL_AUDIT_LOGS, {})

    def search_courses(
        self,
        *,
        query: str | None = None,
        category: str | None = None,
        discipline: str | None = None,
        track: str | None = None,
        difficulty: str | None = None,
        instructor_id: UUID | str | None = None,
        is_featured: bool | None = None,
        limit: int | None = None,
        after: UUID | str | None = None,
    ) -> list[SearchCourses]:
        """Published courses by words and filters, a page at a time.

        With a query the best match comes first, without one the newest. For the next page, after is the course_id
        of the last row seen: the page goes on where that course stands now, and no page costs more than the first;
        if it has been withdrawn in between, begin again. Titles match by similarity (pg_trgm) or when they hold the
        query as written, descriptions when they hold it.

        Left out, `limit` is 20.

        Errors: PA404 no published course in p_after · PA422 p_limit not 1 to 100, a query over 200 characters,
        unknown track or difficulty

        Who may call it: anonymous, student, instructor, admin, service.
        """
        return self._rows(
            _SEARCH_COURSES,
            {
                "query": query,
                "category": category,
                "discipline": discipline,
                "track": track,
                "difficulty": difficulty,
                "instructor_id": instructor_id,
                "is_featured": is_featured,
                "limit": limit,
                "after": after,
            },
        )

    def search_discussions(
        self,
        *,
        query: str,
        course_id: UUID | str | None = None,
        limit: int | None = None,
        after: UUID | str | None = None,
        with_snippet: bool | None = None,
    ) -> list[SearchDiscussions]:
        """Discussions by words and by titles spelt nearly like them, a page at a time.

        First those that hold the words, in any form of them, ranked by how often and where: the title counts most,
        then the tags, then the text; relevance is 1 to 2. Then those with a title spelt nearly like the query,
        ranked by similarity; relevance is up to 1. The second search is only made once the first has nothing more
        to give: it costs more, and who spelt right has no use for it. Words may be "quoted", or -left out.
        course_id keeps to one course; null is everything the caller may read.

        For the next page, after is the discussion_id of the last row seen; if it was changed or taken down in
        between and no longer matches, begin again. with_snippet adds the place in the text, with the words between
        « and ». It is looked for in 2000 characters, from just before the first of the words: what it costs grows
        with the square of the text, and one text of the same word over and over held a server for seconds.

        Left out, `limit` is 20, `with_snippet` is false.

        Errors: PA401, PA403 · PA404 no such course, or not for the caller; no match in p_after · PA422 nothing to
        look for, a query over 200 characters, p_limit not 1 to 100

        Who may call it: student, instructor, admin.
        """
        return self._rows(
            _SEARCH_DISCUSSIONS,
            {
                "query": query,
                "course_id": course_id,
                "limit": limit,
                "after": after,
                "with_snippet": with_snippet,
            },
        )

    def set_achievement_active(self, *, slug: str, is_active: bool) -> None:
        """Retires an achievement or lets it be earned again.

        Who has earned it keeps it.

        Errors: PA401 PA403 not an administrator · PA404 no such achievement · PA422 neither true nor false

        Who may call it: admin.
        """
        self._value(
            _SET_ACHIEVEMENT_ACTIVE,
            {
                "slug": slug,
                "is_active": is_active,
            },
        )

    def set_asset_status(
        self, *, asset_id: UUID | str, status: str, quality_score: Decimal | int | float | None = None
    ) -> None:
        """Says whether a generated asset is a draft, ready or retired.

        A flashcard that is ready is a card to review; one that is retired comes no more, and what is remembered of
        it stays.

        Errors: PA403 not the service · PA404 no such asset · PA422 no such status, a score not 0 to 1

        Who may call it: service.
        """
        self._value(
            _SET_ASSET_STATUS,
            {
                "asset_id": asset_id,
                "status": status,
                "quality_score": quality_score,
            },
        )

    def set_certificate_pdf(self, *, certificate_id: UUID | str, pdf_path: str) -> None:
        """Notes where the PDF of a certificate is kept.

        Errors: PA403 not the service · PA404 no such certificate · PA422 no path, an absolute one, one that climbs

        Who may call it: service.
        """
        self._value(
            _SET_CERTIFICATE_PDF,
            {
                "certificate_id": certificate_id,
                "pdf_path": pdf_path,
            },
        )

    def set_material_status(self, *, material_id: UUID | str, status: str, content_length: int | None = None) -> None:
        """Says whether a study material is processing, ready or failed.

        Errors: PA403 not the service · PA404 no such material, or deleted · PA422 no such status, length below 0

        Who may call it: service.
        """
        self._value(
            _SET_MATERIAL_STATUS,
            {
                "material_id": material_id,
                "status": status,
                "content_length": content_length,
            },
        )

    def set_notification_preference(
        self, *, type: str, in_app: bool | None = None, email: bool | None = None, push: bool | None = None
    ) -> None:
        """Sets how the caller hears of one kind of news; null follows their settings.

        Null follows their settings.

        In the application is yes unless it says no; what is urgent comes there all the same.

        Errors: PA401, PA403 · PA422 no such kind of news

        Who may call it: student, instructor, admin.
        """
        self._value(
            _SET_NOTIFICATION_PREFERENCE,
            {
                "type": type,
                "in_app": in_app,
                "email": email,
                "push": push,
            },
        )

    def set_password(self, *, user_id: UUID | str, password_hash: str) -> None:
        """Stores a new password hash and ends every session of the person.

        Errors: PA403 not the back end · PA404 no such living person · PA422 no hash, or not the length of one

        Who may call it: service.
        """
        self._value(
            _SET_PASSWORD,
            {
                "user_id": user_id,
                "password_hash": password_hash,
            },
        )

    def set_retention(self, *, subject: str, keep_months: int) -> None:
        """Sets how many months something is kept; null for ever.

        What kinds of things there are, and what becomes of each, is not a setting.

        Errors: PA401 · PA403 not an administrator · PA404 no such subject · PA422 months not between 1 and 1200

        Who may call it: admin.
        """
        self._value(
            _SET_RETENTION,
            {
                "subject": subject,
                "keep_months": keep_months,
            },
        )

    def set_role(self, *, user_id: UUID | str, role: str) -> None:
        """Makes a person a student, an instructor or an administrator.

        An approval goes with the role: who stops being an instructor and becomes one again waits for approval
        again. The owner of the school may call it too, or there would never be a first administrator.

        Errors: PA401, PA403 from require_user · PA404 no such living person · PA409 the last administrator · PA422
        no such role

        Who may call it: admin.
        """
        self._value(
            _SET_ROLE,
            {
                "user_id": user_id,
                "role": role,
            },
        )

    def set_setting(self, *, key: str, value: Json) -> None:
        """Changes the value of an operator setting that exists.

        Settings are made by the reference seed, which also gives each its type: this changes values, it does not
        invent keys. Numbers are rewards and days, so they are whole, not negative, and at most what one award may
        give. A time zone is one that this server knows: an unknown one would make every award fail. What the
        scheduler of reviews is told, it can work with.

        Errors: PA401 · PA403 not an administrator · PA404 no such setting · PA422 a value of another type, or out
        of range

        Who may call it: admin.
        """
        self._value(
            _SET_SETTING,
            {
                "key": key,
                "value": value,
            },
        )

    def settle_feedback(self, *, feedback_id: UUID | str, status: str) -> None:
        """Says what became of feedback: resolved, dismissed or active again.

        Errors: PA401 · PA403 not an administrator · PA404 no such feedback · PA422 no such status

        Who may call it: admin.
        """
        self._value(
            _SETTLE_FEEDBACK,
            {
                "feedback_id": feedback_id,
                "status": status,
            },
        )

    def stale_encrypted_fields(
        self,
        *,
        key_id: str,
        after_user_id: UUID | str | None = None,
        after_field_name: str | None = None,
        limit: int | None = None,
    ) -> list[StaleEncryptedFields]:
        """A page of the encrypted fields that are not under the present key.

        Each page is noted in the audit trail.

        Left out, `limit` is 500.

        Errors: PA403 not the back end · PA422 no key id, or a page of less than 1 or more than 10000

        Who may call it: service.
        """
        return self._rows(
            _STALE_ENCRYPTED_FIELDS,
            {
                "key_id": key_id,
                "after_user_id": after_user_id,
                "after_field_name": after_field_name,
                "limit": limit,
            },
        )

    def start_discussion(
        self,
        *,
        title: str,
        content: str,
        course_id: UUID | str | None = None,
        category: str | None = None,
        tags: list[str] | None = None,
        idempotency_key: str | None = None,
    ) -> StartDiscussion:
        """Starts a discussion, of a course or a general one; returns it and what it brought.

        With an idempotency key a repeated call returns the row of the first one, and no second discussion.

        Left out, `category` is 'general', `tags` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such course, or not for the caller · PA409 key used for
        another request · PA422 from check_post, no title or text

        Who may call it: student, instructor, admin.
        """
        return cast(
            "StartDiscussion",
            self._row(
                _START_DISCUSSION,
                {
                    "title": title,
                    "content": content,
                    "course_id": course_id,
                    "category": category,
                    "tags": tags,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def start_exercise(self, *, exercise_id: UUID | str) -> StartExercise:
        """The calling learner begins an exercise, or goes on with their draft.

        Needed where there is a time limit; elsewhere a place to keep a draft. The deadline is decided here, by the
        server's clock, and never moves. A draft whose time is over is handed in as it was saved, and the next one
        begins.

        deadline_at is the end of the time limit or the due date, whichever comes first; null for neither.
        attempts_left is null where there is no limit. server_time is for clocks that count down.

        Errors: PA401, PA403 from require_user · PA404 no such exercise, or not published · PA409 not enrolled,
        enrolment not open, a hidden lesson, lessons before it not done, after the due date, no attempt left

        Who may call it: student.
        """
        return cast(
            "StartExercise",
            self._row(
                _START_EXERCISE,
                {
                    "exercise_id": exercise_id,
                },
            ),
        )

    def start_lesson(self, *, lesson_id: UUID | str) -> StartLesson:
        """The calling learner begins a lesson.

        From now on the time they report with complete_lesson counts.

        It begins by the clock: in a transaction begun long ago no time was spent. Calling it again changes nothing
        but where the learner is; a completed lesson stays completed.

        Errors: PA401, PA403 from require_user · PA404 no such lesson · PA409 not enrolled, enrolment not open, a
        chapter or hidden lesson, lessons before it not done

        Who may call it: student.
        """
        return cast(
            "StartLesson",
            self._row(
                _START_LESSON,
                {
                    "lesson_id": lesson_id,
                },
            ),
        )

    def start_quiz(self, *, quiz_id: UUID | str) -> StartQuiz:
        """The calling learner begins or resumes an attempt; returns its questions, without what is right.

        The deadline is decided here, by the server's clock, and never moves. An open attempt whose time is over is
        graded with what was saved, and the next one begins. Begins the lesson as well, so all that start_lesson
        asks is asked.

        questions is what attempt_questions describes, in the order of this attempt; answers is what was saved so
        far. attempts_left is null where there is no limit. server_time is for clocks that count down.

        Errors: PA401, PA403 from require_user · PA404 no such quiz, or not published · PA409 not enrolled,
        enrolment not open, a hidden lesson, lessons before it not done, no attempt left

        Who may call it: student.
        """
        return cast(
            "StartQuiz",
            self._row(
                _START_QUIZ,
                {
                    "quiz_id": quiz_id,
                },
            ),
        )

    def start_study_session(
        self,
        *,
        material_id: UUID | str,
        session_type: str | None = None,
        configuration: Json = None,
        idempotency_key: str | None = None,
    ) -> UUID:
        """Begins a session of the caller with one of their materials; returns its id.

        Left out, `session_type` is 'study', `configuration` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such material of the caller's · PA409 the material is not
        ready, key used for another request · PA422 no such type of session, configuration is no object

        Who may call it: student.
        """
        return cast(
            "UUID",
            self._value(
                _START_STUDY_SESSION,
                {
                    "material_id": material_id,
                    "session_type": session_type,
                    "configuration": configuration,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def store_asset(
        self,
        *,
        material_id: UUID | str,
        asset_type: str,
        content: Json,
        generation_model: str,
        content_chunk_id: UUID | str | None = None,
        quality_score: Decimal | int | float | None = None,
        difficulty_level: int | None = None,
        generation_params: Json = None,
        metadata: Json = None,
        status: str | None = None,
        idempotency_key: str | None = None,
    ) -> UUID:
        """Stores a quiz, flashcard or summary that a model made of a study material; returns its id.

        A ready flashcard is a card to review for the owner of the material, at once. A draft becomes one with
        set_asset_status(). The content has the shape of its type: quiz_content, flashcard_content or
        summary_content.

        Left out, `generation_params` is '{}', `metadata` is '{}', `status` is 'ready'.

        Errors: PA403 not the service · PA404 no such material, deleted, or no such chunk in it · PA409 key used for
        another request · PA422 no such type or status, no model, a score or level out of range, another shape

        Who may call it: service.
        """
        return cast(
            "UUID",
            self._value(
                _STORE_ASSET,
                {
                    "material_id": material_id,
                    "asset_type": asset_type,
                    "content": content,
                    "generation_model": generation_model,
                    "content_chunk_id": content_chunk_id,
                    "quality_score": quality_score,
                    "difficulty_level": difficulty_level,
                    "generation_params": generation_params,
                    "metadata": metadata,
                    "status": status,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def store_chunks(self, *, material_id: UUID | str, chunks: Json) -> int:
        """Stores a study material in pieces, in place of those it had; returns how many.

        A piece whose text is the same stays the same row. Assets of a piece that is no longer there, or says
        something else, stay, as assets of the material. The shape is content_chunks_shape(). The material's length
        follows; its status does not.

        Errors: PA403 not the service · PA404 no such material, or deleted · PA422 another shape, with the path in
        the detail

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _STORE_CHUNKS,
                {
                    "material_id": material_id,
                    "chunks": chunks,
                },
            ),
        )

    def store_encrypted_field(
        self, *, user_id: UUID | str, field_name: str, key_id: str, nonce: bytes, ciphertext: bytes
    ) -> None:
        """Stores a field that the application encrypted; a null ciphertext removes it.

        The key never reaches this server. A null ciphertext removes the field.

        Errors: PA403 not the back end · PA404 no such living person · PA422 a name, key id, nonce or ciphertext
        that cannot be; private keys of wallets

        Who may call it: service.
        """
        self._value(
            _STORE_ENCRYPTED_FIELD,
            {
                "user_id": user_id,
                "field_name": field_name,
                "key_id": key_id,
                "nonce": nonce,
                "ciphertext": ciphertext,
            },
        )

    def streak_as_of(
        self, *, current_streak: int, last_streak_date: dt.date, streak_freezes: int, today: dt.date
    ) -> int | None:
        """A stored streak as it stands on a day: itself, or 0 when it is over.

        A streak is alive while the days missed since the last covered one are not more than the freezes held; else
        it is over, whether or not a job has settled it. A day before the last covered one (a journey westwards)
        misses nothing.

        Errors: none

        Who may call it: student, instructor, admin.
        """
        return cast(
            "int | None",
            self._value(
                _STREAK_AS_OF,
                {
                    "current_streak": current_streak,
                    "last_streak_date": last_streak_date,
                    "streak_freezes": streak_freezes,
                    "today": today,
                },
            ),
        )

    def submit_exercise(
        self, *, exercise_id: UUID | str, content: Json = None, files: Json = None, idempotency_key: str | None = None
    ) -> SubmitExercise:
        """The calling learner hands in work for an exercise.

        Hands in the draft, with what is given in place of what was saved; without a draft, what is given makes an
        attempt of its own, unless there is a time limit: that begins with start_exercise(). Handing in is a day of
        learning. With an idempotency key a repeated call returns the row of the first one; without, it is another
        attempt.

        Errors: PA401, PA403 from require_user · PA404 no such exercise, or not published · PA409 not enrolled,
        enrolment not open, a hidden lesson, lessons before it not done, late, not begun, no attempt left, key used
        for another request · PA422 content or files, with the path; nothing in them

        Who may call it: student.
        """
        return cast(
            "SubmitExercise",
            self._row(
                _SUBMIT_EXERCISE,
                {
                    "exercise_id": exercise_id,
                    "content": content,
                    "files": files,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def submit_quiz(self, *, attempt_id: UUID | str, answers: Json = None) -> SubmitQuiz:
        """Hands in the calling learner's attempt; returns its grade and what followed.

        It is graded at once, and what follows from that is done.

        answers is added to what was saved, as save_answers does. Handing the same attempt in again changes nothing
        and returns its grade with already_submitted, whatever answers come with it and however late.

        quiz_percentage is the result of all attempts by the quiz's policy; quiz_passed whether it ever reached the
        passing score. lesson_completed, course_completed, xp_awarded, levels_gained and achievements say what this
        call did.

        Left out, `answers` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such attempt of one's own · PA409 late, or the enrolment
        is not open · PA422 answers, with the path

        Who may call it: student.
        """
        return cast(
            "SubmitQuiz",
            self._row(
                _SUBMIT_QUIZ,
                {
                    "attempt_id": attempt_id,
                    "answers": answers,
                },
            ),
        )

    def track_event(
        self,
        *,
        event_type: str,
        event_data: Json = None,
        session_id: str | None = None,
        course_id: UUID | str | None = None,
        ip_address: Inet | str | None = None,
        user_agent: str | None = None,
    ) -> UUID:
        """Notes what the caller did; returns the id of the event.

        Appends and locks nobody. Address and browser are kept once per visit, apart from what was done and for 30
        days: without a session_id they are not kept at all.

        Left out, `event_data` is '{}'.

        Errors: PA401 · PA403 · PA404 no such course · PA422 a kind that is no name, data that are no object or
        above 10,000 bytes, a session or a browser above its length

        Who may call it: student, instructor, admin.
        """
        return cast(
            "UUID",
            self._value(
                _TRACK_EVENT,
                {
                    "event_type": event_type,
                    "event_data": event_data,
                    "session_id": session_id,
                    "course_id": course_id,
                    "ip_address": ip_address,
                    "user_agent": user_agent,
                },
            ),
        )

    def track_events(self, *, events: Json, idempotency_key: str | None = None) -> int:
        """Notes many events at once, of anybody; returns how many.

        Each is an object {"event_type", "event_data", "session_id", "user_id", "course_id", "occurred_at"}; all but
        the first may be missing. What happened may be up to 7 days ago, for devices that were offline. All are
        noted, or none. One statement for all of them: with a key a batch sent again after a lost answer is noted
        once.

        Larger imports are COPY by the owner, into analytics_events with its defaults: they are rolled up as any
        other.

        Errors: PA403 not the service · PA404 no such person or course · PA409 key used for another request · PA422
        no array of at most 10,000 objects; an event as track_event would refuse it; what is no UUID, or no time; a
        time in the future or more than 7 days ago

        Who may call it: service.
        """
        return cast(
            "int",
            self._value(
                _TRACK_EVENTS,
                {
                    "events": events,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    def transfer_coins(
        self, *, recipient_id: UUID | str, amount: int, idempotency_key: str, description: str | None = None
    ) -> TransferCoins:
        """Sends coins to another person, once per key; returns the transaction and what is left.

        The idempotency key is not optional: a call repeated after a lost answer must not pay twice. Limits are the
        settings coins.transfer_max, for one transfer, and coins.transfer_daily_max, for a day of the school's time
        zone. What was sent that day is counted on the sender's own account, which every transfer writes, so no two
        can both slip under.

        Errors: PA401, PA403 from require_user · PA404 no such person · PA409 not enough coins, key used for another
        request · PA422 no key, to oneself, amount out of range, description too long · PA429 the day's limit

        Who may call it: student.
        """
        return cast(
            "TransferCoins",
            self._row(
                _TRANSFER_COINS,
                {
                    "recipient_id": recipient_id,
                    "amount": amount,
                    "idempotency_key": idempotency_key,
                    "description": description,
                },
            ),
        )

    def unlike_project(self, *, project_id: UUID | str) -> UnlikeProject:
        """The caller no longer likes a project; returns how many do.

        Where there was no like, nothing changes.

        Errors: PA401, PA403 from require_user · PA404 no such project, or neither to be seen nor liked

        Who may call it: student, instructor.
        """
        return cast(
            "UnlikeProject",
            self._row(
                _UNLIKE_PROJECT,
                {
                    "project_id": project_id,
                },
            ),
        )

    def unlink_wallet(self, *, wallet_id: UUID | str) -> None:
        """Gives up a blockchain address of the caller.

        Errors: PA401, PA403 from require_user · PA404 no such claim of the caller

        Who may call it: student, instructor, admin.
        """
        self._value(
            _UNLINK_WALLET,
            {
                "wallet_id": wallet_id,
            },
        )

    def unmark_solution(self, *, discussion_id: UUID | str) -> bool:
        """Takes the solution of a discussion back; returns whether there was one.

        The author's count of solutions goes back; the XP stays with them, and the discussion pays no second time.
        Without a solution nothing changes.

        Errors: PA401 · PA403 neither asked nor staff · PA404 no such discussion

        Who may call it: student, instructor, admin.
        """
        return cast(
            "bool",
            self._value(
                _UNMARK_SOLUTION,
                {
                    "discussion_id": discussion_id,
                },
            ),
        )

    def unpublish_course(self, *, course_id: UUID | str) -> None:
        """Takes a course out of the catalogue.

        Those who are enrolled keep it. Whose course an administrator has taken out does not publish it again.

        Errors: PA401 · PA403 · PA404 no such course

        Who may call it: instructor, admin.
        """
        self._value(
            _UNPUBLISH_COURSE,
            {
                "course_id": course_id,
            },
        )

    def unpublish_file(self, *, file_id: UUID | str) -> None:
        """Hides a file from others.

        What an administrator hid, only an administrator shows again.

        The store does not know of it: whoever has the address of the bytes asks the store, which the application
        has to tell.

        Errors: PA401, PA403 from require_user · PA404 no such file of the caller's

        Who may call it: student, instructor, admin.
        """
        self._value(
            _UNPUBLISH_FILE,
            {
                "file_id": file_id,
            },
        )

    def unpublish_project(self, *, project_id: UUID | str) -> None:
        """Hides a project from others.

        Its likes and views are kept. What an administrator hid, only an administrator shows again.

        Errors: PA401, PA403 from require_user · PA404 no such project of the caller's

        Who may call it: student, admin.
        """
        self._value(
            _UNPUBLISH_PROJECT,
            {
                "project_id": project_id,
            },
        )

    def unread_count(self) -> int:
        """How many notifications the caller has not read.

        Two looks into an index, however many there are: what was added up last, and what came since. Exact: both
        are seen in one snapshot.

        Errors: PA401 nobody is signed in · 28000 from verified_identity

        Who may call it: student, instructor, admin.
        """
        return cast("int", self._value(_UNREAD_COUNT, {}))

    def update_course(
        self,
        *,
        course_id: UUID | str,
        title: str | None = None,
        slug: str | None = None,
        description: str | None = None,
        category: str | None = None,
        discipline: str | None = None,
        track: str | None = None,
        difficulty: str | None = None,
        estimated_minutes: int | None = None,
        learning_objectives: Json = None,
        content_structure: Json = None,
        thumbnail_url: str | None = None,
        max_enrollments: int | None = None,
        completion_xp: int | None = None,
        coin_reward: int | None = None,
        metadata: Json = None,
        instructor_id: UUID | str | None = None,
        is_featured: bool | None = None,
        is_active: bool | None = None,
        clear: list[str] | None = None,
    ) -> UpdateCourse:
        """Changes the given columns of a course; returns its id, slug and version.

        Null means unchanged; a column that shall become empty is named in clear. The version grows when what a
        published course teaches changes (bump_course_version). Only administrators hand a course to another
        instructor or feature it.

        Left out, `clear` is '{}'.

        Errors: PA401 · PA403, also for making active what an administrator took down · PA404 no such course or
        instructor · PA409 fewer seats than are taken · PA422 title, slug, track or difficulty; more XP or coins
        than an instructor may give; unknown name in p_clear; a column both given and cleared · 23505
        courses_slug_key · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        return cast(
            "UpdateCourse",
            self._row(
                _UPDATE_COURSE,
                {
                    "course_id": course_id,
                    "title": title,
                    "slug": slug,
                    "description": description,
                    "category": category,
                    "discipline": discipline,
                    "track": track,
                    "difficulty": difficulty,
                    "estimated_minutes": estimated_minutes,
                    "learning_objectives": learning_objectives,
                    "content_structure": content_structure,
                    "thumbnail_url": thumbnail_url,
                    "max_enrollments": max_enrollments,
                    "completion_xp": completion_xp,
                    "coin_reward": coin_reward,
                    "metadata": metadata,
                    "instructor_id": instructor_id,
                    "is_featured": is_featured,
                    "is_active": is_active,
                    "clear": clear,
                },
            ),
        )

    def update_exercise(
        self,
        *,
        exercise_id: UUID | str,
        title: str | None = None,
        description: str | None = None,
        exercise_type: str | None = None,
        content: Json = None,
        rubric: Json = None,
        max_score: Decimal | int | float | None = None,
        passing_score: Decimal | int | float | None = None,
        time_limit_minutes: int | None = None,
        due_at: dt.datetime | None = None,
        attempts_allowed: int | None = None,
        coin_reward: int | None = None,
        is_mandatory: bool | None = None,
        is_published: bool | None = None,
        metadata: Json = None,
        clear: list[str] | None = None,
    ) -> None:
        """Changes the given columns of an exercise, or publishes it.

        Null means unchanged; what shall go is named in clear. Work that was graded keeps its grade and the points
        it was graded with; a time limit holds for who begins from now on, a due date for everybody. A new rubric
        without max_score makes the exercise worth what it is worth. From the moment a mandatory exercise is
        published its lesson is completed by grading only.

        Left out, `clear` is '{}'.

        Errors: PA401 · PA403, also for publishing what an administrator took down · PA404 no such exercise · PA422
        unknown name in p_clear, or given as well; too many coins; content or rubric, with the path · 23514 a value
        against a column's rule

        Who may call it: instructor, admin.
        """
        self._value(
            _UPDATE_EXERCISE,
            {
                "exercise_id": exercise_id,
                "title": title,
                "description": description,
                "exercise_type": exercise_type,
                "content": content,
                "rubric": rubric,
                "max_score": max_score,
                "passing_score": passing_score,
                "time_limit_minutes": time_limit_minutes,
                "due_at": due_at,
                "attempts_allowed": attempts_allowed,
                "coin_reward": coin_reward,
                "is_mandatory": is_mandatory,
                "is_published": is_published,
                "metadata": metadata,
                "clear": clear,
            },
        )

    def update_file(
        self,
        *,
        file_id: UUID | str,
        filename: str | None = None,
        file_type: str | None = None,
        folder: str | None = None,
        clear: list[str] | None = None,
    ) -> None:
        """Changes the given columns of one's own file.

        Null means unchanged; what shall go is named in clear.

        What was uploaded stays what it was: its place, its address, its size and what it was called at home do not
        change.

        Left out, `clear` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such file of the caller's · PA422 a value of no use;
        unknown name in p_clear, or given as well

        Who may call it: student, instructor, admin.
        """
        self._value(
            _UPDATE_FILE,
            {
                "file_id": file_id,
                "filename": filename,
                "file_type": file_type,
                "folder": folder,
                "clear": clear,
            },
        )

    def update_lesson(
        self,
        *,
        lesson_id: UUID | str,
        title: str | None = None,
        slug: str | None = None,
        lesson_type: str | None = None,
        description: str | None = None,
        content: Json = None,
        body: str | None = None,
        duration_minutes: int | None = None,
        video_url: str | None = None,
        materials: Json = None,
        learning_outcomes: Json = None,
        is_mandatory: bool | None = None,
        is_preview: bool | None = None,
        is_graded: bool | None = None,
        is_active: bool | None = None,
        completion_xp: int | None = None,
        coin_reward: int | None = None,
        metadata: Json = None,
        clear: list[str] | None = None,
    ) -> UpdateLesson:
        """Changes the given columns of a lesson; returns its id and slug.

        Null means unchanged; a column that shall become empty is named in clear. Hiding a lesson (is_active =>
        false) or making it optional takes it out of everyone's progress at once; what was completed stays
        completed. Its place is changed by move_lesson() and reorder_lessons().

        Left out, `clear` is '{}'.

        Errors: PA401 · PA403 · PA404 no such lesson · PA409 shown inside a hidden chapter · PA422 title, slug or
        type; more XP or coins than an instructor may give; unknown name in p_clear; a column both given and cleared
        · 23505 lessons_course_id_slug_key · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        return cast(
            "UpdateLesson",
            self._row(
                _UPDATE_LESSON,
                {
                    "lesson_id": lesson_id,
                    "title": title,
                    "slug": slug,
                    "lesson_type": lesson_type,
                    "description": description,
                    "content": content,
                    "body": body,
                    "duration_minutes": duration_minutes,
                    "video_url": video_url,
                    "materials": materials,
                    "learning_outcomes": learning_outcomes,
                    "is_mandatory": is_mandatory,
                    "is_preview": is_preview,
                    "is_graded": is_graded,
                    "is_active": is_active,
                    "completion_xp": completion_xp,
                    "coin_reward": coin_reward,
                    "metadata": metadata,
                    "clear": clear,
                },
            ),
        )

    def update_material(
        self,
        *,
        material_id: UUID | str,
        title: str | None = None,
        description: str | None = None,
        source_url: str | None = None,
        subject_area: str | None = None,
        difficulty_level: str | None = None,
        tags: list[str] | None = None,
        metadata: Json = None,
        clear: list[str] | None = None,
    ) -> None:
        """Changes the given columns of one's own study material.

        Null means unchanged; what shall go is named in clear.

        Left out, `clear` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such material of the caller's · PA422 a value of no use;
        unknown name in p_clear, or given as well; the address of a url cleared

        Who may call it: student.
        """
        self._value(
            _UPDATE_MATERIAL,
            {
                "material_id": material_id,
                "title": title,
                "description": description,
                "source_url": source_url,
                "subject_area": subject_area,
                "difficulty_level": difficulty_level,
                "tags": tags,
                "metadata": metadata,
                "clear": clear,
            },
        )

    def update_profile(
        self,
        *,
        full_name: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        avatar_url: str | None = None,
        avatar_emoji: str | None = None,
        bio: str | None = None,
        phone_number: str | None = None,
        preferences: Json = None,
        show_on_leaderboard: bool | None = None,
        username: str | None = None,
    ) -> None:
        """Changes the caller's own profile: null leaves a field as it is, an empty text clears it.

        Null leaves a field as it is, an empty text clears it.

        preferences is merged into what is there, one level deep inside each of its objects, so that setting one
        privacy choice keeps the others; a key set to null is removed. A username can be chosen once, by those who
        have none: a handle is never handed to someone else.

        Errors: PA401, PA403 from require_user · PA409 username taken, or chosen before · PA422 preferences not an
        object; a username that cannot be; a text too long · 23505 username taken at the same moment
        (users_username_key) · 23514 avatar too long

        Who may call it: student, instructor, admin.
        """
        self._value(
            _UPDATE_PROFILE,
            {
                "full_name": full_name,
                "first_name": first_name,
                "last_name": last_name,
                "avatar_url": avatar_url,
                "avatar_emoji": avatar_emoji,
                "bio": bio,
                "phone_number": phone_number,
                "preferences": preferences,
                "show_on_leaderboard": show_on_leaderboard,
                "username": username,
            },
        )

    def update_project(
        self,
        *,
        project_id: UUID | str,
        title: str | None = None,
        description: str | None = None,
        project_type: str | None = None,
        components: Json = None,
        performance_metrics: Json = None,
        nft_metadata: Json = None,
        clear: list[str] | None = None,
    ) -> None:
        """Changes the given columns of one's own project.

        Null means unchanged; what shall go is named in clear.

        The shapes of the documents are those of create_project() and nft_metadata_shape(). What a token stands for
        stays as it was sold: of a minted project neither the components nor the token's metadata change.

        Left out, `clear` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such project of the caller's · PA409 it is minted · PA422
        a value, size or shape, with the path in the detail; unknown name in p_clear, or given as well

        Who may call it: student.
        """
        self._value(
            _UPDATE_PROJECT,
            {
                "project_id": project_id,
                "title": title,
                "description": description,
                "project_type": project_type,
                "components": components,
                "performance_metrics": performance_metrics,
                "nft_metadata": nft_metadata,
                "clear": clear,
            },
        )

    def update_question(
        self,
        *,
        question_id: UUID | str,
        question_text: str | None = None,
        options: Json = None,
        answer_key: Json = None,
        points: Decimal | int | float | None = None,
        explanation: str | None = None,
    ) -> None:
        """Changes the given columns of a question and its key.

        Once the quiz has been attempted, options and points stand still, since answers and grades rest on them:
        remove the question and add another. Text, key and explanation may be corrected at any time; what was graded
        keeps its grade until regrade_quiz(). The type never changes. New options need the key with them, unless
        they say themselves what is right.

        Errors: PA401 · PA403 · PA404 no such question · PA409 options or points of an attempted quiz · PA422
        options or key, with the path · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        self._value(
            _UPDATE_QUESTION,
            {
                "question_id": question_id,
                "question_text": question_text,
                "options": options,
                "answer_key": answer_key,
                "points": points,
                "explanation": explanation,
            },
        )

    def update_quiz(
        self,
        *,
        quiz_id: UUID | str,
        title: str | None = None,
        description: str | None = None,
        quiz_type: str | None = None,
        passing_score: Decimal | int | float | None = None,
        time_limit_minutes: int | None = None,
        max_attempts: int | None = None,
        grade_policy: str | None = None,
        shuffle_questions: bool | None = None,
        shuffle_options: bool | None = None,
        show_answers: str | None = None,
        is_published: bool | None = None,
        metadata: Json = None,
        clear: list[str] | None = None,
    ) -> None:
        """Changes the given columns of a quiz, or publishes it.

        Null means unchanged; a limit that shall go is named in clear. Attempts that were begun keep their deadline,
        those that were graded their grade. From the moment a graded quiz is published its lesson is completed by
        grading only.

        Left out, `clear` is '{}'.

        Errors: PA401 · PA403, also for publishing what an administrator took down · PA404 no such quiz · PA409
        published without a question · PA422 unknown name in p_clear, or given as well · 23514 a value against a
        column's rule

        Who may call it: instructor, admin.
        """
        self._value(
            _UPDATE_QUIZ,
            {
                "quiz_id": quiz_id,
                "title": title,
                "description": description,
                "quiz_type": quiz_type,
                "passing_score": passing_score,
                "time_limit_minutes": time_limit_minutes,
                "max_attempts": max_attempts,
                "grade_policy": grade_policy,
                "shuffle_questions": shuffle_questions,
                "shuffle_options": shuffle_options,
                "show_answers": show_answers,
                "is_published": is_published,
                "metadata": metadata,
                "clear": clear,
            },
        )

    def update_settings(
        self,
        *,
        timezone: str | None = None,
        language: str | None = None,
        theme: str | None = None,
        email_notifications: bool | None = None,
        push_notifications: bool | None = None,
    ) -> None:
        """Changes the caller's own settings: null leaves one as it is.

        Null leaves a setting as it is.

        A new time zone counts from now on: the days of a streak stay where they were. A streak that is over in the
        old zone is settled first, and the day it is now for the person is kept (local_date), so that no zone brings
        back a day that was missed. A zone can be changed once in 24 hours; the first choice after registration is
        free. Nobody may write the column itself.

        Errors: PA401, PA403 from require_user · PA422 unknown time zone or theme; malformed language · PA429 time
        zone changed less than 24 hours ago

        Who may call it: student, instructor, admin.
        """
        self._value(
            _UPDATE_SETTINGS,
            {
                "timezone": timezone,
                "language": language,
                "theme": theme,
                "email_notifications": email_notifications,
                "push_notifications": push_notifications,
            },
        )

    def verify_audit_seals(
        self, *, partition: str | None = None, table: str | None = None, head: bytes | None = None
    ) -> list[VerifyAuditSeals]:
        """What in the audit trail is not as it was sealed.

        An empty answer means that all is well.

            seal missing       a seal was deleted
            seal changed       it says something else than when it was made, or does not follow the one before it
            rows changed       the rows are as many as were sealed, and not the same
            rows deleted       they are fewer
            rows added         they are more, or there are rows among the sealed ones that no seal covers
            partition missing  it has seals and is not there; an older one with seals is (the oldest leave by retention)
            head missing       no seal has the hash that was kept elsewhere

        Without arguments, every seal and every partition that is attached. With partition, its seals and its rows
        only; and table is where these rows are now, if the partition was detached, renamed or brought back from an
        archive. head is the last seal_hash that was kept elsewhere: against somebody who could change the seals
        too.

        Reads all of the rows. Those noted since the last seal are not looked at.

        Errors: PA403 not the service · PA404 no such table in this school · PA422 a table and no partition

        Who may call it: service.
        """
        return self._rows(
            _VERIFY_AUDIT_SEALS,
            {
                "partition": partition,
                "table": table,
                "head": head,
            },
        )

    def verify_certificate(self, *, code: str) -> VerifyCertificate:
        """Tells whoever holds the code of a certificate whether it is valid, and what it says.

        Always one row of the same columns, by the same way: whatever is sent is brought to the form of a code and
        looked up once. Of a valid one it tells what is printed on it; of a revoked one only that it is, and since
        when; no ids, nothing of the person or the course but what stood there on the day.

        Errors: none

        Who may call it: anonymous, student, instructor, admin, service.
        """
        return cast(
            "VerifyCertificate",
            self._row(
                _VERIFY_CERTIFICATE,
                {
                    "code": code,
                },
            ),
        )

    def verify_email(self, *, user_id: UUID | str, email: str) -> None:
        """Records that a person proved an email address, which is theirs from then on.

        Who changes their address proves the new one first; so this is the only way an address changes, and an
        address that nobody proved never replaces one that was.

        Errors: PA403 not the back end · PA404 no such living person · PA409 the address is taken · PA422 no
        address, or none that can be · 23505 taken at the same moment (users_email_key)

        Who may call it: service.
        """
        self._value(
            _VERIFY_EMAIL,
            {
                "user_id": user_id,
                "email": email,
            },
        )

    def verify_integrity(self) -> list[VerifyIntegrity]:
        """Every difference between what is cached or promised and the rows it comes from.

        One row per difference; an empty answer means that all is well.

        Stable: all of it is seen in one snapshot, so that work going on meanwhile is never reported as a
        difference. Each table is read a few times as a whole: a job for the night on a large school.
        repair_counters() mends what is a cache. What a check holds the stored value against is defined where the
        rule is (counted_progress, course_leaf_lessons, calculate_user_level, shown_profile), or in the counted_…
        functions beside this one.

        Errors: PA403 not the service

        Who may call it: service.
        """
        return self._rows(_VERIFY_INTEGRITY, {})

    def verify_wallet(self, *, wallet_id: UUID | str) -> None:
        """Records that a claimed blockchain address was proven; it is exclusive from then on.

        From then on the address is theirs alone and logs them in. Someone who proves an address that is proven for
        another person is refused; between two proofs at the same moment the unique index decides (23505,
        user_wallets_chain_address_key). Doing it again changes nothing.

        Errors: PA403 not the back end · PA404 no such claim, or not of a living person · PA409 proven for someone
        else

        Who may call it: service.
        """
        self._value(
            _VERIFY_WALLET,
            {
                "wallet_id": wallet_id,
            },
        )

    def vote(
        self, *, vote_type: str, discussion_id: UUID | str | None = None, reply_id: UUID | str | None = None
    ) -> Vote:
        """Votes a discussion or reply up or down, or withdraws the vote; returns what it has now.

        One vote per person and target, by the table's key; not for one's own. The counters stand on a row that
        every voter writes before looking at their own vote, so they are exact whoever votes at once; the same vote
        again changes nothing. Votes up count for the author (votes_received); of one who has left the school
        nobody's count moves.

        Errors: PA401 · PA403 for one's own · PA404 no such target · PA409 its author has left · PA422 not up or
        down, not exactly one target

        Who may call it: student, instructor, admin.
        """
        return cast(
            "Vote",
            self._row(
                _VOTE,
                {
                    "vote_type": vote_type,
                    "discussion_id": discussion_id,
                    "reply_id": reply_id,
                },
            ),
        )


class AsyncSession(AsyncSessionBase):
    """The procedures of a school, on one connection and in its transaction, for asyncio.

    Arguments go by name; one left at None has the default that the procedure gives it. Errors are those of
    pgacademy.errors, with `hint`, `detail` and `sqlstate`.
    """

    __slots__ = ()

    async def acting_in(self, *, role: str) -> bool:
        """Whether the caller acts in this role of the school: anonymous, student, instructor, admin, service, analyst,
        owner.

        The database role, not the person: what the connection may do at most. Inside a definer procedure
        current_user is the owner, so the caller's role is read from the setting `role`, which `set role` moves and
        which nobody can set to a role they are not a member of; without a `set role` it is the login itself. Logins
        are NOINHERIT, so a login that forgot its `set local role` acts in nothing. Superusers count as everything.

        Errors: none; an unknown role is false

        Who may call it: anonymous, student, instructor, admin, service, analyst.
        """
        return cast(
            "bool",
            await self._value(
                _ACTING_IN,
                {
                    "role": role,
                },
            ),
        )

    async def acting_instructor_id(self) -> UUID | None:
        """The calling person, if they are and act as an instructor; null for everyone else.

        current_user_id() says who is calling, not what they still are: whoever was demoted may hold a connection
        that acts as an instructor. Policies that show an instructor the rows of others ask this instead, as (select
        acting_instructor_id()), so that it runs once per statement; null passes none of them.

        Errors: 28000 from verified_identity

        Who may call it: instructor, admin, analyst.
        """
        return cast("UUID | None", await self._value(_ACTING_INSTRUCTOR_ID, {}))

    async def active_people(
        self, *, from_date: dt.date | None = None, to_date: dt.date | None = None
    ) -> list[ActivePeople]:
        """Different people active on each day, in the 7 and in the 30 days up to it; stickiness is the first of the
        last in per cent.

        Nobody is counted twice, and no day is missing. Each active day of a person covers the days on which it
        counts, up to their next one: so a person's covers never overlap, and one pass of starts and ends replaces
        counting every window anew.

        Without days: the 30 up to today, in the school's time zone.

        Errors: PA401 · PA403 · PA422 no period, or more than ten years

        Who may call it: admin, analyst.
        """
        return await self._rows(
            _ACTIVE_PEOPLE,
            {
                "from_date": from_date,
                "to_date": to_date,
            },
        )

    async def acts_as(self, *, role: str) -> bool:
        """Whether the caller acts in this role and is a living, active person who may: student, instructor or admin.

        Both must hold: the connection acts in the role (acting_in), and the verified identity is a living, active
        person whose row has at least that role (student < instructor < admin). Policies ask it as (select
        acts_as('admin')), so that it runs once per statement.

        Errors: 28000 from verified_identity; nobody, or an unknown role, is false

        Who may call it: student, instructor, admin.
        """
        return cast(
            "bool",
            await self._value(
                _ACTS_AS,
                {
                    "role": role,
                },
            ),
        )

    async def add_lesson(
        self,
        *,
        course_id: UUID | str,
        title: str,
        slug: str | None = None,
        parent_lesson_id: UUID | str | None = None,
        position: int | None = None,
        lesson_type: str | None = None,
        description: str | None = None,
        content: Json = None,
        body: str | None = None,
        duration_minutes: int | None = None,
        video_url: str | None = None,
        materials: Json = None,
        learning_outcomes: Json = None,
        is_mandatory: bool | None = None,
        is_preview: bool | None = None,
        is_graded: bool | None = None,
        completion_xp: int | None = None,
        coin_reward: int | None = None,
        metadata: Json = None,
    ) -> AddLesson:
        """Adds a lesson to a course; returns its id, slug and position.

        Without a parent it stands at the top of the course; a parent that was a lesson becomes a chapter, which
        nobody has to complete. A position past the end is the end. Without a slug the title makes one.

        Left out, `lesson_type` is 'text', `content` is '{}', `materials` is '[]', `learning_outcomes` is '[]',
        `is_mandatory` is true, `is_preview` is false, `is_graded` is false, `coin_reward` is 0, `metadata` is '{}'.

        Errors: PA401 · PA403 · PA404 no such course · PA409 the parent is hidden, or a prerequisite · PA422 no
        title; title, slug or type; more XP or coins than an instructor may give; a position below 1; a parent
        outside the course · 23505 lessons_course_id_slug_key · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        return cast(
            "AddLesson",
            await self._row(
                _ADD_LESSON,
                {
                    "course_id": course_id,
                    "title": title,
                    "slug": slug,
                    "parent_lesson_id": parent_lesson_id,
                    "position": position,
                    "lesson_type": lesson_type,
                    "description": description,
                    "content": content,
                    "body": body,
                    "duration_minutes": duration_minutes,
                    "video_url": video_url,
                    "materials": materials,
                    "learning_outcomes": learning_outcomes,
                    "is_mandatory": is_mandatory,
                    "is_preview": is_preview,
                    "is_graded": is_graded,
                    "completion_xp": completion_xp,
                    "coin_reward": coin_reward,
                    "metadata": metadata,
                },
            ),
        )

    async def add_lesson_prerequisite(self, *, lesson_id: UUID | str, prerequisite_lesson_id: UUID | str) -> None:
        """Makes one lesson of a course come before another.

        Twice changes nothing.

        What comes before must be something that can be completed: visible, and not a chapter.

        Errors: PA401 · PA403 · PA404 no such lesson · PA409 it would close a cycle (the detail shows it) · PA422
        before itself, outside the course, hidden, a chapter

        Who may call it: instructor, admin.
        """
        await self._value(
            _ADD_LESSON_PREREQUISITE,
            {
                "lesson_id": lesson_id,
                "prerequisite_lesson_id": prerequisite_lesson_id,
            },
        )

    async def add_prerequisite(
        self, *, course_id: UUID | str, prerequisite_course_id: UUID | str, is_required: bool | None = None
    ) -> None:
        """Makes one course come before another, required or recommended.

        Again with another is_required changes just that.

        Required: it must be completed before enrolling; otherwise it is a recommendation. Any published course, or
        one the caller may change, can come before.

        Left out, `is_required` is true.

        Errors: PA401 · PA403 · PA404 no such course, or no such prerequisite that the caller may see · PA409 it
        would close a cycle (the detail shows it) · PA422 a course before itself, p_is_required null

        Who may call it: instructor, admin.
        """
        await self._value(
            _ADD_PREREQUISITE,
            {
                "course_id": course_id,
                "prerequisite_course_id": prerequisite_course_id,
                "is_required": is_required,
            },
        )

    async def add_question(
        self,
        *,
        quiz_id: UUID | str,
        question_type: str,
        question_text: str,
        options: Json = None,
        answer_key: Json = None,
        points: Decimal | int | float | None = None,
        explanation: str | None = None,
        position: int | None = None,
    ) -> UUID:
        """Adds a question to a quiz; returns its id.

        Options and key as normalise_question has them; what is right goes where no learner reads. A published quiz
        may get further questions: attempts that were begun go on with those they have.

        Left out, `points` is 1.

        Errors: PA401 · PA403 · PA404 no such quiz · PA409 500 questions are the most · PA422 options or key, with
        the path; a position below 1; no text · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        return cast(
            "UUID",
            await self._value(
                _ADD_QUESTION,
                {
                    "quiz_id": quiz_id,
                    "question_type": question_type,
                    "question_text": question_text,
                    "options": options,
                    "answer_key": answer_key,
                    "points": points,
                    "explanation": explanation,
                    "position": position,
                },
            ),
        )

    async def advance_chain_transaction(
        self,
        *,
        transaction_id: UUID | str,
        status: str,
        tx_id: str | None = None,
        consensus_timestamp: dt.datetime | None = None,
        fee: Decimal | int | float | None = None,
        failure_reason: str | None = None,
    ) -> AdvanceChainTransaction:
        """Moves a transaction on a blockchain to its next state, once; and what hangs on it.

        The state machine of chain_transactions, all of it: forward only, states may be skipped, final and failed
        are the end; what was confirmed may still fail, when a chain drops a block. The same again changes nothing.
        What hangs on it, a request of the faucet or a token, moves with it in the same transaction.

        Who sends it takes the name it will have on the chain first, enters it here as submitted, and sends it then:
        of two workers one is refused, and the chain takes a transaction of one name once. So nothing is paid twice,
        whoever crashes when.

        Errors: PA403 not the service · PA404 no such transaction · PA409 it cannot go there from where it is, it
        has another name, the name is another's · PA422 unknown state, no name, no time of consensus, bad fee, no
        reason

        Who may call it: service.
        """
        return cast(
            "AdvanceChainTransaction",
            await self._row(
                _ADVANCE_CHAIN_TRANSACTION,
                {
                    "transaction_id": transaction_id,
                    "status": status,
                    "tx_id": tx_id,
                    "consensus_timestamp": consensus_timestamp,
                    "fee": fee,
                    "failure_reason": failure_reason,
                },
            ),
        )

    async def advance_streaks(self, *, as_of: dt.datetime | None = None) -> int:
        """Settles streaks that are over; returns how many.

        Only streaks that no freezes held could bridge any more; a freeze is spent by the activity it saves
        (move_streaks), so the outcome does not depend on when, or whether, this job runs. A person someone is
        writing to is left for the next run.

        Errors: PA403 not the service · PA422 a time in the future

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _ADVANCE_STREAKS,
                {
                    "as_of": as_of,
                },
            ),
        )

    async def aggregate_session_data(self, *, before: dt.datetime | None = None, limit: int | None = None) -> int:
        """Makes metrics of the data of old sessions, a batch at a time; returns how many sessions.

        Returns how many sessions.

        At most limit at a time, the oldest first: call it until it returns 0. A session is done once, whoever runs
        this how often and wherever it stopped: aggregated_at says so, in the transaction of its metrics. One that
        nobody ended and in which nothing has happened since counts as abandoned with its last interaction.

        Metrics of a session, at the moment of its end: interactions, completion, duration; accuracy and speed where
        there is something to take them from; retention, the same for a session of reviews. Run it before
        interactions of that time are dropped: it counts them.

        Left out, `limit` is 1000.

        Errors: PA403 not the service · PA422 a moment in the future, p_limit not 1 to 100000 · 55P03 from
        ensure_partitions

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _AGGREGATE_SESSION_DATA,
                {
                    "before": before,
                    "limit": limit,
                },
            ),
        )

    async def analyze_partitioned_tables(self) -> int | None:
        """Counts anew what the planner believes of partitioned tables as wholes.

        Autovacuum looks after each month, and never after the table that they make up: without this, a plan for
        several months rests on what was true when somebody last said ANALYZE. Readers and writers are not in its
        way, nor it in theirs.

        Errors: PA403 not the service · 55P03 a month is just being made, or leaves

        Who may call it: service.
        """
        return cast("int | None", await self._value(_ANALYZE_PARTITIONED_TABLES, {}))

    async def announce(
        self,
        *,
        title: str,
        message: str,
        idempotency_key: str,
        course_id: UUID | str | None = None,
        priority: str | None = None,
        action_url: str | None = None,
    ) -> int:
        """Tells everyone on a course, or in the school, once per key; returns how many.

        Those on a course are the active and those who completed it. Returns how many were told. The idempotency key
        is not optional: a call repeated after a lost answer must not tell everyone twice.

        Left out, `priority` is 'normal'.

        Errors: PA401 · PA403 not staff of the course; without one, not an administrator · PA404 no such course ·
        PA409 key used for another request · PA422 no key, title, message, priority or address out of range

        Who may call it: instructor, admin.
        """
        return cast(
            "int",
            await self._value(
                _ANNOUNCE,
                {
                    "title": title,
                    "message": message,
                    "idempotency_key": idempotency_key,
                    "course_id": course_id,
                    "priority": priority,
                    "action_url": action_url,
                },
            ),
        )

    async def apply_achievement(
        self, *, slug: str, after: UUID | str | None = None, limit: int | None = None
    ) -> ApplyAchievement:
        """Grants an achievement to everyone of the next people who has reached it; call it with last_user_id until
        is_done.

        For a definition that is new, or was changed: events find only the thresholds they cross themselves. Looks
        at the next limit people after after, in the order of their ids, and grants it to those who have reached it:
        set by set, XP, counters, levels and ranks included, and whatever further achievements that XP reaches. Call
        it with the last_user_id it returned, each time in a transaction of its own, until is_done. It may be
        stopped at any moment and begun anew: who has it is passed over.

        People learn meanwhile. Everyone who is looked at is locked first, in the order of the house: users, since
        rows are going to refer to them, then user_stats; an event under way is waited for, and then counted in a
        new statement.

        Left out, `limit` is 1000.

        Errors: PA401, PA403 neither an administrator nor the service · PA404 no such achievement · PA409 it is
        retired · PA422 limit not between 1 and 10000

        Who may call it: admin, service.
        """
        return cast(
            "ApplyAchievement",
            await self._row(
                _APPLY_ACHIEVEMENT,
                {
                    "slug": slug,
                    "after": after,
                    "limit": limit,
                },
            ),
        )

    async def apply_retention(
        self, *, as_of: dt.datetime | None = None, limit: int | None = None
    ) -> list[ApplyRetention]:
        """Lets go of a batch of each kind of row that was kept long enough; what, and how many.

        Whole months of partitioned tables go with `pgacademy maintain`, or retire_partitions. Rows that somebody
        holds are left for the next call. Call it until it returns no rows.

        Left out, `limit` is 5000.

        Errors: PA403 not the service · PA422 a moment in the future, p_limit not 1 to 100000

        Who may call it: service.
        """
        return await self._rows(
            _APPLY_RETENTION,
            {
                "as_of": as_of,
                "limit": limit,
            },
        )

    async def approve_instructor(self, *, user_id: UUID | str, is_approved: bool | None = None) -> None:
        """Lets an instructor publish courses, or no longer.

        Left out, `is_approved` is true.

        Errors: PA401, PA403 from require_user · PA404 no such living person · PA409 not an instructor · PA422 null

        Who may call it: admin.
        """
        await self._value(
            _APPROVE_INSTRUCTOR,
            {
                "user_id": user_id,
                "is_approved": is_approved,
            },
        )

    async def audit_trail(
        self,
        *,
        entity_type: str | None = None,
        entity_id: str | None = None,
        user_id: UUID | str | None = None,
        before: int | None = None,
        limit: int | None = None,
    ) -> list[AuditTrail]:
        """What happened to a row, or what a person did, newest first.

        Without entity_id, of a whole table; with user_id, what one person did. The next page is asked for with the
        log_number of the last row of this one.

        Left out, `limit` is 50.

        Errors: PA401 · PA403 not an administrator · PA422 neither a table nor a person; an id without a table; a
        page that is not of 1 to 200

        Who may call it: admin.
        """
        return await self._rows(
            _AUDIT_TRAIL,
            {
                "entity_type": entity_type,
                "entity_id": entity_id,
                "user_id": user_id,
                "before": before,
                "limit": limit,
            },
        )

    async def award_coins(
        self,
        *,
        user_id: UUID | str,
        amount: int,
        source_type: str,
        source_id: UUID | str,
        description: str | None = None,
        occurrence: str | None = None,
    ) -> AwardCoins:
        """Gives a person coins once per source and occurrence; returns the balance and what was awarded.

        The same person, source and occurrence again changes nothing and says awarded = 0, so callers may retry. A
        lesson or course is the same source here as where its completion pays. It grants no achievements:
        check_achievements does, or the person's next event.

        Left out, `occurrence` is ''.

        Errors: PA403 not the service · PA404 no such person · PA422 amount not between 1 and 1000000, no source,
        text too long

        Who may call it: service.
        """
        return cast(
            "AwardCoins",
            await self._row(
                _AWARD_COINS,
                {
                    "user_id": user_id,
                    "amount": amount,
                    "source_type": source_type,
                    "source_id": source_id,
                    "description": description,
                    "occurrence": occurrence,
                },
            ),
        )

    async def award_xp(
        self,
        *,
        user_id: UUID | str,
        amount: int,
        source_type: str,
        source_id: UUID | str,
        reason: str | None = None,
        occurrence: str | None = None,
        occurred_at: dt.datetime | None = None,
    ) -> AwardXp:
        """Gives a learner XP once per source and occurrence; returns the totals and what was awarded.

        What that does, and that it may be repeated, is said in grant_xp. A source that pays repeatedly names its
        occurrence, a daily bonus for instance the local date. It grants no achievements: check_achievements does,
        or the next event.

        Left out, `occurrence` is ''.

        Errors: PA403 not the service · PA404 no such learner · PA422 amount not between 1 and 100000, no source, a
        time in the future

        Who may call it: service.
        """
        return cast(
            "AwardXp",
            await self._row(
                _AWARD_XP,
                {
                    "user_id": user_id,
                    "amount": amount,
                    "source_type": source_type,
                    "source_id": source_id,
                    "reason": reason,
                    "occurrence": occurrence,
                    "occurred_at": occurred_at,
                },
            ),
        )

    async def begin_job(self, *, job: str) -> UUID:
        """Notes the start of a job; returns the id of the run.

        Commit it before the work, in a transaction of its own, so that a run that dies is seen as one that never
        ended. Runs of the same job are kept for 90 days: some come each minute.

        Errors: PA403 not the service · PA422 no name, or a too long one

        Who may call it: service.
        """
        return cast(
            "UUID",
            await self._value(
                _BEGIN_JOB,
                {
                    "job": job,
                },
            ),
        )

    async def begin_retirement(self, *, as_of: dt.datetime | None = None) -> list[BeginRetirement]:
        """Enters the partitions that were kept long enough; returns those on their way out.

        A partition goes when all of it is older than its table's policy (retention_policies) allows. It is entered
        in archives before anything happens to it; then it is detached, concurrently by the library, which a
        function cannot do; then finish_retirement archives or drops it. Whatever dies in between, the next run
        finds it here and goes on. One that was entered only, and is to be kept longer by now, stays.

        Errors: PA403 not the service · PA422 a moment in the future

        Who may call it: service.
        """
        return await self._rows(
            _BEGIN_RETIREMENT,
            {
                "as_of": as_of,
            },
        )

    async def buy_streak_freeze(self, *, idempotency_key: str) -> BuyStreakFreeze:
        """Buys a streak freeze for coins, once per key; returns what is left and the freezes held.

        The price is the setting coins.streak_freeze_price; at 0 none are sold. At most two are held. As for a
        transfer, the idempotency key is not optional.

        Errors: PA401, PA403 from require_user · PA409 not sold, two are held, not enough coins, key used for
        another request · PA422 no key

        Who may call it: student.
        """
        return cast(
            "BuyStreakFreeze",
            await self._row(
                _BUY_STREAK_FREEZE,
                {
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def calculate_user_level(self, *, total_xp: int) -> int:
        """The level that an amount of total XP is.

        The curve is data, so that a school may flatten it; the formula behind the shipped one is floor((1 + sqrt(1
        + 0.08 * xp)) / 2), at most 100. Less than the lowest level's XP is level 1; null is null.

        In PL/pgSQL, which keeps its plan: it runs with every completion.

        Errors: none

        Who may call it: anonymous, student, instructor, admin, service.
        """
        return cast(
            "int",
            await self._value(
                _CALCULATE_USER_LEVEL,
                {
                    "total_xp": total_xp,
                },
            ),
        )

    async def check_achievements(
        self, *, user_id: UUID | str, as_of: dt.datetime | None = None
    ) -> list[CheckAchievements]:
        """Grants every achievement a person has reached; returns those that are new.

        The full evaluation, for achievements defined after the fact and after repairs; events themselves look only
        at what they have just crossed (grant_achievements). Global definitions first, then those of every course
        the person is on.

        Errors: PA403 not the service · PA404 no such person · PA422 a time in the future

        Who may call it: service.
        """
        return await self._rows(
            _CHECK_ACHIEVEMENTS,
            {
                "user_id": user_id,
                "as_of": as_of,
            },
        )

    async def claim_deliveries(self, *, channel: str, limit: int | None = None) -> list[ClaimDeliveries]:
        """Takes notifications that are to go out by email or push, for five minutes.

        Whoever claims has five minutes to say how it went, with finish_delivery; after that somebody else gets
        them. Two senders never get the same. Commit the claim before sending. What is due to somebody who has left
        meanwhile, or to an address that is proven no more, is cancelled.

        Left out, `limit` is 100.

        Errors: PA403 not the service · PA422 no such channel, p_limit not 1 to 1000

        Who may call it: service.
        """
        return await self._rows(
            _CLAIM_DELIVERIES,
            {
                "channel": channel,
                "limit": limit,
            },
        )

    async def close_overdue_attempts(self, *, limit: int | None = None) -> int:
        """Grades open attempts whose time is over; returns how many.

        Returns how many.

        At most limit in one call, the most overdue first, so that its locks are held for a short time; call it
        until it returns 0. A learner who comes back earlier has it done by start_quiz.

        Left out, `limit` is 100.

        Errors: PA403 not the service · PA422 a limit below 1

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _CLOSE_OVERDUE_ATTEMPTS,
                {
                    "limit": limit,
                },
            ),
        )

    async def close_overdue_drafts(self, *, limit: int | None = None) -> int:
        """Hands in the drafts whose time is over; returns how many.

        Returns how many.

        At most limit in one call; call it until it returns 0. A learner who comes back earlier has it done by
        start_exercise.

        Left out, `limit` is 1000.

        Errors: PA403 not the service · PA422 a limit out of range

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _CLOSE_OVERDUE_DRAFTS,
                {
                    "limit": limit,
                },
            ),
        )

    async def cohort_retention(
        self, *, unit: str | None = None, cohorts: int | None = None, as_of: dt.datetime | None = None
    ) -> list[CohortRetention]:
        """Of the people who registered in each week or month, how many were active in it and in each that followed, in
        per cent too.

        Period 0 is the one they registered in. Every period that has begun by as_of is there, also one in which
        nobody came, and every cohort, also one in which nobody registered. Weeks begin on Monday; both are the
        school's.

        Left out, `unit` is 'month', `cohorts` is 12.

        Errors: PA401 · PA403 · PA422 neither week nor month; fewer than 1 or more than 60 cohorts; as of the future

        Who may call it: admin, analyst.
        """
        return await self._rows(
            _COHORT_RETENTION,
            {
                "unit": unit,
                "cohorts": cohorts,
                "as_of": as_of,
            },
        )

    async def coin_history(self, *, limit: int | None = None, after: UUID | str | None = None) -> list[CoinHistory]:
        """Lists the caller's movements of coins, newest first, with both sides of every transfer.

        For the next page, after is the transaction_id of the last row seen. No page costs more than the first,
        however many movements there are: each side is one walk along its index, and neither goes further than a
        page. (v_my_coins shows the same to be filtered and added up, and reads them all.) change is what it did to
        the balance: null while a deposit is pending or after it failed. other_id is the person at the other end of
        a transfer.

        Left out, `limit` is 20.

        Errors: PA401, PA403 · PA404 no such movement of the caller's in p_after · PA422 p_limit not 1 to 100

        Who may call it: student, instructor, admin.
        """
        return await self._rows(
            _COIN_HISTORY,
            {
                "limit": limit,
                "after": after,
            },
        )

    async def complete_lesson(
        self, *, lesson_id: UUID | str, seconds: int | None = None, idempotency_key: str | None = None
    ) -> CompleteLesson:
        """Completes a lesson for the calling learner: progress, XP, coins, level, streak, achievements; returns what
        changed.

        One call does everything that follows and returns what changed.

        See apply_completion for what that is. seconds counts up to the time since start_lesson, and not at all
        without it; null counts nothing. When it is done is the clock's business, not that of the transaction: one
        begun yesterday claims no day that is over. xp_awarded is all XP of this call: lesson, course and
        achievements; coins_awarded all coins, of lesson and course. achievements is an array of {"id", "title",
        "xp_reward", "icon"}. Without a key a second call changes nothing and says already_completed; with a key it
        returns the row of the first call.

        Errors: PA401, PA403 from require_user · PA404 no such lesson · PA409 not enrolled, enrolment not open, a
        chapter or hidden lesson, a lesson that grading completes, lessons before it not done, key used for another
        request · PA422 negative time

        Who may call it: student.
        """
        return cast(
            "CompleteLesson",
            await self._row(
                _COMPLETE_LESSON,
                {
                    "lesson_id": lesson_id,
                    "seconds": seconds,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def confirm_blockchain_coins(
        self, *, transaction_id: UUID | str, blockchain_tx_hash: str | None = None
    ) -> ConfirmBlockchainCoins:
        """Confirms a pending deposit or withdrawal, once; returns the balance.

        A deposit is paid out now.

        Again changes nothing. What has failed stays failed.

        Errors: PA403 not the service · PA404 no such entry · PA409 it has failed, another hash, the hash is another
        entry's · PA422 no hash, or a malformed one

        Who may call it: service.
        """
        return cast(
            "ConfirmBlockchainCoins",
            await self._row(
                _CONFIRM_BLOCKCHAIN_COINS,
                {
                    "transaction_id": transaction_id,
                    "blockchain_tx_hash": blockchain_tx_hash,
                },
            ),
        )

    async def create_course(
        self,
        *,
        title: str,
        slug: str | None = None,
        description: str | None = None,
        category: str | None = None,
        discipline: str | None = None,
        track: str | None = None,
        difficulty: str | None = None,
        estimated_minutes: int | None = None,
        learning_objectives: Json = None,
        content_structure: Json = None,
        thumbnail_url: str | None = None,
        max_enrollments: int | None = None,
        completion_xp: int | None = None,
        coin_reward: int | None = None,
        metadata: Json = None,
        instructor_id: UUID | str | None = None,
        is_featured: bool | None = None,
    ) -> CreateCourse:
        """Creates a course as a draft; returns its id and slug.

        Nobody finds it before publish_course().

        An instructor creates their own; an administrator may name the instructor, and is it where none is named.
        Without a slug the title makes one.

        Left out, `difficulty` is 'beginner', `learning_objectives` is '[]', `content_structure` is '{}',
        `coin_reward` is 0, `metadata` is '{}', `is_featured` is false.

        Errors: PA401 · PA403 not an approved instructor; a course for somebody else; only administrators feature a
        course · PA404 no such instructor · PA422 no title; title, slug, track or difficulty; more XP or coins than
        an instructor may give · 23505 courses_slug_key · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        return cast(
            "CreateCourse",
            await self._row(
                _CREATE_COURSE,
                {
                    "title": title,
                    "slug": slug,
                    "description": description,
                    "category": category,
                    "discipline": discipline,
                    "track": track,
                    "difficulty": difficulty,
                    "estimated_minutes": estimated_minutes,
                    "learning_objectives": learning_objectives,
                    "content_structure": content_structure,
                    "thumbnail_url": thumbnail_url,
                    "max_enrollments": max_enrollments,
                    "completion_xp": completion_xp,
                    "coin_reward": coin_reward,
                    "metadata": metadata,
                    "instructor_id": instructor_id,
                    "is_featured": is_featured,
                },
            ),
        )

    async def create_exercise(
        self,
        *,
        lesson_id: UUID | str,
        title: str,
        description: str | None = None,
        exercise_type: str | None = None,
        content: Json = None,
        rubric: Json = None,
        max_score: Decimal | int | float | None = None,
        passing_score: Decimal | int | float | None = None,
        time_limit_minutes: int | None = None,
        due_at: dt.datetime | None = None,
        attempts_allowed: int | None = None,
        coin_reward: int | None = None,
        is_mandatory: bool | None = None,
        metadata: Json = None,
    ) -> UUID:
        """Makes an exercise of a lesson, as a draft; returns its id.

        update_exercise() publishes it.

        A null time limit or number of attempts is none. Without max_score it is worth what its rubric is worth, or
        100.

        Left out, `exercise_type` is 'text', `content` is '{}', `passing_score` is 60, `attempts_allowed` is 3,
        `coin_reward` is 0, `is_mandatory` is true, `metadata` is '{}'.

        Errors: PA401 · PA403 · PA404 no such lesson · PA409 a chapter · PA422 no title; too many coins; content or
        rubric, with the path · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        return cast(
            "UUID",
            await self._value(
                _CREATE_EXERCISE,
                {
                    "lesson_id": lesson_id,
                    "title": title,
                    "description": description,
                    "exercise_type": exercise_type,
                    "content": content,
                    "rubric": rubric,
                    "max_score": max_score,
                    "passing_score": passing_score,
                    "time_limit_minutes": time_limit_minutes,
                    "due_at": due_at,
                    "attempts_allowed": attempts_allowed,
                    "coin_reward": coin_reward,
                    "is_mandatory": is_mandatory,
                    "metadata": metadata,
                },
            ),
        )

    async def create_material(
        self,
        *,
        title: str,
        source_type: str,
        source_url: str | None = None,
        description: str | None = None,
        subject_area: str | None = None,
        difficulty_level: str | None = None,
        tags: list[str] | None = None,
        metadata: Json = None,
        idempotency_key: str | None = None,
    ) -> UUID:
        """Adds a study material of the caller's; returns its id.

        The back end cuts it into chunks; until then it is processing.

        A person holds a limited number of them (setting study.max_materials), so that nobody fills the queue.

        Left out, `tags` is '{}', `metadata` is '{}'.

        Errors: PA401, PA403 from require_user · PA409 as many as one may hold, key used for another request · PA422
        no title, no source of a known type, no address for a url, or a value of no use

        Who may call it: student.
        """
        return cast(
            "UUID",
            await self._value(
                _CREATE_MATERIAL,
                {
                    "title": title,
                    "source_type": source_type,
                    "source_url": source_url,
                    "description": description,
                    "subject_area": subject_area,
                    "difficulty_level": difficulty_level,
                    "tags": tags,
                    "metadata": metadata,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def create_project(
        self,
        *,
        title: str,
        project_type: str,
        components: Json,
        course_id: UUID | str | None = None,
        description: str | None = None,
        performance_metrics: Json = None,
        idempotency_key: str | None = None,
    ) -> CreateProject:
        """Makes a project of the caller, a draft; returns its id and the achievements it reached.

        The shapes of the documents: project_components_shape(), performance_metrics_shape(), as JSON Schema among
        the files of the library. A project made in a course needs its maker on that course. A person holds a
        limited number of projects (setting projects.max_per_person) and makes a limited number in 24 hours, deleted
        ones included (projects.daily_max). Counts as a project created; returns the achievements that it reached.

        Errors: PA401, PA403 from require_user · PA404 not on this course, or its time is over · PA409 as many as
        one may hold, key used for another request · PA422 title, type, size or shape, with the path in the detail ·
        PA429 too many in a day

        Who may call it: student.
        """
        return cast(
            "CreateProject",
            await self._row(
                _CREATE_PROJECT,
                {
                    "title": title,
                    "project_type": project_type,
                    "components": components,
                    "course_id": course_id,
                    "description": description,
                    "performance_metrics": performance_metrics,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def create_quiz(
        self,
        *,
        lesson_id: UUID | str,
        title: str,
        description: str | None = None,
        quiz_type: str | None = None,
        passing_score: Decimal | int | float | None = None,
        time_limit_minutes: int | None = None,
        max_attempts: int | None = None,
        grade_policy: str | None = None,
        shuffle_questions: bool | None = None,
        shuffle_options: bool | None = None,
        show_answers: str | None = None,
        metadata: Json = None,
    ) -> UUID:
        """Makes the quiz of a lesson, as a draft; returns its id.

        add_question() fills it, update_quiz() publishes it.

        A null time limit or number of attempts is none.

        Left out, `quiz_type` is 'practice', `passing_score` is 70, `max_attempts` is 3, `grade_policy` is 'best',
        `shuffle_questions` is false, `shuffle_options` is false, `show_answers` is 'never', `metadata` is '{}'.

        Errors: PA401 · PA403 · PA404 no such lesson · PA409 the lesson has a quiz, or is a chapter · PA422 no title
        · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        return cast(
            "UUID",
            await self._value(
                _CREATE_QUIZ,
                {
                    "lesson_id": lesson_id,
                    "title": title,
                    "description": description,
                    "quiz_type": quiz_type,
                    "passing_score": passing_score,
                    "time_limit_minutes": time_limit_minutes,
                    "max_attempts": max_attempts,
                    "grade_policy": grade_policy,
                    "shuffle_questions": shuffle_questions,
                    "shuffle_options": shuffle_options,
                    "show_answers": show_answers,
                    "metadata": metadata,
                },
            ),
        )

    async def current_user_id(self) -> UUID | None:
        """The person who is calling, if living and active; null for nobody.

        The identity that verified_identity() read from the signed token (or from the settings of a school without
        signing keys; the token's format is described there), if it is a living, active person. For everyone else it
        is null, so that a deactivated or deleted person passes no policy from that moment on, whatever token they
        still hold.

        Policies call it as (select current_user_id()), so that it runs once per statement and not once per row.

        Errors: 28000 from verified_identity: a token that is forged, expired or malformed is an error, never nobody

        Who may call it: anonymous, student, instructor, admin, service, analyst.
        """
        return cast("UUID | None", await self._value(_CURRENT_USER_ID, {}))

    async def deactivate_user(self, *, user_id: UUID | str, delete: bool | None = None) -> None:
        """Shuts a person out and ends their sessions; with p_delete the account is deleted for good.

        Sessions end, no policy or procedure accepts the identity any more, and the public profile is empty until
        reactivate_user(). Deleting is soft: the row stays for what refers to it, but the email and the wallets are
        free for someone else, and there is no way back. (Erasing personal data is another matter.) Doing it again
        changes nothing.

        Left out, `delete` is false.

        Errors: PA401, PA403 from require_user · PA404 no such person · PA409 the last administrator

        Who may call it: admin, service.
        """
        await self._value(
            _DEACTIVATE_USER,
            {
                "user_id": user_id,
                "delete": delete,
            },
        )

    async def define_achievement(
        self,
        *,
        slug: str,
        title: str,
        criteria: Json,
        description: str | None = None,
        achievement_type: str | None = None,
        category: str | None = None,
        icon_url: str | None = None,
        icon_emoji: str | None = None,
        rarity: str | None = None,
        xp_reward: int | None = None,
    ) -> UUID:
        """Defines an achievement, or defines the one of this slug anew; returns its id.

        The definition is replaced as a whole, what is left out takes its default, and it can be earned again if it
        was retired. Who has earned it keeps it as it looked then. Nobody is granted it by this call: thresholds
        passed earlier are found by check_achievements.

        Left out, `achievement_type` is 'milestone', `rarity` is 'common'.

        Errors: PA401 PA403 not an administrator · PA422 criteria, rarity or reward · 23514 a text too long, a
        malformed slug

        Who may call it: admin.
        """
        return cast(
            "UUID",
            await self._value(
                _DEFINE_ACHIEVEMENT,
                {
                    "slug": slug,
                    "title": title,
                    "criteria": criteria,
                    "description": description,
                    "achievement_type": achievement_type,
                    "category": category,
                    "icon_url": icon_url,
                    "icon_emoji": icon_emoji,
                    "rarity": rarity,
                    "xp_reward": xp_reward,
                },
            ),
        )

    async def delete_course(self, *, course_id: UUID | str) -> None:
        """Deletes a course for everyone, keeping what was learned in it.

        The row stays, and with it what learners earned in it; the slug stays taken.

        A course that a published course requires, or another of the caller's, is kept: nobody new could ever fulfil
        the prerequisite. Drafts of others say nothing and hold up nobody: they lose the prerequisite.

        Errors: PA401 · PA403 · PA404 no such course, or deleted before · PA409 another course requires it; the
        detail names those that the caller may see

        Who may call it: instructor, admin.
        """
        await self._value(
            _DELETE_COURSE,
            {
                "course_id": course_id,
            },
        )

    async def delete_discussion(self, *, discussion_id: UUID | str) -> None:
        """Takes a discussion down; the rows stay.

        Nobody sees it any more but administrators; the rows stay. Who was told of replies in it reads no more of
        them. What it counted for its author and those who replied stays counted: it was done. Doing it again finds
        nothing.

        Errors: PA401 · PA403 another's, and not staff · PA404 no such discussion

        Who may call it: student, instructor, admin.
        """
        await self._value(
            _DELETE_DISCUSSION,
            {
                "discussion_id": discussion_id,
            },
        )

    async def delete_exercise(self, *, exercise_id: UUID | str) -> None:
        """Deletes an exercise that nobody has begun.

        One with work in it is unpublished instead: see update_exercise.

        Errors: PA401 · PA403 · PA404 no such exercise · PA409 somebody has begun it

        Who may call it: instructor, admin.
        """
        await self._value(
            _DELETE_EXERCISE,
            {
                "exercise_id": exercise_id,
            },
        )

    async def delete_material(self, *, material_id: UUID | str) -> None:
        """Removes a study material from its owner's sight; the rows stay.

        Sessions and what was learned in them stay in sight: they were. Doing it again finds nothing.

        Errors: PA401, PA403 from require_user · PA404 no such material of the caller's

        Who may call it: student.
        """
        await self._value(
            _DELETE_MATERIAL,
            {
                "material_id": material_id,
            },
        )

    async def delete_project(self, *, project_id: UUID | str) -> None:
        """Deletes a project that is not minted.

        That there was one stays known, and counted.

        Not a minted one: its token is somebody's, and says what it stands for. It can be unpublished.

        Errors: PA401, PA403 from require_user · PA404 no such project of the caller's · PA409 it is minted

        Who may call it: student, admin.
        """
        await self._value(
            _DELETE_PROJECT,
            {
                "project_id": project_id,
            },
        )

    async def delete_quiz(self, *, quiz_id: UUID | str) -> None:
        """Deletes a quiz that nobody has begun.

        One that was begun is unpublished instead: see update_quiz.

        A lesson that only this quiz could complete stays graded: update_lesson() gives it back to its learners.

        Errors: PA401 · PA403 · PA404 no such quiz · PA409 somebody has begun it

        Who may call it: instructor, admin.
        """
        await self._value(
            _DELETE_QUIZ,
            {
                "quiz_id": quiz_id,
            },
        )

    async def delete_reply(self, *, reply_id: UUID | str) -> None:
        """Takes a reply down; the row stays and keeps the tree.

        The row stays, for what answers it hangs on it; nobody but administrators sees the text any more, and
        list_replies shows a gap. A solution ceases to be one. Who was told of it reads no more of it.

        Errors: PA401 · PA403 another's, and not staff · PA404 no such reply

        Who may call it: student, instructor, admin.
        """
        await self._value(
            _DELETE_REPLY,
            {
                "reply_id": reply_id,
            },
        )

    async def drop_course(self, *, course_id: UUID | str) -> DropCourse:
        """The calling learner leaves a course; progress is kept.

        Their progress is kept for when they come back with enroll.

        Errors: PA401, PA403 from require_user · PA404 not enrolled · PA409 the course is completed

        Who may call it: student.
        """
        return cast(
            "DropCourse",
            await self._row(
                _DROP_COURSE,
                {
                    "course_id": course_id,
                },
            ),
        )

    async def due_cards(self, *, limit: int | None = None) -> list[DueCards]:
        """The caller's flashcards to review now, the longest waiting first.

        Left out, `limit` is 20.

        Errors: PA401, PA403 from require_user · PA422 p_limit not 1 to 500

        Who may call it: student.
        """
        return await self._rows(
            _DUE_CARDS,
            {
                "limit": limit,
            },
        )

    async def due_jobs(self, *, as_of: dt.datetime | None = None) -> list[DueJobs]:
        """The jobs whose time has come, in the order to do them.

        What counts is when a job last succeeded, or began if it may still be at work: a daily one that has not
        ended after an hour has died. One that failed is due at once.

        Errors: PA403 not the service · PA422 a moment in the future

        Who may call it: service.
        """
        return await self._rows(
            _DUE_JOBS,
            {
                "as_of": as_of,
            },
        )

    async def edit_discussion(
        self,
        *,
        discussion_id: UUID | str,
        title: str | None = None,
        content: str | None = None,
        category: str | None = None,
        tags: list[str] | None = None,
    ) -> None:
        """Changes the caller's own discussion; null leaves a part as it is.

        What is null stays as it is.

        Nobody edits another's words, staff neither: they take it down.

        Errors: PA401 · PA403 another's · PA404 no such discussion · PA409 closed · PA422 from check_post

        Who may call it: student, instructor, admin.
        """
        await self._value(
            _EDIT_DISCUSSION,
            {
                "discussion_id": discussion_id,
                "title": title,
                "content": content,
                "category": category,
                "tags": tags,
            },
        )

    async def edit_reply(self, *, reply_id: UUID | str, content: str) -> None:
        """Changes the text of the caller's own reply.

        Staff do not edit others' words: they take them down.

        Errors: PA401 · PA403 another's · PA404 no such reply · PA409 the discussion is closed · PA422 no text, or
        too long

        Who may call it: student, instructor, admin.
        """
        await self._value(
            _EDIT_REPLY,
            {
                "reply_id": reply_id,
                "content": content,
            },
        )

    async def effective_streak(self, *, user_id: UUID | str | None = None, as_of: dt.datetime | None = None) -> int:
        """The days of a person's streak as it stands on their local date; 0 when it is over.

        It is alive while the days missed are not more than the freezes held. People ask about themselves;
        administrators and the back end about anyone. Null if there is no such person.

        Errors: PA401 nobody is signed in · PA403 someone else's streak · PA422 a time in the future

        Who may call it: student, instructor, admin, service.
        """
        return cast(
            "int",
            await self._value(
                _EFFECTIVE_STREAK,
                {
                    "user_id": user_id,
                    "as_of": as_of,
                },
            ),
        )

    async def end_job(self, *, run_id: UUID | str, succeeded: bool | None = None, detail: Json = None) -> None:
        """Notes the outcome of a job run.

        A run ends once; saying the same again changes nothing.

        Left out, `succeeded` is true, `detail` is '{}'.

        Errors: PA403 not the service · PA404 no such run · PA409 it ended the other way · PA422 no outcome, or a
        detail that is not an object of at most 100,000 characters

        Who may call it: service.
        """
        await self._value(
            _END_JOB,
            {
                "run_id": run_id,
                "succeeded": succeeded,
                "detail": detail,
            },
        )

    async def end_study_session(
        self,
        *,
        session_id: UUID | str,
        completion_percentage: Decimal | int | float | None = None,
        session_data: Json = None,
    ) -> EndStudySession:
        """Ends a session of the caller; returns how it went.

        Ending it again changes nothing and returns what it was.

        A session in which something was done is a day of learning.

        Errors: PA401, PA403 from require_user · PA404 no such session of the caller's · PA422 a percentage or state
        of no use

        Who may call it: student.
        """
        return cast(
            "EndStudySession",
            await self._row(
                _END_STUDY_SESSION,
                {
                    "session_id": session_id,
                    "completion_percentage": completion_percentage,
                    "session_data": session_data,
                },
            ),
        )

    async def engagement(self, *, user_ids: list[UUID | str] | None = None) -> list[Engagement]:
        """Courses, projects, achievements, whole minutes and last activity of each living person, or of these; names
        for administrators.

        Enrolments, minutes and achievements are counted already, in user_stats, and the last access with them; only
        projects are not, where those that were removed count as well. They are added up by person before they are
        put beside the rest. For everybody each source is read once; for some, along the indexes on user_id: so the
        plan is made for the argument. The name is for administrators: an analyst tells people apart and learns
        about none.

        Errors: PA401 · PA403

        Who may call it: admin, analyst.
        """
        return await self._rows(
            _ENGAGEMENT,
            {
                "user_ids": user_ids,
            },
        )

    async def engagement_page(
        self, *, after: UUID | str | None = None, limit: int | None = None
    ) -> list[EngagementPage]:
        """One page of engagement, in the order of ids.

        after is the last id of the page before. In another order, sort user_engagement, which counts everybody.

        Left out, `limit` is 20.

        Errors: PA401 · PA403 · PA422 a limit not between 1 and 1000

        Who may call it: admin, analyst.
        """
        return await self._rows(
            _ENGAGEMENT_PAGE,
            {
                "after": after,
                "limit": limit,
            },
        )

    async def enroll(self, *, course_id: UUID | str, idempotency_key: str | None = None) -> Enroll:
        """Enrols the calling learner in a course; returns the enrolment and the first lesson.

        Taking a course one is on changes nothing and returns it (already_enrolled; the lesson is then the next
        one). After dropping it the enrolment comes back with its progress, and with the expiry that staff gave it;
        after that only staff bring it back.

        Errors: PA401, PA403 from require_user · PA404 no such course, or not published · PA409 required courses not
        completed (the detail lists them), full, time over, key used for another request

        Who may call it: student.
        """
        return cast(
            "Enroll",
            await self._row(
                _ENROLL,
                {
                    "course_id": course_id,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def ensure_partitions(
        self, *, as_of: dt.datetime | None = None, months_ahead: int | None = None
    ) -> list[EnsurePartitions]:
        """Makes the monthly partitions that are missing, from the month before to a year ahead; returns those it made.

        Every table of this school that is partitioned by ranges of a timestamptz gets a partition for each calendar
        month (UTC) from the one before as_of to months_ahead after it. There is no default partition: a row that
        landed there would forbid its month's partition for ever. A year ahead is why no insert fails when nobody
        has called this for months; whoever imports the past names it as as_of first. A month whose name is taken,
        because it was detached by hand and kept, gets a longer one.

        A partition is created and then attached, which locks its table against no reader and no writer (`create ...
        partition of` would); the tables it refers to take no writes for that moment. Whoever is in the way is
        hardly waited for, because others queue behind it: nothing is made then, and the next run does it.

        Left out, `months_ahead` is 12.

        Errors: PA403 not the service · PA422 a moment in the future, or months not between 0 and 240 · 55P03 a
        table was in use

        Who may call it: service.
        """
        return await self._rows(
            _ENSURE_PARTITIONS,
            {
                "as_of": as_of,
                "months_ahead": months_ahead,
            },
        )

    async def erase_user(self, *, user_id: UUID | str, keep_certificates: bool | None = None) -> EraseUser:
        """Forgets a person in three steps, one a call; certificates stay valid if they chose so. Call it until
        is_done.

        Call it until is_done: it takes three steps, each in a transaction of its own, and a call goes on where the
        last one stopped.

            closed   the person's row says no more who they are, their sessions have ended, and nothing can be done or
                     written as them or about them any more (require_user, refuse_erased_user)
            quiet    whoever was still at it has ended: the step waits for them, and holds nothing while it does
            erased   everything is deleted or blanked as column_catalogue() says

        In one transaction the first step would be seen by nobody before the third was over, and what was written in
        between would stay; and a lock that waits for writers while it holds rows they need would deadlock. A second
        call within one transaction therefore changes nothing. Called again after the end it looks through
        everything once more.

        What stays stays under the person's id: places in threads, progress, scores, ledgers, votes: what others
        have built upon and what counters are counted from. Nothing of anybody else's is deleted. With
        keep_certificates the certificates go on naming the person and stay valid; else they are revoked and
        blanked. The choice can be taken back later, not made later.

        Errors: PA403 not the service · PA404 no such person · PA409 the last administrator; certificates that are
        gone

        Who may call it: service.
        """
        return cast(
            "EraseUser",
            await self._row(
                _ERASE_USER,
                {
                    "user_id": user_id,
                    "keep_certificates": keep_certificates,
                },
            ),
        )

    async def expire_enrollments(self, *, as_of: dt.datetime | None = None) -> int:
        """Ends the enrolments whose time is over; returns how many.

        Returns how many.

        complete_lesson refuses an expired enrolment whether or not this job has come by.

        Errors: PA403 not the service · PA422 a moment in the future

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _EXPIRE_ENROLLMENTS,
                {
                    "as_of": as_of,
                },
            ),
        )

    async def explain_achievement(
        self, *, slug: str, user_id: UUID | str | None = None, limit: int | None = None
    ) -> ExplainAchievement:
        """How far somebody is with an achievement: counted, remaining, and what is missing.

        value is what is counted now, of the person or, for a definition scoped to a course, in that course;
        remaining what is left to the threshold. missing is up to limit things that would count, nearest first,
        [{"type", "id", "title"}] with the types lesson, course and quiz: fewer than remaining where there are not
        so many yet, none for what is no list of things. Nothing is missing of what is earned, even if the
        definition was changed since.

        Learners ask about themselves. An instructor asks about learners of their courses, and definitions scoped to
        these; an administrator and the service about anyone. What is retired is explained to those who have it, and
        to staff.

        Left out, `limit` is 20.

        Errors: PA401 nobody is signed in · PA403 somebody else · PA404 no such achievement or person · PA422 limit
        not between 0 and 100

        Who may call it: student, instructor, admin, service.
        """
        return cast(
            "ExplainAchievement",
            await self._row(
                _EXPLAIN_ACHIEVEMENT,
                {
                    "slug": slug,
                    "user_id": user_id,
                    "limit": limit,
                },
            ),
        )

    async def export_my_data(self) -> list[ExportMyData]:
        """All that the school has of the caller, a row per table, without secrets.

        Once in privacy.export_minutes: it reads more than any other call.

        Errors: PA401, PA403 from require_user · PA429 it was done a moment ago

        Who may call it: student, instructor, admin.
        """
        return await self._rows(_EXPORT_MY_DATA, {})

    async def export_user(self, *, user_id: UUID | str) -> list[ExportUser]:
        """All that the school has of a person, a row per table, without secrets.

        A row per table, its rows as JSON.

        Secrets are left out: hashes, tokens, ciphertext (the library adds encrypted fields if it has the key). Of
        what staff did, graded or issued for others nothing is told: those records are the others'. An erased
        person's is what is left.

        Errors: PA403 not the service · PA404 no such person

        Who may call it: service.
        """
        return await self._rows(
            _EXPORT_USER,
            {
                "user_id": user_id,
            },
        )

    async def fail_blockchain_coins(self, *, transaction_id: UUID | str, reason: str) -> FailBlockchainCoins:
        """Ends a pending deposit or withdrawal that failed, once; returns the balance.

        What a withdrawal had taken comes back.

        Again changes nothing. What the blockchain has confirmed stays confirmed.

        Errors: PA403 not the service · PA404 no such entry · PA409 it is confirmed · PA422 no reason

        Who may call it: service.
        """
        return cast(
            "FailBlockchainCoins",
            await self._row(
                _FAIL_BLOCKCHAIN_COINS,
                {
                    "transaction_id": transaction_id,
                    "reason": reason,
                },
            ),
        )

    async def feature_project(self, *, project_id: UUID | str, is_featured: bool | None = None) -> None:
        """Recommends a public project, or takes that back.

        It ends when the project is unpublished.

        Left out, `is_featured` is true.

        Errors: PA401, PA403 not an administrator · PA404 no such project · PA409 it is not public · PA422 neither
        yes nor no

        Who may call it: admin.
        """
        await self._value(
            _FEATURE_PROJECT,
            {
                "project_id": project_id,
                "is_featured": is_featured,
            },
        )

    async def find_login(
        self, *, login: str | None = None, chain: str | None = None, address: str | None = None
    ) -> FindLogin | None:
        """Finds a person by email, username or proven wallet, with the password hash; no row for nobody.

        No row for nobody: the application then checks the password against a hash of its own, so that a stranger
        learns nothing from the time it takes. Deactivated people are found, and said to be inactive; deleted ones
        are not.

        Errors: PA403 not the back end · PA422 not exactly one of p_login and (p_chain, p_address)

        Who may call it: service.
        """
        return await self._row(
            _FIND_LOGIN,
            {
                "login": login,
                "chain": chain,
                "address": address,
            },
        )

    async def finish_delivery(self, *, notification_id: UUID | str, channel: str, error: str | None = None) -> str:
        """Says how sending a notification went; returns sent, pending (again later), failed or cancelled.

        Without an error it is sent; with one it is tried again later, five times in all, each time after a longer
        pause, and then given up. What was cancelled meanwhile stays cancelled.

        Errors: PA403 not the service · PA404 nothing of that kind is on its way

        Who may call it: service.
        """
        return cast(
            "str",
            await self._value(
                _FINISH_DELIVERY,
                {
                    "notification_id": notification_id,
                    "channel": channel,
                    "error": error,
                },
            ),
        )

    async def finish_retirement(self, *, archive_id: UUID | str) -> int | None:
        """Archives or drops a detached partition; returns the number of rows archived.

        Archiving and dropping are one transaction: the rows are in one place or in the other. What identifies
        people, and what they wrote, does not get into an archive: erasing somebody has nothing to look for there.

        Dropping a table locks those it refers to against their readers (users, for one), and whoever comes after
        queues behind it. Behind a long reader, such as a dump, that must be short: it is tried again.

        Errors: PA403 not the service · PA404 no such retirement · PA409 still attached, or no table of that name ·
        55P03 in use

        Who may call it: service.
        """
        return cast(
            "int | None",
            await self._value(
                _FINISH_RETIREMENT,
                {
                    "archive_id": archive_id,
                },
            ),
        )

    async def fold_discussion_views(self, *, limit: int | None = None) -> int:
        """Adds new readers to the counters of discussions; returns how many.

        Two runs at once share the work: what one has locked the other leaves alone.

        At most limit discussions at a time: call it until it returns 0.

        Left out, `limit` is 1000.

        Errors: PA403 not the service · PA422 a batch of no use

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _FOLD_DISCUSSION_VIEWS,
                {
                    "limit": limit,
                },
            ),
        )

    async def fold_notification_counts(self, *, limit: int | None = None) -> int:
        """Adds new notifications to the counts of unread ones; returns how many people had some.

        Keeps unread_count() a short look. Whoever is reading at the moment is left for the next run: they do it
        themselves.

        At most limit people at a time: call it until it returns 0.

        Left out, `limit` is 1000.

        Errors: PA403 not the service · PA422 a batch of no use

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _FOLD_NOTIFICATION_COUNTS,
                {
                    "limit": limit,
                },
            ),
        )

    async def fold_project_views(self, *, limit: int | None = None) -> int:
        """Folds noted views into the counts of their projects; returns how many.

        Views disappear from one table and appear in the others in one transaction: every snapshot sees each once.
        Two folds at once share the views between them (skip locked). Projects are locked before their days, in the
        order of their ids: so does whoever deletes one, or hides many. Views of what has been deleted since are
        forgotten.

        At most limit views at a time: call it until it returns 0.

        Left out, `limit` is 10000.

        Errors: PA403 not the service · PA422 a batch of no use

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _FOLD_PROJECT_VIEWS,
                {
                    "limit": limit,
                },
            ),
        )

    async def fold_xp_ranks(self) -> int:
        """Folds noted rank changes into the histogram; returns how many.

        Changes disappear from one table and appear in the other in the same transaction: every snapshot sees each
        once. Two folds at once share the changes between them (skip locked), and add to a height one after the
        other, in one order.

        Errors: PA403 not the service

        Who may call it: service.
        """
        return cast("int", await self._value(_FOLD_XP_RANKS, {}))

    async def forget_analytics_contexts(self, *, as_of: dt.datetime | None = None) -> int:
        """Forgets from where visits were made 30 days ago; returns how many.

        Errors: PA403 not the service · PA422 as of the future

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _FORGET_ANALYTICS_CONTEXTS,
                {
                    "as_of": as_of,
                },
            ),
        )

    async def forget_faucet_addresses(self, *, keep_days: int | None = None, limit: int | None = None) -> int:
        """Forgets from which addresses the faucet was asked; returns how many.

        At most limit requests at a time: call it until it returns 0.

        Left out, `keep_days` is 30, `limit` is 10000.

        Errors: PA403 not the service · PA422 fewer days than a limit counts, or more than 3650, a batch of no use

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _FORGET_FAUCET_ADDRESSES,
                {
                    "keep_days": keep_days,
                    "limit": limit,
                },
            ),
        )

    async def grade_submission(
        self,
        *,
        submission_id: UUID | str,
        score: Decimal | int | float | None = None,
        rubric: Json = None,
        feedback: str | None = None,
        reason: str | None = None,
        idempotency_key: str | None = None,
    ) -> GradeSubmission:
        """Grades work that was handed in, with all that follows; a second grade needs a reason.

        By the exercise's rubric, if it has one: rubric gives every criterion its points, {"<id>": {"points": n,
        "comment": ...}}, and the score is their sum. Without a rubric score says it. A second grade needs reason;
        every grade is kept in exercise_grades, the last one counts.

        The first time a learner reaches the passing score the exercise counts as completed and pays its coins,
        once. When that was the last mandatory exercise of the lesson, and its graded quiz is passed, the lesson is
        completed, as of when the work was handed in, with the mean of the best percentages as its score. A later
        grade moves that score, down too; what was completed and paid stays. Graded whatever became of the learner
        and the course; but only an open enrolment completes a lesson, and who teaches the course gets nothing for
        it.

        Errors: PA401 · PA403 not staff of the course; one's own work · PA404 no such submission · PA409 returned;
        graded, and no reason; key used for another request · PA422 score out of range, or not by the rubric, with
        the path · 23514 a text too long

        Who may call it: instructor, admin.
        """
        return cast(
            "GradeSubmission",
            await self._row(
                _GRADE_SUBMISSION,
                {
                    "submission_id": submission_id,
                    "score": score,
                    "rubric": rubric,
                    "feedback": feedback,
                    "reason": reason,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def grant_missing_coins(self, *, limit: int | None = None) -> GrantMissingCoins:
        """Pays what was earned before there were coins, for the next people; call it until nobody is left.

        Nobody for their own course, nobody who left.

        Takes the next limit people who were there when the coins came and have not been looked at; call it until
        people_left is 0, each time in a transaction of its own. It may be stopped at any moment and run by several
        at once: what is paid has its unique source, who is done is marked in the same transaction. People learn and
        spend meanwhile: the locks are taken in the order of the house, each kind in the order of its ids, and
        looked at again once they are held.

        Left out, `limit` is 500.

        Errors: PA403 not the service · PA422 limit not between 1 and 10000

        Who may call it: service.
        """
        return cast(
            "GrantMissingCoins",
            await self._row(
                _GRANT_MISSING_COINS,
                {
                    "limit": limit,
                },
            ),
        )

    async def grant_streak_freeze(
        self, *, user_id: UUID | str, key: str | None = None, as_of: dt.datetime | None = None
    ) -> GrantStreakFreeze:
        """Gives a person a streak freeze; returns the freezes held and the streak.

        The streak is settled first: a freeze that comes too late revives nothing. At most two are held.

        Errors: PA403 not the service · PA404 no such person · PA409 two are held, or the key was used for another
        request · PA422 a time in the future, a malformed key

        Who may call it: service.
        """
        return cast(
            "GrantStreakFreeze",
            await self._row(
                _GRANT_STREAK_FREEZE,
                {
                    "user_id": user_id,
                    "key": key,
                    "as_of": as_of,
                },
            ),
        )

    async def issue_certificate(self, *, enrollment_id: UUID | str) -> IssueCertificate:
        """Gives the certificate of a completed enrolment, or returns the valid one.

        If there is a valid one, that is returned.

        Errors: PA401, PA403, PA404 from require_certificate_staff · PA409 not completed, one's own course, the
        person has left, a certificate was revoked (reissue_certificate)

        Who may call it: instructor, admin.
        """
        return cast(
            "IssueCertificate",
            await self._row(
                _ISSUE_CERTIFICATE,
                {
                    "enrollment_id": enrollment_id,
                },
            ),
        )

    async def issue_missing_certificates(self, *, limit: int | None = None) -> IssueMissingCertificates:
        """Issues certificates of courses completed before there were any; call it until no enrolment is left.

        Nobody for their own course, nobody who left, nobody whose certificate was revoked.

        Takes the next limit enrolments; call it until enrollments_left is 0, each time in a transaction of its own.
        It may be stopped at any moment and run by several at once. Locks in the order of the house, each kind in
        the order of its ids.

        Left out, `limit` is 500.

        Errors: PA403 not the service · PA422 limit not between 1 and 10000

        Who may call it: service.
        """
        return cast(
            "IssueMissingCertificates",
            await self._row(
                _ISSUE_MISSING_CERTIFICATES,
                {
                    "limit": limit,
                },
            ),
        )

    async def leaderboard_around(
        self, *, user_id: UUID | str | None = None, radius: int | None = None
    ) -> list[LeaderboardAround]:
        """A person and their neighbours on the board now, with exact ranks.

        No rows for people who are not ranked or not there. Asking about someone else is fine: the board is public.

        Left out, `radius` is 5.

        Errors: PA401 nobody is signed in and nobody is named · PA422 radius not between 0 and 100

        Who may call it: student, instructor, admin, service.
        """
        return await self._rows(
            _LEADERBOARD_AROUND,
            {
                "user_id": user_id,
                "radius": radius,
            },
        )

    async def leaderboard_page(
        self,
        *,
        period: str | None = None,
        limit: int | None = None,
        after_rank: int | None = None,
        after_user_id: UUID | str | None = None,
    ) -> list[LeaderboardPage]:
        """A page of the board as of the last refresh, for all time, the week or the month.

        Always read by the generation the pointer names (without it the index is of no use below PostgreSQL 18). Who
        opted out or left since the refresh is not shown. The next page begins after the rank and the person of the
        last row.

        Left out, `period` is 'all_time', `limit` is 10.

        Errors: PA422 unknown period, limit not between 1 and 1000, half a position

        Who may call it: anonymous, student, instructor, admin, service.
        """
        return await self._rows(
            _LEADERBOARD_PAGE,
            {
                "period": period,
                "limit": limit,
                "after_rank": after_rank,
                "after_user_id": after_user_id,
            },
        )

    async def leaderboard_top(
        self, *, limit: int | None = None, after_xp: int | None = None, after_user_id: UUID | str | None = None
    ) -> list[LeaderboardTop]:
        """The best people by XP now, page by page, with exact ranks.

        Ties share a rank and are listed by person. The next page begins after the XP and the person of the last
        row.

        Left out, `limit` is 10.

        Errors: PA422 limit not between 1 and 1000, half a position

        Who may call it: anonymous, student, instructor, admin, service.
        """
        return await self._rows(
            _LEADERBOARD_TOP,
            {
                "limit": limit,
                "after_xp": after_xp,
                "after_user_id": after_user_id,
            },
        )

    async def learning_funnel(
        self, *, from_date: dt.date | None = None, to_date: dt.date | None = None, course_id: UUID | str | None = None
    ) -> list[LearningFunnel]:
        """People by how far they came: registered, enrolled, started, completed, certified; shares in per cent.

        Or of those who enrolled on one course in the period, how many came how far in it.

        Each step counts people, once, and only those who took the steps before; so no step is above the one before.
        People who were deleted since are counted, as in monthly_growth. Without days: everybody there ever was.

        Errors: PA401 · PA403 · PA404 no such course · PA422 no period

        Who may call it: instructor, admin, analyst.
        """
        return await self._rows(
            _LEARNING_FUNNEL,
            {
                "from_date": from_date,
                "to_date": to_date,
                "course_id": course_id,
            },
        )

    async def leave_feedback(
        self,
        *,
        feedback_type: str,
        asset_id: UUID | str | None = None,
        interaction_id: UUID | str | None = None,
        interaction_created_at: dt.datetime | None = None,
        rating: int | None = None,
        comment: str | None = None,
        metadata: Json = None,
        idempotency_key: str | None = None,
    ) -> UUID:
        """Rates, comments or reports an asset or interaction of the caller's; returns the feedback.

        A second rating of the same thing replaces the first. An interaction is named by its id; with its moment
        (record_interaction returns both) only its own month is looked into.

        Left out, `metadata` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such asset or interaction of the caller's · PA409 key used
        for another request · PA422 no such type, a rating not 1 to 5 or missing, a comment missing or too long

        Who may call it: student.
        """
        return cast(
            "UUID",
            await self._value(
                _LEAVE_FEEDBACK,
                {
                    "feedback_type": feedback_type,
                    "asset_id": asset_id,
                    "interaction_id": interaction_id,
                    "interaction_created_at": interaction_created_at,
                    "rating": rating,
                    "comment": comment,
                    "metadata": metadata,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def like_project(self, *, project_id: UUID | str) -> LikeProject:
        """The caller likes a project, once; returns how many do.

        One's own cannot be liked.

        Likes of one project wait for each other, on its row, which is taken before theirs: in the other order a
        like and a deletion would wait for each other. So the count is exact, and so is the one returned.

        Errors: PA401, PA403 from require_user · PA404 no such project, or not to be seen · PA409 one's own

        Who may call it: student, instructor.
        """
        return cast(
            "LikeProject",
            await self._row(
                _LIKE_PROJECT,
                {
                    "project_id": project_id,
                },
            ),
        )

    async def link_wallet(self, *, chain: str, address: str) -> UUID:
        """Claims a blockchain address for the caller; returns the claim's id.

        Returns the claim's id; a repeated claim is the same claim.

        A claim is worth nothing until verify_wallet(): anyone may claim anything, so that nobody can lock another
        person out of their wallet by claiming it first, and a claim does not tell whether the address is known
        here.

        Errors: PA401, PA403 from require_user · PA422 no such chain; not an address of it · PA429 20 unproven
        claims

        Who may call it: student, instructor, admin.
        """
        return cast(
            "UUID",
            await self._value(
                _LINK_WALLET,
                {
                    "chain": chain,
                    "address": address,
                },
            ),
        )

    async def list_archives(self, *, table_name: str | None = None) -> list[ListArchives]:
        """What has left its table: when it is from, how many rows, and their compressed size in bytes.

        Errors: PA403 not the service

        Who may call it: service.
        """
        return await self._rows(
            _LIST_ARCHIVES,
            {
                "table_name": table_name,
            },
        )

    async def list_discussions(
        self,
        *,
        course_id: UUID | str | None = None,
        sort: str | None = None,
        category: str | None = None,
        tag: str | None = None,
        limit: int | None = None,
        after: UUID | str | None = None,
    ) -> list[ListDiscussions]:
        """The discussions of a course or the general ones, a page at a time; pinned ones first.

        sort is newest, votes (most votes up less down) or unanswered (newest without a reply). For the next page,
        after is the discussion_id of the last row seen: the page goes on where that discussion stands now, and no
        page costs more than the first, for each order is that of an index.

        Left out, `sort` is 'newest', `limit` is 20.

        Errors: PA401, PA403 · PA404 no such course, or not for the caller; no such discussion in p_after · PA422
        unknown order, p_limit not 1 to 100

        Who may call it: student, instructor, admin.
        """
        return await self._rows(
            _LIST_DISCUSSIONS,
            {
                "course_id": course_id,
                "sort": sort,
                "category": category,
                "tag": tag,
                "limit": limit,
                "after": after,
            },
        )

    async def list_files(
        self,
        *,
        folder: str | None = None,
        file_type: str | None = None,
        limit: int | None = None,
        after: UUID | str | None = None,
    ) -> list[ListFiles]:
        """The caller's own files, newest first, a page at a time.

        For the next page, after is the file_id of the last row seen; if that file has been removed in between,
        begin again. A folder is that very one, without those in it. What others have made public is in the table
        uploaded_files.

        Left out, `limit` is 20.

        Errors: PA401, PA403 from require_user · PA404 no file of the caller's in p_after · PA422 p_limit not 1 to
        100

        Who may call it: student, instructor, admin.
        """
        return await self._rows(
            _LIST_FILES,
            {
                "folder": folder,
                "file_type": file_type,
                "limit": limit,
                "after": after,
            },
        )

    async def list_notifications(
        self, *, only_unread: bool | None = None, limit: int | None = None, after: UUID | str | None = None
    ) -> list[ListNotifications]:
        """The caller's notifications, a page at a time.

        For the next page, after is the notification_id of the last row seen. No page costs more than the first.

        Left out, `only_unread` is false, `limit` is 20.

        Errors: PA401, PA403 · PA404 no such notification in p_after · PA422 p_limit not 1 to 100

        Who may call it: student, instructor, admin.
        """
        return await self._rows(
            _LIST_NOTIFICATIONS,
            {
                "only_unread": only_unread,
                "limit": limit,
                "after": after,
            },
        )

    async def list_partitions(self) -> list[ListPartitions]:
        """The partitions of this school: table, partition, first moment, first moment after it.

        Read from the catalogue, so a partition that a DBA made by hand, of a week or of a year, is told as well. A
        bound names no column, so none of a hundred partitions is opened and locked for it; it is cut at its quotes,
        for matching takes as long as all the rest. Of a table that is not partitioned by ranges of one column of
        time both moments are null.

        Errors: none

        Who may call it: service.
        """
        return await self._rows(_LIST_PARTITIONS, {})

    async def list_projects(
        self,
        *,
        order: str | None = None,
        project_type: str | None = None,
        is_featured: bool | None = None,
        user_id: UUID | str | None = None,
        course_id: UUID | str | None = None,
        limit: int | None = None,
        after: UUID | str | None = None,
    ) -> list[ListProjects]:
        """Public projects in one of three orders, a page at a time.

        For the next page, after is the project_id of the last row seen: the page goes on where that project stands
        now, and no page costs more than the first; if it has been withdrawn in between, begin again. All filters
        can be combined. Names are those people show; a course that is hidden or deleted has no title here, and of
        its projects only minted ones are listed. The documents of a project are in its row of projects. is_liked is
        the caller's own like, false for nobody.

        Left out, `order` is 'newest', `limit` is 20.

        Errors: 28000 from verified_identity · PA404 no listed project in p_after · PA422 p_limit not 1 to 100,
        unknown order

        Who may call it: anonymous, student, instructor, admin, service.
        """
        return await self._rows(
            _LIST_PROJECTS,
            {
                "order": order,
                "project_type": project_type,
                "is_featured": is_featured,
                "user_id": user_id,
                "course_id": course_id,
                "limit": limit,
                "after": after,
            },
        )

    async def list_replies(
        self, *, discussion_id: UUID | str, limit: int | None = None, after: UUID | str | None = None
    ) -> list[ListReplies]:
        """The replies of a discussion, depth first, a page at a time.

        That is the order of their paths, so no page costs more than the first. A reply that was taken down is shown
        as a gap, without author and text, for what answers it stands under it.

        Left out, `limit` is 50.

        Errors: PA401, PA403 · PA404 no such discussion, no such reply in p_after · PA422 p_limit not 1 to 100

        Who may call it: student, instructor, admin.
        """
        return await self._rows(
            _LIST_REPLIES,
            {
                "discussion_id": discussion_id,
                "limit": limit,
                "after": after,
            },
        )

    async def live_rank(self, *, user_id: UUID | str | None = None) -> int | None:
        """A person's exact rank by XP now; null for the unranked.

        Ties share a rank. Null for people who are not ranked (opted out, inactive, deleted) or not there, so that
        it tells nobody which of these; asking about someone else is fine, for the board of ranked people is public.

        Errors: PA401 nobody is signed in and nobody is named

        Who may call it: student, instructor, admin, service.
        """
        return cast(
            "int | None",
            await self._value(
                _LIVE_RANK,
                {
                    "user_id": user_id,
                },
            ),
        )

    async def log_failure(self, *, action: str, error_code: str, entity_id: str | None = None) -> bool:
        """Notes that a sensitive procedure failed; false when too many were noted, or nobody failed.

        The library calls it. An application calls it for what it decides itself: a wrong password is
        log_failure('identity.open_session', '28P01', the person's id), or null where there is no such person; never
        what was typed. Who failed is the verified identity, also of an account that is no longer usable.

        Anybody could fill the disk with failures: of one person, or of the back end about one row, the school notes
        so many an hour (audit.failures_per_hour), and then returns false. It is a limit against floods; a few that
        come at the same moment may pass it. Of nobody in a person's role nothing is noted: such notes would have no
        limit, and would use up the back end's.

        Errors: 28000 from verified_identity · PA422 no such procedure, no SQLSTATE, or an id of more than 200
        characters

        Who may call it: student, instructor, admin, service.
        """
        return cast(
            "bool",
            await self._value(
                _LOG_FAILURE,
                {
                    "action": action,
                    "error_code": error_code,
                    "entity_id": entity_id,
                },
            ),
        )

    async def maintenance_jobs(self) -> list[MaintenanceJobs]:
        """The jobs of a school: name, how often (interval and cron), batched or not, the call.

        The one list of them.

        A job is one SQL expression that yields a number: what it did. One that works in batches is called until
        that is 0. How often is said twice, for `pgacademy maintain`, which looks when a job last succeeded, and for
        cron.

        Errors: none

        Who may call it: service.
        """
        return await self._rows(_MAINTENANCE_JOBS, {})

    async def mark_all_read(self) -> int:
        """Marks all of the caller's notifications as read; returns how many.

        Returns how many were marked.

        What comes in at the same moment stays unread, and counted.

        Errors: PA401, PA403

        Who may call it: student, instructor, admin.
        """
        return cast("int", await self._value(_MARK_ALL_READ, {}))

    async def mark_read(self, *, notification_id: UUID | str) -> int:
        """Marks one of the caller's notifications as read; returns how many are unread.

        Doing it again changes nothing. Returns how many are left.

        Errors: PA401, PA403 · PA404 the caller has no such notification

        Who may call it: student, instructor, admin.
        """
        return cast(
            "int",
            await self._value(
                _MARK_READ,
                {
                    "notification_id": notification_id,
                },
            ),
        )

    async def mark_solution(self, *, reply_id: UUID | str) -> MarkSolution:
        """Accepts a reply as the solution of its discussion; returns whether it is new and the XP it gave.

        Its author is told and gets XP.

        A discussion has one solution, and pays for it once (setting xp.solution): whoever marks, takes back and
        marks another gives nothing a second time. Nothing is paid, and nothing counted, for a reply of the person
        who asked or accepts, nor to one who has left the school. A person is paid for so many solutions a day, and
        for so many of one who asks (use_solution_quota); beyond that a solution is one, and counts, and pays
        nothing. Marking the same reply again changes nothing; marked anew after it was taken back, its author is
        not told again.

        Errors: PA401 · PA403 neither asked nor staff · PA404 no such reply · PA409 there is another solution

        Who may call it: student, instructor, admin.
        """
        return cast(
            "MarkSolution",
            await self._row(
                _MARK_SOLUTION,
                {
                    "reply_id": reply_id,
                },
            ),
        )

    async def mint_certificate(
        self,
        *,
        certificate_id: UUID | str,
        chain: str,
        network: str,
        collection_id: str,
        image_uri: str,
        idempotency_key: str,
        to_account: str | None = None,
    ) -> MintCertificate:
        """Writes down that a certificate becomes a token, once per key; returns its metadata.

        Returns what the token is to say, which the back end publishes before it mints.

        Then: record_nft_token() with the address of the metadata, advance_chain_transaction() with the name on the
        chain, mint, record_nft_token() with the token. A failed one may be tried again.

        Errors: PA403 not the service · PA404 no such certificate · PA409 revoked, a token already, key used for
        another request · PA422 no key, unknown chain or network, bad account, no collection, image not a URI

        Who may call it: service.
        """
        return cast(
            "MintCertificate",
            await self._row(
                _MINT_CERTIFICATE,
                {
                    "certificate_id": certificate_id,
                    "chain": chain,
                    "network": network,
                    "collection_id": collection_id,
                    "image_uri": image_uri,
                    "idempotency_key": idempotency_key,
                    "to_account": to_account,
                },
            ),
        )

    async def mint_project(
        self,
        *,
        project_id: UUID | str,
        token_id: str,
        nft_metadata: Json = None,
        occurred_at: dt.datetime | None = None,
    ) -> MintProject:
        """Notes the token of a project, once; returns the achievements that it reached.

        The token exists on its chain already: this is told by the back end, which made it. The same token again
        changes nothing and says so; another is refused, and so is a token that stands for another project. What the
        token says (nft_metadata_shape()) comes with this call or was given before. Counts as a project minted, for
        its author.

        Errors: PA403 not the service · PA404 no such project · PA409 minted as another token; the token is taken;
        its author deleted their account · PA422 no token; no metadata, or not of its shape · 23505 the token was
        taken at the same moment

        Who may call it: service.
        """
        return cast(
            "MintProject",
            await self._row(
                _MINT_PROJECT,
                {
                    "project_id": project_id,
                    "token_id": token_id,
                    "nft_metadata": nft_metadata,
                    "occurred_at": occurred_at,
                },
            ),
        )

    async def moderate_discussion(
        self, *, discussion_id: UUID | str, is_pinned: bool | None = None, is_closed: bool | None = None
    ) -> ModerateDiscussion:
        """Pins or closes a discussion, or undoes that; returns what it is now.

        Null leaves it as it is. Votes go on in a closed discussion; replies and edits do not.

        Errors: PA401 · PA403 not staff · PA404 no such discussion

        Who may call it: instructor, admin.
        """
        return cast(
            "ModerateDiscussion",
            await self._row(
                _MODERATE_DISCUSSION,
                {
                    "discussion_id": discussion_id,
                    "is_pinned": is_pinned,
                    "is_closed": is_closed,
                },
            ),
        )

    async def monthly_growth(self, *, as_of: dt.datetime | None = None) -> list[MonthlyGrowth]:
        """New and all people by month, without gaps; those who left are counted.

        A month without anybody is a row with 0.

        Months of the school's time zone, from the first to that of as_of. People who were deleted since are
        counted: otherwise history would change each time somebody leaves.

        Errors: PA401 · PA403 · PA422 as of the future

        Who may call it: admin, analyst.
        """
        return await self._rows(
            _MONTHLY_GROWTH,
            {
                "as_of": as_of,
            },
        )

    async def move_lesson(
        self, *, lesson_id: UUID | str, parent_lesson_id: UUID | str, position: int | None = None
    ) -> int | None:
        """Moves a lesson to another chapter or place; returns its new position.

        At the end, or before what is at the given position now. Within one chapter, too: the position is then
        counted without the lesson itself.

        Errors: PA401 · PA403 · PA404 no such lesson · PA409 into itself, into a hidden chapter, into a prerequisite
        · PA422 a position below 1, a parent outside the course

        Who may call it: instructor, admin.
        """
        return cast(
            "int | None",
            await self._value(
                _MOVE_LESSON,
                {
                    "lesson_id": lesson_id,
                    "parent_lesson_id": parent_lesson_id,
                    "position": position,
                },
            ),
        )

    async def my_audit_trail(self, *, before: int | None = None, limit: int | None = None) -> list[MyAuditTrail]:
        """What the caller did, and what was done to their account, newest first.

        Who others are it never tells; of what changed the names of the columns. Addresses are shown of one's own
        requests only. What others failed to do to the account is left out, unless the back end says so (a wrong
        password): anybody may tell log_failure() that they failed with somebody else's account, and would be read
        by them.

        Left out, `limit` is 50.

        Errors: PA401, PA403 from require_user · PA422 a page that is not of 1 to 200

        Who may call it: student, instructor, admin.
        """
        return await self._rows(
            _MY_AUDIT_TRAIL,
            {
                "before": before,
                "limit": limit,
            },
        )

    async def my_discussion_courses(self) -> list[UUID] | None:
        """The courses whose discussions the caller may read; null for nobody.

        Learners: those they are on or have completed, as long as their time is not over, as with lessons.
        Instructors: those they teach. Administrators: all. General discussions are open to everyone signed in, so
        an empty array is not nobody. The one place of this rule: policies ask it as (select
        my_discussion_courses()), once per statement.

        Errors: 28000 from verified_identity

        Who may call it: student, instructor, admin.
        """
        return cast("list[UUID] | None", await self._value(_MY_DISCUSSION_COURSES, {}))

    async def open_badge_credential(
        self, *, certificate_id: UUID | str | None = None, user_achievement_id: UUID | str | None = None
    ) -> Json:
        """A certificate or an earned achievement as an Open Badges 3.0 credential, ready to sign.

        An OpenBadgeCredential of the Verifiable Credentials Data Model 2.0 whose subject is an AchievementSubject,
        without a proof: the back end signs it, as JWT or with a Data Integrity proof, with a key that the database
        never sees. The same row has the same id: asked for again it is the same credential, told anew.
        https://www.imsglobal.org/spec/ob/v3p0/ (section B, data model); its shape as JSON Schema:
        lib/pgacademy/schemas/open_badge_credential.json.

        Who is meant is said by name and, if it was verified, by the SHA-256 of the email with a salt; by no id of
        this school. The issuer is in the settings credentials.issuer_id (a URL or DID), .issuer_name and
        .issuer_url.

        Errors: PA401, PA403 from require_user · PA404 no such certificate or achievement, or another's · PA409
        revoked, the school names no issuer · PA422 not exactly one of the two

        Who may call it: student, service.
        """
        return await self._value(
            _OPEN_BADGE_CREDENTIAL,
            {
                "certificate_id": certificate_id,
                "user_achievement_id": user_achievement_id,
            },
        )

    async def open_chain_transactions(self, *, limit: int | None = None) -> list[OpenChainTransactions]:
        """Transactions that are neither final nor failed, the oldest first.

        Reading claims nothing: who sends one claims it by entering its name, see advance_chain_transaction().

        Left out, `limit` is 100.

        Errors: PA403 not the service · PA422 limit not between 1 and 10000

        Who may call it: service.
        """
        return await self._rows(
            _OPEN_CHAIN_TRANSACTIONS,
            {
                "limit": limit,
            },
        )

    async def open_discussion(self, *, discussion_id: UUID | str) -> OpenDiscussion:
        """One discussion, for a page of its own; counts the reader once.

        Everyone counts once, by a row of their own; the counter follows with fold_discussion_views(), so readers
        never queue.

        Errors: PA401, PA403 · PA404 no such discussion

        Who may call it: student, instructor, admin.
        """
        return cast(
            "OpenDiscussion",
            await self._row(
                _OPEN_DISCUSSION,
                {
                    "discussion_id": discussion_id,
                },
            ),
        )

    async def open_session(
        self,
        *,
        user_id: UUID | str,
        token_hash: bytes,
        token_jti: str,
        expires_at: dt.datetime,
        ip_address: Inet | str | None = None,
        user_agent: str | None = None,
    ) -> UUID:
        """Opens a session for a person who has logged in; returns its id, which is its family's id too.

        Starts a family of tokens with its first one.

        The token itself stays with the application, which sends SHA-256 of it. What expires is the token, not the
        login: each rotation names a new expiry.

        Errors: PA403 not the back end; deactivated person · PA404 no such living person · PA422 hash not 32 bytes,
        expiry not in the future, jti missing · 23505 hash or jti used before

        Who may call it: service.
        """
        return cast(
            "UUID",
            await self._value(
                _OPEN_SESSION,
                {
                    "user_id": user_id,
                    "token_hash": token_hash,
                    "token_jti": token_jti,
                    "expires_at": expires_at,
                    "ip_address": ip_address,
                    "user_agent": user_agent,
                },
            ),
        )

    async def post_reply(
        self,
        *,
        discussion_id: UUID | str,
        content: str,
        parent_reply_id: UUID | str | None = None,
        idempotency_key: str | None = None,
    ) -> PostReply:
        """Replies to a discussion or to a reply in it; returns the reply and what it brought.

        Who is answered is told.

        Writers of one discussion queue on its row of discussion_stats, which is written first: whoever closes it or
        takes it down is seen by everyone who comes after. A reply to a reply of the eighth level has no place:
        answer its parent. With an idempotency key a repeated call returns the row of the first one.

        Errors: PA401, PA403 from require_user · PA404 no such discussion or reply in it · PA409 closed, nested too
        deep, key used for another request · PA422 no text, or too long

        Who may call it: student, instructor, admin.
        """
        return cast(
            "PostReply",
            await self._row(
                _POST_REPLY,
                {
                    "discussion_id": discussion_id,
                    "content": content,
                    "parent_reply_id": parent_reply_id,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def preview_achievement(
        self, *, slug: str, criteria: Json = None, after: UUID | str | None = None, limit: int | None = None
    ) -> PreviewAchievement:
        """Who would gain an achievement under its criteria, or under others: how many, and one page of them. Changes
        nothing.

        Changes nothing.

        Without criteria it asks about those of the definition as it stands: whom apply_achievement would grant it
        to. With them, about a change that define_achievement has not made yet, or about an achievement that is not
        there yet. Who has it keeps it.

        gaining_count is everyone who would; keeping_count those who have it without reaching the criteria. people
        is one page of those who would gain it, [{"user_id", "username", "value"}] in the order of their ids: pass
        next_after as after for the next page; it is null on the last.

        Left out, `limit` is 50.

        Errors: PA401, PA403 neither an administrator nor the service · PA404 no such achievement, and no criteria ·
        PA422 criteria, limit not between 1 and 500

        Who may call it: admin, service.
        """
        return cast(
            "PreviewAchievement",
            await self._row(
                _PREVIEW_ACHIEVEMENT,
                {
                    "slug": slug,
                    "criteria": criteria,
                    "after": after,
                    "limit": limit,
                },
            ),
        )

    async def publish_course(self, *, course_id: UUID | str) -> dt.datetime | None:
        """Publishes a course; returns when it was first published.

        Publishing twice changes nothing.

        Errors: PA401 · PA403, also where an administrator took it down · PA404 no such course · PA409 it has no
        lesson to complete; it is inactive

        Who may call it: instructor, admin.
        """
        return cast(
            "dt.datetime | None",
            await self._value(
                _PUBLISH_COURSE,
                {
                    "course_id": course_id,
                },
            ),
        )

    async def publish_file(self, *, file_id: UUID | str) -> None:
        """Shows one's own file to everybody.

        Publishing twice changes nothing.

        Administrators show what administrators have hidden, and nothing else of other people's.

        Errors: PA401, PA403 from require_user · PA404 no such file of the caller's · PA403 an administrator hid it
        · PA409 an administrator, and nobody hid it

        Who may call it: student, instructor, admin.
        """
        await self._value(
            _PUBLISH_FILE,
            {
                "file_id": file_id,
            },
        )

    async def publish_project(self, *, project_id: UUID | str) -> bool:
        """Shows one's own project to others; returns whether they see it.

        Publishing twice changes nothing.

        Returns whether they do: not while its course is hidden or deleted, unless it is minted.

        Administrators show what administrators have hidden, and nothing else of other people's.

        Errors: PA401, PA403 from require_user · PA404 no such project of the caller's · PA403 an administrator hid
        it · PA409 an administrator, and nobody hid it

        Who may call it: student, admin.
        """
        return cast(
            "bool",
            await self._value(
                _PUBLISH_PROJECT,
                {
                    "project_id": project_id,
                },
            ),
        )

    async def purge_audit_contexts(self, *, as_of: dt.datetime | None = None) -> int:
        """Forgets where audited requests came from; returns how many rows went.

        Addresses are personal and prove nothing for ever. The audit trail itself stays, and so do its seals: no
        context is part of them. Those of a person go with the person.

        Errors: PA403 not the service · PA422 as of the future

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _PURGE_AUDIT_CONTEXTS,
                {
                    "as_of": as_of,
                },
            ),
        )

    async def purge_idempotency_keys(self, *, as_of: dt.datetime | None = None) -> int:
        """Deletes idempotency keys older than 30 days; returns how many.

        A key that is being claimed at the same moment is new, so nobody waits for this.

        Errors: PA403 not the service · PA422 as of the future

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _PURGE_IDEMPOTENCY_KEYS,
                {
                    "as_of": as_of,
                },
            ),
        )

    async def purge_notifications(self, *, as_of: dt.datetime | None = None, limit: int | None = None) -> int:
        """Removes notifications read long ago, a batch at a time; returns how many.

        At most limit at a time: call it until it returns 0. What nobody has read stays. Counters do not move: what
        was read is in none.

        Left out, `limit` is 10000.

        Errors: PA403 not the service · PA422 as of the future, p_limit below 1

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _PURGE_NOTIFICATIONS,
                {
                    "as_of": as_of,
                    "limit": limit,
                },
            ),
        )

    async def purge_sessions(self, *, as_of: dt.datetime | None = None) -> int:
        """Deletes logins that ended more than 30 days ago; returns how many tokens went.

        A login goes as a whole or stays as a whole: as long as one of its tokens could be used, the exchanged ones
        must be known too, or their reuse would not be noticed. Until then a token that comes again is still told
        apart from one that never was.

        Everyone who changes a family queues on its first row (end_sessions). A family that somebody holds is not
        waited for: it goes the next time.

        Errors: PA403 not the service · PA422 as of the future

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _PURGE_SESSIONS,
                {
                    "as_of": as_of,
                },
            ),
        )

    async def quiz_item_analysis(self, *, quiz_id: UUID | str | None = None) -> list[QuizItemAnalysis]:
        """Of each question of a quiz: difficulty (mean share of its points, 0 to 1) and discrimination (corrected
        item-total correlation).

        Without a quiz: of all of them.

        difficulty is the mean share of a question's points, the p-value of test theory: 1 if everybody is right, 0
        if nobody is. discrimination is the correlation of the points of the question with those of all others in
        the attempt: the corrected item-total correlation, which is the point-biserial one where points are all or
        nothing. Corrected, because a question correlates with itself, the more so the fewer there are. (S.
        Henrysson, Correction of item-total correlations in item analysis, Psychometrika 28 (1963), 211-218.) Below
        0.2 a question hardly tells anything; below 0 its key may be wrong.

        Of each learner the first attempt that was graded: later ones have seen the questions. Null where it cannot
        be said: fewer than two learners, all of them alike, or no other question.

        Errors: PA401 · PA403 another instructor's course · PA404 no such quiz

        Who may call it: instructor, admin, analyst.
        """
        return await self._rows(
            _QUIZ_ITEM_ANALYSIS,
            {
                "quiz_id": quiz_id,
            },
        )

    async def quiz_result(self, *, enrollment_id: UUID | str, quiz_id: UUID | str, grade_policy: str) -> Decimal | None:
        """The result of a learner's graded attempts at a quiz, by its policy.

        The one place that knows the policy.

        Errors: none

        Who may call it: student, instructor, admin.
        """
        return cast(
            "Decimal | None",
            await self._value(
                _QUIZ_RESULT,
                {
                    "enrollment_id": enrollment_id,
                    "quiz_id": quiz_id,
                    "grade_policy": grade_policy,
                },
            ),
        )

    async def rate_course(self, *, course_id: UUID | str, rating: int, review: str | None = None) -> RateCourse:
        """The calling learner rates a course they have begun.

        Returns the course's rating as it is then. The sums are moved by the trigger on enrollments, under the
        course's row.

        Errors: PA401, PA403 from require_user · PA404 not enrolled · PA409 no lesson completed yet · PA422 rating
        not 1 to 5, review too long

        Who may call it: student.
        """
        return cast(
            "RateCourse",
            await self._row(
                _RATE_COURSE,
                {
                    "course_id": course_id,
                    "rating": rating,
                    "review": review,
                },
            ),
        )

    async def reactivate_user(self, *, user_id: UUID | str) -> None:
        """Lets a deactivated person in again.

        Ended sessions stay ended.

        Errors: PA401, PA403 from require_user · PA404 no such living person: deleted ones do not come back

        Who may call it: admin, service.
        """
        await self._value(
            _REACTIVATE_USER,
            {
                "user_id": user_id,
            },
        )

    async def read_archive(self, *, archive_id: UUID | str) -> list[ReadArchive]:
        """The rows of an archive as JSON.

        One becomes a row of its table again by jsonb_populate_record(null::the_table, entry).

        Errors: PA403 not the service · PA404 no such archive · PA409 not archived: dropped, or still on its way

        Who may call it: service.
        """
        return await self._rows(
            _READ_ARCHIVE,
            {
                "archive_id": archive_id,
            },
        )

    async def read_encrypted_field(self, *, user_id: UUID | str, field_name: str) -> ReadEncryptedField | None:
        """The ciphertext of an encrypted field of a person; no row for none.

        No row for none.

        The trail says who asked for whose, whether or not there was any; so it cannot be read on a replica.

        Errors: PA403 not the back end

        Who may call it: service.
        """
        return await self._row(
            _READ_ENCRYPTED_FIELD,
            {
                "user_id": user_id,
                "field_name": field_name,
            },
        )

    async def reads_reports(self) -> bool:
        """Whether the caller reads reports of the whole school.

        Views ask it as (select reads_reports()), so that it runs once per statement.

        Errors: 28000 from verified_identity

        Who may call it: instructor, admin, analyst.
        """
        return cast("bool", await self._value(_READS_REPORTS, {}))

    async def rebuild_rollups(self, *, as_of: dt.datetime | None = None) -> int:
        """Counts the rollups anew; returns how many events they are made of.

        Days whose events retention has removed stay as they are. People who were erased are in no event any more:
        days counted anew do without them.

        Errors: PA403 not the service · PA422 as of the future

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _REBUILD_ROLLUPS,
                {
                    "as_of": as_of,
                },
            ),
        )

    async def record_blockchain_coins(
        self,
        *,
        user_id: UUID | str,
        transaction_type: str,
        amount: int,
        idempotency_key: str,
        blockchain_tx_hash: str | None = None,
        description: str | None = None,
    ) -> RecordBlockchainCoins:
        """Enters a pending deposit or withdrawal of coins over a blockchain, once per key.

        A deposit gives nothing until it is confirmed. A withdrawal takes the coins at once, so that they are not
        spent twice while the chain works; should it fail, they come back. A deposit names its hash, a withdrawal
        may get it when it is confirmed.

        Errors: PA403 not the service · PA404 no such person · PA409 not enough coins, the hash is entered already,
        key used for another request · PA422 no key, unknown type, amount or hash out of range, description too long

        Who may call it: service.
        """
        return cast(
            "RecordBlockchainCoins",
            await self._row(
                _RECORD_BLOCKCHAIN_COINS,
                {
                    "user_id": user_id,
                    "transaction_type": transaction_type,
                    "amount": amount,
                    "idempotency_key": idempotency_key,
                    "blockchain_tx_hash": blockchain_tx_hash,
                    "description": description,
                },
            ),
        )

    async def record_chain_transaction(
        self,
        *,
        chain: str,
        network: str,
        tx_type: str,
        idempotency_key: str,
        user_id: UUID | str | None = None,
        amount: Decimal | int | float | None = None,
        from_account: str | None = None,
        to_account: str | None = None,
        course_id: UUID | str | None = None,
        achievement_id: UUID | str | None = None,
        tx_id: str | None = None,
    ) -> RecordChainTransaction:
        """Writes down a transaction on a blockchain, once per key.

        Written down first, sent afterwards: whoever crashes in between finds it with open_chain_transactions().
        With a tx_id it is submitted at once, without one pending.

        Left out, `amount` is 0.

        Errors: PA403 not the service · PA404 no such person, course or achievement · PA409 the chain's transaction
        is entered already, key used for another request · PA422 no key, unknown chain, network or type, account,
        amount or tx_id that the chain does not have

        Who may call it: service.
        """
        return cast(
            "RecordChainTransaction",
            await self._row(
                _RECORD_CHAIN_TRANSACTION,
                {
                    "chain": chain,
                    "network": network,
                    "tx_type": tx_type,
                    "idempotency_key": idempotency_key,
                    "user_id": user_id,
                    "amount": amount,
                    "from_account": from_account,
                    "to_account": to_account,
                    "course_id": course_id,
                    "achievement_id": achievement_id,
                    "tx_id": tx_id,
                },
            ),
        )

    async def record_completion(
        self,
        *,
        user_id: UUID | str,
        lesson_id: UUID | str,
        score: Decimal | int | float | None = None,
        seconds: int | None = None,
        occurred_at: dt.datetime | None = None,
        idempotency_key: str | None = None,
    ) -> RecordCompletion:
        """Records that a learner completed a lesson, with score and moment; does and returns what complete_lesson
        does.

        Does and returns what complete_lesson does; takes also a score and the moment it happened. The best score
        stays: a repeated completion with a better score replaces the worse one and moves the person's score
        counters, without XP.

        An instructor, who must be approved, records for learners of their own courses, and never for themselves;
        for them the past is narrow: not before the enrolment, not more days ago than the setting
        learning.backdate_days (30), at most a day of time spent, and a completion on an earlier day of the
        learner's calendar is no day of their streak.

        Errors: PA401, PA403 not allowed, not the approved instructor of the course, one's own completion · PA404 no
        such lesson or learner · PA409 not enrolled, enrolment not open, a chapter or hidden lesson, key used for
        another request · PA422 score, time or moment out of range

        Who may call it: instructor, service.
        """
        return cast(
            "RecordCompletion",
            await self._row(
                _RECORD_COMPLETION,
                {
                    "user_id": user_id,
                    "lesson_id": lesson_id,
                    "score": score,
                    "seconds": seconds,
                    "occurred_at": occurred_at,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def record_completions(
        self,
        *,
        user_ids: list[UUID | str],
        lesson_ids: list[UUID | str],
        scores: list[Decimal | int | float] | None = None,
        seconds: list[int] | None = None,
        occurred_at: list[dt.datetime] | None = None,
    ) -> list[RecordCompletions]:
        """Records that learners completed lessons, up to a thousand at once; does for each what record_completion
        does.

        The arrays are read side by side: the first of each is the first completion. Without scores, seconds or
        moments pass null. All or nothing: what record_completion refuses of one, refuses all, with its error. A
        second call with the same changes nothing more, so none needs an idempotency key.

        What came to be is what record_completion would have made of them, in the order of their moments, of those
        of one moment in the order of the arrays. Only the order in which different people come is not kept: they go
        together, in as many rounds as the busiest person has completions, a few statements each.

        Returns a row for each: its place in the arrays (from 1), the progress, whether it was there before, the XP
        and coins it brought with all that follows, whether it completed the course, and how many achievements were
        earned.

        Errors: PA403 not the service · PA404, PA409, PA422 those of record_completion · PA422 more than 1000 or
        none, arrays of different lengths · 40001 the course changed meanwhile · 40P01 it met another in the wrong
        order: a set holds counters and accounts while its later rounds write; repeat the transaction

        Who may call it: service.
        """
        return await self._rows(
            _RECORD_COMPLETIONS,
            {
                "user_ids": user_ids,
                "lesson_ids": lesson_ids,
                "scores": scores,
                "seconds": seconds,
                "occurred_at": occurred_at,
            },
        )

    async def record_drop(
        self, *, user_id: UUID | str, course_id: UUID | str, occurred_at: dt.datetime | None = None
    ) -> RecordDrop:
        """Records that a learner left a course.

        Errors: PA403 not the service · PA404 not enrolled · PA409 the course is completed · PA422 a moment in the
        future

        Who may call it: service.
        """
        return cast(
            "RecordDrop",
            await self._row(
                _RECORD_DROP,
                {
                    "user_id": user_id,
                    "course_id": course_id,
                    "occurred_at": occurred_at,
                },
            ),
        )

    async def record_enrollment(
        self,
        *,
        user_id: UUID | str,
        course_id: UUID | str,
        occurred_at: dt.datetime | None = None,
        idempotency_key: str | None = None,
        expires_at: dt.datetime | None = None,
    ) -> RecordEnrollment:
        """Records that a learner enrolled in a course; does and returns what enroll does.

        Does and returns what enroll does, at the moment it happened; an expiry may be set. The same rules hold:
        published, required courses completed, a free seat. An instructor, who must be approved, enrols others in
        their own courses.

        Errors: PA401, PA403 not allowed, not the approved instructor of the course · PA404 no such course or
        learner · PA409 not published, required courses not completed, full, key used for another request · PA422
        moment or expiry

        Who may call it: instructor, service.
        """
        return cast(
            "RecordEnrollment",
            await self._row(
                _RECORD_ENROLLMENT,
                {
                    "user_id": user_id,
                    "course_id": course_id,
                    "occurred_at": occurred_at,
                    "idempotency_key": idempotency_key,
                    "expires_at": expires_at,
                },
            ),
        )

    async def record_interaction(
        self,
        *,
        session_id: UUID | str,
        interaction_type: str,
        interaction_data: Json = None,
        asset_id: UUID | str | None = None,
        is_correct: bool | None = None,
        response_time_ms: int | None = None,
        confidence_level: Decimal | int | float | None = None,
        idempotency_key: str | None = None,
    ) -> RecordInteraction:
        """Records what the caller did in a session; says whether an answer was right.

        An answer to a generated quiz is graded here, whatever is_correct says; of anything else the person says
        themselves whether they knew it. It earns nothing. The session's count moves with it: interactions of one
        session queue on its row.

        Left out, `interaction_data` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such session of the caller's, or no such asset of its
        material · PA409 the session has ended, key used for another request · PA422 a value out of range, another
        shape

        Who may call it: student.
        """
        return cast(
            "RecordInteraction",
            await self._row(
                _RECORD_INTERACTION,
                {
                    "session_id": session_id,
                    "interaction_type": interaction_type,
                    "interaction_data": interaction_data,
                    "asset_id": asset_id,
                    "is_correct": is_correct,
                    "response_time_ms": response_time_ms,
                    "confidence_level": confidence_level,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def record_interactions(self, *, interactions: Json, idempotency_key: str | None = None) -> int:
        """Records many interactions, each with an id once; returns how many were new.

        Returns how many were new.

        One with an id of its own is recorded once, however often it is sent; the idempotency key makes the same of
        the whole call. The shape is interactions_batch_shape(). The sessions may have ended, but their data not yet
        been aggregated. A month that is not there is made with ensure_partitions(), before.

        Errors: PA403 not the service · PA404 no such session, or no such asset of its material · PA409 a session
        was aggregated, key used for another request · PA422 another shape, with the path in the detail; a moment
        that is none, in the future or in a month that is not there; a view that is right or wrong

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _RECORD_INTERACTIONS,
                {
                    "interactions": interactions,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def record_nft_token(
        self,
        *,
        nft_certificate_id: UUID | str,
        metadata_uri: str | None = None,
        token_id: str | None = None,
        serial_number: int | None = None,
    ) -> None:
        """Notes what became known of a certificate's token, once.

        What is null is left as it is; what is known does not change.

        Errors: PA403 not the service · PA404 no such token · PA409 known otherwise, failed, the token is another's
        · PA422 bad URI, bad name, bad serial

        Who may call it: service.
        """
        await self._value(
            _RECORD_NFT_TOKEN,
            {
                "nft_certificate_id": nft_certificate_id,
                "metadata_uri": metadata_uri,
                "token_id": token_id,
                "serial_number": serial_number,
            },
        )

    async def record_project_view(self, *, project_id: UUID | str) -> None:
        """Notes that somebody looked at a project.

        An author's own look does not count.

        Appended, never updated: nobody waits, neither for others who look nor for who likes it.
        fold_project_views() brings it into view_count. Every call counts: what is a view, and that one visitor is
        not counted a thousand times, is for the application to say, which knows its visitors.

        Errors: 28000 from verified_identity · PA404 no such project, or not to be seen

        Who may call it: anonymous, student, instructor, admin.
        """
        await self._value(
            _RECORD_PROJECT_VIEW,
            {
                "project_id": project_id,
            },
        )

    async def record_review(
        self,
        *,
        card_id: UUID | str,
        rating: int,
        occurred_at: dt.datetime | None = None,
        idempotency_key: str | None = None,
        duration_ms: int | None = None,
    ) -> RecordReview:
        """Records a review that a person made at some moment; returns when the card comes again.

        See review_card.

        The reviews of one card come in their order.

        Errors: PA403 not the service · PA404 no such card · PA409 the card was reviewed after that; key used for
        another request · PA422 rating not 1 to 4, duration of no use, a moment in the future

        Who may call it: service.
        """
        return cast(
            "RecordReview",
            await self._row(
                _RECORD_REVIEW,
                {
                    "card_id": card_id,
                    "rating": rating,
                    "occurred_at": occurred_at,
                    "idempotency_key": idempotency_key,
                    "duration_ms": duration_ms,
                },
            ),
        )

    async def record_start(
        self, *, user_id: UUID | str, lesson_id: UUID | str, occurred_at: dt.datetime | None = None
    ) -> RecordStart:
        """Records that a learner began a lesson.

        Errors: PA403 not the service · PA404 no such lesson or learner · PA409 not enrolled, enrolment not open, a
        chapter or hidden lesson · PA422 a moment in the future

        Who may call it: service.
        """
        return cast(
            "RecordStart",
            await self._row(
                _RECORD_START,
                {
                    "user_id": user_id,
                    "lesson_id": lesson_id,
                    "occurred_at": occurred_at,
                },
            ),
        )

    async def refresh_leaderboard(self, *, as_of: dt.datetime | None = None) -> RefreshLeaderboard:
        """Ranks everyone anew; returns the generation, how many people, and when.

        One transaction of plain rows: the pointer moves first, which is also what a second refresh waits for (or
        fails against, above READ COMMITTED); then a new generation is inserted and the old one deleted. A reader
        sees the old pointer with the old rows or the new with the new, whatever the age of its snapshot, and waits
        for nobody. A person's period XP counts only if the period they hold is the current one. The unranked are
        not in it.

        Errors: PA403 not the service · PA422 a time in the future

        Who may call it: service.
        """
        return cast(
            "RefreshLeaderboard",
            await self._row(
                _REFRESH_LEADERBOARD,
                {
                    "as_of": as_of,
                },
            ),
        )

    async def register_file(
        self,
        *,
        filename: str,
        file_url: str,
        storage_path: str,
        file_size: int,
        original_filename: str | None = None,
        mime_type: str | None = None,
        file_type: str | None = None,
        folder: str | None = None,
        storage_provider: str | None = None,
        is_public: bool | None = None,
        idempotency_key: str | None = None,
    ) -> UUID:
        """Registers a file of the caller's whose bytes are in a store; returns its id.

        It is the caller's.

        The first name of its place in the store is the caller's own id ("<id>/2026/notes.pdf"): so nobody claims
        the bytes of another, nobody learns which places are taken, and all that a person has is found in one place
        when they go. A place is used once for all. A person holds a limited number of files (setting
        files.max_per_person), of a limited size (files.max_megabytes).

        Left out, `storage_provider` is 'local', `is_public` is false.

        Errors: PA401, PA403 from require_user · PA409 a place that is taken, as many as one may hold, key used for
        another request · PA422 no name, address, place or size, or one of no use; a place that is not the caller's

        Who may call it: student, instructor, admin.
        """
        return cast(
            "UUID",
            await self._value(
                _REGISTER_FILE,
                {
                    "filename": filename,
                    "file_url": file_url,
                    "storage_path": storage_path,
                    "file_size": file_size,
                    "original_filename": original_filename,
                    "mime_type": mime_type,
                    "file_type": file_type,
                    "folder": folder,
                    "storage_provider": storage_provider,
                    "is_public": is_public,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def register_user(
        self,
        *,
        email: str | None = None,
        username: str | None = None,
        full_name: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        role: str | None = None,
        password_hash: str | None = None,
        timezone: str | None = None,
        language: str | None = None,
        academic_level: str | None = None,
        preferences: Json = None,
        metadata: Json = None,
        email_verified: bool | None = None,
        user_id: UUID | str | None = None,
        occurred_at: dt.datetime | None = None,
    ) -> UUID:
        """Registers a person and returns their id.

        A person is told apart by an email or a username; one of them is needed. The password arrives as a hash
        (bcrypt or argon2) that the application made; null for people who log in with a wallet or elsewhere. user_id
        is for schools whose people are known to an identity provider already: its id becomes theirs. Nobody
        registers as an administrator: set_role() makes one.

        The email and the username are looked up first, for a clear answer; between two registrations at the same
        moment the unique index decides (23505, users_email_key or users_username_key, which the library reports as
        the same conflict). occurred_at is when the person registered; imports replay it.

        Left out, `role` is 'student', `email_verified` is false.

        Errors: PA403 not the back end · PA409 email, username or id taken · PA422 neither email nor username; one
        that cannot be; another role; a name too long; no hash; malformed language; unknown time zone; a moment that
        cannot be · 23514 another value that a constraint of users refuses

        Who may call it: service.
        """
        return cast(
            "UUID",
            await self._value(
                _REGISTER_USER,
                {
                    "email": email,
                    "username": username,
                    "full_name": full_name,
                    "first_name": first_name,
                    "last_name": last_name,
                    "role": role,
                    "password_hash": password_hash,
                    "timezone": timezone,
                    "language": language,
                    "academic_level": academic_level,
                    "preferences": preferences,
                    "metadata": metadata,
                    "email_verified": email_verified,
                    "user_id": user_id,
                    "occurred_at": occurred_at,
                },
            ),
        )

    async def regrade_quiz(self, *, quiz_id: UUID | str) -> RegradeQuiz:
        """Grades every attempt at a quiz anew, with the keys as they are now; says what changed.

        Results move by the quiz's policy, up and down, and with them the scores of lessons that have their score
        from this quiz. Who passes now has passed: the quiz counts, the lesson is completed as of when the attempt
        was handed in. Who no longer does keeps what was completed and given. Doing it again changes nothing.

        attempts_changed is how many got other points or another verdict, learners_passed how many learners passed
        through it, scores_moved how many scores of completed lessons changed.

        Errors: PA401 · PA403 · PA404 no such quiz

        Who may call it: instructor, admin.
        """
        return cast(
            "RegradeQuiz",
            await self._row(
                _REGRADE_QUIZ,
                {
                    "quiz_id": quiz_id,
                },
            ),
        )

    async def reissue_certificate(self, *, certificate_id: UUID | str, reason: str) -> UUID:
        """Replaces the last certificate of an enrolment by a new one; returns that.

        The new one has the name of today, title and date of the old one, a number and a code of its own.

        What an administrator revoked, only an administrator replaces. Only the last certificate of an enrolment is
        replaced: of two who do it at once, one is told so.

        Errors: PA401, PA403, PA404 from require_certificate_staff · PA403 an administrator revoked it · PA409 it
        was replaced already, the person has left · PA422 no reason

        Who may call it: instructor, admin.
        """
        return cast(
            "UUID",
            await self._value(
                _REISSUE_CERTIFICATE,
                {
                    "certificate_id": certificate_id,
                    "reason": reason,
                },
            ),
        )

    async def remind_streaks(self, *, as_of: dt.datetime | None = None) -> int:
        """Tells those whose streak would end today, once per local date; returns how many.

        Returns how many.

        Today is the local date of each person: at any moment there are three dates on earth at most, and each is
        one statement. A person is told once per local date, however often this runs. At risk is a streak that
        today's end would end: yesterday was its last day, and no freeze is held to bridge today.

        Errors: PA403 not the service · PA422 a time in the future

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _REMIND_STREAKS,
                {
                    "as_of": as_of,
                },
            ),
        )

    async def remove_file(self, *, file_id: UUID | str) -> RemoveFile:
        """Removes a file from everybody's sight; returns where its bytes are.

        Returns where its bytes are, for the application to clear them away after the commit.

        The row stays until the person goes, and its place stays taken. Doing it again answers the same: whoever
        died before the bytes were gone asks once more.

        Errors: PA401, PA403 from require_user · PA404 no such file of the caller's

        Who may call it: student, instructor, admin.
        """
        return cast(
            "RemoveFile",
            await self._row(
                _REMOVE_FILE,
                {
                    "file_id": file_id,
                },
            ),
        )

    async def remove_lesson(self, *, lesson_id: UUID | str) -> str | None:
        """Removes a lesson and what is in it; says whether it was deleted or, having progress, deactivated.

        Deleted if nobody has ever begun any of it; otherwise hidden, because progress is never lost. Returns which:
        'deleted' or 'deactivated'. Lessons that had it as their prerequisite no longer do.

        Errors: PA401 · PA403 · PA404 no such lesson

        Who may call it: instructor, admin.
        """
        return cast(
            "str | None",
            await self._value(
                _REMOVE_LESSON,
                {
                    "lesson_id": lesson_id,
                },
            ),
        )

    async def remove_lesson_prerequisite(self, *, lesson_id: UUID | str, prerequisite_lesson_id: UUID | str) -> None:
        """Removes a lesson from the prerequisites of another.

        Errors: PA401 · PA403 · PA404 no such lesson; it was no prerequisite

        Who may call it: instructor, admin.
        """
        await self._value(
            _REMOVE_LESSON_PREREQUISITE,
            {
                "lesson_id": lesson_id,
                "prerequisite_lesson_id": prerequisite_lesson_id,
            },
        )

    async def remove_prerequisite(self, *, course_id: UUID | str, prerequisite_course_id: UUID | str) -> None:
        """Removes a course from the prerequisites of another.

        Errors: PA401 · PA403 · PA404 no such course; it was no prerequisite

        Who may call it: instructor, admin.
        """
        await self._value(
            _REMOVE_PREREQUISITE,
            {
                "course_id": course_id,
                "prerequisite_course_id": prerequisite_course_id,
            },
        )

    async def remove_question(self, *, question_id: UUID | str) -> str:
        """Takes a question out of its quiz; says whether it was deleted or, being attempted, retired.

        Deleted while nobody has attempted the quiz; afterwards retired: new attempts do without it, those that were
        begun with it keep it. Returns which: 'deleted' or 'retired'. The last question of a published quiz stays.

        Errors: PA401 · PA403 · PA404 no such question · PA409 retired already, or the last one of a published quiz

        Who may call it: instructor, admin.
        """
        return cast(
            "str",
            await self._value(
                _REMOVE_QUESTION,
                {
                    "question_id": question_id,
                },
            ),
        )

    async def reorder_lessons(
        self, *, course_id: UUID | str, parent_lesson_id: UUID | str, lesson_ids: list[UUID | str]
    ) -> None:
        """Puts the lessons of one chapter into the given order.

        The list names every visible lesson of the chapter exactly once; hidden ones may be left out and then keep
        their order behind the others. A list that no longer fits, because somebody added or removed a lesson
        meanwhile, changes nothing. One update does it: that no two share a place is checked at its end.

        Errors: PA401 · PA403 · PA404 no such course · PA409 the list misses a lesson, or names one that is not (or
        no longer) in the chapter · PA422 no list, a null or a repetition in it, a parent outside the course

        Who may call it: instructor, admin.
        """
        await self._value(
            _REORDER_LESSONS,
            {
                "course_id": course_id,
                "parent_lesson_id": parent_lesson_id,
                "lesson_ids": lesson_ids,
            },
        )

    async def reorder_questions(self, *, quiz_id: UUID | str, question_ids: list[UUID | str]) -> None:
        """Puts the questions of a quiz into the given order.

        The list names each of them exactly once. One update does it: that no two share a place is checked at its
        end.

        Errors: PA401 · PA403 · PA404 no such quiz · PA409 the list is not the questions of the quiz

        Who may call it: instructor, admin.
        """
        await self._value(
            _REORDER_QUESTIONS,
            {
                "quiz_id": quiz_id,
                "question_ids": question_ids,
            },
        )

    async def repair_counters(self) -> list[RepairCounters]:
        """Mends every cached number that differs from the rows it counts; returns what was mended.

        Only rows with a finding are touched. Each kind is locked first and counted in a new statement: a writer who
        came before is counted, one who comes after adds to the right number. In the lock order of the house, with
        people at work. Cycles, overbooked courses, attempts and postings are not caches: they stay, and stay
        reported. Nothing to mend, nothing written.

        Errors: PA403 not the service

        Who may call it: service.
        """
        return await self._rows(_REPAIR_COUNTERS, {})

    async def request_faucet(
        self, *, hedera_account_id: str, request_ip: Inet | str, idempotency_key: str
    ) -> RequestFaucet:
        """Asks for coins of the test network, once per key and within the limits.

        Three limits in a window of hours, each a setting: per person, per account, per network address (of IPv6 the
        /64). Failed requests count for none of them, but for a second, higher limit of each: attempts. Each of the
        three falls on a row of faucet_guards, which is updated before anything is counted: whoever comes second
        waits and then counts the first, or fails with 40001 if its snapshot is older. The time is the clock's, not
        the transaction's: one begun long ago would lie outside the window.

        The address is what the application sees; who speaks SQL directly may name another, and meets the other two
        limits.

        Errors: PA401, PA403 from require_user · PA409 the faucet is closed, key used for another request · PA422 no
        key, no account of Hedera, no address of one machine · PA429 a limit is reached; the detail says which

        Who may call it: student.
        """
        return cast(
            "RequestFaucet",
            await self._row(
                _REQUEST_FAUCET,
                {
                    "hedera_account_id": hedera_account_id,
                    "request_ip": request_ip,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def resume_lesson(self, *, course_id: UUID | str) -> ResumeLesson:
        """Where the calling learner goes on in a course.

        lesson_id is null when nothing is left. Reads only.

        Errors: PA401, PA403 from require_user · PA404 not enrolled · PA409 the enrolment is not open

        Who may call it: student.
        """
        return cast(
            "ResumeLesson",
            await self._row(
                _RESUME_LESSON,
                {
                    "course_id": course_id,
                },
            ),
        )

    async def retire_partitions(self, *, as_of: dt.datetime | None = None) -> list[RetirePartitions]:
        """Takes a month that was kept long enough one step further on its way out; no row: nothing is left.

        Returns which, and how many rows went into the archive; null for the first step. Call it until it returns no
        row, each time in a transaction of its own.

        For a scheduler in the database: `pgacademy maintain` detaches concurrently, which no function can. Here the
        readers and writers of the table, and of those it refers to, wait for as long as the step's transaction
        takes: so none that is long comes after a lock. Whoever is in the way is hardly waited for, because others
        queue behind it.

        Errors: PA403 not the service · PA422 a moment in the future · 55P03 a table was in use

        Who may call it: service.
        """
        return await self._rows(
            _RETIRE_PARTITIONS,
            {
                "as_of": as_of,
            },
        )

    async def return_submission(self, *, submission_id: UUID | str, feedback: str) -> None:
        """Gives a submission back to be done again, without a grade.

        It has no grade, and does not count as an attempt.

        Errors: PA401 · PA403 not staff of the course; one's own work · PA404 no such submission · PA409 it waits
        for no grade · PA422 no feedback · 23514 feedback too long

        Who may call it: instructor, admin.
        """
        await self._value(
            _RETURN_SUBMISSION,
            {
                "submission_id": submission_id,
                "feedback": feedback,
            },
        )

    async def reverse_coins(self, *, transaction_id: UUID | str, reason: str) -> ReverseCoins:
        """Takes back a movement of coins by one the other way, once; returns the balance.

        The ledger is never changed: a transaction the other way is added. Whoever must give back has to have the
        coins still: no balance goes below zero. coins_earned loses what a reward had added; achievements stay, and
        what was bought stays too. Its source does not pay again. Reversing the same transaction again changes
        nothing.

        Errors: PA403 not the service · PA404 no such transaction · PA409 a reversal or withdrawal, not confirmed,
        the coins are spent · PA422 no reason

        Who may call it: service.
        """
        return cast(
            "ReverseCoins",
            await self._row(
                _REVERSE_COINS,
                {
                    "transaction_id": transaction_id,
                    "reason": reason,
                },
            ),
        )

    async def reverse_xp(self, *, event_id: UUID | str, reason: str) -> ReverseXp:
        """Takes back an award by a compensating row of the ledger, once; returns the new totals.

        The ledger is never changed: a compensating row is added, with the award's own awarded_at, so that week and
        month of the award lose what they had gained. Levels may fall; achievements stay. Reversing the same award
        again changes nothing.

        Errors: PA403 not the service · PA404 no such award · PA409 it is a reversal itself · PA422 no reason

        Who may call it: service.
        """
        return cast(
            "ReverseXp",
            await self._row(
                _REVERSE_XP,
                {
                    "event_id": event_id,
                    "reason": reason,
                },
            ),
        )

    async def review_card(
        self, *, card_id: UUID | str, rating: int, idempotency_key: str | None = None, duration_ms: int | None = None
    ) -> ReviewCard:
        """Reviews a flashcard of the caller; returns when it comes again and what the review brought.

        Returns when it comes again and what the review brought. A review of a card that was due counts as one
        completed and keeps the streak; one ahead of time only moves the memory.

        Errors: PA401, PA403 from require_user · PA404 no such card of the caller's · PA409 key used for another
        request · PA422 rating not 1 to 4, duration of no use

        Who may call it: student.
        """
        return cast(
            "ReviewCard",
            await self._row(
                _REVIEW_CARD,
                {
                    "card_id": card_id,
                    "rating": rating,
                    "idempotency_key": idempotency_key,
                    "duration_ms": duration_ms,
                },
            ),
        )

    async def review_quiz(self, *, attempt_id: UUID | str) -> list[ReviewQuiz]:
        """A graded attempt of the calling learner, question by question; what is right only if it may be shown.

        Points, key and explanation only as the quiz's show_answers allows, null otherwise, and never while another
        attempt at the quiz is open: after_attempt – now; after_passing – once the quiz is passed;
        after_last_attempt – once no attempt is left (never, where there is no limit).

        Errors: PA401, PA403 from require_user · PA404 no such attempt of one's own · PA409 not graded yet

        Who may call it: student.
        """
        return await self._rows(
            _REVIEW_QUIZ,
            {
                "attempt_id": attempt_id,
            },
        )

    async def revoke_certificate(self, *, certificate_id: UUID | str, reason: str) -> bool:
        """Takes a certificate back, once; returns whether it was valid before.

        Its code says revoked from now on, to everybody.

        Again changes nothing. XP, coins and achievements stay.

        Errors: PA401, PA403, PA404 from require_certificate_staff · PA422 no reason

        Who may call it: instructor, admin.
        """
        return cast(
            "bool",
            await self._value(
                _REVOKE_CERTIFICATE,
                {
                    "certificate_id": certificate_id,
                    "reason": reason,
                },
            ),
        )

    async def revoke_session(
        self,
        *,
        session_id: UUID | str | None = None,
        token_hash: bytes | None = None,
        user_id: UUID | str | None = None,
        scope: str | None = None,
    ) -> int:
        """Ends a session, its login, or all sessions of a person; returns how many tokens ended.

        scope: `family`, the login that the session belongs to (what people mean by logging out), `one`, this token
        only, or `all`, every session of the person. The back end names the session by id or by the hash of its
        token, or, for `all`, the person; administrators any session or person; people their own sessions, and
        themselves by default.

        Left out, `scope` is 'family'.

        Errors: PA401, PA403 from require_user · PA404 no such session, or not yours · PA422 unknown scope; none
        named

        Who may call it: student, instructor, admin, service.
        """
        return cast(
            "int",
            await self._value(
                _REVOKE_SESSION,
                {
                    "session_id": session_id,
                    "token_hash": token_hash,
                    "user_id": user_id,
                    "scope": scope,
                },
            ),
        )

    async def roll_up_analytics(self, *, as_of: dt.datetime | None = None) -> int:
        """Adds new events to the rollups; returns how many.

        Neither times nor numbers tell what is new: a transaction that began earlier may commit later, and what it
        wrote would be before a mark that has moved on. So the mark is a transaction: all before the oldest that is
        still running have ended, and every event of theirs can be seen or never will be. What a longer one writes
        is counted in the first run after its end; one that never ends holds the mark up, anywhere on the server,
        and loses nothing.

        After a restore into another cluster such numbers mean nothing, and after a change of the school's time zone
        the days are others: then all is built anew, once.

        Errors: PA403 not the service · PA422 as of the future

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _ROLL_UP_ANALYTICS,
                {
                    "as_of": as_of,
                },
            ),
        )

    async def rotate_encrypted_field(
        self,
        *,
        user_id: UUID | str,
        field_name: str,
        old_key_id: str,
        old_nonce: bytes,
        key_id: str,
        nonce: bytes,
        ciphertext: bytes,
    ) -> bool:
        """Replaces an encrypted field by itself under another key, if it is still what was read.

        Who has written the field meanwhile has the last word, and has used the present key. Returns whether it was
        replaced.

        Errors: PA403 not the back end · 23514 a key id, nonce or ciphertext that cannot be

        Who may call it: service.
        """
        return cast(
            "bool",
            await self._value(
                _ROTATE_ENCRYPTED_FIELD,
                {
                    "user_id": user_id,
                    "field_name": field_name,
                    "old_key_id": old_key_id,
                    "old_nonce": old_nonce,
                    "key_id": key_id,
                    "nonce": nonce,
                    "ciphertext": ciphertext,
                },
            ),
        )

    async def rotate_session(
        self,
        *,
        token_hash: bytes,
        new_token_hash: bytes,
        new_token_jti: str,
        expires_at: dt.datetime,
        ip_address: Inet | str | None = None,
        user_agent: str | None = None,
    ) -> RotateSession:
        """Exchanges a refresh token for its successor; status says how it went, and a reused token has ended its
        family.

        A token that was exchanged before and comes again was stolen, from its owner or by its owner's rival: either
        way its whole family ends. That must be kept even though the request fails, so nothing is raised: the answer
        is in status, and the caller commits.

            rotated   the new token counts from now on
            reused    the token was exchanged before; its family is revoked
            revoked   the session was ended before
            expired   the token is too old; log in again
            inactive  the person is deactivated or deleted; the family is revoked
            unknown   there never was such a token, or it ended so long ago that it was purged

        Of two exchanges of one token at the same moment exactly one wins; the other finds it reused, and the login
        ends. An application whose tabs share a token exchanges it in one place.

        Errors: PA403 not the back end · PA422 as open_session · 23505 new hash or jti used before

        Who may call it: service.
        """
        return cast(
            "RotateSession",
            await self._row(
                _ROTATE_SESSION,
                {
                    "token_hash": token_hash,
                    "new_token_hash": new_token_hash,
                    "new_token_jti": new_token_jti,
                    "expires_at": expires_at,
                    "ip_address": ip_address,
                    "user_agent": user_agent,
                },
            ),
        )

    async def run_job(self, *, job: str) -> int | None:
        """Does one maintenance job once; returns what it did, as a number.

        Errors: PA404 no such job; and those of the job

        Who may call it: service.
        """
        return cast(
            "int | None",
            await self._value(
                _RUN_JOB,
                {
                    "job": job,
                },
            ),
        )

    async def save_answers(self, *, attempt_id: UUID | str, answers: Json) -> dt.datetime | None:
        """Keeps answers of the calling learner's open attempt; returns its deadline.

        Given ones replace those of the same question, null takes one away, the others stay. Returns until when
        answers are taken; null for no limit.

        Errors: PA401, PA403 from require_user · PA404 no such attempt of one's own · PA409 graded, or late · PA422
        answers, with the path

        Who may call it: student.
        """
        return cast(
            "dt.datetime | None",
            await self._value(
                _SAVE_ANSWERS,
                {
                    "attempt_id": attempt_id,
                    "answers": answers,
                },
            ),
        )

    async def save_study_session(
        self,
        *,
        session_id: UUID | str,
        completion_percentage: Decimal | int | float | None = None,
        session_data: Json = None,
    ) -> None:
        """Keeps how far the caller is in a session, and its state.

        Null is unchanged.

        Errors: PA401, PA403 from require_user · PA404 no such session of the caller's · PA409 it has ended · PA422
        a percentage or state of no use

        Who may call it: student.
        """
        await self._value(
            _SAVE_STUDY_SESSION,
            {
                "session_id": session_id,
                "completion_percentage": completion_percentage,
                "session_data": session_data,
            },
        )

    async def save_submission(
        self, *, submission_id: UUID | str, content: Json = None, files: Json = None
    ) -> dt.datetime | None:
        """Keeps the calling learner's draft; returns its deadline.

        What is given replaces what was there; null leaves it. Returns until when it can be handed in; null for no
        limit.

        Errors: PA401, PA403 from require_user · PA404 no such submission of one's own · PA409 handed in, or late ·
        PA422 content or files, with the path

        Who may call it: student.
        """
        return cast(
            "dt.datetime | None",
            await self._value(
                _SAVE_SUBMISSION,
                {
                    "submission_id": submission_id,
                    "content": content,
                    "files": files,
                },
            ),
        )

    async def seal_audit_logs(self) -> list[SealAuditLogs]:
        """Seals what was noted in the audit trail since the last time; returns the new seals.

        Rows become visible when their transaction commits, in no order of their numbers: sealed is only up to a
        number below which nothing can appear any more. To know one, it is read how far numbers have gone, and then
        this transaction takes its identifier. Whoever took one of these numbers had an identifier before
        (write_audit, audit_…), hence a smaller one. So as soon as no transaction with a smaller one is running, all
        rows up to that number are there, or never will be. Often that is so at once; else the number is kept
        (audit_watermark) and the next run goes by it. A transaction that stays open for hours holds sealing up for
        hours, and is sealed when it has ended.

        Call it in a transaction of its own: one that has written before has its identifier already, and then this
        can only go by the number that was kept. Keep the last seal_hash of each partition outside of this server:
        against whoever can change rows, seals and this function alike, nothing else helps.

        Errors: PA403 not the service · PA409 in a transaction whose snapshot stands still

        Who may call it: service.
        """
        return await self._rows(_SEAL_AUDIT_LOGS, {})

    async def search_courses(
        self,
        *,
        query: str | None = None,
        category: str | None = None,
        discipline: str | None = None,
        track: str | None = None,
        difficulty: str | None = None,
        instructor_id: UUID | str | None = None,
        is_featured: bool | None = None,
        limit: int | None = None,
        after: UUID | str | None = None,
    ) -> list[SearchCourses]:
        """Published courses by words and filters, a page at a time.

        With a query the best match comes first, without one the newest. For the next page, after is the course_id
        of the last row seen: the page goes on where that course stands now, and no page costs more than the first;
        if it has been withdrawn in between, begin again. Titles match by similarity (pg_trgm) or when they hold the
        query as written, descriptions when they hold it.

        Left out, `limit` is 20.

        Errors: PA404 no published course in p_after · PA422 p_limit not 1 to 100, a query over 200 characters,
        unknown track or difficulty

        Who may call it: anonymous, student, instructor, admin, service.
        """
        return await self._rows(
            _SEARCH_COURSES,
            {
                "query": query,
                "category": category,
                "discipline": discipline,
                "track": track,
                "difficulty": difficulty,
                "instructor_id": instructor_id,
                "is_featured": is_featured,
                "limit": limit,
                "after": after,
            },
        )

    async def search_discussions(
        self,
        *,
        query: str,
        course_id: UUID | str | None = None,
        limit: int | None = None,
        after: UUID | str | None = None,
        with_snippet: bool | None = None,
    ) -> list[SearchDiscussions]:
        """Discussions by words and by titles spelt nearly like them, a page at a time.

        First those that hold the words, in any form of them, ranked by how often and where: the title counts most,
        then the tags, then the text; relevance is 1 to 2. Then those with a title spelt nearly like the query,
        ranked by similarity; relevance is up to 1. The second search is only made once the first has nothing more
        to give: it costs more, and who spelt right has no use for it. Words may be "quoted", or -left out.
        course_id keeps to one course; null is everything the caller may read.

        For the next page, after is the discussion_id of the last row seen; if it was changed or taken down in
        between and no longer matches, begin again. with_snippet adds the place in the text, with the words between
        « and ». It is looked for in 2000 characters, from just before the first of the words: what it costs grows
        with the square of the text, and one text of the same word over and over held a server for seconds.

        Left out, `limit` is 20, `with_snippet` is false.

        Errors: PA401, PA403 · PA404 no such course, or not for the caller; no match in p_after · PA422 nothing to
        look for, a query over 200 characters, p_limit not 1 to 100

        Who may call it: student, instructor, admin.
        """
        return await self._rows(
            _SEARCH_DISCUSSIONS,
            {
                "query": query,
                "course_id": course_id,
                "limit": limit,
                "after": after,
                "with_snippet": with_snippet,
            },
        )

    async def set_achievement_active(self, *, slug: str, is_active: bool) -> None:
        """Retires an achievement or lets it be earned again.

        Who has earned it keeps it.

        Errors: PA401 PA403 not an administrator · PA404 no such achievement · PA422 neither true nor false

        Who may call it: admin.
        """
        await self._value(
            _SET_ACHIEVEMENT_ACTIVE,
            {
                "slug": slug,
                "is_active": is_active,
            },
        )

    async def set_asset_status(
        self, *, asset_id: UUID | str, status: str, quality_score: Decimal | int | float | None = None
    ) -> None:
        """Says whether a generated asset is a draft, ready or retired.

        A flashcard that is ready is a card to review; one that is retired comes no more, and what is remembered of
        it stays.

        Errors: PA403 not the service · PA404 no such asset · PA422 no such status, a score not 0 to 1

        Who may call it: service.
        """
        await self._value(
            _SET_ASSET_STATUS,
            {
                "asset_id": asset_id,
                "status": status,
                "quality_score": quality_score,
            },
        )

    async def set_certificate_pdf(self, *, certificate_id: UUID | str, pdf_path: str) -> None:
        """Notes where the PDF of a certificate is kept.

        Errors: PA403 not the service · PA404 no such certificate · PA422 no path, an absolute one, one that climbs

        Who may call it: service.
        """
        await self._value(
            _SET_CERTIFICATE_PDF,
            {
                "certificate_id": certificate_id,
                "pdf_path": pdf_path,
            },
        )

    async def set_material_status(
        self, *, material_id: UUID | str, status: str, content_length: int | None = None
    ) -> None:
        """Says whether a study material is processing, ready or failed.

        Errors: PA403 not the service · PA404 no such material, or deleted · PA422 no such status, length below 0

        Who may call it: service.
        """
        await self._value(
            _SET_MATERIAL_STATUS,
            {
                "material_id": material_id,
                "status": status,
                "content_length": content_length,
            },
        )

    async def set_notification_preference(
        self, *, type: str, in_app: bool | None = None, email: bool | None = None, push: bool | None = None
    ) -> None:
        """Sets how the caller hears of one kind of news; null follows their settings.

        Null follows their settings.

        In the application is yes unless it says no; what is urgent comes there all the same.

        Errors: PA401, PA403 · PA422 no such kind of news

        Who may call it: student, instructor, admin.
        """
        await self._value(
            _SET_NOTIFICATION_PREFERENCE,
            {
                "type": type,
                "in_app": in_app,
                "email": email,
                "push": push,
            },
        )

    async def set_password(self, *, user_id: UUID | str, password_hash: str) -> None:
        """Stores a new password hash and ends every session of the person.

        Errors: PA403 not the back end · PA404 no such living person · PA422 no hash, or not the length of one

        Who may call it: service.
        """
        await self._value(
            _SET_PASSWORD,
            {
                "user_id": user_id,
                "password_hash": password_hash,
            },
        )

    async def set_retention(self, *, subject: str, keep_months: int) -> None:
        """Sets how many months something is kept; null for ever.

        What kinds of things there are, and what becomes of each, is not a setting.

        Errors: PA401 · PA403 not an administrator · PA404 no such subject · PA422 months not between 1 and 1200

        Who may call it: admin.
        """
        await self._value(
            _SET_RETENTION,
            {
                "subject": subject,
                "keep_months": keep_months,
            },
        )

    async def set_role(self, *, user_id: UUID | str, role: str) -> None:
        """Makes a person a student, an instructor or an administrator.

        An approval goes with the role: who stops being an instructor and becomes one again waits for approval
        again. The owner of the school may call it too, or there would never be a first administrator.

        Errors: PA401, PA403 from require_user · PA404 no such living person · PA409 the last administrator · PA422
        no such role

        Who may call it: admin.
        """
        await self._value(
            _SET_ROLE,
            {
                "user_id": user_id,
                "role": role,
            },
        )

    async def set_setting(self, *, key: str, value: Json) -> None:
        """Changes the value of an operator setting that exists.

        Settings are made by the reference seed, which also gives each its type: this changes values, it does not
        invent keys. Numbers are rewards and days, so they are whole, not negative, and at most what one award may
        give. A time zone is one that this server knows: an unknown one would make every award fail. What the
        scheduler of reviews is told, it can work with.

        Errors: PA401 · PA403 not an administrator · PA404 no such setting · PA422 a value of another type, or out
        of range

        Who may call it: admin.
        """
        await self._value(
            _SET_SETTING,
            {
                "key": key,
                "value": value,
            },
        )

    async def settle_feedback(self, *, feedback_id: UUID | str, status: str) -> None:
        """Says what became of feedback: resolved, dismissed or active again.

        Errors: PA401 · PA403 not an administrator · PA404 no such feedback · PA422 no such status

        Who may call it: admin.
        """
        await self._value(
            _SETTLE_FEEDBACK,
            {
                "feedback_id": feedback_id,
                "status": status,
            },
        )

    async def stale_encrypted_fields(
        self,
        *,
        key_id: str,
        after_user_id: UUID | str | None = None,
        after_field_name: str | None = None,
        limit: int | None = None,
    ) -> list[StaleEncryptedFields]:
        """A page of the encrypted fields that are not under the present key.

        Each page is noted in the audit trail.

        Left out, `limit` is 500.

        Errors: PA403 not the back end · PA422 no key id, or a page of less than 1 or more than 10000

        Who may call it: service.
        """
        return await self._rows(
            _STALE_ENCRYPTED_FIELDS,
            {
                "key_id": key_id,
                "after_user_id": after_user_id,
                "after_field_name": after_field_name,
                "limit": limit,
            },
        )

    async def start_discussion(
        self,
        *,
        title: str,
        content: str,
        course_id: UUID | str | None = None,
        category: str | None = None,
        tags: list[str] | None = None,
        idempotency_key: str | None = None,
    ) -> StartDiscussion:
        """Starts a discussion, of a course or a general one; returns it and what it brought.

        With an idempotency key a repeated call returns the row of the first one, and no second discussion.

        Left out, `category` is 'general', `tags` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such course, or not for the caller · PA409 key used for
        another request · PA422 from check_post, no title or text

        Who may call it: student, instructor, admin.
        """
        return cast(
            "StartDiscussion",
            await self._row(
                _START_DISCUSSION,
                {
                    "title": title,
                    "content": content,
                    "course_id": course_id,
                    "category": category,
                    "tags": tags,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def start_exercise(self, *, exercise_id: UUID | str) -> StartExercise:
        """The calling learner begins an exercise, or goes on with their draft.

        Needed where there is a time limit; elsewhere a place to keep a draft. The deadline is decided here, by the
        server's clock, and never moves. A draft whose time is over is handed in as it was saved, and the next one
        begins.

        deadline_at is the end of the time limit or the due date, whichever comes first; null for neither.
        attempts_left is null where there is no limit. server_time is for clocks that count down.

        Errors: PA401, PA403 from require_user · PA404 no such exercise, or not published · PA409 not enrolled,
        enrolment not open, a hidden lesson, lessons before it not done, after the due date, no attempt left

        Who may call it: student.
        """
        return cast(
            "StartExercise",
            await self._row(
                _START_EXERCISE,
                {
                    "exercise_id": exercise_id,
                },
            ),
        )

    async def start_lesson(self, *, lesson_id: UUID | str) -> StartLesson:
        """The calling learner begins a lesson.

        From now on the time they report with complete_lesson counts.

        It begins by the clock: in a transaction begun long ago no time was spent. Calling it again changes nothing
        but where the learner is; a completed lesson stays completed.

        Errors: PA401, PA403 from require_user · PA404 no such lesson · PA409 not enrolled, enrolment not open, a
        chapter or hidden lesson, lessons before it not done

        Who may call it: student.
        """
        return cast(
            "StartLesson",
            await self._row(
                _START_LESSON,
                {
                    "lesson_id": lesson_id,
                },
            ),
        )

    async def start_quiz(self, *, quiz_id: UUID | str) -> StartQuiz:
        """The calling learner begins or resumes an attempt; returns its questions, without what is right.

        The deadline is decided here, by the server's clock, and never moves. An open attempt whose time is over is
        graded with what was saved, and the next one begins. Begins the lesson as well, so all that start_lesson
        asks is asked.

        questions is what attempt_questions describes, in the order of this attempt; answers is what was saved so
        far. attempts_left is null where there is no limit. server_time is for clocks that count down.

        Errors: PA401, PA403 from require_user · PA404 no such quiz, or not published · PA409 not enrolled,
        enrolment not open, a hidden lesson, lessons before it not done, no attempt left

        Who may call it: student.
        """
        return cast(
            "StartQuiz",
            await self._row(
                _START_QUIZ,
                {
                    "quiz_id": quiz_id,
                },
            ),
        )

    async def start_study_session(
        self,
        *,
        material_id: UUID | str,
        session_type: str | None = None,
        configuration: Json = None,
        idempotency_key: str | None = None,
    ) -> UUID:
        """Begins a session of the caller with one of their materials; returns its id.

        Left out, `session_type` is 'study', `configuration` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such material of the caller's · PA409 the material is not
        ready, key used for another request · PA422 no such type of session, configuration is no object

        Who may call it: student.
        """
        return cast(
            "UUID",
            await self._value(
                _START_STUDY_SESSION,
                {
                    "material_id": material_id,
                    "session_type": session_type,
                    "configuration": configuration,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def store_asset(
        self,
        *,
        material_id: UUID | str,
        asset_type: str,
        content: Json,
        generation_model: str,
        content_chunk_id: UUID | str | None = None,
        quality_score: Decimal | int | float | None = None,
        difficulty_level: int | None = None,
        generation_params: Json = None,
        metadata: Json = None,
        status: str | None = None,
        idempotency_key: str | None = None,
    ) -> UUID:
        """Stores a quiz, flashcard or summary that a model made of a study material; returns its id.

        A ready flashcard is a card to review for the owner of the material, at once. A draft becomes one with
        set_asset_status(). The content has the shape of its type: quiz_content, flashcard_content or
        summary_content.

        Left out, `generation_params` is '{}', `metadata` is '{}', `status` is 'ready'.

        Errors: PA403 not the service · PA404 no such material, deleted, or no such chunk in it · PA409 key used for
        another request · PA422 no such type or status, no model, a score or level out of range, another shape

        Who may call it: service.
        """
        return cast(
            "UUID",
            await self._value(
                _STORE_ASSET,
                {
                    "material_id": material_id,
                    "asset_type": asset_type,
                    "content": content,
                    "generation_model": generation_model,
                    "content_chunk_id": content_chunk_id,
                    "quality_score": quality_score,
                    "difficulty_level": difficulty_level,
                    "generation_params": generation_params,
                    "metadata": metadata,
                    "status": status,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def store_chunks(self, *, material_id: UUID | str, chunks: Json) -> int:
        """Stores a study material in pieces, in place of those it had; returns how many.

        A piece whose text is the same stays the same row. Assets of a piece that is no longer there, or says
        something else, stay, as assets of the material. The shape is content_chunks_shape(). The material's length
        follows; its status does not.

        Errors: PA403 not the service · PA404 no such material, or deleted · PA422 another shape, with the path in
        the detail

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _STORE_CHUNKS,
                {
                    "material_id": material_id,
                    "chunks": chunks,
                },
            ),
        )

    async def store_encrypted_field(
        self, *, user_id: UUID | str, field_name: str, key_id: str, nonce: bytes, ciphertext: bytes
    ) -> None:
        """Stores a field that the application encrypted; a null ciphertext removes it.

        The key never reaches this server. A null ciphertext removes the field.

        Errors: PA403 not the back end · PA404 no such living person · PA422 a name, key id, nonce or ciphertext
        that cannot be; private keys of wallets

        Who may call it: service.
        """
        await self._value(
            _STORE_ENCRYPTED_FIELD,
            {
                "user_id": user_id,
                "field_name": field_name,
                "key_id": key_id,
                "nonce": nonce,
                "ciphertext": ciphertext,
            },
        )

    async def streak_as_of(
        self, *, current_streak: int, last_streak_date: dt.date, streak_freezes: int, today: dt.date
    ) -> int | None:
        """A stored streak as it stands on a day: itself, or 0 when it is over.

        A streak is alive while the days missed since the last covered one are not more than the freezes held; else
        it is over, whether or not a job has settled it. A day before the last covered one (a journey westwards)
        misses nothing.

        Errors: none

        Who may call it: student, instructor, admin.
        """
        return cast(
            "int | None",
            await self._value(
                _STREAK_AS_OF,
                {
                    "current_streak": current_streak,
                    "last_streak_date": last_streak_date,
                    "streak_freezes": streak_freezes,
                    "today": today,
                },
            ),
        )

    async def submit_exercise(
        self, *, exercise_id: UUID | str, content: Json = None, files: Json = None, idempotency_key: str | None = None
    ) -> SubmitExercise:
        """The calling learner hands in work for an exercise.

        Hands in the draft, with what is given in place of what was saved; without a draft, what is given makes an
        attempt of its own, unless there is a time limit: that begins with start_exercise(). Handing in is a day of
        learning. With an idempotency key a repeated call returns the row of the first one; without, it is another
        attempt.

        Errors: PA401, PA403 from require_user · PA404 no such exercise, or not published · PA409 not enrolled,
        enrolment not open, a hidden lesson, lessons before it not done, late, not begun, no attempt left, key used
        for another request · PA422 content or files, with the path; nothing in them

        Who may call it: student.
        """
        return cast(
            "SubmitExercise",
            await self._row(
                _SUBMIT_EXERCISE,
                {
                    "exercise_id": exercise_id,
                    "content": content,
                    "files": files,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def submit_quiz(self, *, attempt_id: UUID | str, answers: Json = None) -> SubmitQuiz:
        """Hands in the calling learner's attempt; returns its grade and what followed.

        It is graded at once, and what follows from that is done.

        answers is added to what was saved, as save_answers does. Handing the same attempt in again changes nothing
        and returns its grade with already_submitted, whatever answers come with it and however late.

        quiz_percentage is the result of all attempts by the quiz's policy; quiz_passed whether it ever reached the
        passing score. lesson_completed, course_completed, xp_awarded, levels_gained and achievements say what this
        call did.

        Left out, `answers` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such attempt of one's own · PA409 late, or the enrolment
        is not open · PA422 answers, with the path

        Who may call it: student.
        """
        return cast(
            "SubmitQuiz",
            await self._row(
                _SUBMIT_QUIZ,
                {
                    "attempt_id": attempt_id,
                    "answers": answers,
                },
            ),
        )

    async def track_event(
        self,
        *,
        event_type: str,
        event_data: Json = None,
        session_id: str | None = None,
        course_id: UUID | str | None = None,
        ip_address: Inet | str | None = None,
        user_agent: str | None = None,
    ) -> UUID:
        """Notes what the caller did; returns the id of the event.

        Appends and locks nobody. Address and browser are kept once per visit, apart from what was done and for 30
        days: without a session_id they are not kept at all.

        Left out, `event_data` is '{}'.

        Errors: PA401 · PA403 · PA404 no such course · PA422 a kind that is no name, data that are no object or
        above 10,000 bytes, a session or a browser above its length

        Who may call it: student, instructor, admin.
        """
        return cast(
            "UUID",
            await self._value(
                _TRACK_EVENT,
                {
                    "event_type": event_type,
                    "event_data": event_data,
                    "session_id": session_id,
                    "course_id": course_id,
                    "ip_address": ip_address,
                    "user_agent": user_agent,
                },
            ),
        )

    async def track_events(self, *, events: Json, idempotency_key: str | None = None) -> int:
        """Notes many events at once, of anybody; returns how many.

        Each is an object {"event_type", "event_data", "session_id", "user_id", "course_id", "occurred_at"}; all but
        the first may be missing. What happened may be up to 7 days ago, for devices that were offline. All are
        noted, or none. One statement for all of them: with a key a batch sent again after a lost answer is noted
        once.

        Larger imports are COPY by the owner, into analytics_events with its defaults: they are rolled up as any
        other.

        Errors: PA403 not the service · PA404 no such person or course · PA409 key used for another request · PA422
        no array of at most 10,000 objects; an event as track_event would refuse it; what is no UUID, or no time; a
        time in the future or more than 7 days ago

        Who may call it: service.
        """
        return cast(
            "int",
            await self._value(
                _TRACK_EVENTS,
                {
                    "events": events,
                    "idempotency_key": idempotency_key,
                },
            ),
        )

    async def transfer_coins(
        self, *, recipient_id: UUID | str, amount: int, idempotency_key: str, description: str | None = None
    ) -> TransferCoins:
        """Sends coins to another person, once per key; returns the transaction and what is left.

        The idempotency key is not optional: a call repeated after a lost answer must not pay twice. Limits are the
        settings coins.transfer_max, for one transfer, and coins.transfer_daily_max, for a day of the school's time
        zone. What was sent that day is counted on the sender's own account, which every transfer writes, so no two
        can both slip under.

        Errors: PA401, PA403 from require_user · PA404 no such person · PA409 not enough coins, key used for another
        request · PA422 no key, to oneself, amount out of range, description too long · PA429 the day's limit

        Who may call it: student.
        """
        return cast(
            "TransferCoins",
            await self._row(
                _TRANSFER_COINS,
                {
                    "recipient_id": recipient_id,
                    "amount": amount,
                    "idempotency_key": idempotency_key,
                    "description": description,
                },
            ),
        )

    async def unlike_project(self, *, project_id: UUID | str) -> UnlikeProject:
        """The caller no longer likes a project; returns how many do.

        Where there was no like, nothing changes.

        Errors: PA401, PA403 from require_user · PA404 no such project, or neither to be seen nor liked

        Who may call it: student, instructor.
        """
        return cast(
            "UnlikeProject",
            await self._row(
                _UNLIKE_PROJECT,
                {
                    "project_id": project_id,
                },
            ),
        )

    async def unlink_wallet(self, *, wallet_id: UUID | str) -> None:
        """Gives up a blockchain address of the caller.

        Errors: PA401, PA403 from require_user · PA404 no such claim of the caller

        Who may call it: student, instructor, admin.
        """
        await self._value(
            _UNLINK_WALLET,
            {
                "wallet_id": wallet_id,
            },
        )

    async def unmark_solution(self, *, discussion_id: UUID | str) -> bool:
        """Takes the solution of a discussion back; returns whether there was one.

        The author's count of solutions goes back; the XP stays with them, and the discussion pays no second time.
        Without a solution nothing changes.

        Errors: PA401 · PA403 neither asked nor staff · PA404 no such discussion

        Who may call it: student, instructor, admin.
        """
        return cast(
            "bool",
            await self._value(
                _UNMARK_SOLUTION,
                {
                    "discussion_id": discussion_id,
                },
            ),
        )

    async def unpublish_course(self, *, course_id: UUID | str) -> None:
        """Takes a course out of the catalogue.

        Those who are enrolled keep it. Whose course an administrator has taken out does not publish it again.

        Errors: PA401 · PA403 · PA404 no such course

        Who may call it: instructor, admin.
        """
        await self._value(
            _UNPUBLISH_COURSE,
            {
                "course_id": course_id,
            },
        )

    async def unpublish_file(self, *, file_id: UUID | str) -> None:
        """Hides a file from others.

        What an administrator hid, only an administrator shows again.

        The store does not know of it: whoever has the address of the bytes asks the store, which the application
        has to tell.

        Errors: PA401, PA403 from require_user · PA404 no such file of the caller's

        Who may call it: student, instructor, admin.
        """
        await self._value(
            _UNPUBLISH_FILE,
            {
                "file_id": file_id,
            },
        )

    async def unpublish_project(self, *, project_id: UUID | str) -> None:
        """Hides a project from others.

        Its likes and views are kept. What an administrator hid, only an administrator shows again.

        Errors: PA401, PA403 from require_user · PA404 no such project of the caller's

        Who may call it: student, admin.
        """
        await self._value(
            _UNPUBLISH_PROJECT,
            {
                "project_id": project_id,
            },
        )

    async def unread_count(self) -> int:
        """How many notifications the caller has not read.

        Two looks into an index, however many there are: what was added up last, and what came since. Exact: both
        are seen in one snapshot.

        Errors: PA401 nobody is signed in · 28000 from verified_identity

        Who may call it: student, instructor, admin.
        """
        return cast("int", await self._value(_UNREAD_COUNT, {}))

    async def update_course(
        self,
        *,
        course_id: UUID | str,
        title: str | None = None,
        slug: str | None = None,
        description: str | None = None,
        category: str | None = None,
        discipline: str | None = None,
        track: str | None = None,
        difficulty: str | None = None,
        estimated_minutes: int | None = None,
        learning_objectives: Json = None,
        content_structure: Json = None,
        thumbnail_url: str | None = None,
        max_enrollments: int | None = None,
        completion_xp: int | None = None,
        coin_reward: int | None = None,
        metadata: Json = None,
        instructor_id: UUID | str | None = None,
        is_featured: bool | None = None,
        is_active: bool | None = None,
        clear: list[str] | None = None,
    ) -> UpdateCourse:
        """Changes the given columns of a course; returns its id, slug and version.

        Null means unchanged; a column that shall become empty is named in clear. The version grows when what a
        published course teaches changes (bump_course_version). Only administrators hand a course to another
        instructor or feature it.

        Left out, `clear` is '{}'.

        Errors: PA401 · PA403, also for making active what an administrator took down · PA404 no such course or
        instructor · PA409 fewer seats than are taken · PA422 title, slug, track or difficulty; more XP or coins
        than an instructor may give; unknown name in p_clear; a column both given and cleared · 23505
        courses_slug_key · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        return cast(
            "UpdateCourse",
            await self._row(
                _UPDATE_COURSE,
                {
                    "course_id": course_id,
                    "title": title,
                    "slug": slug,
                    "description": description,
                    "category": category,
                    "discipline": discipline,
                    "track": track,
                    "difficulty": difficulty,
                    "estimated_minutes": estimated_minutes,
                    "learning_objectives": learning_objectives,
                    "content_structure": content_structure,
                    "thumbnail_url": thumbnail_url,
                    "max_enrollments": max_enrollments,
                    "completion_xp": completion_xp,
                    "coin_reward": coin_reward,
                    "metadata": metadata,
                    "instructor_id": instructor_id,
                    "is_featured": is_featured,
                    "is_active": is_active,
                    "clear": clear,
                },
            ),
        )

    async def update_exercise(
        self,
        *,
        exercise_id: UUID | str,
        title: str | None = None,
        description: str | None = None,
        exercise_type: str | None = None,
        content: Json = None,
        rubric: Json = None,
        max_score: Decimal | int | float | None = None,
        passing_score: Decimal | int | float | None = None,
        time_limit_minutes: int | None = None,
        due_at: dt.datetime | None = None,
        attempts_allowed: int | None = None,
        coin_reward: int | None = None,
        is_mandatory: bool | None = None,
        is_published: bool | None = None,
        metadata: Json = None,
        clear: list[str] | None = None,
    ) -> None:
        """Changes the given columns of an exercise, or publishes it.

        Null means unchanged; what shall go is named in clear. Work that was graded keeps its grade and the points
        it was graded with; a time limit holds for who begins from now on, a due date for everybody. A new rubric
        without max_score makes the exercise worth what it is worth. From the moment a mandatory exercise is
        published its lesson is completed by grading only.

        Left out, `clear` is '{}'.

        Errors: PA401 · PA403, also for publishing what an administrator took down · PA404 no such exercise · PA422
        unknown name in p_clear, or given as well; too many coins; content or rubric, with the path · 23514 a value
        against a column's rule

        Who may call it: instructor, admin.
        """
        await self._value(
            _UPDATE_EXERCISE,
            {
                "exercise_id": exercise_id,
                "title": title,
                "description": description,
                "exercise_type": exercise_type,
                "content": content,
                "rubric": rubric,
                "max_score": max_score,
                "passing_score": passing_score,
                "time_limit_minutes": time_limit_minutes,
                "due_at": due_at,
                "attempts_allowed": attempts_allowed,
                "coin_reward": coin_reward,
                "is_mandatory": is_mandatory,
                "is_published": is_published,
                "metadata": metadata,
                "clear": clear,
            },
        )

    async def update_file(
        self,
        *,
        file_id: UUID | str,
        filename: str | None = None,
        file_type: str | None = None,
        folder: str | None = None,
        clear: list[str] | None = None,
    ) -> None:
        """Changes the given columns of one's own file.

        Null means unchanged; what shall go is named in clear.

        What was uploaded stays what it was: its place, its address, its size and what it was called at home do not
        change.

        Left out, `clear` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such file of the caller's · PA422 a value of no use;
        unknown name in p_clear, or given as well

        Who may call it: student, instructor, admin.
        """
        await self._value(
            _UPDATE_FILE,
            {
                "file_id": file_id,
                "filename": filename,
                "file_type": file_type,
                "folder": folder,
                "clear": clear,
            },
        )

    async def update_lesson(
        self,
        *,
        lesson_id: UUID | str,
        title: str | None = None,
        slug: str | None = None,
        lesson_type: str | None = None,
        description: str | None = None,
        content: Json = None,
        body: str | None = None,
        duration_minutes: int | None = None,
        video_url: str | None = None,
        materials: Json = None,
        learning_outcomes: Json = None,
        is_mandatory: bool | None = None,
        is_preview: bool | None = None,
        is_graded: bool | None = None,
        is_active: bool | None = None,
        completion_xp: int | None = None,
        coin_reward: int | None = None,
        metadata: Json = None,
        clear: list[str] | None = None,
    ) -> UpdateLesson:
        """Changes the given columns of a lesson; returns its id and slug.

        Null means unchanged; a column that shall become empty is named in clear. Hiding a lesson (is_active =>
        false) or making it optional takes it out of everyone's progress at once; what was completed stays
        completed. Its place is changed by move_lesson() and reorder_lessons().

        Left out, `clear` is '{}'.

        Errors: PA401 · PA403 · PA404 no such lesson · PA409 shown inside a hidden chapter · PA422 title, slug or
        type; more XP or coins than an instructor may give; unknown name in p_clear; a column both given and cleared
        · 23505 lessons_course_id_slug_key · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        return cast(
            "UpdateLesson",
            await self._row(
                _UPDATE_LESSON,
                {
                    "lesson_id": lesson_id,
                    "title": title,
                    "slug": slug,
                    "lesson_type": lesson_type,
                    "description": description,
                    "content": content,
                    "body": body,
                    "duration_minutes": duration_minutes,
                    "video_url": video_url,
                    "materials": materials,
                    "learning_outcomes": learning_outcomes,
                    "is_mandatory": is_mandatory,
                    "is_preview": is_preview,
                    "is_graded": is_graded,
                    "is_active": is_active,
                    "completion_xp": completion_xp,
                    "coin_reward": coin_reward,
                    "metadata": metadata,
                    "clear": clear,
                },
            ),
        )

    async def update_material(
        self,
        *,
        material_id: UUID | str,
        title: str | None = None,
        description: str | None = None,
        source_url: str | None = None,
        subject_area: str | None = None,
        difficulty_level: str | None = None,
        tags: list[str] | None = None,
        metadata: Json = None,
        clear: list[str] | None = None,
    ) -> None:
        """Changes the given columns of one's own study material.

        Null means unchanged; what shall go is named in clear.

        Left out, `clear` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such material of the caller's · PA422 a value of no use;
        unknown name in p_clear, or given as well; the address of a url cleared

        Who may call it: student.
        """
        await self._value(
            _UPDATE_MATERIAL,
            {
                "material_id": material_id,
                "title": title,
                "description": description,
                "source_url": source_url,
                "subject_area": subject_area,
                "difficulty_level": difficulty_level,
                "tags": tags,
                "metadata": metadata,
                "clear": clear,
            },
        )

    async def update_profile(
        self,
        *,
        full_name: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        avatar_url: str | None = None,
        avatar_emoji: str | None = None,
        bio: str | None = None,
        phone_number: str | None = None,
        preferences: Json = None,
        show_on_leaderboard: bool | None = None,
        username: str | None = None,
    ) -> None:
        """Changes the caller's own profile: null leaves a field as it is, an empty text clears it.

        Null leaves a field as it is, an empty text clears it.

        preferences is merged into what is there, one level deep inside each of its objects, so that setting one
        privacy choice keeps the others; a key set to null is removed. A username can be chosen once, by those who
        have none: a handle is never handed to someone else.

        Errors: PA401, PA403 from require_user · PA409 username taken, or chosen before · PA422 preferences not an
        object; a username that cannot be; a text too long · 23505 username taken at the same moment
        (users_username_key) · 23514 avatar too long

        Who may call it: student, instructor, admin.
        """
        await self._value(
            _UPDATE_PROFILE,
            {
                "full_name": full_name,
                "first_name": first_name,
                "last_name": last_name,
                "avatar_url": avatar_url,
                "avatar_emoji": avatar_emoji,
                "bio": bio,
                "phone_number": phone_number,
                "preferences": preferences,
                "show_on_leaderboard": show_on_leaderboard,
                "username": username,
            },
        )

    async def update_project(
        self,
        *,
        project_id: UUID | str,
        title: str | None = None,
        description: str | None = None,
        project_type: str | None = None,
        components: Json = None,
        performance_metrics: Json = None,
        nft_metadata: Json = None,
        clear: list[str] | None = None,
    ) -> None:
        """Changes the given columns of one's own project.

        Null means unchanged; what shall go is named in clear.

        The shapes of the documents are those of create_project() and nft_metadata_shape(). What a token stands for
        stays as it was sold: of a minted project neither the components nor the token's metadata change.

        Left out, `clear` is '{}'.

        Errors: PA401, PA403 from require_user · PA404 no such project of the caller's · PA409 it is minted · PA422
        a value, size or shape, with the path in the detail; unknown name in p_clear, or given as well

        Who may call it: student.
        """
        await self._value(
            _UPDATE_PROJECT,
            {
                "project_id": project_id,
                "title": title,
                "description": description,
                "project_type": project_type,
                "components": components,
                "performance_metrics": performance_metrics,
                "nft_metadata": nft_metadata,
                "clear": clear,
            },
        )

    async def update_question(
        self,
        *,
        question_id: UUID | str,
        question_text: str | None = None,
        options: Json = None,
        answer_key: Json = None,
        points: Decimal | int | float | None = None,
        explanation: str | None = None,
    ) -> None:
        """Changes the given columns of a question and its key.

        Once the quiz has been attempted, options and points stand still, since answers and grades rest on them:
        remove the question and add another. Text, key and explanation may be corrected at any time; what was graded
        keeps its grade until regrade_quiz(). The type never changes. New options need the key with them, unless
        they say themselves what is right.

        Errors: PA401 · PA403 · PA404 no such question · PA409 options or points of an attempted quiz · PA422
        options or key, with the path · 23514 another value against a column's rule

        Who may call it: instructor, admin.
        """
        await self._value(
            _UPDATE_QUESTION,
            {
                "question_id": question_id,
                "question_text": question_text,
                "options": options,
                "answer_key": answer_key,
                "points": points,
                "explanation": explanation,
            },
        )

    async def update_quiz(
        self,
        *,
        quiz_id: UUID | str,
        title: str | None = None,
        description: str | None = None,
        quiz_type: str | None = None,
        passing_score: Decimal | int | float | None = None,
        time_limit_minutes: int | None = None,
        max_attempts: int | None = None,
        grade_policy: str | None = None,
        shuffle_questions: bool | None = None,
        shuffle_options: bool | None = None,
        show_answers: str | None = None,
        is_published: bool | None = None,
        metadata: Json = None,
        clear: list[str] | None = None,
    ) -> None:
        """Changes the given columns of a quiz, or publishes it.

        Null means unchanged; a limit that shall go is named in clear. Attempts that were begun keep their deadline,
        those that were graded their grade. From the moment a graded quiz is published its lesson is completed by
        grading only.

        Left out, `clear` is '{}'.

        Errors: PA401 · PA403, also for publishing what an administrator took down · PA404 no such quiz · PA409
        published without a question · PA422 unknown name in p_clear, or given as well · 23514 a value against a
        column's rule

        Who may call it: instructor, admin.
        """
        await self._value(
            _UPDATE_QUIZ,
            {
                "quiz_id": quiz_id,
                "title": title,
                "description": description,
                "quiz_type": quiz_type,
                "passing_score": passing_score,
                "time_limit_minutes": time_limit_minutes,
                "max_attempts": max_attempts,
                "grade_policy": grade_policy,
                "shuffle_questions": shuffle_questions,
                "shuffle_options": shuffle_options,
                "show_answers": show_answers,
                "is_published": is_published,
                "metadata": metadata,
                "clear": clear,
            },
        )

    async def update_settings(
        self,
        *,
        timezone: str | None = None,
        language: str | None = None,
        theme: str | None = None,
        email_notifications: bool | None = None,
        push_notifications: bool | None = None,
    ) -> None:
        """Changes the caller's own settings: null leaves one as it is.

        Null leaves a setting as it is.

        A new time zone counts from now on: the days of a streak stay where they were. A streak that is over in the
        old zone is settled first, and the day it is now for the person is kept (local_date), so that no zone brings
        back a day that was missed. A zone can be changed once in 24 hours; the first choice after registration is
        free. Nobody may write the column itself.

        Errors: PA401, PA403 from require_user · PA422 unknown time zone or theme; malformed language · PA429 time
        zone changed less than 24 hours ago

        Who may call it: student, instructor, admin.
        """
        await self._value(
            _UPDATE_SETTINGS,
            {
                "timezone": timezone,
                "language": language,
                "theme": theme,
                "email_notifications": email_notifications,
                "push_notifications": push_notifications,
            },
        )

    async def verify_audit_seals(
        self, *, partition: str | None = None, table: str | None = None, head: bytes | None = None
    ) -> list[VerifyAuditSeals]:
        """What in the audit trail is not as it was sealed.

        An empty answer means that all is well.

            seal missing       a seal was deleted
            seal changed       it says something else than when it was made, or does not follow the one before it
            rows changed       the rows are as many as were sealed, and not the same
            rows deleted       they are fewer
            rows added         they are more, or there are rows among the sealed ones that no seal covers
            partition missing  it has seals and is not there; an older one with seals is (the oldest leave by retention)
            head missing       no seal has the hash that was kept elsewhere

        Without arguments, every seal and every partition that is attached. With partition, its seals and its rows
        only; and table is where these rows are now, if the partition was detached, renamed or brought back from an
        archive. head is the last seal_hash that was kept elsewhere: against somebody who could change the seals
        too.

        Reads all of the rows. Those noted since the last seal are not looked at.

        Errors: PA403 not the service · PA404 no such table in this school · PA422 a table and no partition

        Who may call it: service.
        """
        return await self._rows(
            _VERIFY_AUDIT_SEALS,
            {
                "partition": partition,
                "table": table,
                "head": head,
            },
        )

    async def verify_certificate(self, *, code: str) -> VerifyCertificate:
        """Tells whoever holds the code of a certificate whether it is valid, and what it says.

        Always one row of the same columns, by the same way: whatever is sent is brought to the form of a code and
        looked up once. Of a valid one it tells what is printed on it; of a revoked one only that it is, and since
        when; no ids, nothing of the person or the course but what stood there on the day.

        Errors: none

        Who may call it: anonymous, student, instructor, admin, service.
        """
        return cast(
            "VerifyCertificate",
            await self._row(
                _VERIFY_CERTIFICATE,
                {
                    "code": code,
                },
            ),
        )

    async def verify_email(self, *, user_id: UUID | str, email: str) -> None:
        """Records that a person proved an email address, which is theirs from then on.

        Who changes their address proves the new one first; so this is the only way an address changes, and an
        address that nobody proved never replaces one that was.

        Errors: PA403 not the back end · PA404 no such living person · PA409 the address is taken · PA422 no
        address, or none that can be · 23505 taken at the same moment (users_email_key)

        Who may call it: service.
        """
        await self._value(
            _VERIFY_EMAIL,
            {
                "user_id": user_id,
                "email": email,
            },
        )

    async def verify_integrity(self) -> list[VerifyIntegrity]:
        """Every difference between what is cached or promised and the rows it comes from.

        One row per difference; an empty answer means that all is well.

        Stable: all of it is seen in one snapshot, so that work going on meanwhile is never reported as a
        difference. Each table is read a few times as a whole: a job for the night on a large school.
        repair_counters() mends what is a cache. What a check holds the stored value against is defined where the
        rule is (counted_progress, course_leaf_lessons, calculate_user_level, shown_profile), or in the counted_…
        functions beside this one.

        Errors: PA403 not the service

        Who may call it: service.
        """
        return await self._rows(_VERIFY_INTEGRITY, {})

    async def verify_wallet(self, *, wallet_id: UUID | str) -> None:
        """Records that a claimed blockchain address was proven; it is exclusive from then on.

        From then on the address is theirs alone and logs them in. Someone who proves an address that is proven for
        another person is refused; between two proofs at the same moment the unique index decides (23505,
        user_wallets_chain_address_key). Doing it again changes nothing.

        Errors: PA403 not the back end · PA404 no such claim, or not of a living person · PA409 proven for someone
        else

        Who may call it: service.
        """
        await self._value(
            _VERIFY_WALLET,
            {
                "wallet_id": wallet_id,
            },
        )

    async def vote(
        self, *, vote_type: str, discussion_id: UUID | str | None = None, reply_id: UUID | str | None = None
    ) -> Vote:
        """Votes a discussion or reply up or down, or withdraws the vote; returns what it has now.

        One vote per person and target, by the table's key; not for one's own. The counters stand on a row that
        every voter writes before looking at their own vote, so they are exact whoever votes at once; the same vote
        again changes nothing. Votes up count for the author (votes_received); of one who has left the school
        nobody's count moves.

        Errors: PA401 · PA403 for one's own · PA404 no such target · PA409 its author has left · PA422 not up or
        down, not exactly one target

        Who may call it: student, instructor, admin.
        """
        return cast(
            "Vote",
            await self._row(
                _VOTE,
                {
                    "vote_type": vote_type,
                    "discussion_id": discussion_id,
                    "reply_id": reply_id,
                },
            ),
        )
