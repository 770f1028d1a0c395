export { API_KEY, createChannel, type Harness, invoicesOf, startHarness, useCustomInvoicing } from './harness.ts'
export { flat, meteredFeature, plan, type RateCardInput, subscribe, usage, used } from './plan.ts'
