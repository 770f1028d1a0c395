import { nextId } from '@draupnir/testing'
import { DAY_MS } from '@draupnir/time'
import { expect, it } from 'vitest'
import { commit, freshContext, fund, ledgerDatabase, payIn } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { fundingOf } from './funding.store.ts'

const { db } = await ledgerDatabase()

const funded = async (...args: Parameters<typeof fundingOf>) =>
  (await fundingOf(...args)).map(({ payInId, rail, amount }) => [payInId, rail, amount.amount])

it('takes the oldest pay-in first, and then what no pay-in brought', async () => {
  const ctx = freshContext(db)
  const buyer = nextId('party')
  const older = await payIn(ctx, buyer, 100)
  ctx.clock.advance(DAY_MS)
  const newer = await payIn(ctx, buyer, 50, 'wire')
  await fund(ctx, buyer, 30)
  const [one, two, three] = [await commit(ctx, buyer, 60), await commit(ctx, buyer, 70), await commit(ctx, buyer, 50)]
  expect(await funded(ctx, one)).toEqual([[older, 'ach', 60n]])
  expect(await funded(ctx, two)).toEqual([
    [older, 'ach', 40n],
    [newer, 'wire', 30n],
  ])
  expect(await funded(ctx, three)).toEqual([
    [newer, 'wire', 20n],
    [null, null, 30n],
  ])
  expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
})

it('takes nothing from the lots of another party, another marketplace or for a refused collection', async () => {
  const ctx = freshContext(db)
  const [buyer, other] = [nextId('party'), nextId('party')]
  const lot = await payIn(ctx, buyer, 100)
  await payIn(ctx, other, 100)
  const refused = await commit(ctx, buyer, 101)
  expect(await funded(ctx, refused)).toEqual([])
  const collection = await commit(ctx, buyer, 100)
  expect(await funded(ctx, collection)).toEqual([[lot, 'ach', 100n]])
  expect(await funded(freshContext(db), collection)).toEqual([])
})

it('never gives one lot to two commits at once', async () => {
  const ctx = freshContext(db)
  const buyer = nextId('party')
  await payIn(ctx, buyer, 30)
  await payIn(ctx, buyer, 30)
  const collections = await Promise.all(Array.from({ length: 6 }, () => commit(ctx, buyer, 10)))
  const pieces = (await Promise.all(collections.map((id) => funded(ctx, id)))).flat()
  expect(pieces.reduce((sum, piece) => sum + Number(piece[2]), 0)).toBe(60)
  expect(pieces.every(([payInId]) => payInId !== null)).toBe(true)
  expect((await verify({ db })).filter((check) => !check.ok)).toEqual([])
})
