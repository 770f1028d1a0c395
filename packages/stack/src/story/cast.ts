import type { Api } from './api.ts'
import type { BankAccountResource, DeviceResource, List, PartyResource } from './resources.ts'

export interface Member {
  readonly party: PartyResource
  readonly bankAccount: BankAccountResource
}

export interface Cast {
  readonly buyer: Member
  readonly metal: Member
  readonly cloud: Member
  readonly device: DeviceResource
}

// 121141822 and 123456789 are what the bank partner's sandbox treats as an account where everything goes well.
const BANK = { routing_number: '121141822', account_number: '123456789', account_type: 'checking', currency: 'USD' }
const GPUS = 8
// A heartbeat a day is enough for the story; a real device sends one a minute.
const GRACE_SECONDS = 26 * 3600

/** A buyer, two sellers and a server with eight GPUs. */
export async function assembleCast(api: Api): Promise<Cast> {
  const [buyer, metal, cloud] = await Promise.all([
    createParty(api, 'Huginn Labs', 'buyer'),
    createParty(api, 'Brokk Metal', 'seller'),
    createParty(api, 'Sindri Cloud', 'seller'),
  ])
  // Onboarding happens at the bank partner, behind the request.
  await api.advance('PT0S')
  const device = await api.post<DeviceResource>('/v1/devices', {
    seller_id: cloud.id,
    serial: `h100-${cloud.id.slice(-8)}`,
    sku: 'h100_sxm_8x',
    gpu_count: GPUS,
    heartbeat_grace_seconds: GRACE_SECONDS,
  })
  return {
    buyer: await withBankAccount(api, buyer),
    metal: await withBankAccount(api, metal),
    cloud: await withBankAccount(api, cloud),
    device,
  }
}

async function createParty(api: Api, name: string, role: 'buyer' | 'seller'): Promise<PartyResource> {
  const email = `treasury@${name.toLowerCase().replace(' ', '-')}.example`
  return api.post<PartyResource>('/v1/parties', { name, kind: 'business', roles: [role], email })
}

async function withBankAccount(api: Api, party: PartyResource): Promise<Member> {
  const bankAccount = await api.post<BankAccountResource>(`/v1/parties/${party.id}/bank-accounts`, BANK)
  return { party: await api.get<PartyResource>(`/v1/parties/${party.id}`), bankAccount }
}

/** The only element of a list that the story knows to have one. */
export function only<T>(list: List<T>, what: string): T {
  const [first] = list.data
  if (first === undefined || list.data.length !== 1) throw new Error(`expected one ${what}, found ${list.data.length}`)
  return first
}
