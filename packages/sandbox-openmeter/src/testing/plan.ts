import type { OpenMeter } from '@openmeter/sdk'

type Create = Parameters<OpenMeter['subscriptions']['create']>[0]
type CustomPlan = Extract<Create, { customPlan: unknown }>['customPlan']
export type RateCardInput = CustomPlan['phases'][number]['rateCards'][number]

export function flat(
  key: string,
  amount: string,
  paymentTerm: 'in_advance' | 'in_arrears',
  more: object = {},
): RateCardInput {
  return {
    type: 'flat_fee',
    key,
    name: key,
    billingCadence: 'P1M',
    price: { type: 'flat', amount, paymentTerm },
    ...more,
  }
}

export function usage(key: string, price: object, more: object = {}): RateCardInput {
  return {
    type: 'usage_based',
    key,
    featureKey: key,
    name: key,
    billingCadence: 'P1M',
    price,
    ...more,
  } as RateCardInput
}

export function plan(rateCards: readonly RateCardInput[], more: object = {}): CustomPlan {
  return {
    name: 'Contract',
    currency: 'USD',
    billingCadence: 'P1M',
    phases: [{ key: 'main', name: 'Main', duration: null, rateCards: [...rateCards] }],
    ...more,
  } as CustomPlan
}

/** A customer with a subscription from now on; answers the subscription's id. */
export async function subscribe(
  om: OpenMeter,
  key: string,
  rateCards: readonly RateCardInput[],
  more: object = {},
): Promise<string> {
  await om.customers.create({ key, name: key, currency: 'USD' })
  const subscription = await om.subscriptions.create({
    customerKey: key,
    customPlan: plan(rateCards),
    ...more,
  } as Create)
  return subscription?.id ?? ''
}

/** A summed meter `meter` with a feature over it. */
export async function meteredFeature(om: OpenMeter, key: string): Promise<void> {
  await om.meters.create({ slug: `m_${key}`, eventType: key, aggregation: 'SUM', valueProperty: '$.value' })
  await om.features.create({ key, name: key, meterSlug: `m_${key}` })
}

export function used(type: string, subject: string, time: string, value: number | string, id = `${time}/${value}`) {
  return { id, type, source: 'test', subject, time: new Date(time), data: { value } }
}
