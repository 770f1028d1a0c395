import { writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { connect } from '@draupnir/db'
import { contextFor } from '@draupnir/http'
import { modernTreasury } from '@draupnir/modern-treasury'
import { fromEpochMs } from '@draupnir/time'
import { followJournal } from '../src/mirror/follow-journal.ts'

// The mirror as one process: runs until it has caught up, told line by line; another may take its place at any moment.
const [url = '', baseUrl = ''] = process.argv.slice(2)
const db = connect({ url, applicationName: 'mirror', maxConnections: 4 })
const mt = modernTreasury({ baseUrl, organizationId: 'org', apiKey: 'key', timeoutMs: 60_000 })
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const trace = { correlationId: 'kill', causationId: null, traceparent: null }
const follower = followJournal(mt)
for (let run = 1; ; run += 1) {
  const now = fromEpochMs(Date.now())
  if ((await follower.behind(db, now)) === 0) {
    const [resting] = await db.sql<{ tenants: number }[]>`
      select count(*)::int as tenants from mirror_ledgers where last_error is not null or not_before > ${now}`
    if (resting?.tenants === 0) break
    await delay(50)
    continue
  }
  const forTenant: Parameters<typeof follower.run>[0]['forTenant'] = (tenant) =>
    contextFor({ db, now, actor: 'timer:mirror', tenant, trace, log: silent })
  await follower.run({ db, now: () => now, log: silent, forTenant }).catch(() => undefined)
  writeSync(1, `run ${run}\n`)
}
await db.close()
writeSync(1, 'caught up\n')
