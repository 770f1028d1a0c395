import type { Bus, OutgoingMessage, PublishResult } from '@draupnir/bus'
import { testContext, testDatabase, testLog } from '@draupnir/testing'
import { beforeEach, expect, test } from 'vitest'
import { emitMany, OUTBOX_MIGRATIONS, startRelay } from '../src/index.ts'
import { ThingDone } from './things.ts'

const { db, owner } = await testDatabase({ schema: 'contract', sources: [OUTBOX_MIGRATIONS] })

beforeEach(async () => {
  await owner.sql`truncate outbox, outbox_publication, outbox_sequence, relay_lease, inbox, parked`
})

function things(...ids: string[]) {
  const emissions = ids.map((id) => ({ data: { id, n: 1 } }))
  return db.transaction((tx) => emitMany(testContext(tx), ThingDone, emissions))
}

/** A relay over a broker that takes everything, until it has published `count`; what it published together. */
async function published(
  count: number,
  during: { readonly turn: (windows: number) => unknown; readonly pause: () => unknown },
): Promise<string[][]> {
  const windows: string[][] = []
  let sequence = 0
  const bus: Partial<Bus> = {
    onStatus: () => () => undefined,
    streamState: async () => ({ created: 't', firstSequence: 1, lastSequence: 0, messages: 0 }),
    publishWindow: async (messages: readonly OutgoingMessage[]): Promise<PublishResult[]> => {
      windows.push(messages.map(({ subject }) => subject.slice(subject.lastIndexOf('.') + 1)))
      await during.turn(windows.length)
      return messages.map(() => {
        sequence += 1
        return { ok: true, sequence, duplicate: false }
      })
    },
  }
  const pause = async () => during.pause()
  const relay = startRelay({ db, bus: bus as Bus, stream: 'EVT_CONTRACT', log: testLog(), pause })
  await expect.poll(() => relay.published()).toBe(count)
  await relay.stop()
  return windows
}

test('events that come in a stream gather for a moment, and are published together', async () => {
  await things('a', 'b')
  const turn = (windows: number) => (windows === 1 ? things('c') : null)
  expect(await published(4, { turn, pause: () => things('d') })).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
})

test('an event that comes alone waits for no other', async () => {
  let paused = 0
  await things('a')
  const turn = (windows: number) => (windows < 3 ? things(`after-${windows}`) : null)
  const pause = () => {
    paused += 1
  }
  expect(await published(3, { turn, pause })).toEqual([['a'], ['after-1'], ['after-2']])
  expect(paused).toBe(0)
})

test('the last events of a stream are waited for by nobody', async () => {
  let paused = 0
  await things('a', 'b')
  const pause = () => {
    paused += 1
  }
  expect(await published(2, { turn: () => null, pause })).toEqual([['a', 'b']])
  expect(paused).toBe(0)
})
