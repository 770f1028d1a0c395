import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { ContractLine, ContractState } from '@draupnir/wire'
import type { Step } from './replay.ts'

/** How the contract is from `from` until `to`; null is without an end. */
export interface Stretch {
  readonly from: Instant
  readonly to: Instant | null
  readonly state: ContractState
}

/** The stretches between edits, the last one until `until`; moments at which several edits begin give one. */
export function stretches(steps: readonly Step[], until: Instant | null = null): Stretch[] {
  return steps.flatMap(({ edit, state }, index) => {
    const to = steps[index + 1]?.edit.effective_at ?? until
    return to === edit.effective_at ? [] : [{ from: edit.effective_at, to, state }]
  })
}

/** The contract at a moment, or null before the first stretch. */
export function at(timeline: readonly Stretch[], moment: Instant): ContractState | null {
  return timeline.findLast(({ from }) => from <= moment)?.state ?? null
}

/** The stretches within a window; `to` null is without an end. */
export function clipped(
  timeline: readonly Stretch[],
  { from, to }: { readonly from: Instant | null; readonly to: Instant | null },
): Stretch[] {
  return timeline.flatMap((one) => {
    const stretch = {
      from: from !== null && one.from < from ? from : one.from,
      to: to !== null && (one.to === null || one.to > to) ? to : one.to,
      state: one.state,
    }
    return stretch.to !== null && stretch.to <= stretch.from ? [] : [stretch]
  })
}

type LineTerms = Omit<ContractLine, 'id'>

export interface LineInterval extends LineTerms {
  readonly from: Instant
  readonly to: Instant | null
}

export interface Interval<T> {
  readonly from: Instant
  readonly to: Instant | null
  readonly value: T
}

/** What is shown: each line, and each status and buyer, as intervals over effective time. */
export interface Timeline {
  readonly lifecycle: readonly Interval<ContractState['lifecycle']>[]
  readonly buyers: readonly Interval<Id<'party'>>[]
  readonly lines: readonly { readonly line_id: Id<'contractLine'>; readonly intervals: readonly LineInterval[] }[]
}

export function timelineOf(list: readonly Stretch[]): Timeline {
  const lines = new Map<Id<'contractLine'>, Interval<LineTerms>[]>()
  for (const { from, to, state } of list.filter((one) => one.state.lifecycle !== 'ended'))
    for (const { id, ...terms } of state.lines) lines.set(id, [...(lines.get(id) ?? []), { from, to, value: terms }])
  return {
    lifecycle: merged(list.map(({ from, to, state }) => ({ from, to, value: state.lifecycle }))),
    buyers: merged(list.map(({ from, to, state }) => ({ from, to, value: state.buyer_id }))),
    lines: [...lines].map(([line_id, intervals]) => ({
      line_id,
      intervals: merged(intervals).map(({ from, to, value }) => ({ from, to, ...value })),
    })),
  }
}

/** Neighbours of one value become one interval. */
export function merged<T>(intervals: readonly Interval<T>[]): Interval<T>[] {
  const out: Interval<T>[] = []
  for (const one of intervals) {
    const last = out.at(-1)
    if (last?.to === one.from && same(last.value, one.value)) out[out.length - 1] = { ...last, to: one.to }
    else out.push(one)
  }
  return out
}

/** Equal as JSON; states are built field by field in one order. */
export function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}
