import { answered, asked } from '@draupnir/modern-treasury'
import type { Party } from '@draupnir/wire'
import type { Bank, Outcome } from './client.ts'

export interface Onboarded {
  readonly legalEntityId: string | null
  readonly counterpartyId: string
}

/** A legal entity and its counterparty; what an earlier attempt made is found before anything is made again. */
export async function onboardAtBank(bank: Bank, party: Party): Promise<Outcome<Onboarded>> {
  const known = await findCounterparty(bank, party.id)
  if (known !== null) return { ok: true, value: known }
  const entity = await ensureLegalEntity(bank, party)
  if (!entity.ok) return entity
  const counterparty = await asked('counterparties.create', () =>
    bank.mt.counterparties.create(
      {
        name: party.name,
        external_id: party.id,
        email: party.email,
        legal_entity_id: entity.value,
        metadata: { draupnir_id: party.id },
      },
      { idempotencyKey: `counterparty:${party.id}` },
    ),
  )
  if (!counterparty.ok) return counterparty
  return { ok: true, value: { legalEntityId: entity.value, counterpartyId: counterparty.value.id } }
}

async function findCounterparty(bank: Bank, partyId: string): Promise<Onboarded | null> {
  const page = await answered('counterparties.list', () =>
    bank.mt.counterparties.list({ external_id: partyId, per_page: 1 }),
  )
  const [found] = page.items
  return found === undefined ? null : { legalEntityId: found.legal_entity_id, counterpartyId: found.id }
}

async function ensureLegalEntity(bank: Bank, party: Party): Promise<Outcome<string>> {
  const page = await answered('legalEntities.list', () =>
    bank.mt.legalEntities.list({ metadata: { draupnir_id: party.id }, per_page: 1 }),
  )
  const [found] = page.items
  if (found !== undefined) return { ok: true, value: found.id }
  const created = await asked('legalEntities.create', () =>
    bank.mt.legalEntities.create(legalEntity(party), { idempotencyKey: `legal-entity:${party.id}` }),
  )
  return created.ok ? { ok: true, value: created.value.id } : created
}

function legalEntity(party: Party): Parameters<Bank['mt']['legalEntities']['create']>[0] {
  const common = { email: party.email, metadata: { draupnir_id: party.id } }
  if (party.kind === 'business') return { legal_entity_type: 'business', business_name: party.name, ...common }
  const [first = party.name, ...rest] = party.name.split(' ')
  return { legal_entity_type: 'individual', first_name: first, last_name: rest.join(' ') || first, ...common }
}
