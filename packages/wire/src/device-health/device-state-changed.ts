import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, instantField } from '../fields.ts'
import { deviceSchema, deviceStateSchema } from './device.ts'

export const DeviceStateChanged = defineEvent({
  type: 'device-health.device.state_changed',
  version: 1,
  aggregate: 'device',
  summary: 'A device went up, degraded, down or into maintenance.',
  data: z.object({
    device: deviceSchema,
    from: deviceStateSchema,
    to: deviceStateSchema,
    at: instantField,
    contract_id: idField('contract').nullable(),
  }),
  aggregateId: (data) => data.device.id,
})
