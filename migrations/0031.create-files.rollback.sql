-- Loses what is known of all files; their bytes stay in the store.
drop table uploaded_files;
drop function is_storage_path(text);
