-- transactional: false

drop index concurrently exercise_submissions_exercise_draft_key;
