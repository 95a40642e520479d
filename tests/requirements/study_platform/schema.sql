-- The tables of the study platform over the school. The schema study_platform is there already.

create view study_platform.users as
select
    u.id, u.email, u.username, s.password_hash, u.first_name, u.last_name, u.avatar_url as profile_picture_url,
    u.preferences, u.created_at, u.updated_at, u.deleted_at, u.is_active, u.last_login_at
from users as u
left join user_secrets as s on s.user_id = u.id;

create view study_platform.study_materials as
select
    id, user_id, title, description, source_url, source_type, metadata, status, created_at, updated_at, deleted_at,
    content_length, difficulty_level, subject_area, tags
from study_materials;

create view study_platform.content_chunks as
select
    id, study_material_id, chunk_order, content, chunk_type, metadata, created_at, updated_at, word_count, language, summary,
    relevance_score
from content_chunks;

create view study_platform.generated_assets as
select
    id, study_material_id, content_chunk_id, asset_type, content, metadata, generation_model, created_at, updated_at, status,
    quality_score, difficulty_level, generation_params
from generated_assets;

create view study_platform.learning_sessions as
select
    id, user_id, study_material_id, started_at, ended_at, session_type, session_data, total_interactions,
    completion_percentage, status, configuration
from learning_sessions;

create view study_platform.interactions as
select
    id, learning_session_id, generated_asset_id, user_id, interaction_type, interaction_data, created_at, is_correct,
    response_time_ms, confidence_level, feedback_data
from interactions;

create view study_platform.user_feedback as
select
    id, user_id, generated_asset_id, interaction_id, feedback_type, rating, comment, metadata, created_at, updated_at, status
from user_feedback;

create view study_platform.progress_metrics as
select
    id, user_id, learning_session_id, metric_type, metric_value, metric_data, recorded_at, time_period, subject_area,
    aggregation_type
from progress_metrics;

-- Address, browser and session stand apart, where they can be forgotten. An error is told by its code: messages quote people.
create view study_platform.audit_logs as
select
    l.id, l.user_id, l.action, l.entity_type, l.entity_id, l.old_values, l.new_values, c.ip_address, c.user_agent,
    l.created_at, c.session_id, l.is_success, l.error_code as error_message
from audit_logs as l
left join audit_contexts as c on c.id = l.context_id;
