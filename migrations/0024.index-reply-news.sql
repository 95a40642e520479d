-- community: what people were told of one reply, for when it is taken down.
-- depends: 0023.validate-rules
-- transactional: false

create index concurrently notifications_reply_idx on notifications (related_object_id) where related_object_type = 'reply';
