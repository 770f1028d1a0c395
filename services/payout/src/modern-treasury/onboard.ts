import type { Party } from '@draupnir/wire'
import { asked, type Bank, type Outcome } from './client.ts'

export interface Onboarded {
  readonly legalEntityId: string
  readonly counterpartyId: string
}

/** A legal entity and its counterparty; the keys make a repeated attempt find what the first one made. */
export async function onboardAtBank(bank: Bank, party: Party): Promise<Outcome<Onboarded>> {
  const entity = await asked('legalEntities.create', () =>
    bank.mt.legalEntities.create(legalEntity(party), { idempotencyKey: `legal-entity:${party.id}` }),
  )
  if (!entity.ok) return entity
  const counterparty = await asked('counterparties.create', () =>
    bank.mt.counterparties.create(
      {
        name: party.name,
        external_id: party.id,
        email: party.email,
        legal_entity_id: entity.value.id,
        metadata: { draupnir_id: party.id },
      },
      { idempotencyKey: `counterparty:${party.id}` },
    ),
  )
  if (!counterparty.ok) return counterparty
  return { ok: true, value: { legalEntityId: entity.value.id, counterpartyId: counterparty.value.id } }
}

function legalEntity(party: Party): Parameters<Bank['mt']['legalEntities']['create']>[0] {
  const common = { email: party.email, metadata: { draupnir_id: party.id } }
  if (party.kind === 'business') return { legal_entity_type: 'business', business_name: party.name, ...common }
  const [first = party.name, ...rest] = party.name.split(' ')
  return { legal_entity_type: 'individual', first_name: first, last_name: rest.join(' ') || first, ...common }
}
