import { z } from 'zod'
import { externalId, mergeMetadata, metadata, uuid } from '../api/fields.ts'
import { base, type Unit } from '../api/unit.ts'
import { openExternalAccount } from '../external-account/create-external-account.ts'
import { InlineExternalAccount } from '../external-account/external-account.schema.ts'
import { nested } from '../external-account/external-account.ts'
import { createLegalEntity } from '../legal-entity/create-legal-entity.ts'
import { CreateLegalEntity } from '../legal-entity/legal-entity.schema.ts'
import type { CounterpartyBody, NestedExternalAccount } from '../store/bodies.ts'
import { insert, load } from '../store/resource.ts'
import { claimExternalId } from '../store/unique-external-id.ts'

export const CreateCounterparty = z.looseObject({
  name: z.string().nullable(),
  accounts: z.array(InlineExternalAccount).default([]),
  email: z.email().nullish(),
  legal_entity_id: uuid.nullish(),
  legal_entity: CreateLegalEntity.optional(),
  metadata: metadata.default({}),
  external_id: externalId.nullish(),
  send_remittance_advice: z.boolean().default(false),
})

/** Creates a counterparty with, given inline, its accounts and its legal entity. */
export async function createCounterparty(
  unit: Unit,
  input: z.infer<typeof CreateCounterparty>,
): Promise<CounterpartyBody> {
  await claimExternalId(unit, 'counterparty', input.external_id)
  const legalEntityId = await legalEntityOf(unit, input)
  const heading = base(unit, 'counterparty')
  const accounts: NestedExternalAccount[] = []
  for (const given of input.accounts) {
    accounts.push(nested(await openExternalAccount(unit, given, { counterpartyId: heading.id, name: input.name })))
  }
  const counterparty: CounterpartyBody = {
    ...heading,
    discarded_at: null,
    name: input.name,
    accounts,
    email: input.email ?? null,
    legal_entity_id: legalEntityId,
    metadata: mergeMetadata({}, input.metadata),
    external_id: input.external_id ?? null,
    send_remittance_advice: input.send_remittance_advice,
    verification_status: 'unverified',
  }
  await insert(unit, 'counterparty', counterparty)
  return counterparty
}

async function legalEntityOf(unit: Unit, input: z.infer<typeof CreateCounterparty>): Promise<string | null> {
  if (input.legal_entity) return (await createLegalEntity(unit, input.legal_entity)).id
  if (!input.legal_entity_id) return null
  return (await load(unit, 'legal_entity', input.legal_entity_id)).body.id
}
