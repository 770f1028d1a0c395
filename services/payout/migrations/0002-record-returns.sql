-- A cleared pay-in may still be sent back by the payer's bank. That is a fact beside its state, not an undoing of it.
alter table pay_ins
  add column returned_at timestamptz(3),
  add column return_reason text,
  add column return_code text,
  -- The transaction by which the ledger took it back.
  add column reversed_by text,
  add check ((returned_at is null) = (return_reason is null) and (returned_at is null) = (return_code is null)),
  add check (returned_at is null or state = 'cleared'),
  add check (reversed_by is null or returned_at is not null);
create index pay_ins_returned on pay_ins (id) where returned_at is not null;
