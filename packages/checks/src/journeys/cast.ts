import type { Platform, Tenant } from './api.ts'

/** Who every file may count on: onboarded, each with a bank account where everything goes well, and with nothing yet. */
export interface Cast {
  readonly buyer: string
  readonly buyer_bank: string
  readonly seller: string
  readonly seller_bank: string
}

const BANK = { routing_number: '121141822', account_type: 'checking', currency: 'USD' }

/** Lets a buyer and a seller join a marketplace. */
export async function assembleCast(platform: Platform, { token }: Tenant): Promise<Cast> {
  const join = (name: string, role: string) =>
    platform.post<{ id: string }>('/v1/parties', { name, kind: 'business', roles: [role], email: MAIL }, token)
  const bank = (party: string, account_number: string) =>
    platform.post<{ id: string }>(`/v1/parties/${party}/bank-accounts`, { ...BANK, account_number }, token)
  const [buyer, seller] = await Promise.all([join('Huginn Labs', 'buyer'), join('Sindri Cloud', 'seller')])
  await platform.advance({ by: 'PT0S' })
  const [buyerBank, sellerBank] = await Promise.all([bank(buyer.id, '123456789'), bank(seller.id, '987654321')])
  return { buyer: buyer.id, buyer_bank: buyerBank.id, seller: seller.id, seller_bank: sellerBank.id }
}

const MAIL = 'treasury@marketplace.example'
