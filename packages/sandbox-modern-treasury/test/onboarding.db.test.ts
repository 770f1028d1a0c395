import ModernTreasury from 'modern-treasury'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONNECTION_ID, FBO_ACCOUNT_ID } from '../src/index.ts'
import { account, type Harness, onboard, startHarness } from './harness.ts'

let bank: Harness
let mt: ModernTreasury
beforeAll(async () => {
  bank = await startHarness()
  mt = bank.mt
  await bank.control('POST', 'webhook-endpoints', { url: bank.receiver.url })
}, 60_000)
afterAll(() => bank.stop(), 60_000)

const unknown = '00000000-0000-4000-8000-000000000099'
const refusal = (parameter: string, code = 'parameter_invalid') => ({
  status: 422,
  error: { errors: { code, parameter } },
})

test('a fresh sandbox has one connection and one USD account with stable ids, also after a restart', async () => {
  const seen = async () => {
    const connections = await mt.connections.list()
    const accounts = await mt.internalAccounts.list({
      currency: 'USD',
      payment_type: 'ach',
      payment_direction: 'debit',
    })
    return [connections.items.map(({ id }) => id), accounts.items.map(({ id, name }) => [id, name])]
  }
  expect(await seen()).toEqual([[CONNECTION_ID], [[FBO_ACCOUNT_ID, 'FBO']]])
  await bank.restart()
  expect(await seen()).toEqual([[CONNECTION_ID], [[FBO_ACCOUNT_ID, 'FBO']]])
})

describe('a legal entity', () => {
  test('is created with its owners and keeps no identification number', async () => {
    const created = await mt.legalEntities.create({
      legal_entity_type: 'business',
      business_name: 'Acme GPU LLC',
      legal_structure: 'llc',
      date_formed: '2020-06-15',
      phone_numbers: [{ phone_number: '+14155550100' }],
      identifications: [{ id_type: 'us_ein', id_number: '987654321' }],
      addresses: [
        {
          address_types: ['business'],
          line1: '1 Main St',
          locality: 'Austin',
          region: 'TX',
          postal_code: '78701',
          country: 'US',
        },
      ],
      legal_entity_associations: [
        {
          relationship_types: ['control_person', 'beneficial_owner'],
          ownership_percentage: 100,
          child_legal_entity: { legal_entity_type: 'individual', first_name: 'Ann', last_name: 'Lee' },
        },
      ],
    })
    expect(created.legal_entity_associations).toMatchObject([
      { ownership_percentage: 100, parent_legal_entity_id: created.id, child_legal_entity: { first_name: 'Ann' } },
    ])
    expect(await mt.legalEntities.retrieve(created.id)).toEqual(created)
    const sql = postgres(bank.databaseUrl, { max: 1 })
    const kept = await sql`select 1 from resource where body::text like '%987654321%' or extra::text like '%987654321%'`
    await sql.end()
    expect(kept).toHaveLength(0)
  })

  test('is updated, merges metadata and is found by it', async () => {
    const created = await mt.legalEntities.create({
      legal_entity_type: 'individual',
      first_name: 'Bo',
      metadata: { tier: 'one', region: 'eu' },
    })
    const updated = await mt.legalEntities.update(created.id, {
      last_name: 'Ek',
      metadata: { tier: 'two', region: '' },
    })
    expect(updated).toMatchObject({ first_name: 'Bo', last_name: 'Ek', metadata: { tier: 'two' } })
    expect(updated.metadata).toEqual({ tier: 'two' })
    const found = await mt.legalEntities.list({ metadata: { tier: 'two' }, legal_entity_type: 'individual' })
    expect(found.items.map(({ id }) => id)).toEqual([created.id])
  })

  test('refuses a missing type, an unknown one and an identification of an unknown kind', async () => {
    const create = (body: object) => mt.post('/api/legal_entities', { body })
    await expect(create({})).rejects.toMatchObject(refusal('legal_entity_type', 'parameter_missing'))
    await expect(create({ legal_entity_type: 'ghost' })).rejects.toMatchObject(refusal('legal_entity_type'))
    const identifications = [{ id_type: 'library_card', id_number: '1' }]
    await expect(create({ legal_entity_type: 'business', identifications })).rejects.toMatchObject(
      refusal('identifications.0.id_type'),
    )
  })
})

describe('a counterparty', () => {
  test('is created with its account, shows it without counterparty_id, and never the account number', async () => {
    const entity = await mt.legalEntities.create({ legal_entity_type: 'business', business_name: 'Acme' })
    const created = await mt.counterparties.create({
      name: 'Acme',
      external_id: 'buyer_1',
      email: 'ap@acme.test',
      legal_entity_id: entity.id,
      accounts: [account('4242424242')],
    })
    expect(created.accounts[0]).not.toHaveProperty('counterparty_id')
    expect(created.accounts[0]?.account_details).toMatchObject([{ account_number_safe: '4242' }])
    expect(JSON.stringify(created)).not.toContain('4242424242')
    const sql = postgres(bank.databaseUrl, { max: 1 })
    const kept = await sql`
      select 1 from resource where body::text like '%4242424242%' or extra::text like '%4242424242%'
      union all select 1 from idempotency_key where body like '%4242424242%' or fingerprint like '%4242424242%'
      union all select 1 from sandbox.webhook_deliveries where body like '%4242424242%'`
    await sql.end()
    expect(kept).toHaveLength(0)
    const listed = await mt.counterparties.list({ external_id: 'buyer_1', legal_entity_id: entity.id })
    expect(listed.items).toEqual([created])
  })

  test('shows accounts added and removed later', async () => {
    const { cp, ea } = await onboard(mt)
    const { party_type, account_type, party_name, account_details, routing_details } = account('777000111')
    const second = await mt.externalAccounts.create({
      counterparty_id: cp,
      party_type: party_type ?? null,
      account_type: account_type ?? 'checking',
      party_name: party_name ?? '',
      account_details: account_details ?? [],
      routing_details: routing_details ?? [],
    })
    expect((await mt.counterparties.retrieve(cp)).accounts.map(({ id }) => id)).toEqual([ea, second.id])
    await mt.externalAccounts.delete(ea)
    expect((await mt.counterparties.retrieve(cp)).accounts.map(({ id }) => id)).toEqual([second.id])
    await expect(mt.externalAccounts.retrieve(ea)).rejects.toBeInstanceOf(ModernTreasury.NotFoundError)
  })

  test('is gone after DELETE, with its accounts', async () => {
    const { cp, ea } = await onboard(mt)
    await mt.counterparties.delete(cp)
    await expect(mt.counterparties.retrieve(cp)).rejects.toMatchObject({
      status: 404,
      error: { errors: { code: 'resource_not_found' } },
    })
    await expect(mt.externalAccounts.retrieve(ea)).rejects.toMatchObject({ status: 404 })
  })

  test('refuses a taken external id, an unknown legal entity and a bad email', async () => {
    await mt.counterparties.create({ name: 'A', external_id: 'taken' })
    await expect(mt.counterparties.create({ name: 'B', external_id: 'taken' })).rejects.toMatchObject(
      refusal('external_id'),
    )
    await expect(mt.counterparties.create({ name: 'B', legal_entity_id: unknown })).rejects.toMatchObject({
      status: 404,
    })
    await expect(mt.counterparties.create({ name: 'B', email: 'nobody' })).rejects.toMatchObject(refusal('email'))
  })
})

describe('an external account', () => {
  test('refuses a routing number with a wrong check digit', async () => {
    const wrong = {
      ...account('1234'),
      routing_details: [{ routing_number: '121141823', routing_number_type: 'aba' as const }],
    }
    await expect(mt.counterparties.create({ name: 'A', accounts: [wrong] })).rejects.toMatchObject(
      refusal('accounts.0.routing_details.0.routing_number'),
    )
  })

  test('refuses an unknown counterparty', async () => {
    const attempt = mt.externalAccounts.create({ counterparty_id: unknown })
    await expect(attempt).rejects.toMatchObject({ status: 404 })
  })

  test('a PATCH changes its names and is announced', async () => {
    const { ea, cp } = await onboard(mt)
    const updated = await mt.externalAccounts.update(ea, { party_name: 'Acme Inc', metadata: { k: 'v' } })
    expect(updated).toMatchObject({ party_name: 'Acme Inc', metadata: { k: 'v' } })
    expect((await mt.counterparties.retrieve(cp)).accounts[0]?.party_name).toBe('Acme Inc')
    await bank.quiet()
    expect(bank.receiver.names()).toContain('external_account.updated')
  })
})

describe('verification by microdeposits', () => {
  const begin = async () => {
    const { ea, cp } = await onboard(mt)
    const attempt = await mt.externalAccounts.verify(ea, {
      originating_account_id: FBO_ACCOUNT_ID,
      payment_type: 'ach',
    })
    const { body } = await bank.control('GET', `external_accounts/${ea}/microdeposits`)
    return { ea, cp, attempt, amounts: body.amounts as number[] }
  }
  const statusOf = async (ea: string) => (await mt.externalAccounts.retrieve(ea)).verification_status

  test('sends two credits under a dollar and takes their sum back, visible as payment orders', async () => {
    const { ea, cp, attempt, amounts } = await begin()
    expect(attempt).toMatchObject({ object: 'external_account_verification_attempt', status: 'pending_verification' })
    expect(await statusOf(ea)).toBe('pending_verification')
    expect(amounts.every((amount) => amount > 0 && amount < 100)).toBe(true)
    const orders = await mt.paymentOrders.list({ counterparty_id: cp })
    const seen = orders.items.map(({ direction, amount }) => `${direction} ${amount}`).sort()
    expect(seen).toEqual([...amounts.map((n) => `credit ${n}`), `debit ${amounts.reduce((a, b) => a + b)}`].sort())
  })

  test('is completed by the right amounts in any order', async () => {
    const { ea, cp, amounts } = await begin()
    const verified = await mt.externalAccounts.completeVerification(ea, { amounts: [...amounts].reverse() })
    expect(verified).toMatchObject({ verification_status: 'verified', verification_source: 'microdeposits' })
    expect((await mt.counterparties.retrieve(cp)).accounts[0]?.verification_status).toBe('verified')
    await bank.quiet()
    expect(bank.receiver.names()).toContain('external_account.verified')
    const again = mt.externalAccounts.verify(ea, { originating_account_id: FBO_ACCOUNT_ID, payment_type: 'ach' })
    await expect(again).rejects.toMatchObject({ status: 422 })
  })

  test('ends after the fifth wrong guess', async () => {
    const { ea } = await begin()
    for (let guess = 1; guess <= 4; guess += 1) {
      await mt.externalAccounts.completeVerification(ea, { amounts: [1, 100] })
      expect(await statusOf(ea)).toBe('pending_verification')
    }
    await mt.externalAccounts.completeVerification(ea, { amounts: [1, 100] })
    expect(await statusOf(ea)).toBe('unverified')
    await bank.quiet()
    expect(bank.receiver.names()).toContain('external_account.failed_verification')
    await expect(mt.externalAccounts.completeVerification(ea, { amounts: [1, 2] })).rejects.toMatchObject({
      status: 422,
    })
  })

  test('expires after two months', async () => {
    const { ea } = await begin()
    await bank.advance('2026-03-05T14:59:00Z')
    expect(await statusOf(ea)).toBe('pending_verification')
    await bank.advance('2026-03-05T15:00:00Z')
    expect(await statusOf(ea)).toBe('unverified')
    expect(bank.receiver.names()).toContain('external_account.expired')
  })
})
