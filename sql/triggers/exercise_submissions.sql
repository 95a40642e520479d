-- triggers on exercise_submissions.
create or replace trigger check_content_shape
before insert or update of content on exercise_submissions
for each row execute function check_row_shape('content', 'submission_content');

create or replace trigger check_files_shape
before insert or update of files on exercise_submissions
for each row execute function check_row_shape('files', 'submission_files');

create or replace trigger touch_updated_at
before update on exercise_submissions
for each row execute function touch_updated_at();

create or replace trigger refuse_erased_user
before insert or update of content, files, rubric, feedback on exercise_submissions
for each row
when (
    new.content <> '{}' or new.files <> '[]' or new.rubric is not null or new.feedback is not null
)
execute function refuse_erased_user();
