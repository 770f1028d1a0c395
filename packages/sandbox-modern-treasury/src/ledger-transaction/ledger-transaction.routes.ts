import { between, compared, equals, ids, listPage, metadata, numberIn, oneOf } from '../api/list.ts'
import { create, list, type Route, retrieve, update } from '../api/route.ts'
import { createLedgerTransaction } from './create-ledger-transaction.ts'
import {
  CreateLedgerTransaction,
  PartiallyPost,
  ReverseLedgerTransaction,
  UpdateLedgerTransaction,
} from './ledger-transaction.schema.ts'
import { partiallyPost } from './partially-post.ts'
import { reverseLedgerTransaction } from './reverse-ledger-transaction.ts'
import { updateLedgerTransaction } from './update-ledger-transaction.ts'

const STATUSES = ['pending', 'posted', 'archived']
const VERSIONS = {
  ledger_transaction_id: equals('ledger_transaction_id'),
  version: compared(numberIn('version')),
  created_at: between('created_at'),
}

export const ledgerTransactionRoutes: readonly Route[] = [
  create('/api/ledger_transactions')(CreateLedgerTransaction, (unit, input) => createLedgerTransaction(unit, input)),
  list('/api/ledger_transactions', 'ledger_transaction', {
    id: ids,
    ledger_id: equals('ledger_id'),
    ledger_account_id: (sql, value) =>
      sql`body @> ${sql.json({ ledger_entries: [{ ledger_account_id: String(value) }] })}`,
    status: oneOf('status', STATUSES),
    external_id: equals('external_id'),
    effective_at: between('effective_at'),
    effective_date: between('effective_date'),
    posted_at: between('posted_at'),
    updated_at: between('updated_at'),
    ledgerable_id: equals('ledgerable_id'),
    ledgerable_type: equals('ledgerable_type'),
    reverses_ledger_transaction_id: equals('reverses_ledger_transaction_id'),
    partially_posts_ledger_transaction_id: equals('partially_posts_ledger_transaction_id'),
    metadata,
  }),
  retrieve('/api/ledger_transactions/:id', 'ledger_transaction'),
  update('/api/ledger_transactions/:id')(UpdateLedgerTransaction, updateLedgerTransaction),
  create('/api/ledger_transactions/:id/reversal')(ReverseLedgerTransaction, reverseLedgerTransaction),
  create('/api/ledger_transactions/:id/partial_post')(PartiallyPost, partiallyPost),
  list('/api/ledger_transaction_versions', 'ledger_transaction_version', VERSIONS),
  {
    method: 'get',
    path: '/api/ledger_transactions/:id/versions',
    handle: (unit, { params, query }) =>
      listPage(unit, 'ledger_transaction_version', query, VERSIONS, { ledger_transaction_id: params.id ?? '' }),
  },
  list('/api/ledger_entries', 'ledger_entry', {
    id: ids,
    ledger_account_id: equals('ledger_account_id'),
    ledger_transaction_id: equals('ledger_transaction_id'),
    status: oneOf('status', STATUSES),
    direction: oneOf('direction', ['credit', 'debit']),
    amount: compared(numberIn('amount')),
    ledger_account_lock_version: compared(numberIn('ledger_account_lock_version')),
    updated_at: between('updated_at'),
    metadata,
  }),
  retrieve('/api/ledger_entries/:id', 'ledger_entry'),
]
