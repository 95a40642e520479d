-- triggers on study_materials.
create or replace trigger touch_updated_at
before update on study_materials
for each row execute function touch_updated_at();

create or replace trigger refuse_erased_user
before insert or update of title, description, source_url, metadata, subject_area, tags on study_materials
for each row
when (new.title <> '[erased]')
execute function refuse_erased_user();
