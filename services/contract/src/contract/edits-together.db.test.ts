import { Refusal } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { DAY_MS } from '@draupnir/time'
import fc from 'fast-check'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { contractApi } from '../api.fixture.ts'
import { contractService } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'
import { activateContract } from './activate-contract.ts'
import { addLine } from './add-line.ts'
import { changeQuantity } from './change-quantity.ts'
import { flatLine, hours, T0, terms } from './contract.fixture.ts'
import { createContract } from './create-contract.ts'
import { loadForEdit } from './load-contract.ts'
import { SNAPSHOT_EVERY } from './reach.ts'
import { readContract } from './read-contract.ts'
import { setDiscount } from './set-discount.ts'
import { suspendContract } from './suspend-contract.ts'
import { terminateContract } from './terminate-contract.ts'

const service = await contractService()
const { ctx, db, clock } = service
const { call } = contractApi(service)
beforeAll(service.onboard)
beforeEach(() => clock.set(T0))

interface Sold {
  readonly id: Id<'contract'>
  readonly line_id: Id<'contractLine'>
  readonly version: number
}

const to = ({ id, line_id }: Sold, quantity: string) => changeQuantity(ctx, id, { line_id, quantity })
const many = async (count: number) => {
  const list: Sold[] = []
  for (let n = 0; n < count; n += 1) {
    const { id, lines, version } = await service.active(flatLine())
    list.push({ id, line_id: lines[0]?.id as Id<'contractLine'>, version })
  }
  return list
}

/** The transactions in which quantities of these were changed, and the order in which their events were told. */
const commits = async (ids: readonly Id<'contract'>[]) => {
  const rows = await db.sql<{ tx: string }[]>`
    select distinct xmin::text as tx from contract_edits where contract_id in ${db.sql(ids)} and operation = 'change_quantity'`
  return rows.length
}
const toldOf = async (id: Id<'contract'>) => {
  const rows = await db.sql<{ seq: number; version: number; quantity: string }[]>`
    select aggregate_seq::int as seq, (data -> 'contract' ->> 'version')::int as version,
      data -> 'contract' -> 'lines' -> 0 ->> 'quantity' as quantity
    from outbox where aggregate_id = ${id} and type = 'contract.line.quantity_changed' order by aggregate_seq`
  return rows.map(({ version, quantity }) => [version, quantity])
}

it('records edits of many contracts in one commit, each told as its own', async () => {
  const list = await many(12)
  const edited = await Promise.all(
    list.map(({ id, line_id }, n) => changeQuantity(ctx, id, { line_id, quantity: `${n + 2}` })),
  )
  expect(await commits(list.map(({ id }) => id))).toBe(1)
  for (const [n, { id, version }] of list.entries()) {
    expect(edited[n]).toMatchObject({ state: { id, version: version + 1 }, edit: { seq: version + 1 } })
    expect(await readContract(ctx, id)).toMatchObject({ version: version + 1, lines: [{ quantity: `${n + 2}` }] })
    expect(await toldOf(id)).toEqual([[version + 1, `${n + 2}`]])
  }
})

it('refuses one among them and keeps nothing of it', async () => {
  const list = await many(4)
  const line_id = ctx.newId('contractLine')
  const settled = await Promise.allSettled(
    list.map((one, n) => changeQuantity(ctx, one.id, { line_id: n === 1 ? line_id : one.line_id, quantity: '7' })),
  )
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  expect(settled[1]).toMatchObject({ reason: { code: 'contract.line-unknown' } })
  expect(await commits(list.map(({ id }) => id))).toBe(1)
  const refused = list[1] as (typeof list)[number]
  expect([(await readContract(ctx, refused.id)).version, await toldOf(refused.id)]).toEqual([refused.version, []])
})

it('records edits of one contract one after another', async () => {
  const [{ id, line_id, version }] = (await many(1)) as [Sold]
  const versions = await Promise.all(
    ['1', '2', '3', '4', '5'].map(async (quantity) => {
      const { state } = await changeQuantity(ctx, id, { line_id, quantity })
      return [state.version, quantity]
    }),
  )
  const inOrder = versions.toSorted(([a], [b]) => Number(a) - Number(b))
  expect(inOrder.map(([each]) => each)).toEqual([1, 2, 3, 4, 5].map((n) => version + n))
  expect(await toldOf(id)).toEqual(inOrder)
})

it('lets nobody wait for who waits for a contract that is being edited', async () => {
  const [held, ...rest] = await many(4)
  if (held === undefined) throw new Error('four were made')
  let waits: Promise<unknown> = Promise.resolve()
  await db.transaction(async (tx) => {
    await loadForEdit({ ...ctx, db: tx }, held.id)
    waits = to(held, '7')
    await Promise.all(rest.map((one) => to(one, '7')))
    for (const one of rest) await to(one, '8')
    expect(await toldOf(held.id)).toEqual([])
  })
  await waits
  expect(await toldOf(held.id)).toEqual([[held.version + 1, '7']])
})

it('stores the fold of a long log whoever shares the commit', async () => {
  const list = await many(3)
  for (let n = 0; n < SNAPSHOT_EVERY; n += 1)
    await Promise.all(list.map(({ id, line_id }) => changeQuantity(ctx, id, { line_id, quantity: `${n}` })))
  const rows = await db.sql<{ count: number }[]>`
    select count(*)::int as count from contract_snapshots where contract_id in ${db.sql(list.map(({ id }) => id))}`
  expect(rows).toEqual([{ count: 3 }])
})

it('leaves the notice of a term alone that an edit does not move, and moves the one it does', async () => {
  const others = await many(2)
  const { state } = await createContract(ctx, { ...terms, term: 'P1M' })
  const { id } = state
  const line_id = (await addLine(ctx, id, flatLine())).state.lines[0]?.id as Id<'contractLine'>
  await activateContract(ctx, id, { billing_anchor: null })
  const notices = async () =>
    (await db.sql`select due_at, version from timers where key = ${id} and kind = 'contract.notice'`).map(
      ({ due_at, version }) => [due_at, Number(version)],
    )
  const before = await notices()
  expect(before).toHaveLength(1)
  await Promise.all([changeQuantity(ctx, id, { line_id, quantity: '2' }), ...others.map((one) => to(one, '2'))])
  expect(await notices()).toEqual(before)
  await terminateContract(ctx, id, { when: 'now', cause: 'done' })
  expect(await notices()).toEqual([])
})

it('answers over HTTP with few commits, the same key once, and tells who came second what changed', async () => {
  const list = await many(9)
  const [raced] = list.splice(0, 1)
  if (raced === undefined) throw new Error('nine were made')
  const path = ({ id, line_id }: typeof raced) => `/v1/contracts/${id}/lines/${line_id}/quantity`
  const tag = { 'if-match': `"${raced.version}"` }
  const [first, second, ...rest] = await Promise.all([
    call('POST', path(raced), { quantity: '2' }, tag),
    call('POST', path(raced), { quantity: '3' }, tag),
    ...list.flatMap((one) =>
      [1, 2].map(() => call('POST', path(one), { quantity: '4' }, { 'idempotency-key': one.id })),
    ),
  ])
  expect([first?.status, second?.status].sort()).toEqual([200, 412])
  const lost = first?.status === 412 ? first : second
  expect(lost?.body).toMatchObject({
    context: { current: `"${raced.version + 1}"`, changes: [{ operation: 'change_quantity' }] },
  })
  // Of two under one key, the second may come while the first is under way.
  expect(rest.every(({ status }) => status === 200 || status === 409)).toBe(true)
  for (const { id, version } of list) expect(await toldOf(id)).toEqual([[version + 1, '4']])
  expect(await commits(list.map(({ id }) => id))).toBeLessThan(list.length)
  const again = await call('POST', path(raced), { quantity: '2' }, { 'if-match': `"${raced.version}"` })
  expect(again.status).toBe(412)
})

it('leaves every contract as its log says, whatever comes at the same time', async () => {
  const kinds = ['quantity', 'quantity', 'quantity', 'discount', 'late', 'ahead', 'suspend', 'line', 'refused'] as const
  const ask = fc.record({
    kind: fc.constantFrom(...kinds),
    contract: fc.nat({ max: 7 }),
    digit: fc.integer({ min: 1, max: 9 }),
  })
  const game = fc.array(fc.array(ask, { minLength: 1, maxLength: 24 }), { minLength: 1, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(game, async (rounds) => {
      clock.set(T0)
      const list = await many(8)
      clock.set(hours(50))
      let recorded = 0
      for (const round of rounds) {
        const settled = await Promise.allSettled(round.map((one) => make(one)))
        for (const it of settled) {
          if (it.status === 'fulfilled') recorded += 1
          else expect(it.reason).toBeInstanceOf(Refusal)
        }
      }
      const ids = list.map(({ id }) => id)
      const [row] = await db.sql<{ edits: number; sum: number }[]>`
        select (select count(*)::int from contract_edits where contract_id in ${db.sql(ids)}) as edits,
          (select sum(edits)::int from contracts where id in ${db.sql(ids)}) as sum`
      const made = list.reduce((sum, { version }) => sum + version, 0)
      expect(row).toEqual({ edits: made + recorded, sum: made + recorded })

      function make({ kind, contract, digit }: (typeof rounds)[number][number]): Promise<unknown> {
        const { id, line_id } = list[contract] as (typeof list)[number]
        const quantity = `${digit}`
        if (kind === 'discount') return setDiscount(ctx, id, { line_id, discount_rate: `0.${digit}` })
        if (kind === 'late') return changeQuantity(ctx, id, { line_id, quantity, effective_at: hours(digit) })
        if (kind === 'ahead')
          return changeQuantity(ctx, id, { line_id, quantity, effective_at: hours(50 + digit * (DAY_MS / 3_600_000)) })
        if (kind === 'suspend') return suspendContract(ctx, id, {})
        if (kind === 'line') return addLine(ctx, id, flatLine({ sku: `s${digit}` }))
        if (kind === 'refused') return changeQuantity(ctx, id, { line_id: ctx.newId('contractLine'), quantity })
        return changeQuantity(ctx, id, { line_id, quantity })
      }
    }),
    { numRuns: 25 },
  )
  expect((await verify({ db })).filter(({ findings }) => findings.length > 0)).toEqual([])
})
