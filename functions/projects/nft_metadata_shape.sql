-- nft_metadata_shape: what the token of a project says about it, as JSON Schema.
--
-- Addresses are those of a web server (https) or of a store that tokens are kept in (IPFS, Arweave, Hedera's consensus
-- service): none that a browser runs (javascript:, data:) is sold. Everything is there but display_type, which the
-- standard of the marketplaces leaves out for plain texts. That the project and the person are the right ones is no
-- matter of shape: check_project_token() looks.
--
-- called by  check_row_shape; pgacademy.generate, which writes lib/pgacademy/schemas/
-- errors     none
create or replace function nft_metadata_shape()
returns jsonb
language sql
immutable
security invoker
begin atomic
    select '{
        "title": "NFT metadata of a project",
        "type": "object", "additionalProperties": false,
        "required": ["name", "description", "image", "attributes", "properties"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 255},
            "description": {"type": "string", "maxLength": 10000},
            "image": {"type": "string", "maxLength": 2000, "pattern": "^(https|ipfs|ar|hcs)://[!-~]+$"},
            "attributes": {
                "type": "array", "maxItems": 100,
                "items": {
                    "type": "object", "additionalProperties": false, "required": ["trait_type", "value"],
                    "properties": {
                        "trait_type": {"type": "string", "minLength": 1, "maxLength": 100},
                        "value": {"type": ["string", "number"], "maxLength": 1000, "minimum": -1e12, "maximum": 1e12},
                        "display_type": {"type": "string", "minLength": 1, "maxLength": 50}
                    }
                }
            },
            "properties": {
                "type": "object", "additionalProperties": false,
                "required": ["files", "category", "project_id", "user_id"],
                "properties": {
                    "files": {
                        "type": "array", "maxItems": 50,
                        "items": {
                            "type": "object", "additionalProperties": false, "required": ["uri", "type"],
                            "properties": {
                                "uri": {"type": "string", "maxLength": 2000, "pattern": "^(https|ipfs|ar|hcs)://[!-~]+$"},
                                "type": {"type": "string", "minLength": 1, "maxLength": 100}
                            }
                        }
                    },
                    "category": {"type": "string", "minLength": 1, "maxLength": 50},
                    "project_id": {
                        "type": "string", "maxLength": 36,
                        "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
                    },
                    "user_id": {
                        "type": "string", "maxLength": 36,
                        "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
                    }
                }
            }
        }
    }'::jsonb;
end;

comment on function nft_metadata_shape is 'Internal: the shape of projects.nft_metadata, as JSON Schema.';
-- Granted to nobody: applications have it as a file of the library.
revoke all on function nft_metadata_shape from public;
