-- triggers on study_materials.
create or replace trigger touch_updated_at
before update on study_materials
for each row execute function touch_updated_at();
