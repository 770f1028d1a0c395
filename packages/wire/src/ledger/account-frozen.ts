import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { instantField } from '../fields.ts'
import { accountRefSchema } from './ledger.ts'

export const AccountFrozen = defineEvent({
  type: 'ledger.account.frozen',
  version: 1,
  aggregate: 'ledger_account',
  summary: 'Nothing moves in an account until a person has looked: an invariant does not hold, or somebody said so.',
  data: z.object({ account: accountRefSchema, reason: z.string(), frozen_at: instantField, frozen_by: z.string() }),
  aggregateId: (data) => data.account.replaceAll(/[:.]/g, '-'),
})
