comment on column users.username is 'Public handle; unique, case-insensitively, for ever.';
