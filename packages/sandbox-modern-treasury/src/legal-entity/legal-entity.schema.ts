import { z } from 'zod'
import { date, metadata, unsupported, uuid } from '../api/fields.ts'

const text = z.string().nullish()

// biome-ignore format: one word a line would be a page
const ID_TYPES = [
  'ar_cuil', 'ar_cuit', 'br_cnpj', 'br_cpf', 'cl_run', 'cl_rut', 'co_cedulas', 'co_nit', 'drivers_license', 'hn_id',
  'hn_rtn', 'in_lei', 'kr_brn', 'kr_crn', 'kr_rrn', 'passport', 'sa_tin', 'sa_vat', 'us_ein', 'us_itin', 'us_ssn',
  'vn_tin',
] as const

// biome-ignore format: one word a line would be a page
const CLASSIFICATIONS = [
  'anzsic', 'bics', 'gics', 'hsics', 'icb', 'isic', 'mgecs', 'nace', 'naics', 'rbics', 'sic', 'sni', 'trbc', 'uksic',
  'unspsc',
] as const

const LegalEntityAddressInput = z.looseObject({
  address_types: z.array(z.enum(['business', 'mailing', 'other', 'po_box', 'residential'])).default([]),
  line1: z.string().nullable(),
  line2: text,
  locality: z.string().nullable(),
  region: z.string().nullable(),
  postal_code: z.string().nullable(),
  country: z.string().nullable(),
})

const IdentificationInput = z.looseObject({
  id_number: z.string().min(1),
  id_type: z.enum(ID_TYPES),
  expiration_date: date.nullish(),
  issuing_country: text,
  issuing_region: text,
})

const fields = {
  risk_rating: z.enum(['low', 'medium', 'high']).nullish(),
  prefix: text,
  first_name: text,
  middle_name: text,
  last_name: text,
  suffix: text,
  preferred_name: text,
  citizenship_country: text,
  politically_exposed_person: z.boolean().nullish(),
  date_of_birth: date.nullish(),
  date_formed: date.nullish(),
  business_name: text,
  doing_business_as_names: z.array(z.string()).optional(),
  legal_structure: z
    .enum(['corporation', 'llc', 'non_profit', 'partnership', 'sole_proprietorship', 'trust'])
    .nullish(),
  phone_numbers: z.array(z.looseObject({ phone_number: z.string().optional() })).optional(),
  email: text,
  website: text,
  metadata: metadata.optional(),
  bank_settings: unsupported,
  compliance_details: unsupported,
  wealth_and_employment_details: unsupported,
  addresses: z.array(LegalEntityAddressInput).optional(),
  identifications: z.array(IdentificationInput).optional(),
  industry_classifications: z
    .array(z.looseObject({ classification_type: z.enum(CLASSIFICATIONS), classification_codes: z.array(z.string()) }))
    .optional(),
}

export const LegalEntityChanges = z.looseObject(fields)
export type LegalEntityChanges = z.infer<typeof LegalEntityChanges>

const Typed = z.looseObject({ ...fields, legal_entity_type: z.enum(['business', 'individual']) })
export type TypedLegalEntity = z.infer<typeof Typed>

const AssociationInput = z.looseObject({
  relationship_types: z.array(z.enum(['authorized_signer', 'beneficial_owner', 'control_person'])),
  title: text,
  ownership_percentage: z.int().min(0).max(100).nullish(),
  child_legal_entity: Typed.optional(),
  child_legal_entity_id: uuid.optional(),
})
export type AssociationInput = z.infer<typeof AssociationInput>

export const CreateLegalEntity = z.looseObject({
  ...fields,
  legal_entity_type: z.enum(['business', 'individual']),
  legal_entity_associations: z.array(AssociationInput).nullish(),
})
export type CreateLegalEntity = z.infer<typeof CreateLegalEntity>
