-- triggers on uploaded_files: what others see of one, and that it was removed, is noted in the trail.
create or replace trigger touch_updated_at
before update on uploaded_files
for each row execute function touch_updated_at();

create or replace trigger audit_row
after delete or update of is_public, withheld_at, deleted_at on uploaded_files
for each row execute function audit_uploaded_files();

create or replace trigger refuse_erased_user
before insert or update of filename, original_filename, file_url, storage_path, file_type, mime_type, folder
on uploaded_files
for each row execute function refuse_erased_user();
