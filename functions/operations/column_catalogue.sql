-- column_catalogue: what every column of the school is, and whose; one block per table. The one place that says so: the
-- audit trail redacts by it, export_user() asks what to leave out and erase_user() what to blank, and sql/checks/ finds a
-- column that is missing here, or here and nowhere else.
--
-- The classes, each with its columns (one text, or several where a line is too short):
--
--     public      for everybody: what the school teaches, and definitions
--     internal    keys, states, counters, times: nobody speaks in it, and alone it tells nothing about anybody
--     personal    what somebody did, achieved or chose. Exported; stays after erasure, under a pseudonym: counters and
--                 ledgers are made of it
--     sensitive   who somebody is, and every word they wrote or others wrote of them (PII). Exported; redacted in
--                 audit; blanked by erasure
--     secret      what proves or hides something. Never exported; redacted in audit; blanked by erasure
--
-- And of a table with rows of people, where $1 is the person's id:
--
--     person      which rows are theirs: a condition that an index serves
--     also        which other rows they are given in an export, being a party to them
--     erased      what becomes of theirs: blank (the default: null, or what erased_as says), delete, or unless kept:
--                 blank, if the person does not keep their certificates
--     erased_as   what a column is blanked to: an SQL expression over the row; or the value itself, where it is no
--                 text. It keeps the constraints of the table. A personal column is blanked only if it is named here
--     generated   what follows other columns by itself
--     withheld    what is not exported although it is the person's
--     unguarded   why nothing has to stop it from being written while the person is erased (see refuse_erased_user)
--     why         what is not plain
--
-- And of a table in the audit trail:
--
--     unnoted     columns whose change alone leaves no note; empty where every change does
--
-- A new column gets its word in the line of its class; what people can fill with text is sensitive. Partitions are
-- their parent, and not named. Of the tables in the audit trail `make generate` writes the triggers anew.
--
-- called by  column_classes, redacted_columns, export_user, erase_user, privacy_findings
-- requires   audit_contexts_of; analytics_contexts_of, in a string
-- errors     none
create or replace function column_catalogue()
returns jsonb
language sql
immutable
security invoker
begin atomic
    select $catalogue${
        "write_guards": {"internal": "name version"},
        "platform_settings": {
            "unnoted": "updated_at",
            "internal": "setting_key setting_value description created_at updated_at"
        },
        "idempotency_keys": {
            "unguarded": "store_reply looks.",
            "person": "actor = $1::text",
            "erased": "delete",
            "internal": "actor procedure created_at",
            "sensitive": "key request_hash reply"
        },
        "job_runs": {"internal": "id job status started_at finished_at detail"},
        "audit_logs": {
            "why": "Redacted when it is written, so that erasure need not change what is never changed.",
            "person": "user_id = $1",
            "internal": [
                "id log_number created_at user_id acted_as login action entity_type entity_id is_success error_code",
                "context_id"
            ],
            "personal": "old_values new_values"
        },
        "audit_contexts": {
            "unguarded": "add_audit_context looks.",
            "person": "id in (select c.id from audit_contexts_of($1) as c (id))",
            "erased": "delete",
            "internal": "id origin user_id created_at",
            "sensitive": "ip_address user_agent request_id session_id"
        },
        "audit_seals": {
            "internal": [
                "seal_number partition_name after_log_number up_to_log_number row_count rows_hash previous_hash",
                "seal_hash sealed_at"
            ]
        },
        "audit_watermark": {"internal": "is_only log_number transaction_id"},
        "retention_policies": {
            "unnoted": "updated_at",
            "internal": "subject keep_months action description created_at updated_at"
        },
        "archives": {
            "internal": "id table_name partition_name starts_at ends_at status row_count created_at finished_at"
        },
        "archive_chunks": {
            "why": "What identifies people does not get into it: see archive_rows, and audit_logs above.",
            "internal": "archive_id chunk_number row_count content"
        },

        "users": {
            "unnoted": "updated_at last_login_at",
            "unguarded": "Its check users_erased_check does.",
            "person": "id = $1",
            "internal": "id role is_approved is_active email_verified created_at updated_at deleted_at erased_at",
            "personal": "show_on_leaderboard academic_level last_login_at",
            "sensitive": [
                "email full_name first_name last_name avatar_url avatar_emoji bio phone_number username preferences",
                "metadata"
            ],
            "erased_as": {
                "academic_level": "'beginner'",
                "last_login_at": null,
                "preferences": {},
                "metadata": {}
            }
        },
        "public_profiles": {
            "unguarded": "It follows users.",
            "person": "user_id = $1",
            "internal": "user_id updated_at",
            "sensitive": "username full_name avatar_url avatar_emoji bio"
        },
        "user_settings": {
            "unnoted": "updated_at",
            "person": "user_id = $1",
            "internal": "user_id created_at updated_at",
            "personal": [
                "email_notifications push_notifications theme language timezone timezone_changed_at",
                "timezone_changed_on"
            ],
            "erased_as": {
                "theme": "'light'",
                "language": "'en'",
                "timezone": "'UTC'",
                "timezone_changed_at": null,
                "timezone_changed_on": null
            }
        },
        "user_secrets": {
            "unnoted": "",
            "person": "user_id = $1",
            "erased": "delete",
            "internal": "user_id password_changed_at",
            "secret": "password_hash"
        },
        "user_encrypted_fields": {
            "unnoted": "updated_at",
            "person": "user_id = $1",
            "erased": "delete",
            "internal": "user_id key_id created_at updated_at",
            "sensitive": "field_name",
            "secret": "nonce ciphertext"
        },
        "user_wallets": {
            "unnoted": "",
            "person": "user_id = $1",
            "erased": "delete",
            "internal": "id user_id created_at",
            "personal": "chain verified_at",
            "sensitive": "address"
        },
        "auth_sessions": {
            "person": "user_id = $1",
            "erased": "delete",
            "internal": "id family_id user_id created_at expires_at rotated_at revoked_at revoked_reason",
            "personal": "last_accessed_at",
            "sensitive": "ip_address user_agent",
            "secret": "token_hash token_jti"
        },
        "signing_keys": {
            "unnoted": "",
            "internal": "key_id created_at retired_at",
            "secret": "inner_pad outer_pad"
        },

        "erasures": {
            "person": "user_id = $1",
            "internal": "user_id keeps_certificates step requested_at stepped_at finished_at"
        },
        "data_exports": {
            "person": "user_id = $1",
            "internal": "user_id exported_at export_count"
        },

        "courses": {
            "unnoted": "updated_at",
            "why": "What staff write for the school is the school's, and stays with those who learn from it.",
            "person": "instructor_id = $1",
            "public": [
                "slug title description category discipline track difficulty estimated_minutes learning_objectives",
                "content_structure thumbnail_url max_enrollments completion_xp coin_reward version metadata"
            ],
            "internal": [
                "id instructor_id created_by is_active is_published is_featured published_at created_at updated_at",
                "deleted_at withheld_at"
            ]
        },
        "course_stats": {
            "internal": [
                "course_id lesson_count enrollment_count completion_count rating_sum rating_count lesson_sync",
                "average_rating updated_at"
            ]
        },
        "course_prerequisites": {"unnoted": "", "public": "course_id prerequisite_course_id is_required created_at"},
        "lessons": {
            "unnoted": "updated_at position",
            "public": [
                "slug title description content body lesson_type position duration_minutes video_url materials",
                "learning_outcomes completion_xp coin_reward metadata"
            ],
            "internal": [
                "id course_id parent_lesson_id is_mandatory is_preview is_graded is_active created_at updated_at"
            ]
        },
        "lesson_prerequisites": {"unnoted": "", "public": "course_id lesson_id prerequisite_lesson_id created_at"},
        "uploaded_files": {
            "unnoted": "updated_at",
            "why": "Whoever clears the bytes away finds them by the id of the person, which their places begin with.",
            "person": "user_id = $1",
            "erased": "delete",
            "internal": "id user_id storage_provider withheld_at created_at updated_at deleted_at",
            "personal": "file_size is_public",
            "sensitive": "filename original_filename file_url storage_path file_type mime_type folder"
        },

        "enrollments": {
            "unnoted": "updated_at counted_moves",
            "person": "user_id = $1",
            "internal": "id user_id course_id counted_moves created_at updated_at",
            "personal": [
                "status progress_percentage completed_lessons_count total_lessons_count current_lesson_id",
                "total_time_spent_seconds enrolled_at completed_at dropped_at expires_at last_accessed_at rating",
                "rated_at certificate_issued_at"
            ],
            "sensitive": "review"
        },
        "lesson_progress": {
            "person": "user_id = $1",
            "internal": "id enrollment_id user_id course_id lesson_id is_batched created_at updated_at",
            "personal": [
                "status started_at completed_at time_spent_seconds completion_percentage score xp_earned",
                "counts_for_streak coins_earned"
            ],
            "sensitive": "notes"
        },

        "levels": {"unnoted": "", "public": "level min_xp"},
        "achievement_metrics": {"public": "metric description is_course_scoped"},
        "achievements": {
            "unnoted": "updated_at",
            "public": [
                "slug title description achievement_type category icon_url icon_emoji rarity criteria metric",
                "threshold scope_course_id xp_reward"
            ],
            "internal": "id is_active created_at updated_at"
        },
        "user_achievements": {
            "unguarded": "The definition is copied, nothing of the person.",
            "person": "user_id = $1",
            "internal": "id user_id achievement_id course_id created_at",
            "personal": [
                "title description achievement_type icon_url icon_emoji progress earned_at nft_token_id",
                "nft_minted_at"
            ],
            "sensitive": "metadata",
            "erased_as": {"metadata": {}}
        },
        "xp_events": {
            "unguarded": "The reason is written by procedures and staff.",
            "person": "user_id = $1",
            "internal": "id user_id source_type source_id occurrence created_at",
            "personal": "amount awarded_at",
            "sensitive": "reason"
        },
        "user_stats": {
            "person": "user_id = $1",
            "internal": "user_id is_ranked updated_at",
            "personal": [
                "total_xp current_level week_start weekly_xp month_start monthly_xp current_streak longest_streak",
                "last_streak_date streak_freezes courses_enrolled courses_completed lessons_completed",
                "exercises_completed achievements_earned perfect_scores score_sum score_count coins_earned",
                "last_activity_at last_accessed_at total_time_spent_seconds quizzes_passed projects_created",
                "projects_minted discussions_started replies_posted solutions_accepted votes_received",
                "certificates_earned reviews_completed"
            ]
        },
        "user_streaks": {
            "person": "user_id = $1",
            "internal": "user_id created_at",
            "personal": "streak_date streak_count activity_type activity_count"
        },
        "xp_rank_buckets": {"internal": "width bucket people"},
        "xp_rank_deltas": {"internal": "id bucket people"},
        "leaderboard_generation": {
            "internal": "is_current generation week_start_date month_start_date calculated_at"
        },
        "leaderboard_cache": {
            "unguarded": "It has no words.",
            "person": "user_id = $1",
            "erased": "delete",
            "internal": "generation user_id week_start_date month_start_date calculated_at",
            "personal": "all_time_rank all_time_xp weekly_rank weekly_xp monthly_rank monthly_xp"
        },

        "coin_accounts": {
            "person": "user_id = $1",
            "internal": "id kind user_id is_backfill_due created_at",
            "personal": "balance sent_on sent_amount"
        },
        "coin_transactions": {
            "why": "What is on a public chain no school can take back; a deposit is entered once by its name there.",
            "person": "user_id = $1",
            "also": "recipient_id = $1",
            "internal": [
                "id user_id recipient_id related_object_type related_object_id occurrence reverses_id status",
                "created_at"
            ],
            "personal": "transaction_type amount blockchain_tx_hash is_blockchain_confirmed settled_at",
            "sensitive": "description failure_reason",
            "erased_as": {"failure_reason": "'[erased]'"}
        },
        "coin_postings": {
            "person": "user_id = $1",
            "internal": "transaction_id account_id user_id",
            "personal": "amount"
        },

        "quizzes": {
            "unnoted": "updated_at has_attempts",
            "public": [
                "title description quiz_type passing_score time_limit_minutes max_attempts grade_policy",
                "shuffle_questions shuffle_options show_answers metadata"
            ],
            "internal": "id course_id lesson_id is_published has_attempts created_at updated_at withheld_at"
        },
        "quiz_questions": {
            "unnoted": "updated_at position",
            "public": "question_type question_text options points position",
            "internal": "id quiz_id retired_at created_at updated_at"
        },
        "quiz_question_keys": {
            "unnoted": "updated_at",
            "internal": "question_id updated_at",
            "secret": "answer_key explanation"
        },
        "quiz_attempts": {
            "why": "Points by question and the seed of the shuffle would give the key away.",
            "withheld": "seed grading",
            "person": "user_id = $1",
            "internal": "id enrollment_id user_id course_id quiz_id seed question_ids closed_by created_at updated_at",
            "personal": [
                "attempt_number status started_at deadline_at submitted_at graded_at grading score max_score",
                "percentage is_passed first_pass time_taken_seconds"
            ],
            "sensitive": "answers",
            "erased_as": {"answers": {}}
        },
        "exercises": {
            "unnoted": "updated_at has_submissions",
            "public": [
                "title description exercise_type content rubric max_score passing_score time_limit_minutes due_at",
                "attempts_allowed coin_reward metadata"
            ],
            "internal": [
                "id course_id lesson_id is_mandatory is_published has_submissions withheld_at created_at updated_at"
            ]
        },
        "exercise_submissions": {
            "person": "user_id = $1",
            "internal": "id enrollment_id user_id course_id exercise_id closed_by graded_by created_at updated_at",
            "personal": [
                "attempt_number status started_at deadline_at submitted_at graded_at score max_score percentage",
                "is_passed first_pass"
            ],
            "sensitive": "content files rubric feedback",
            "erased_as": {"content": {}, "files": []}
        },
        "exercise_grades": {
            "person": "user_id = $1",
            "internal": "id submission_id user_id course_id graded_by",
            "personal": "grade_number graded_at score max_score percentage is_passed",
            "sensitive": "rubric feedback reason",
            "erased_as": {"reason": "'[erased]'"}
        },

        "chain_transactions": {
            "why": "The name on the chain stays: it is what a transaction is entered once by.",
            "person": "user_id = $1",
            "internal": [
                "id user_id chain network tx_type status course_id achievement_id submitted_at settled_at",
                "created_at updated_at"
            ],
            "personal": "tx_id amount fee consensus_timestamp hashscan_url",
            "sensitive": "from_account to_account failure_reason",
            "erased_as": {
                "from_account": "case chain when 'hedera' then '0.0.0' end",
                "to_account": "case chain when 'hedera' then '0.0.0' end",
                "failure_reason": "'[erased]'"
            }
        },
        "faucet_requests": {
            "person": "user_id = $1",
            "internal": "id user_id transaction_id status",
            "personal": "amount_hbar requested_at completed_at",
            "sensitive": "hedera_account_id request_ip request_network",
            "generated": "request_network",
            "erased_as": {"hedera_account_id": "'0.0.0'"}
        },
        "faucet_guards": {"internal": "slot version"},
        "chain_totals": {"internal": "month chain network tx_type status transaction_count amount fee"},

        "certificates": {
            "unnoted": "updated_at",
            "person": "user_id = $1",
            "erased": "unless kept",
            "internal": [
                "id enrollment_id user_id course_id issued_by replaces_id is_revoked revoked_by revoked_as",
                "created_at updated_at"
            ],
            "personal": "certificate_number verification_code course_title completed_at issued_at revoked_at",
            "sensitive": "recipient_name revocation_reason pdf_path",
            "erased_as": {"recipient_name": "'[erased]'", "revocation_reason": "'[erased]'"}
        },
        "nft_certificates": {
            "unnoted": "",
            "person": "user_id = $1",
            "erased": "unless kept",
            "internal": "id certificate_id user_id course_id transaction_id chain network status issued_at",
            "personal": "collection_id token_id serial_number minted_at",
            "sensitive": "metadata metadata_uri",
            "erased_as": {"metadata": {}}
        },

        "project_authors": {
            "person": "user_id = $1",
            "internal": "user_id",
            "personal": "last_created_at"
        },
        "projects": {
            "unnoted": "updated_at is_listed",
            "person": "user_id = $1",
            "internal": "id user_id course_id is_public is_featured is_listed withheld_at created_at updated_at",
            "personal": "nft_token_id minted_at view_count like_count",
            "sensitive": "title project_type description performance_metrics components nft_metadata",
            "erased_as": {
                "title": "'[erased]'",
                "project_type": "'[erased]'",
                "components": {
                    "components": [], "metadata": {"totalPower": 0, "totalWeight": 0, "efficiency": 0, "cost": 0}
                },
                "nft_metadata": "erased_nft_metadata(id, user_id)"
            }
        },
        "deleted_projects": {
            "person": "user_id = $1",
            "internal": "project_id user_id",
            "personal": "created_at deleted_at"
        },
        "project_likes": {
            "person": "user_id = $1",
            "internal": "project_id user_id",
            "personal": "created_at"
        },
        "project_view_deltas": {"internal": "id project_id viewed_at"},
        "project_views": {"internal": "project_id view_date views"},

        "analytics_events": {
            "unguarded": "track_event() and track_events() look.",
            "person": "user_id = $1",
            "internal": "id user_id course_id written_by",
            "personal": "event_type created_at",
            "sensitive": "event_data session_id",
            "erased_as": {"event_data": {}}
        },
        "analytics_contexts": {
            "unguarded": "It is written with an event.",
            "person": "session_id in (select c.session_id from analytics_contexts_of($1) as c (session_id))",
            "erased": "delete",
            "internal": "user_id created_at",
            "sensitive": "session_id ip_address user_agent"
        },
        "rollup_state": {"internal": "is_current rolled_to cluster_id timezone rolled_at"},
        "user_activity_days": {
            "person": "user_id = $1",
            "internal": "user_id",
            "personal": "activity_date event_count"
        },
        "learner_activity_days": {
            "person": "user_id = $1",
            "internal": "user_id course_id",
            "personal": "activity_date event_count"
        },
        "course_activity_days": {"internal": "activity_date course_id event_count people"},
        "event_type_days": {"internal": "activity_date event_type event_count"},
        "platform_activity_days": {"internal": "activity_date event_count visitor_event_count people"},

        "study_materials": {
            "person": "user_id = $1",
            "internal": "id user_id source_type status content_length created_at updated_at deleted_at",
            "personal": "difficulty_level",
            "sensitive": "title description source_url metadata subject_area tags",
            "erased_as": {
                "title": "'[erased]'",
                "source_url": "case when source_type = 'url' then 'https://erased.invalid/' end",
                "metadata": {},
                "tags": "'{}'"
            }
        },
        "content_chunks": {
            "person": "study_material_id in (select m.id from study_materials as m where m.user_id = $1)",
            "internal": [
                "id study_material_id chunk_order chunk_type word_count language relevance_score created_at updated_at"
            ],
            "sensitive": "content metadata summary",
            "erased_as": {"content": "'[erased]'", "metadata": {}}
        },
        "generated_assets": {
            "person": "study_material_id in (select m.id from study_materials as m where m.user_id = $1)",
            "internal": [
                "id study_material_id content_chunk_id asset_type generation_model status quality_score",
                "difficulty_level created_at updated_at"
            ],
            "sensitive": "content metadata generation_params",
            "erased_as": {"content": "erased_asset_content(asset_type)", "metadata": {}, "generation_params": {}}
        },
        "learning_sessions": {
            "person": "user_id = $1",
            "internal": "id user_id study_material_id aggregated_at updated_at",
            "personal": "session_type total_interactions completion_percentage status started_at ended_at",
            "sensitive": "session_data configuration",
            "erased_as": {"configuration": {}}
        },
        "interactions": {
            "unguarded": "record_interaction() and record_interactions() look.",
            "person": "user_id = $1",
            "internal": "id learning_session_id user_id generated_asset_id",
            "personal": "interaction_type is_correct response_time_ms confidence_level created_at",
            "sensitive": "interaction_data feedback_data",
            "erased_as": {"interaction_data": {}}
        },
        "user_feedback": {
            "person": "user_id = $1",
            "internal": [
                "id user_id generated_asset_id interaction_id interaction_created_at status created_at updated_at"
            ],
            "personal": "feedback_type rating",
            "sensitive": "comment metadata",
            "erased_as": {"comment": "case when comment is not null then '[erased]' end", "metadata": {}}
        },
        "progress_metrics": {
            "person": "user_id = $1",
            "internal": "id user_id learning_session_id",
            "personal": "metric_type metric_value metric_data recorded_at time_period aggregation_type",
            "sensitive": "subject_area"
        },
        "review_cards": {
            "person": "user_id = $1",
            "internal": "id user_id generated_asset_id created_at updated_at",
            "personal": "state step stability difficulty due_at last_review_at review_count lapse_count"
        },
        "review_logs": {
            "person": "user_id = $1",
            "internal": "id user_id review_card_id created_at",
            "personal": [
                "rating state_before state stability difficulty retrievability due_at was_due duration_ms reviewed_at"
            ]
        },

        "discussions": {
            "unnoted": "updated_at",
            "person": "author_id = $1",
            "internal": "id author_id course_id closed_at edited_at deleted_at created_at updated_at",
            "sensitive": "title content category tags search_vector",
            "generated": "search_vector",
            "erased_as": {"title": "'[erased]'", "content": "'[erased]'", "category": "'general'", "tags": "'{}'"}
        },
        "discussion_stats": {
            "internal": [
                "discussion_id course_id is_pinned is_solved view_count reply_count upvote_count downvote_count",
                "vote_score solution_rewarded_at last_activity_at created_at"
            ]
        },
        "replies": {
            "unnoted": "updated_at",
            "person": "author_id = $1",
            "internal": [
                "id discussion_id author_id path depth parent_reply_id parent_path upvote_count downvote_count",
                "accepted_at accepted_by is_solution solution_counts edited_at deleted_at created_at updated_at"
            ],
            "sensitive": "content",
            "erased_as": {"content": "'[erased]'"}
        },
        "solution_quotas": {
            "unguarded": "It has no words.",
            "person": "user_id = $1",
            "erased": "delete",
            "internal": "user_id rewarded_on asker_ids"
        },
        "discussion_votes": {
            "person": "user_id = $1",
            "internal": "id user_id discussion_id reply_id created_at updated_at",
            "personal": "vote_type"
        },
        "discussion_views": {
            "person": "user_id = $1",
            "internal": "discussion_id user_id is_counted",
            "personal": "created_at"
        },
        "notifications": {
            "unguarded": "Nobody is told anything who is deleted.",
            "why": "The words may be anybody's: those others were sent are blanked by erase_quotes.",
            "person": "user_id = $1",
            "erased": "delete",
            "internal": [
                "id user_id notification_type related_object_type related_object_id priority occurrence is_in_app",
                "created_at"
            ],
            "personal": "read_at is_read",
            "sensitive": "title message action_url",
            "erased_as": {"title": "'[erased]'", "message": "'[erased]'"}
        },
        "notification_deliveries": {
            "unguarded": "There are none without a notification.",
            "person": "notification_id in (select n.id from notifications as n where n.user_id = $1)",
            "erased": "delete",
            "internal": "notification_id channel status attempts next_attempt_at created_at finished_at",
            "sensitive": "error"
        },
        "notification_preferences": {
            "unguarded": "It has no words.",
            "person": "user_id = $1",
            "erased": "delete",
            "internal": "user_id notification_type created_at updated_at",
            "personal": "in_app email push"
        },
        "notification_counts": {
            "unguarded": "It has no words.",
            "person": "user_id = $1",
            "erased": "delete",
            "internal": "user_id unread_count"
        },
        "notification_deltas": {
            "unguarded": "It has no words.",
            "person": "user_id = $1",
            "erased": "delete",
            "internal": "id user_id change"
        }
    }$catalogue$::jsonb;
end;

comment on function column_catalogue is
'Internal: what every column of the school is, whose, and what erasure makes of it.';
-- Granted to nobody: procedures and triggers ask.
revoke all on function column_catalogue from public;
