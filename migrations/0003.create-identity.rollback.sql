-- Loses every person, their settings, secrets, wallets, sessions, and the signing keys.
delete from write_guards where name = 'last_admin';
drop table signing_keys;
drop table auth_sessions;
drop table user_wallets;
drop table user_encrypted_fields;
drop table user_secrets;
drop table user_settings;
drop table public_profiles;
drop table users;
