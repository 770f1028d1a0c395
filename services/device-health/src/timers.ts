import { timer } from '@draupnir/clock'
import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { markSilent, SILENCE } from './device/mark-silent.ts'

export const timers = [
  timer(SILENCE, z.object({ device_id: idField('device') }), (ctx, data) => markSilent(ctx, data.device_id)),
]
