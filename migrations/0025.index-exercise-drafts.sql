-- assessment: the drafts of one exercise, for when its due date is over, and a learner's own; one of each, as before.
-- depends: 0024.index-reply-news
-- transactional: false

create unique index concurrently exercise_submissions_exercise_draft_key
on exercise_submissions (exercise_id, enrollment_id) where status = 'draft';
