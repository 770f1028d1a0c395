import { testDatabase } from '@draupnir/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect, type DbPool } from '../src/index.ts'

const { url, owner } = await testDatabase({ schema: 'lost', sources: [] })
await owner.sql`create table effects (note text not null)`
await owner.sql`grant all on effects to public`

// The driver's own behaviour here is wrong in 3.4.9; patches/postgres@3.4.9.patch is what these tests hold.
describe('a connection that is lost', () => {
  let db: DbPool

  beforeEach(async () => {
    await owner.sql`truncate effects`
    db = connect({ url, applicationName: 'lost', maxConnections: 1 })
  })

  afterEach(async () => {
    await db.close()
  })

  const kill = () => owner.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lost'`
  const notes = async () => (await owner.sql<{ note: string }[]>`select note from effects`).map(({ note }) => note)
  const closed = expect.objectContaining({ code: 'CONNECTION_CLOSED' })

  it('fails the transaction under way, and the next one has the pool for itself', async () => {
    const late = Promise.withResolvers<void>()
    const first = db.transaction(async (tx) => {
      await tx.sql`insert into effects values ('first')`
      await kill()
      await late.promise
      await tx.sql`insert into effects values ('late')`
    })
    await expect(first).rejects.toThrow(closed)
    const inside = Promise.withResolvers<void>()
    const second = db.transaction(async (tx) => {
      await tx.sql`insert into effects values ('second')`
      // What is left of the first transaction wakes up while the second one holds the only connection.
      late.resolve()
      await new Promise((resolve) => setImmediate(resolve))
      await tx.sql`select 1`
      inside.resolve()
    })
    await inside.promise
    await second
    expect(await notes()).toEqual(['second'])
  })

  it('fails a query that comes just after, and no process', async () => {
    const attempt = db.transaction(async (tx) => {
      await tx.sql`select 1`
      await kill()
      await tx.sql`select 1`.catch(() => null)
      await tx.sql`insert into effects values ('x')`
    })
    await expect(attempt).rejects.toThrow(closed)
    expect(await db.sql`select 1 as one`).toMatchObject([{ one: 1 }])
    expect(await notes()).toEqual([])
  })

  it('leaves a reserved connection unusable and the pool whole', async () => {
    const session = await db.pool.reserve()
    await session`select 1`
    await kill()
    await expect(
      (async () => {
        for (;;) await session`select 1`
      })(),
    ).rejects.toThrow()
    await expect(session`select 1`).rejects.toThrow()
    session.release()
    expect(await db.sql`select 1 as one`).toMatchObject([{ one: 1 }])
  })

  it('does not hold up closing', async () => {
    await db.sql`select 1`
    await expect(db.sql`select pg_terminate_backend(pg_backend_pid())`).rejects.toThrow()
    const startedMs = performance.now()
    await db.close()
    expect(performance.now() - startedMs).toBeLessThan(2_000)
  })
})
