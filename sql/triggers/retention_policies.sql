-- triggers on retention_policies
create or replace trigger touch_updated_at
before update on retention_policies
for each row execute function touch_updated_at();
