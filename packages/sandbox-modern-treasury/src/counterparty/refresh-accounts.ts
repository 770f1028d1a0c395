import type { Unit } from '../api/unit.ts'
import { nested } from '../external-account/external-account.ts'
import { find, findWhere, save } from '../store/resource.ts'

/** Shows the present external accounts of a counterparty in its own body. */
export async function refreshAccounts(unit: Unit, counterpartyId: string | null): Promise<void> {
  if (counterpartyId === null) return
  const owner = await find(unit, 'counterparty', counterpartyId, true)
  if (!owner) return
  const accounts = await findWhere(unit, 'external_account', { counterparty_id: counterpartyId })
  await save(unit, 'counterparty', { ...owner.body, accounts: accounts.map(({ body }) => nested(body)) })
}
