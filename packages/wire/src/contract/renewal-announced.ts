import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, instantField, rateField } from '../fields.ts'
import { contractSchema, termField } from './contract.ts'

export const ContractRenewalAnnounced = defineEvent({
  type: 'contract.renewal.announced',
  version: 1,
  aggregate: 'contract_renewal',
  summary: 'The notice date of a term has come: the contract will renew or expire at the end of the term.',
  data: z.object({
    contract_id: idField('contract'),
    outcome: z.enum(['renews', 'expires']),
    /** When the running term ends. */
    at: instantField,
    term: termField.nullable(),
    uplift_rate: rateField,
    /** As it is at the notice. */
    contract: contractSchema,
  }),
  aggregateId: (data) => data.contract_id,
})
