import { emitted, expectRejection, nextId, testContext } from '@draupnir/testing'
import { PartyCreated, PartyOnboarded } from '@draupnir/wire'
import { expect, it } from 'vitest'
import { newParty, payoutService, T0 } from '../service.fixture.ts'
import { createParty } from './create-party.ts'
import { recordOnboarding } from './onboard-party.ts'
import { listParties, readParty } from './read-party.ts'

const { db, ctx, timers, counts, factsOf } = await payoutService()
const AT_BANK = { ok: true, value: { legalEntityId: 'le', counterpartyId: 'cp' } } as const

it('is created pending, and its onboarding begins with it', async () => {
  const party = await createParty(ctx, { ...newParty, roles: ['buyer', 'buyer'] })
  expect(party).toMatchObject({ state: 'pending', roles: ['buyer'], created_at: T0 })
  expect((await emitted(db, PartyCreated)).at(-1)?.data).toEqual({ party })
  expect(await timers()).toContainEqual({ kind: 'payout.onboard-party', key: party.id, due_at: T0 })
})

it('leaves nothing behind when the transaction fails', async () => {
  const before = await counts()
  const failed = db.transaction(async (tx) => {
    await createParty({ ...ctx, db: tx }, newParty)
    throw new Error('later')
  })
  await expect(failed).rejects.toThrow('later')
  expect(await counts()).toBe(before)
})

it('is onboarded once, whatever a second attempt says', async () => {
  const { id } = await createParty(ctx, newParty)
  await recordOnboarding(ctx, id, AT_BANK)
  await recordOnboarding(ctx, id, { ok: false, reason: 'late' })
  await recordOnboarding(ctx, id, AT_BANK)
  expect(await readParty(ctx, id)).toMatchObject({ state: 'onboarded', failure: null, bank_accounts: [] })
  expect((await emitted(db, PartyOnboarded)).at(-1)?.data.party).toMatchObject({ id, state: 'onboarded' })
  expect(await factsOf(id)).toEqual(['payout.party.created', 'payout.party.onboarded'])
})

it('keeps the reason for which the bank refused it, and tells nobody that it was onboarded', async () => {
  const { id } = await createParty(ctx, newParty)
  await recordOnboarding(ctx, id, { ok: false, reason: 'sanctioned' })
  await recordOnboarding(ctx, id, AT_BANK)
  expect(await readParty(ctx, id)).toMatchObject({ state: 'failed', failure: 'sanctioned' })
  expect(await factsOf(id)).toEqual(['payout.party.created'])
})

it('is invisible to another tenant', async () => {
  const { id } = await createParty(ctx, newParty)
  const stranger = testContext(db, { tenant: nextId('tenant') })
  await expectRejection(readParty(stranger, id), 'request.not-found')
  expect(await listParties(stranger, null, 10)).toEqual([])
})
