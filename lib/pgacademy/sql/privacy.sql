-- name: find
select l.user_id
from find_login(p_login => %(login)s) as l

-- name: erase
select
    e.step,
    e.is_done
from erase_user(p_user_id => %(user_id)s, p_keep_certificates => %(keep_certificates)s) as e

-- name: stale
select
    f.user_id,
    f.field_name,
    f.key_id,
    f.nonce,
    f.ciphertext
from stale_encrypted_fields(
    p_key_id => %(key_id)s, p_after_user_id => %(user_id)s, p_after_field_name => %(field_name)s, p_limit => %(limit)s
) as f

-- name: rotate
select rotate_encrypted_field(
    p_user_id => %(user_id)s, p_field_name => %(field_name)s, p_old_key_id => %(old_key_id)s,
    p_old_nonce => %(old_nonce)s, p_key_id => %(key_id)s, p_nonce => %(nonce)s, p_ciphertext => %(ciphertext)s
)
