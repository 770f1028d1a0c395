import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import { merged, type Stretch } from '../contract/timeline.ts'

/** A device on a line; `from` null is: since before the moment looked from. */
export interface Hold {
  readonly lineId: Id<'contractLine'>
  readonly deviceId: Id<'device'>
  readonly from: Instant | null
  readonly until: Instant | null
}

/** What a timeline holds from `since` on, drafts included, until the contract ends. */
export function holdsOf(timeline: readonly Stretch[], since: Instant): Hold[] {
  const kept = new Map<string, { from: Instant; to: Instant | null; value: Pick<Hold, 'lineId' | 'deviceId'> }[]>()
  for (const { from, to, state } of timeline) {
    if (state.lifecycle === 'ended') continue
    for (const line of state.lines)
      for (const deviceId of line.device_ids) {
        const key = `${line.id} ${deviceId}`
        const value = { lineId: line.id, deviceId }
        kept.set(key, [...(kept.get(key) ?? []), { from, to, value }])
      }
  }
  return [...kept.values()]
    .flatMap(merged)
    .filter(({ to }) => to === null || to > since)
    .map(({ from, to, value }) => ({ ...value, from: from < since ? null : from, until: to }))
    .sort((a, b) => (a.deviceId + (a.from ?? '') < b.deviceId + (b.from ?? '') ? -1 : 1))
}
