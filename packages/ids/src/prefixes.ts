/** Every kind of id and its prefix; both are public and permanent. */
export const PREFIXES = {
  tenant: 'ten',
  apiKey: 'key',
  party: 'pty',
  bankAccount: 'bac',
  contract: 'ctr',
  contractLine: 'lin',
  contractEdit: 'edt',
  device: 'dev',
  invoice: 'inv',
  invoiceLine: 'inl',
  collection: 'col',
  transaction: 'txn',
  posting: 'pst',
  account: 'acc',
  settlement: 'stl',
  settlementLeg: 'leg',
  payIn: 'pin',
  payout: 'pyo',
  cashOut: 'cso',
  case: 'cas',
  timer: 'tmr',
  request: 'req',
  parked: 'prk',
  webhook: 'whk',
} as const

export type IdKind = keyof typeof PREFIXES
