-- Money came in while the ledger had not answered yet: a refusal is followed by another attempt.
alter table collections add column funds_came boolean not null default false;

-- OpenMeter's invoices of contracts not known yet; the contract asks for them when it comes.
create table waiting_invoices (
  openmeter_invoice_id text primary key,
  contract_id text not null
);
create index waiting_invoices_by_contract on waiting_invoices (contract_id);
