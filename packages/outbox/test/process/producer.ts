import { setTimeout as delay } from 'node:timers/promises'
import { connectBus } from '@draupnir/bus'
import { connect, isUniqueViolation } from '@draupnir/db'
import { emit, startRelay } from '../../src/index.ts'
import { STREAM } from '../pipe.ts'
import { contextOver, silent, ThingDone } from '../things.ts'

// A producer as a service is one: writers and a relay in one process. Prints what it tries and what was acknowledged.
const [databaseUrl = '', natsUrl = '', prefix = '', steps = '0', leaseMs = '2000'] = process.argv.slice(2)
const THINGS = 8
const PACE_MS = 3

const db = connect({ url: databaseUrl, applicationName: 'producer', maxConnections: THINGS + 2 })
const bus = await connectBus({ url: natsUrl, name: 'producer' })
const relay = startRelay({ db, bus, stream: STREAM, log: silent, leaseMs: Number(leaseMs), window: 16, batch: 64 })
process.once('SIGTERM', () => {
  void relay.stop().then(() => process.exit(0))
})
console.log('started')
if (Number(steps) > 0) {
  await Promise.all(Array.from({ length: THINGS }, (_, i) => writeAll(`${prefix}-${i}`)))
  console.log('written')
}
setInterval(() => relay.holdsLease() && hold(), 50)

async function writeAll(thing: string): Promise<void> {
  for (let n = (await written(thing)) + 1; n <= Number(steps); ) {
    console.log(`try ${thing} ${n}`)
    const done = await write(thing, n)
    if (done) console.log(`ok ${thing} ${n}`)
    if (done) n += 1
    await delay(done ? PACE_MS : 50)
  }
}

async function written(thing: string): Promise<number> {
  const [row] = await db.sql<{ n: number }[]>`select coalesce(max(n), 0)::int as n from attempt where thing = ${thing}`
  return row?.n ?? 0
}

/** False when nobody knows: the same step is tried again, and its key tells whether it had been done. */
async function write(thing: string, n: number): Promise<boolean> {
  try {
    await db.transaction(async (tx) => {
      await tx.sql`insert into attempt (thing, n) values (${thing}, ${n})`
      await emit(contextOver(tx), ThingDone, { data: { id: thing, n } })
    })
    return true
  } catch (error) {
    return isUniqueViolation(error)
  }
}

let held = false
function hold(): void {
  if (!held) console.log('holds the lease')
  held = true
}
