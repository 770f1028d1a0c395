import { newEventId, newId } from '@draupnir/ids'
import { fromEpochMs } from '@draupnir/time'
import type { Event } from '@draupnir/wire'
import { describe, expect, test } from 'vitest'
import type { Incoming } from '../src/consumer/decode.ts'
import { type Handler, handle } from '../src/consumer/handler.ts'
import { aggregateKey, type Cursor, group, inSequence, plan } from '../src/consumer/plan.ts'
import { ThingDone, ThingSeen, tenant } from './things.ts'

const at = fromEpochMs(1_790_000_000_000)
const done = handle(ThingDone, async () => undefined)
const seen = handle(ThingSeen, async () => undefined)

function incoming(id: string, seq: number, change: Partial<Incoming> = {}, owner = tenant): Incoming {
  const event: Event<unknown> = {
    specversion: '1.0',
    id: newEventId(at),
    type: ThingDone.type,
    source: 'draupnir:service/contract',
    subject: `evt.contract.thing.done.v1.${id}`,
    time: at,
    datacontenttype: 'application/json',
    dataschema: 'draupnir:event/contract.thing.done/v1',
    aggregatetype: 'thing',
    aggregateid: id,
    aggregateseq: seq,
    tenantid: owner,
    correlationid: 'c',
    causationid: null,
    actor: 'a',
    traceparent: null,
    data: { id, n: seq },
  }
  return { event, text: '', handler: done, poison: null, attempt: 1, ...change }
}

function cursor(change: Partial<Cursor> = {}): Cursor {
  return { lastSeq: 0, blocked: false, parked: new Set(), retrying: false, ...change }
}

function verdicts(batch: readonly Incoming[], state: Cursor): string[] {
  const cursors = new Map(batch.map((each) => [aggregateKey(each), state]))
  const judged = plan(batch, cursors)
  return batch.map((each) => judged.get(each) ?? 'none')
}

const poison = { code: 'event.data-invalid', error: 'no' } as const

describe('what becomes of an event', () => {
  test('the next one is applied, without a handler it only moves the cursor', () => {
    const state = cursor()
    expect(verdicts([incoming('a', 1), incoming('a', 2, { handler: null })], state)).toEqual(['apply', 'move'])
    expect(state.lastSeq).toBe(2)
  })
  test('one settled before is a duplicate', () => {
    expect(verdicts([incoming('a', 3)], cursor({ lastSeq: 3 }))).toEqual(['duplicate'])
  })
  test('one that comes too early is a gap and does not move the cursor', () => {
    const state = cursor({ lastSeq: 3 })
    expect(verdicts([incoming('a', 5)], state)).toEqual(['gap'])
    expect(state.lastSeq).toBe(3)
  })
  test('a batch that arrived out of order is applied in order', () => {
    expect(verdicts([incoming('a', 3), incoming('a', 1), incoming('a', 2)], cursor())).toEqual([
      'apply',
      'apply',
      'apply',
    ])
  })
  test('poison is parked and what follows it in its aggregate is parked behind', () => {
    const state = cursor()
    expect(verdicts([incoming('a', 1, { poison }), incoming('a', 2), incoming('a', 3)], state)).toEqual([
      'park',
      'park-behind',
      'park-behind',
    ])
    expect(state).toMatchObject({ lastSeq: 0, blocked: true })
  })
  test('poison already settled is a duplicate', () => {
    expect(verdicts([incoming('a', 1, { poison })], cursor({ lastSeq: 1 }))).toEqual(['duplicate'])
  })
  test('one that is parked already is a duplicate', () => {
    expect(verdicts([incoming('a', 1)], cursor({ blocked: true, parked: new Set([1]) }))).toEqual(['duplicate'])
  })
  test('the one that fills a gap is applied though its aggregate is blocked', () => {
    const state = cursor({ blocked: true, parked: new Set([2]) })
    expect(verdicts([incoming('a', 1)], state)).toEqual(['apply'])
    expect(state.lastSeq).toBe(1)
  })
})

describe('order of application', () => {
  test('aggregates keep their places in the batch, each in sequence', () => {
    const [a2, b1, a1] = [incoming('a', 2), incoming('b', 1), incoming('a', 1)]
    expect(inSequence([a2, b1, a1])).toEqual([a1, b1, a2])
  })
  test('events of one handler and tenant go together as far as the order of each aggregate allows', () => {
    const look = (id: string, seq: number) => incoming(id, seq, { handler: seen })
    const batch = [incoming('a', 1), look('a', 2), incoming('b', 1), incoming('a', 3), look('b', 2)]
    expect(shape(group(batch), seen)).toEqual(['done a1 b1', 'seen a2 b2', 'done a3'])
  })
  test('tenants are never applied together', () => {
    const other = newId('tenant', at)
    expect(group([incoming('a', 1), incoming('b', 1, {}, other)])).toHaveLength(2)
  })
})

function shape(groups: Incoming[][], of: Handler): string[] {
  return groups.map((run) => {
    const name = run[0]?.handler === of ? 'seen' : 'done'
    return [name, ...run.map(({ event }) => `${event.aggregateid}${event.aggregateseq}`)].join(' ')
  })
}
