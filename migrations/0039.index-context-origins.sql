-- operations: a request finds what was noted of one like it.
-- depends: 0038.share-contexts
-- transactional: false

create index concurrently audit_contexts_origin_idx on audit_contexts (origin) where origin is not null;
