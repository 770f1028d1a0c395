import { describe, expect, test } from 'vitest'
import { decode, indexHandlers } from '../src/consumer/decode.ts'
import { handle } from '../src/consumer/handler.ts'
import { type PendingRow, toMessage } from '../src/relay/pending.ts'
import { ThingDone, tenant } from './things.ts'

const handlers = indexHandlers([handle(ThingDone, async () => undefined)])
const row: PendingRow = {
  pos: '7',
  event_id: '01a20350-d8e1-7eac-861f-58c24ad581dd',
  tenant_id: tenant,
  type: 'contract.thing.done',
  version: 1,
  aggregate_type: 'thing',
  aggregate_id: 'a',
  aggregate_seq: '3',
  data: '{"id": "a", "n": 3}',
  correlation_id: 'c',
  causation_id: null,
  actor: 'key_1',
  traceparent: null,
  occurred_at: '2026-11-22T12:00:00.000Z',
  replays: 0,
}

function received(change: Partial<PendingRow> = {}, subject?: string) {
  const message = toMessage({ ...row, ...change })
  return decode({ subject: subject ?? message.subject, text: () => message.body, attempt: 1 }, handlers)
}

describe('a message on its way', () => {
  test('arrives as it was emitted', () => {
    expect(received()).toMatchObject({
      incoming: {
        poison: null,
        event: { id: row.event_id, aggregateseq: 3, actor: 'key_1', data: { id: 'a', n: 3 }, tenantid: tenant },
      },
    })
  })
  test('carries its event id as message id, a replay one of its own', () => {
    expect([toMessage(row).id, toMessage({ ...row, replays: 2 }).id]).toEqual([row.event_id, `${row.event_id}.2`])
  })
  test('of a type without handler is let through whatever its data', () => {
    const found = received({ type: 'contract.thing.lost', data: '17' })
    expect(found).toMatchObject({ incoming: { handler: null, poison: null } })
  })
})

describe('a message that can never be applied', () => {
  test.each([
    ['data that does not fit', { data: '{"id":"a"}' }, 'event.data-invalid'],
    ['a version nobody handles', { version: 9 }, 'event.version-unknown'],
  ])('%s', (_, change, code) => {
    expect(received(change)).toMatchObject({ incoming: { poison: { code } } })
  })
  test('says one thing and comes on the subject of another', () => {
    const found = received({}, 'evt.ledger.thing.done.v1.a')
    expect(found).toMatchObject({ incoming: { handler: null, poison: { code: 'event.subject-mismatch' } } })
  })
  test.each([
    ['not JSON', '{'],
    ['no envelope', '{"id":1}'],
  ])('%s', (_, text) => {
    const found = decode({ subject: 'evt.contract.thing.done.v1.a', text: () => text, attempt: 1 }, handlers)
    expect(found).toMatchObject({ malformed: { code: 'event.malformed' }, text })
  })
})
