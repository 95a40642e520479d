-- identity: what users.username says of itself since people can be erased.
-- depends: 0029.validate-erasure
comment on column users.username is
'Public handle; unique, case-insensitively, also among the deleted; null, and free again, once the person is erased.';
