import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractLineDevicesAssigned = defineEvent({
  type: 'contract.line.devices_assigned',
  version: 1,
  aggregate: 'contract',
  summary: 'A line is served by other devices or another host.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
