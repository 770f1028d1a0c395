create table tenants (
  id text primary key,
  name text not null,
  created_at timestamptz(3) not null
);

create table api_keys (
  id text primary key,
  tenant_id text not null references tenants (id),
  name text not null,
  -- SHA-256 of the token: 256 random bits need no slow hash.
  token_hash bytea not null unique,
  token_hint text not null,
  scopes text[] not null,
  created_at timestamptz(3) not null,
  created_by text not null,
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  last_used_at timestamptz(3)
);
create index api_keys_by_tenant on api_keys (tenant_id, created_at desc, id desc);
