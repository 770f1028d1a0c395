import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, moneyField, periodField } from '../fields.ts'
import { lineCorrectionSchema } from './charges.ts'
import { editSchema } from './contract.ts'

export const ContractCorrected = defineEvent({
  type: 'contract.contract.corrected',
  version: 1,
  aggregate: 'contract_correction',
  summary: 'A late edit changes what is due for one billing period; one event for each period it touches.',
  data: z.object({
    contract_id: idField('contract'),
    edit: editSchema,
    period: periodField,
    /** Sums of the lines whose amounts are known. */
    charged: moneyField,
    due: moneyField,
    difference: moneyField,
    /** Only lines that differ. */
    lines: z.array(lineCorrectionSchema),
  }),
  aggregateId: (data) => data.contract_id,
})
