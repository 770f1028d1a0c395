import type { RunningSystem } from '@draupnir/stack/system'
import { type Platform, platformOf, type Tenant } from '../journeys/api.ts'
import { assembleCast, type Cast } from '../journeys/cast.ts'

/** A marketplace with one of everything, keys of every kind, and a stranger. */
export interface World {
  readonly base: string
  readonly platformKey: string
  readonly key: string
  /** What `key` opens; the rest is the platform's. */
  readonly scopes: readonly string[]
  readonly strangerKey: string
  /** Holds one scope that no route needs. */
  readonly powerlessKey: string
  /** Ids of things that are there, by prefix. */
  readonly known: Readonly<Record<string, readonly string[]>>
  readonly now: string
}

interface Resource {
  readonly id: string
}

/** Fills a marketplace with what random requests may hit. */
export async function createWorld(system: RunningSystem): Promise<World> {
  const platform = platformOf(system)
  const [own, stranger] = [await platform.createTenant('fuzzed'), await platform.createTenant('a stranger')]
  const cast = await assembleCast(platform, own)
  const known = await populate(platform, own, cast)
  return {
    base: system.gatewayUrl,
    platformKey: system.apiKey,
    key: own.token,
    scopes: await scopesOf(system, own),
    strangerKey: stranger.token,
    powerlessKey: await powerless(platform, own),
    known,
    now: await platform.advance({ by: 'PT0S' }),
  }
}

async function populate(platform: Platform, { token }: Tenant, cast: Cast) {
  const post = (path: string, body: object) => platform.post<Resource>(path, body, token)
  const device = (serial: string) =>
    post('/v1/devices', { seller_id: cast.seller, serial, sku: 'h100_sxm', gpu_count: 8 })
  const devices = [await device('one'), await device('two')]
  await platform.advance({ by: 'PT0S' })
  const draft = () => post('/v1/contracts', { buyer_id: cast.buyer, currency: 'USD', platform_fee_rate: '0.1' })
  const contracts = [await draft(), await draft(), await draft()]
  const usd = (amount: string) => ({ amount, currency: 'USD' })
  for (const { id } of contracts.slice(1)) {
    const price = { type: 'flat_recurring', unit_price: usd('100') }
    await post(`/v1/contracts/${id}/lines`, { seller_id: cast.seller, sku: 'bare_metal', price })
  }
  await post(`/v1/contracts/${contracts[2]?.id}/activate`, {})
  const payIn = { party_id: cast.buyer, bank_account_id: cast.buyer_bank, amount: usd('50000') }
  const payIns = [await post('/v1/pay-ins', payIn)]
  const spare = await post('/v1/api-keys', { name: 'spare', scopes: ['events:read'] })
  await platform.advance({ by: 'PT0S' })
  return {
    pty: [cast.buyer, cast.seller],
    bac: [cast.buyer_bank, cast.seller_bank],
    dev: devices.map(({ id }) => id),
    ctr: contracts.map(({ id }) => id),
    pin: payIns.map(({ id }) => id),
    key: [spare.id],
  }
}

async function scopesOf({ gatewayUrl }: RunningSystem, { token }: Tenant): Promise<readonly string[]> {
  const answer = await fetch(`${gatewayUrl}/v1/api-keys`, { headers: { authorization: `Bearer ${token}` } })
  const { data } = (await answer.json()) as { data: readonly { readonly scopes: readonly string[] }[] }
  return data.flatMap(({ scopes }) => scopes)
}

async function powerless(platform: Platform, { token }: Tenant): Promise<string> {
  const body = { name: 'powerless', scopes: ['settlements:read'] }
  return (await platform.post<{ token: string }>('/v1/api-keys', body, token)).token
}
