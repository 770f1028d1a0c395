import { testDatabase } from '@draupnir/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { isUniqueViolation } from '../src/index.ts'

const { db, owner } = await testDatabase({ schema: 'later', sources: [] })
await owner.sql`create table notes (note text primary key)`
await owner.sql`grant all on notes to public`

const notes = async () =>
  (await db.sql<{ note: string }[]>`select note from notes order by note`).map(({ note }) => note)
const taken = expect.toSatisfy((error: unknown) => isUniqueViolation(error, 'notes_pkey'))

describe('a statement left for later', () => {
  beforeEach(async () => {
    await owner.sql`truncate notes`
    await owner.sql`insert into notes values ('taken')`
  })

  it('is done when the transaction has committed, in its order', async () => {
    let seen = 0
    await db.transaction(async ({ sql, later }) => {
      later(sql`insert into notes values ('a')`.execute())
      later(sql`update notes set note = 'b' where note = 'a'`.execute())
      seen = (await sql`select from notes where note = 'b'`).length
      later(sql`insert into notes values ('c')`.execute())
    })
    expect([seen, await notes()]).toEqual([1, ['b', 'c', 'taken']])
  })

  it('fails the transaction it is the last of, and no hook runs', async () => {
    let told = false
    const failed = db.transaction(async ({ sql, later, afterCommit }) => {
      afterCommit(() => {
        told = true
      })
      await sql`insert into notes values ('a')`
      later(sql`insert into notes values ('taken')`.execute())
    })
    await expect(failed).rejects.toEqual(taken)
    expect([told, await notes()]).toEqual([false, ['taken']])
  })

  it('is what a transaction failed by, not what came after it', async () => {
    const failed = db.transaction(async ({ sql, later }) => {
      later(sql`insert into notes values ('taken')`.execute())
      await sql`insert into notes values ('a')`
    })
    await expect(failed).rejects.toEqual(taken)
    expect(await notes()).toEqual(['taken'])
  })

  it('leaves the reason of its own to work that gives up', async () => {
    const failed = db.transaction(async ({ sql, later }) => {
      later(sql`insert into notes values ('a')`.execute())
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await notes()).toEqual(['taken'])
  })

  it('fails its savepoint and not the transaction around it', async () => {
    await db.transaction(async (tx) => {
      const failed = tx.savepoint(async ({ sql, later }) => later(sql`insert into notes values ('taken')`.execute()))
      await expect(failed).rejects.toEqual(taken)
      await tx.sql`insert into notes values ('a')`
    })
    expect(await notes()).toEqual(['a', 'taken'])
  })

  it('needs a transaction', () => {
    expect(() => db.later(Promise.resolve())).toThrow('inside a transaction only')
  })
})
