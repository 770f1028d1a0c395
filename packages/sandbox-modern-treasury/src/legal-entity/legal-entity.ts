import type ModernTreasury from 'modern-treasury'
import { addressLines } from '../account/address.ts'
import { mergeMetadata } from '../api/fields.ts'
import { base, type Unit } from '../api/unit.ts'
import type { LegalEntityChanges, TypedLegalEntity } from './legal-entity.schema.ts'

type LegalEntity = ModernTreasury.LegalEntity

/** A legal entity as first written. Numbers of identifications are not kept. */
export function legalEntity(unit: Unit, input: TypedLegalEntity): LegalEntity {
  const empty: LegalEntity = {
    ...base(unit, 'legal_entity'),
    discarded_at: null,
    legal_entity_type: input.legal_entity_type,
    risk_rating: null,
    prefix: null,
    first_name: null,
    middle_name: null,
    last_name: null,
    suffix: null,
    preferred_name: null,
    citizenship_country: null,
    politically_exposed_person: null,
    date_of_birth: null,
    date_formed: null,
    business_name: null,
    doing_business_as_names: [],
    legal_structure: null,
    phone_numbers: [],
    email: null,
    website: null,
    metadata: {},
    bank_settings: null,
    compliance_details: null,
    wealth_and_employment_details: null,
    addresses: [],
    identifications: [],
    industry_classifications: [],
    legal_entity_associations: [],
  }
  return withChanges(unit, empty, input)
}

/** The entity with the given fields replaced; lists are replaced whole, metadata is merged. */
export function withChanges(unit: Unit, entity: LegalEntity, input: LegalEntityChanges): LegalEntity {
  return {
    ...entity,
    ...names(entity, input),
    risk_rating: keep(input.risk_rating, entity.risk_rating),
    citizenship_country: keep(input.citizenship_country, entity.citizenship_country),
    politically_exposed_person: keep(input.politically_exposed_person, entity.politically_exposed_person),
    date_of_birth: keep(input.date_of_birth, entity.date_of_birth),
    date_formed: keep(input.date_formed, entity.date_formed),
    legal_structure: keep(input.legal_structure, entity.legal_structure),
    phone_numbers:
      input.phone_numbers?.map(({ phone_number }) => ({ ...(phone_number && { phone_number }) })) ??
      entity.phone_numbers,
    email: keep(input.email, entity.email),
    website: keep(input.website, entity.website),
    metadata: mergeMetadata(entity.metadata, input.metadata),
    addresses: input.addresses?.map((given) => address(unit, given)) ?? entity.addresses,
    identifications: input.identifications?.map((given) => identification(unit, given)) ?? entity.identifications,
    industry_classifications:
      input.industry_classifications?.map((given) => ({
        ...base(unit, 'legal_entity_industry_classification'),
        discarded_at: null,
        classification_type: given.classification_type,
        classification_codes: given.classification_codes,
      })) ?? entity.industry_classifications,
  }
}

function names(entity: LegalEntity, input: LegalEntityChanges) {
  return {
    prefix: keep(input.prefix, entity.prefix),
    first_name: keep(input.first_name, entity.first_name),
    middle_name: keep(input.middle_name, entity.middle_name),
    last_name: keep(input.last_name, entity.last_name),
    suffix: keep(input.suffix, entity.suffix),
    preferred_name: keep(input.preferred_name, entity.preferred_name),
    business_name: keep(input.business_name, entity.business_name),
    doing_business_as_names: input.doing_business_as_names ?? entity.doing_business_as_names,
  }
}

function address(
  unit: Unit,
  input: NonNullable<LegalEntityChanges['addresses']>[number],
): LegalEntity['addresses'][number] {
  return {
    ...base(unit, 'legal_entity_address'),
    discarded_at: null,
    address_types: input.address_types,
    ...addressLines(input),
  }
}

function identification(
  unit: Unit,
  input: NonNullable<LegalEntityChanges['identifications']>[number],
): LegalEntity['identifications'][number] {
  return {
    ...base(unit, 'identification'),
    discarded_at: null,
    id_type: input.id_type,
    expiration_date: input.expiration_date ?? null,
    issuing_country: input.issuing_country ?? null,
    issuing_region: input.issuing_region ?? null,
  }
}

function keep<T>(given: T | null | undefined, old: T | null): T | null {
  return given === undefined ? old : given
}
