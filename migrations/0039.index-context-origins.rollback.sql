-- transactional: false

drop index concurrently audit_contexts_origin_idx;
