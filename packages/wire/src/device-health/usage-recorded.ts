import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField } from '../fields.ts'
import { usageBucketSchema } from './device.ts'

export const UsageRecorded = defineEvent({
  type: 'device-health.usage.recorded',
  version: 1,
  aggregate: 'device',
  summary: 'Metered hours of a device under a contract line changed.',
  data: z.object({
    device_id: idField('device'),
    contract_id: idField('contract'),
    line_id: idField('contractLine'),
    buckets: z.array(usageBucketSchema).min(1).max(1000),
  }),
  aggregateId: (data) => data.device_id,
})
