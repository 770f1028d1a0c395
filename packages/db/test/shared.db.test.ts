import { AsyncLocalStorage } from 'node:async_hooks'
import { testDatabase } from '@draupnir/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Db, isUniqueViolation, numberArray, type SqlClient, type Statement, textArray } from '../src/index.ts'

const { db, owner } = await testDatabase({ schema: 'shared', sources: [] })
await owner.sql`create table notes (note text primary key, tx xid8 not null default pg_current_xact_id())`
await owner.sql`grant all on notes to public`

/** How many asked with each statement. */
const sizes: number[] = []

const insert: Statement<string, null> = async (sql, notes) => {
  sizes.push(notes.length)
  await sql`insert into notes select * from unnest(${textArray(notes)}::text[])`
  return notes.map(() => null)
}

const echo: Statement<string, string> = async (sql, asked) => {
  sizes.push(asked.length)
  const rows = await sql<{ said: string }[]>`select said from unnest(${textArray(asked)}::text[]) as t (said)`
  return rows.map(({ said }) => said)
}

const dies: Statement<string, null> = async (sql) => {
  await sql`select pg_terminate_backend(pg_backend_pid())`
  return []
}

const rows = () => owner.sql<{ note: string; tx: string }[]>`select note, tx::text from notes order by note`
const notes = async () => (await rows()).map(({ note }) => note)
const transactions = async () => new Set((await rows()).map(({ tx }) => tx)).size
const write = (note: string) => (tx: Db) => Promise.resolve(tx.laterTogether(insert, note))

/** Units that come at the same time. */
function together<T>(...units: ((tx: Db) => Promise<T>)[]): Promise<PromiseSettledResult<T>[]> {
  return Promise.allSettled(units.map((unit) => db.sharedTransaction(unit)))
}

describe('a shared transaction', () => {
  beforeEach(async () => {
    await owner.sql`truncate notes`
    sizes.length = 0
  })

  it('asks and writes once for all, and gives each its own answer', async () => {
    const unit = (note: string) => async (tx: Db) => {
      const said = await tx.together(echo, `${note}?`)
      tx.laterTogether(insert, note)
      return [said, tx.isShared, tx.inTransaction]
    }
    const settled = await together(unit('a'), unit('b'), unit('c'))
    expect(settled.map((it) => it.status === 'fulfilled' && it.value)).toEqual([
      ['a?', true, true],
      ['b?', true, true],
      ['c?', true, true],
    ])
    expect([await notes(), await transactions(), sizes]).toEqual([['a', 'b', 'c'], 1, [3, 3]])
  })

  it('is an ordinary one for whoever comes alone', async () => {
    const seen = await db.sharedTransaction(async (tx) => {
      tx.laterTogether(insert, 'a')
      tx.claim('a')
      // What was left for later is seen here.
      return (await tx.sql`select from notes`).length
    })
    expect([seen, await notes(), sizes]).toEqual([1, ['a'], [1]])
  })

  it('begins again, without others waiting, when one that comes alone leaves', async () => {
    const held = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    let runs = 0
    const first = db.sharedTransaction(async (tx) => {
      runs += 1
      tx.laterTogether(insert, `first ${tx.isShared}`)
      if (tx.isShared) tx.leave()
      begun.resolve()
      await held.promise
    })
    await begun.promise
    await db.sharedTransaction(write('second'))
    held.resolve()
    await first
    expect([runs, await notes()]).toEqual([2, ['first false', 'second']])
  })

  it.each<[string, (tx: Db) => unknown]>([
    ['a statement of its own', (tx) => tx.sql`select 1`],
    ['a query of its own', (tx) => tx.orm.execute('select 1')],
    ['a savepoint', (tx) => tx.savepoint(async () => undefined)],
    ['a statement for later', (tx) => tx.later(tx.sql`select 1`)],
  ])('lets nobody wait for one that comes alone and needs %s', async (_, need) => {
    const held = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const first = db.sharedTransaction(async (tx) => {
      await need(tx)
      begun.resolve()
      await held.promise
      tx.laterTogether(insert, 'first')
    })
    await begun.promise
    await db.sharedTransaction(write('second'))
    held.resolve()
    await first
    expect(await notes()).toEqual(['first', 'second'])
  })

  it('is joined inside an open one, and undone with it', async () => {
    const undone = db.transaction(async (tx) => {
      await tx.sharedTransaction(write('a'))
      throw new Error('no')
    })
    await expect(undone).rejects.toThrow('no')
    await together(
      (tx) => tx.transaction((inner) => inner.sharedTransaction(write('b'))),
      (tx) => tx.transaction(write('c')),
    )
    expect([await notes(), await transactions()]).toEqual([['b', 'c'], 1])
  })

  it('lets a unit that throws fail alone, and keeps nothing of it', async () => {
    let told = 0
    const settled = await together(
      write('a'),
      async (tx) => {
        tx.afterCommit(() => {
          told += 1
        })
        tx.laterTogether(insert, 'b')
        throw new Error('no')
      },
      async (tx) => {
        tx.afterCommit(() => {
          told += 10
        })
        tx.laterTogether(insert, 'c')
      },
    )
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect([await notes(), await transactions(), told]).toEqual([['a', 'c'], 1, 10])
  })

  it.each<[string, (tx: Db) => unknown]>([
    ['a statement of its own', (tx) => tx.sql`select 1`],
    ['a query of its own', (tx) => tx.orm.execute('select 1')],
    ['a savepoint', (tx) => tx.savepoint(async () => undefined)],
    ['to send a statement for later', (tx) => tx.later(Promise.reject(new Error('not to be seen')))],
    ['a way out', (tx) => (tx.isShared ? tx.leave() : undefined)],
  ])('gives a unit a transaction of its own that needs %s', async (_, need) => {
    let runs = 0
    const settled = await together<unknown>(write('a'), write('b'), async (tx) => {
      runs += 1
      tx.laterTogether(insert, 'c')
      if (tx.isShared) await need(tx)
      return tx.isShared
    })
    expect(settled[2]).toEqual({ status: 'fulfilled', value: false })
    expect([runs, await notes(), await transactions()]).toEqual([2, ['a', 'b', 'c'], 2])
  })

  it('does not let it stay because it caught what told it to go', async () => {
    await together(write('a'), async (tx) => {
      await Promise.resolve()
        .then(() => tx.sql`select 1`)
        .catch(() => undefined)
      tx.laterTogether(insert, 'b')
    })
    expect([await notes(), await transactions()]).toEqual([['a', 'b'], 2])
  })

  it('lets nobody touch what another has claimed, nor read again what it has written itself', async () => {
    const seen: string[] = []
    const unit =
      (note: string, ...keys: string[]) =>
      async (tx: Db) => {
        for (const key of keys) tx.claim(key)
        await tx.together(echo, note)
        for (const key of keys) tx.claim(key)
        tx.laterTogether(insert, note)
        if (note === 'rereads') tx.claim('own')
        seen.push(`${note} ${tx.isShared}`)
      }
    await together(unit('a', 'x'), unit('b', 'y'), unit('c', 'z', 'x'), unit('rereads'))
    expect(seen.sort()).toEqual(['a true', 'b true', 'c false', 'rereads false'])
    expect([await notes(), await transactions()]).toEqual([['a', 'b', 'c', 'rereads'], 3])
  })

  it('lets each find out for itself whose statement was refused', async () => {
    await owner.sql`insert into notes values ('taken')`
    const settled = await together(write('a'), write('taken'), write('b'))
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(settled[1]).toMatchObject({ reason: expect.toSatisfy((it: unknown) => isUniqueViolation(it)) })
    expect([await notes(), await transactions()]).toEqual([['a', 'b', 'taken'], 3])
  })

  it('asks again for each alone when what one asks breaks the statement of all', async () => {
    const tenth = async (sql: SqlClient, asked: readonly number[]) => {
      const rows = await sql<{ n: number }[]>`select 10 / n as n from unnest(${numberArray(asked)}::int[]) as t (n)`
      return rows.map(({ n }) => n)
    }
    const settled = await together(...[1, 0, 5].map((n) => (tx: Db) => tx.together(tenth, n)))
    expect(settled.map((it) => (it.status === 'rejected' ? it.reason.message : it.value))).toEqual([
      10,
      'division by zero',
      2,
    ])
  })

  it('takes back no refusal because of what another asked', async () => {
    const broken = async (sql: SqlClient, asked: readonly string[]) => {
      await sql`select 1 / 0`
      return asked
    }
    let runs = 0
    const settled = await together<unknown>(
      async () => {
        runs += 1
        throw new Error('refused')
      },
      (tx) => tx.together(broken, 'x'),
      write('a'),
    )
    expect(settled.map((it) => (it.status === 'rejected' ? it.reason.message : it.value))).toEqual([
      'refused',
      'division by zero',
      undefined,
    ])
    expect([runs, await notes()]).toEqual([1, ['a']])
  })

  it('tells all when the connection is lost, and tries nothing again', async () => {
    let runs = 0
    const unit = async (tx: Db) => {
      runs += 1
      await tx.together(dies, '')
      tx.laterTogether(insert, 'a')
    }
    const settled = await together(unit, unit, unit)
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect([runs, await notes()]).toEqual([3, []])
  })

  it('gathers while others are under way, and keeps the surroundings of each', async () => {
    const caller = new AsyncLocalStorage<string>()
    const unit = (note: string) =>
      caller.run(note, () =>
        db.sharedTransaction(async (tx) => {
          await tx.together(echo, note)
          tx.laterTogether(insert, note)
          return caller.getStore()
        }),
      )
    const first = unit('first')
    await new Promise((resolve) => setImmediate(resolve))
    const rest = Array.from({ length: 5 }, (_, n) => unit(`n${n}`))
    await new Promise((resolve) => setImmediate(resolve))
    rest.push(unit('late'))
    expect(await Promise.all([first, ...rest])).toEqual(['first', 'n0', 'n1', 'n2', 'n3', 'n4', 'late'])
    expect(sizes).toEqual([1, 1, 6, 6])
  })
})

it('cannot be left, nor written for later, without one', async () => {
  expect(() => db.leave()).toThrow('not shared')
  expect(() => db.laterTogether(insert, 'a')).toThrow('inside a transaction only')
  expect(await db.together(echo, 'at once')).toBe('at once')
})
