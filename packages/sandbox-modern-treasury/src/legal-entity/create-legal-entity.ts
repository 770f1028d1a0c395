import type ModernTreasury from 'modern-treasury'
import { invalid } from '../api/errors.ts'
import { base, type Unit } from '../api/unit.ts'
import { publish } from '../event/publish.ts'
import { insert, load } from '../store/resource.ts'
import type { AssociationInput, CreateLegalEntity, TypedLegalEntity } from './legal-entity.schema.ts'
import { legalEntity } from './legal-entity.ts'

/** Creates a legal entity and, given inline, the entities that own or control it. */
export async function createLegalEntity(unit: Unit, input: CreateLegalEntity): Promise<ModernTreasury.LegalEntity> {
  const entity = legalEntity(unit, input)
  const associations: ModernTreasury.LegalEntityAssociation[] = []
  for (const given of input.legal_entity_associations ?? []) associations.push(await associate(unit, entity.id, given))
  const created = { ...entity, legal_entity_associations: associations }
  await insert(unit, 'legal_entity', created)
  await publish(unit, 'legal_entity', 'created', created)
  return created
}

async function associate(
  unit: Unit,
  parentId: string,
  input: AssociationInput,
): Promise<ModernTreasury.LegalEntityAssociation> {
  const { legal_entity_associations: _, ...child } = await childOf(unit, input)
  return {
    ...base(unit, 'legal_entity_association'),
    discarded_at: null,
    parent_legal_entity_id: parentId,
    relationship_types: input.relationship_types,
    title: input.title ?? null,
    ownership_percentage: input.ownership_percentage ?? null,
    child_legal_entity: child,
  }
}

async function childOf(unit: Unit, input: AssociationInput): Promise<ModernTreasury.LegalEntity> {
  if (input.child_legal_entity_id) return (await load(unit, 'legal_entity', input.child_legal_entity_id)).body
  return input.child_legal_entity
    ? newChild(unit, input.child_legal_entity)
    : invalid('legal_entity_associations', 'An association needs child_legal_entity or child_legal_entity_id')
}

async function newChild(unit: Unit, input: TypedLegalEntity): Promise<ModernTreasury.LegalEntity> {
  const child = legalEntity(unit, input)
  await insert(unit, 'legal_entity', child)
  return child
}
