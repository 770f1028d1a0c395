import type { Incoming } from './decode.ts'

/** Where a consumer stands in one aggregate. */
export interface Cursor {
  lastSeq: number
  blocked: boolean
  /** Sequence numbers that are parked and unresolved. */
  readonly parked: ReadonlySet<number>
  /** An event before the gap is being tried again: what follows waits for it. */
  readonly retrying: boolean
}

export type Verdict =
  | 'apply'
  /** No handler: only the cursor moves. */
  | 'move'
  | 'duplicate'
  /** The event itself is poison. */
  | 'park'
  /** Its aggregate waits for a parked event. */
  | 'park-behind'
  /** Something before it has not come yet. */
  | 'gap'

/** `ctr` aggregates never clash with `inv` ones: the key holds both parts. */
export function aggregateKey(incoming: Incoming): string {
  return `${incoming.event.aggregatetype}/${incoming.event.aggregateid}`
}

/** Decides for each event, in order of aggregate sequence, and moves the cursors it is given. */
export function plan(batch: readonly Incoming[], cursors: ReadonlyMap<string, Cursor>): Map<Incoming, Verdict> {
  const verdicts = new Map<Incoming, Verdict>()
  for (const incoming of inSequence(batch)) {
    const cursor = cursors.get(aggregateKey(incoming))
    if (cursor !== undefined) verdicts.set(incoming, judge(incoming, cursor))
  }
  return verdicts
}

function judge(incoming: Incoming, cursor: Cursor): Verdict {
  const seq = incoming.event.aggregateseq
  if (seq <= cursor.lastSeq || cursor.parked.has(seq)) return 'duplicate'
  if (seq > cursor.lastSeq + 1) return cursor.blocked ? 'park-behind' : 'gap'
  if (incoming.poison !== null) {
    cursor.blocked = true
    return 'park'
  }
  cursor.lastSeq = seq
  return incoming.handler === null ? 'move' : 'apply'
}

/** The batch with the events of each aggregate in sequence; between aggregates the order of arrival stays. */
export function inSequence(batch: readonly Incoming[]): readonly Incoming[] {
  const slots = new Map<string, Incoming[]>()
  for (const incoming of batch) {
    const key = aggregateKey(incoming)
    const slot = slots.get(key)
    if (slot === undefined) slots.set(key, [incoming])
    else slot.push(incoming)
  }
  for (const slot of slots.values()) slot.sort((a, b) => b.event.aggregateseq - a.event.aggregateseq)
  return batch.map((incoming) => slots.get(aggregateKey(incoming))?.pop() ?? incoming)
}

/** Runs of one handler and one tenant, as long as the order within each aggregate allows. */
export function group(applied: readonly Incoming[]): Incoming[][] {
  const queues = new Map<string, Incoming[]>()
  for (const incoming of applied) {
    const key = aggregateKey(incoming)
    const queue = queues.get(key)
    if (queue === undefined) queues.set(key, [incoming])
    else queue.push(incoming)
  }
  for (const queue of queues.values()) queue.reverse()
  const groups: Incoming[][] = []
  for (const head of applied) {
    if (queues.get(aggregateKey(head))?.at(-1) !== head) continue
    const run: Incoming[] = []
    for (const [key, queue] of queues) {
      takeWhile(queue, head, run)
      if (queue.length === 0) queues.delete(key)
    }
    groups.push(run)
  }
  return groups
}

function takeWhile(queue: Incoming[], head: Incoming, run: Incoming[]): void {
  for (let next = queue.at(-1); next !== undefined; next = queue.at(-1)) {
    if (next.handler !== head.handler || next.event.tenantid !== head.event.tenantid) return
    run.push(next)
    queue.pop()
  }
}
