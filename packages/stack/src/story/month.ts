import type { Api } from './api.ts'
import type { Cast } from './cast.ts'
import type { ContractResource } from './resources.ts'

const DAYS = 31

/** A contract with a flat line and a metered one, in force from now. */
export async function agree(api: Api, { buyer, metal, cloud, device }: Cast): Promise<ContractResource> {
  const draft = await api.post<ContractResource>('/v1/contracts', {
    buyer_id: buyer.party.id,
    currency: 'USD',
    platform_fee_rate: '0.05',
    net_days: 14,
  })
  await api.post(`/v1/contracts/${draft.id}/lines`, {
    seller_id: metal.party.id,
    sku: 'epyc_9654_bare_metal',
    description: '2 x EPYC 9654 bare metal',
    quantity: '2',
    price: { type: 'flat_recurring', unit_price: { amount: '61999', currency: 'USD' } },
  })
  await api.post(`/v1/contracts/${draft.id}/lines`, {
    seller_id: cloud.party.id,
    sku: 'h100_sxm',
    description: 'H100 SXM on demand',
    price: { type: 'usage', unit: 'gpu_hour', unit_price: { amount: '189.5', currency: 'USD' } },
    device_ids: [device.id],
  })
  await api.post(`/v1/contracts/${draft.id}/activate`, {})
  await api.advance('PT0S')
  return api.get<ContractResource>(`/v1/contracts/${draft.id}`)
}

/** A month of a device's life: up, but for four hours on the tenth day. */
export async function liveThroughMonth(
  api: Api,
  { device }: Cast,
  day: (done: number, of: number) => void,
): Promise<void> {
  let now = await api.advance('PT0S')
  await beat(api, device.id, [{ at: now, state: 'up' }])
  for (let done = 1; done <= DAYS; done += 1) {
    const before = now
    now = await api.advance('P1D')
    const outage =
      done === 10
        ? [
            { at: hoursAfter(before, 9), state: 'down' },
            { at: hoursAfter(before, 13), state: 'up' },
          ]
        : []
    await beat(api, device.id, [...outage, { at: now, state: 'up' }])
    day(done, DAYS)
  }
}

async function beat(api: Api, deviceId: string, heartbeats: readonly object[]): Promise<void> {
  await api.post(`/v1/devices/${deviceId}/heartbeats`, { heartbeats })
}

function hoursAfter(at: string, hours: number): string {
  return new Date(Date.parse(at) + hours * 3_600_000).toISOString()
}
