import { eventually } from '@draupnir/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CLEAN } from './checker.ts'
import { World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await World.open()
})
afterEach(() => world.endScripts())
afterAll(() => world.close())

const TIMEOUT = 120_000

describe('no event is lost, none has two effects and none overtakes its aggregate', { timeout: TIMEOUT }, () => {
  test.each(['after-commit-before-publish:2', 'after-publish-before-mark:2', 'mid-batch:2'])(
    'when the relay dies at %s',
    async (point) => {
      const prefix = `relay-${point.split(':')[0]}`
      world.start(await world.consumerScript())
      await world.crash(await world.producerScript(prefix), point)
      await world.start(await world.producerScript(prefix)).printed('written')
      expect(await world.verdict(prefix)).toEqual(CLEAN)
    },
  )

  test.each(['after-effect-before-ack:3', 'mid-batch:3'])('when the consumer dies at %s', async (point) => {
    const prefix = `consumer-${point.split(':')[0]}`
    const producing = world.start(await world.producerScript(prefix))
    await world.crash(await world.consumerScript(), point)
    world.start(await world.consumerScript())
    await producing.printed('written')
    expect(await world.verdict(prefix)).toEqual(CLEAN)
  })

  test('when nats-server is killed', async () => {
    const producing = await underWay('nats-killed')
    await world.killNats()
    await producing.printed('written')
    expect(await world.verdict('nats-killed')).toEqual(CLEAN)
  })

  test('when the store of nats-server is wiped', async () => {
    const producing = await underWay('nats-wiped')
    await world.killNats(() => world.wipeStore())
    await producing.printed('written')
    expect(await world.verdict('nats-wiped')).toEqual(CLEAN)
  })

  test('when the store of nats-server goes back to an older copy', async () => {
    const producing = await underWay('nats-rolled-back')
    await world.killNats(() => world.copyStore())
    const copied = await world.effects('nats-rolled-back')
    await eventually(async () => (await world.effects('nats-rolled-back')) > copied + 20, 30_000)
    await world.killNats(() => world.restoreCopy())
    await producing.printed('written')
    expect(await world.verdict('nats-rolled-back')).toEqual(CLEAN)
  })

  test('when Postgres is killed', async () => {
    const producing = await underWay('postgres-killed')
    await world.killPostgres()
    await producing.printed('written')
    expect(await world.verdict('postgres-killed')).toEqual(CLEAN)
  })

  test('when a relay is paused past its lease and wakes beside its successor', async () => {
    world.start(await world.consumerScript())
    const first = world.start(await world.producerScript('relay-paused', { leaseMs: 600 }))
    await first.printed('holds the lease')
    first.kill('SIGSTOP')
    const second = world.start(await world.producerScript('relay-paused-too', { leaseMs: 600 }))
    await second.printed('holds the lease')
    await second.printed('written')
    first.kill('SIGCONT')
    await first.printed('written')
    expect(await world.verdict('relay-paused')).toEqual(CLEAN)
  })
})

/** A producer and a consumer that have carried some events and are in the middle of more. */
async function underWay(prefix: string) {
  world.start(await world.consumerScript())
  const producing = world.start(await world.producerScript(prefix, { steps: 60 }))
  await eventually(async () => (await world.effects(prefix)) > 20, 30_000)
  return producing
}
