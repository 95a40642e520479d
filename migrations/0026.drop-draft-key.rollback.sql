-- transactional: false

create unique index concurrently exercise_submissions_draft_key
on exercise_submissions (enrollment_id, exercise_id) where status = 'draft';
