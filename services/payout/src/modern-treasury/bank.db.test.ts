import { emitted, eventually } from '@draupnir/testing'
import { PayInReturned } from '@draupnir/wire'
import { afterEach, describe, expect, it } from 'vitest'
import { accountOf, payoutAtBank } from '../bank.fixture.ts'
import { readPayIn } from '../pay-in/read-pay-in.ts'
import { recordReversal } from '../pay-in/record-reversal.ts'
import { readPayout } from '../payout/read-payout.ts'
import { newParty } from '../service.fixture.ts'
import { verify } from '../verify/verify.ts'

const bench = await payoutAtBank({ timeoutMs: 400 })
const { bank, ctx, db, pass, payIn, payout, registered, orders, factsOf, fault, heal, control, post, get } = bench
afterEach(heal)

const CREATE = { method: 'POST', path_prefix: '/api/payment_orders' }
const findings = async () =>
  (await verify({ db, bank })).flatMap(({ name, findings: found }) => found.map(({ row }) => `${name}: ${row}`))

it('makes a party known to the bank, once, and then its account', async () => {
  const { party, account } = await registered()
  expect(await get(`/v1/parties/${party.id}`)).toMatchObject({
    body: { state: 'onboarded', bank_accounts: [{ id: account.id, state: 'active', last4: '6789' }] },
  })
  const { items } = await bank.mt.counterparties.list({ external_id: party.id })
  expect(items).toHaveLength(1)
  expect(items[0]?.accounts).toHaveLength(1)
  expect(await factsOf(party.id)).toEqual([
    'payout.party.created',
    'payout.party.onboarded',
    'payout.bank_account.registered',
  ])
})

it('onboards an individual too', async () => {
  const { body } = await post('/v1/parties', { ...newParty, name: 'Ada Lovelace', kind: 'individual' })
  await pass('PT0S')
  expect((await get(`/v1/parties/${body.id}`)).body).toMatchObject({ state: 'onboarded' })
})

it.each([
  ['legal_entities', 1],
  ['counterparties', 1],
])('onboards once although the bank never answered to %s', async (resource) => {
  await fault({ match: { method: 'POST', path_prefix: `/api/${resource}` }, effect: 'timeout_after', remaining: 1 })
  const { body } = await post('/v1/parties', newParty)
  await pass('PT1H')
  expect((await get(`/v1/parties/${body.id}`)).body).toMatchObject({ state: 'onboarded' })
  expect((await bank.mt.counterparties.list({ external_id: String(body.id) })).items).toHaveLength(1)
  expect((await bank.mt.legalEntities.list({ metadata: { draupnir_id: String(body.id) } })).items).toHaveLength(1)
})

describe('a pay-in', () => {
  it('clears when the bank executed it, and not before', async () => {
    const id = await payIn()
    await pass('PT1H')
    expect(await readPayIn(ctx, id)).toMatchObject({ state: 'processing', cleared_at: null })
    await pass('P3D')
    expect(await readPayIn(ctx, id)).toMatchObject({ state: 'cleared', failure: null, returned: null })
    expect(await orders(id)).toMatchObject([{ amount: 125_000, direction: 'debit', status: 'completed' }])
    expect(await factsOf(id)).toEqual(['payout.pay_in.submitted', 'payout.pay_in.cleared'])
  })

  it('fails with the reason when the bank refuses it', async () => {
    const id = await payIn('11111111')
    await pass('P3D')
    const { state, failure } = await readPayIn(ctx, id)
    expect(state).toBe('failed')
    expect(failure).toMatch(/^failed/)
    expect(await factsOf(id)).toEqual(['payout.pay_in.submitted', 'payout.pay_in.failed'])
  })

  it('fails when the bank refuses its order for good', async () => {
    await fault({ match: CREATE, effect: 'error', status: 422, remaining: 1 })
    const id = await payIn()
    await pass('PT1H')
    expect(await readPayIn(ctx, id)).toMatchObject({ state: 'failed', payment_order_id: null })
    expect(await factsOf(id)).toEqual(['payout.pay_in.submitted', 'payout.pay_in.failed'])
    expect(await orders(id)).toEqual([])
  })

  it.each([500, 503, 429, 401])(
    'waits for a bank that answers %i, and is submitted when it recovers',
    async (status) => {
      await fault({ match: CREATE, effect: 'error', status })
      const id = await payIn()
      await pass('PT3H')
      expect(await readPayIn(ctx, id)).toMatchObject({ state: 'submitted', failure: null })
      await heal()
      await pass('PT2H')
      expect(await readPayIn(ctx, id)).toMatchObject({ state: 'processing' })
      expect(await orders(id)).toHaveLength(1)
    },
  )

  it('is one order at the bank although the bank never answered', async () => {
    await fault({ match: CREATE, effect: 'timeout_after', remaining: 2 })
    const id = await payIn()
    await pass('P3D')
    expect(await orders(id)).toHaveLength(1)
    expect(await readPayIn(ctx, id)).toMatchObject({ state: 'cleared' })
  })

  it('is one order even when the answer is asked for again after the bank forgot the key', async () => {
    await fault({ match: CREATE, effect: 'timeout_after', remaining: 1 })
    const id = await payIn()
    await eventually(async () => (await orders(id)).length === 1)
    // Nobody can look for two days: the idempotency key is good for one.
    await fault({ match: { method: 'GET', path_prefix: '/api/payment_orders' }, effect: 'error', status: 500 })
    await pass('P2D')
    await heal()
    await pass('P7D')
    expect(await orders(id)).toHaveLength(1)
    expect(await readPayIn(ctx, id)).toMatchObject({ state: 'cleared' })
  })

  it('waits for days for a bank that cannot be asked, and then clears', async () => {
    await fault({ match: { method: 'GET', path_prefix: '/api/payment_orders' }, effect: 'error', status: 500 })
    const id = await payIn()
    await pass('P2D')
    await heal()
    // A retry does not stop time on its way, so it is given its hour.
    await pass('PT2H')
    await pass('P7D')
    expect(await readPayIn(ctx, id)).toMatchObject({ state: 'cleared' })
    expect(await orders(id)).toHaveLength(1)
  })

  it.each(['webhook_duplicate', 'webhook_reorder', 'webhook_drop'])('comes to the same end with %s', async (effect) => {
    await fault({ match: { event_type: 'payment_order' }, effect })
    const id = await payIn()
    await pass('P4D')
    expect(await readPayIn(ctx, id)).toMatchObject({ state: 'cleared' })
    expect(await factsOf(id)).toEqual(['payout.pay_in.submitted', 'payout.pay_in.cleared'])
  })

  it.each(['webhook', 'poll'])(
    'that came back after it cleared tells of it once, found by %s, and is done with once the ledger has taken it back',
    async (by) => {
      const id = await payIn()
      await pass('P3D')
      if (by === 'poll') await fault({ match: {}, effect: 'webhook_drop' })
      const { payment_order_id: orderId } = await readPayIn(ctx, id)
      await control('POST', `payment_orders/${orderId}/return`, { code: 'R10' })
      await pass('P3D')
      const { body } = await get(`/v1/pay-ins/${id}`)
      const returned = { reason: 'returned: R10', code: 'R10', reversed_by: null }
      expect(body).toMatchObject({ state: 'cleared', returned })
      const told = (await emitted(ctx.db, PayInReturned)).filter((it) => it.aggregateId === id)
      expect(told).toMatchObject([{ data: { pay_in: { id, state: 'cleared' }, reason_code: 'R10' } }])
      expect(await findings()).toContain(`payout.returns-reversed: pay-in ${id}`)
      expect(await findings()).not.toContain(`payout.done-as-bank-says: ${id}`)
      expect(await factsOf(id)).toEqual(['payout.pay_in.submitted', 'payout.pay_in.cleared', 'payout.pay_in.returned'])
      const reversedBy = ctx.newId('transaction')
      await recordReversal(ctx, id, reversedBy)
      expect((await get(`/v1/pay-ins/${id}`)).body).toMatchObject({ returned: { reversed_by: reversedBy } })
      expect(await findings()).not.toContain(`payout.returns-reversed: pay-in ${id}`)
    },
  )

  it('that comes back before we knew that it had cleared has failed, and was never money', async () => {
    const id = await payIn()
    await pass('PT1H')
    await fault({ match: {}, effect: 'webhook_drop' })
    const { payment_order_id: orderId } = await readPayIn(ctx, id)
    await control('POST', `payment_orders/${orderId}/return`, { code: 'R01' })
    await pass('P2D')
    expect(await factsOf(id)).toEqual(['payout.pay_in.submitted', 'payout.pay_in.failed'])
  })
})

describe('a payout', () => {
  it('settles when the bank executed it', async () => {
    const id = await payout()
    await pass('P4D')
    expect(await readPayout(ctx, id)).toMatchObject({ state: 'settled', failure: null })
    expect(await orders(id)).toMatchObject([{ amount: 90_000, direction: 'credit', status: 'completed' }])
    expect(await factsOf(id)).toEqual(['payout.payout.requested', 'payout.payout.sent', 'payout.payout.settled'])
  })

  it('fails with the reason when the bank refuses it', async () => {
    const id = await payout('11111111')
    await pass('P3D')
    expect(await readPayout(ctx, id)).toMatchObject({ state: 'failed', failure: expect.stringMatching(/^failed/) })
    expect(await factsOf(id)).toEqual(['payout.payout.requested', 'payout.payout.sent', 'payout.payout.failed'])
  })

  it('fails when the bank refuses its order for good', async () => {
    await fault({ match: CREATE, effect: 'error', status: 422, remaining: 1 })
    const id = await payout()
    await pass('PT1H')
    expect(await readPayout(ctx, id)).toMatchObject({ state: 'failed' })
    expect(await factsOf(id)).toEqual(['payout.payout.requested', 'payout.payout.failed'])
  })

  it.each(['webhook', 'poll'])('that the receiving bank sends back has failed after all, told by %s', async (by) => {
    const id = await payout('10003')
    // The bank rests at weekends, so how long it takes depends on the day; an order comes back two banking days later.
    for (let days = 0; days < 5 && (await readPayout(ctx, id)).state !== 'settled'; days += 1) await pass('P1D')
    expect(await readPayout(ctx, id)).toMatchObject({ state: 'settled' })
    if (by === 'poll') await fault({ match: {}, effect: 'webhook_drop' })
    await pass('P5D')
    expect(await readPayout(ctx, id)).toMatchObject({ state: 'failed', failure: 'returned: R03' })
    expect((await factsOf(id)).at(-1)).toBe('payout.payout.failed')
  })

  it('is one order at the bank although the bank never answered', async () => {
    await fault({ match: CREATE, effect: 'timeout_after', remaining: 2 })
    const id = await payout()
    await pass('P3D')
    expect(await orders(id)).toHaveLength(1)
  })
})

describe('a bank account', () => {
  it('is refused to a party the bank does not know yet', async () => {
    await fault({ match: { path_prefix: '/api' }, effect: 'error', status: 500 })
    const { body } = await post('/v1/parties', newParty)
    const answer = await post(`/v1/parties/${body.id}/bank-accounts`, accountOf('123456789'))
    expect(answer).toMatchObject({ status: 409, body: { code: 'payout.party-not-onboarded' } })
    await heal()
    await pass('PT1H')
  })

  it('is one account at the bank although the bank never answered, with the same key', async () => {
    const { party } = await registered()
    await fault({
      match: { method: 'POST', path_prefix: '/api/external_accounts' },
      effect: 'timeout_after',
      remaining: 1,
    })
    const path = `/v1/parties/${party.id}/bank-accounts`
    const key = { 'idempotency-key': 'register-once' }
    expect(await post(path, accountOf('99887766'), key)).toMatchObject({ status: 503 })
    const again = await post(path, accountOf('99887766'), key)
    expect(again).toMatchObject({ status: 201, body: { state: 'active', last4: '7766' } })
    expect((await post(path, accountOf('99887766'), key)).body).toEqual(again.body)
    expect(await post(path, accountOf('99887767'), key)).toMatchObject({
      status: 422,
      body: { code: 'request.idempotency-key-reused' },
    })
    const { items } = await bank.mt.externalAccounts.list({ external_id: String(again.body.id) })
    expect(items).toHaveLength(1)
  })

  it('that the bank refuses is failed with the reason', async () => {
    const { party } = await registered()
    await fault({
      match: { method: 'POST', path_prefix: '/api/external_accounts' },
      effect: 'error',
      status: 422,
      remaining: 1,
    })
    const answer = await post(`/v1/parties/${party.id}/bank-accounts`, accountOf('99887766'))
    expect(answer).toMatchObject({ status: 422, body: { code: 'payout.bank-account-refused' } })
    expect((await get(`/v1/parties/${party.id}`)).body.bank_accounts).toContainEqual(
      expect.objectContaining({ last4: '7766', state: 'failed' }),
    )
  })

  it.each([
    ['routing_number', '121141823'],
    ['account_number', '12'],
    ['account_number', '12345678a'],
    ['currency', 'EUR'],
  ])('with a wrong %s is refused before the bank is asked', async (field, value) => {
    const { party } = await registered()
    const answer = await post(`/v1/parties/${party.id}/bank-accounts`, { ...accountOf('123456789'), [field]: value })
    expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid' } })
  })
})

it('finds nothing wrong in the end', async () => {
  await pass('P7D')
  expect(await findings()).toEqual([])
})
