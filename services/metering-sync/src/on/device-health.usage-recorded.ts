import { handle } from '@draupnir/outbox'
import { UsageRecorded } from '@draupnir/wire'
import { recordUsage } from '../usage/record-usage.ts'

export const onUsageRecorded = handle(UsageRecorded, (ctx, event) => recordUsage(ctx, event.data))
