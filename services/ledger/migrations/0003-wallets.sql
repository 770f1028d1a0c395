-- The parties that may have money here, from the moment payout announces them.
create table wallets (
  tenant_id text not null,
  party_id text not null,
  opened_at timestamptz(3) not null,
  primary key (tenant_id, party_id)
);
