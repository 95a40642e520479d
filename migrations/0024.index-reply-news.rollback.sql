-- transactional: false

drop index concurrently notifications_reply_idx;
