-- assessment: the key that 0025 has put in the other order.
-- depends: 0025.index-exercise-drafts
-- transactional: false

drop index concurrently exercise_submissions_draft_key;
