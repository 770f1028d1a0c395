import { TIMER_MIGRATIONS } from '@draupnir/clock'
import { OUTBOX_MIGRATIONS } from '@draupnir/outbox'
import { expect, it } from 'vitest'
import { testDatabase } from './test-database.ts'

const sources = [OUTBOX_MIGRATIONS, TIMER_MIGRATIONS]
const first = await testDatabase({ schema: 'billing', sources })
const [second, third] = await Promise.all([
  testDatabase({ schema: 'billing', sources }),
  testDatabase({ schema: 'ledger', sources }),
])

it('gives every caller a database of its own', async () => {
  await first.db
    .sql`insert into relay_lease (name, holder, epoch, expires_at) values ('x', gen_random_uuid(), 1, now())`
  expect(await first.db.sql`select 1 from relay_lease`).toHaveLength(1)
  expect(await second.db.sql`select 1 from relay_lease`).toHaveLength(0)
  expect(await third.db.sql`select 1 from relay_lease`).toHaveLength(0)
})

it('connects as the role of the service, which may not change its tables', async () => {
  const [session] = await first.db.sql<{ role: string; schema: string }[]>`
    select current_user as role, current_schema() as schema`
  expect(session).toEqual({ role: expect.stringMatching(/^test_[0-9a-f]{8}_billing$/), schema: 'billing' })
  await expect(first.db.sql`alter table timers add column extra int`).rejects.toThrow(/must be owner/)
  await first.owner.sql`alter table timers add column extra int`
})
