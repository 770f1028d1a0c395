import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { deviceSchema } from './device.ts'

export const DeviceRegistered = defineEvent({
  type: 'device-health.device.registered',
  version: 1,
  aggregate: 'device',
  summary: 'A device is known.',
  data: z.object({ device: deviceSchema }),
  aggregateId: (data) => data.device.id,
})
