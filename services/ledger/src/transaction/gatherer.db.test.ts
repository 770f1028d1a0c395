import { nextId } from '@draupnir/testing'
import { expect, it } from 'vitest'
import { freshContext, fund, ledgerDatabase } from '../service.fixture.ts'
import { commit } from './commit.fixture.ts'
import { createGatherer } from './gatherer.ts'
import type { Request } from './reduce.ts'

const { db } = await ledgerDatabase()

async function market() {
  const ctx = freshContext(db)
  const buyer = nextId('party')
  await fund(ctx, buyer, 1_000)
  const sizes = async () => {
    const rows = await db.sql<{ size: number }[]>`
      select cardinality(transaction_ids) as size from journal where tenant_id = ${ctx.tenant} order by size`
    return rows.map(({ size }) => size)
  }
  return { ctx, commit: (amount: number) => commit(ctx, buyer, amount), sizes }
}

const soon = () => new Promise((resolve) => setImmediate(resolve))

it('answers with one commit what is asked while another is under way', async () => {
  const { ctx, commit, sizes } = await market()
  const { submit } = createGatherer({ db })
  const first = submit(ctx, [commit(1)])
  await soon()
  const some = Array.from({ length: 10 }, () => submit(ctx, [commit(1)]))
  await soon()
  const more = Array.from({ length: 20 }, () => submit(ctx, [commit(1)]))
  const outcomes = (await Promise.all([first, ...some, ...more])).flat()
  expect(new Set(outcomes.map(({ type }) => type))).toEqual(new Set(['accepted']))
  // The funding, the first, all the others.
  expect(await sizes()).toEqual([1, 1, 30])
})

it('begins another commit beside it for as many as are worth one, and takes no more than one may hold', async () => {
  const { ctx, commit, sizes } = await market()
  const { submit } = createGatherer({ db, minRequests: 4, maxRequests: 6 })
  const first = submit(ctx, [commit(1)])
  await soon()
  const some = Array.from({ length: 4 }, () => submit(ctx, [commit(1)]))
  await soon()
  const more = Array.from({ length: 9 }, () => submit(ctx, [commit(1)]))
  const whole = submit(
    ctx,
    Array.from({ length: 8 }, () => commit(1)),
  )
  await Promise.all([first, ...some, ...more, whole])
  expect(await sizes()).toEqual([1, 1, 3, 4, 6, 8])
})

it('gives each asker its own answers, in the order of its requests', async () => {
  const { ctx, commit } = await market()
  const { submit } = createGatherer({ db })
  const asks = [[commit(1), commit(2_000), commit(3)], [], [commit(4)]]
  const answers = await Promise.all(asks.map((requests) => submit(ctx, requests)))
  expect(answers.map((outcomes) => outcomes.map(({ type }) => type))).toEqual([
    ['accepted', 'refused', 'accepted'],
    [],
    ['accepted'],
  ])
  expect(await submit(ctx, [])).toEqual([])
})

it('keeps of each transaction of a commit who asked for it', async () => {
  const { ctx, commit } = await market()
  const { submit } = createGatherer({ db })
  const by = (actor: string): Request => {
    const request = commit(1)
    return request.type === 'book' ? { ...request, draft: { ...request.draft, actor } } : request
  }
  const actors = [ctx.actor, 'key_one', 'key_other']
  await Promise.all(actors.map((actor) => submit(ctx, [by(actor)])))
  const rows = await db.sql<{ actor: string }[]>`
    select actor from transactions where tenant_id = ${ctx.tenant} and recipe = 'funds.commit' order by actor`
  expect(rows.map(({ actor }) => actor)).toEqual(actors.toSorted())
})
