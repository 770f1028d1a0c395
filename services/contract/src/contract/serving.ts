import { type Instant, latest } from '@draupnir/time'
import type { ContractState, EditData } from '@draupnir/wire'
import { merged, type Stretch, same } from './timeline.ts'

type Serving = EditData['serving'][number]

/** Which devices serve which line from `since` until `now`, where two timelines differ in it; nothing where they do not. */
export function servingSince(
  before: readonly Stretch[],
  after: readonly Stretch[],
  since: Instant,
  now: Instant,
): Serving[] {
  if (since >= now) return []
  const [was, is] = [servingOf(before, since, now), servingOf(after, since, now)]
  return same(was, is) ? [] : is
}

function servingOf(timeline: readonly Stretch[], since: Instant, now: Instant): Serving[] {
  const past = timeline
    .filter(({ from, to }) => from < now && (to === null || to > since))
    .map(({ from, to, state }) => ({ from: latest(from, since), to, value: linesOf(state) }))
  return merged(past).map(({ from, value }) => ({ from, lines: value }))
}

function linesOf({ lifecycle, lines }: ContractState): Serving['lines'] {
  if (lifecycle !== 'active') return []
  return lines
    .filter(({ device_ids }) => device_ids.length > 0)
    .map(({ id, device_ids }) => ({ line_id: id, device_ids }))
}
