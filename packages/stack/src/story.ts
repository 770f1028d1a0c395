import { StackFailure } from './failure.ts'
import { type Api, amount, openApi, type Target } from './story/api.ts'
import { assembleCast, type Cast, only } from './story/cast.ts'
import { agree, liveThroughMonth } from './story/month.ts'
import type {
  ContractResource,
  InvoiceResource,
  List,
  PayInResource,
  PayoutResource,
  SettlementResource,
  TrialBalance,
  Wallet,
} from './story/resources.ts'

type Print = (line: string) => void

/** Lets a contract become money in two sellers' bank accounts, over the public API, and says what happens with amounts and ids. */
export async function tellStory(target: Target, print: Print): Promise<void> {
  const api = openApi(target)
  print('')
  print('A contract becomes money in the bank:')
  const cast = await assembleCast(api)
  for (const { party, bankAccount } of [cast.buyer, cast.metal, cast.cloud]) {
    print(`  onboarded   ${party.name} (${party.roles.join()}) ${party.id}, bank account …${bankAccount.last4}`)
  }
  await fundWallet(api, cast, print)
  const contract = await agree(api, cast)
  print(`  activated   contract ${contract.id}, ${contract.lines.length} lines, OpenMeter ${contract.sync.sync_state}`)
  await liveThroughMonth(api, cast, (done, of) => {
    if (done % 10 === 0 || done === of) print(`  metered     day ${done} of ${of}`)
  })
  const invoice = await collect(api, contract, print)
  await settle(api, invoice, print)
  await payOut(api, cast, print)
  await closeBooks(api, print)
  print('')
  for (const line of invitation(target, contract)) print(line)
}

async function fundWallet(api: Api, { buyer }: Cast, print: Print): Promise<void> {
  const { id } = await api.post<PayInResource>('/v1/pay-ins', {
    party_id: buyer.party.id,
    bank_account_id: buyer.bankAccount.id,
    amount: { amount: '1500000', currency: 'USD' },
  })
  await api.advance('P4D')
  const payIn = await api.get<PayInResource>(`/v1/pay-ins/${id}`)
  const wallet = await api.get<Wallet>(`/v1/parties/${buyer.party.id}/wallet`)
  const available = wallet.balances.find(({ account }) => account === 'available')
  print(`  funded      ${amount(payIn.amount)} by ACH, ${payIn.state} ${payIn.id}`)
  print(
    `  wallet      ${available === undefined ? 'nothing' : amount(available.posted)} available to ${buyer.party.name}`,
  )
}

async function collect(api: Api, contract: ContractResource, print: Print): Promise<InvoiceResource> {
  // The collection window of OpenMeter closes an hour after the period.
  await api.advance('P1D')
  const invoice = only(await api.get<List<InvoiceResource>>(`/v1/invoices?contract_id=${contract.id}`), 'invoice')
  print(`  invoiced    ${amount(invoice.total)} ${invoice.number} ${invoice.id}, ${invoice.state}`)
  for (const line of invoice.lines)
    print(`                ${amount(line.amount).padStart(16)}  ${line.quantity} x ${line.description}`)
  return invoice
}

async function settle(api: Api, invoice: InvoiceResource, print: Print): Promise<void> {
  const all = await api.get<List<SettlementResource>>(`/v1/settlements?invoice_id=${invoice.id}`)
  const settlement = only(all, 'settlement')
  print(`  settling    ${amount(settlement.gross)} ${settlement.id}, ${settlement.state}`)
  for (const leg of settlement.legs) {
    const due = leg.due_at === null ? '' : ` until ${leg.due_at.slice(0, 10)}`
    print(`                ${amount(leg.amount).padStart(16)}  ${leg.kind} → ${leg.to}, ${leg.state}${due}`)
  }
  await api.advance('P5D')
  const after = await api.get<SettlementResource>(`/v1/settlements/${settlement.id}`)
  print(
    `  seasoned    ${after.legs.filter(({ state }) => state === 'released').length} legs released, settlement ${after.state}`,
  )
}

async function payOut(api: Api, { metal, cloud }: Cast, print: Print): Promise<void> {
  await api.advance('P5D')
  for (const { party } of [metal, cloud]) {
    const payout = only(await api.get<List<PayoutResource>>(`/v1/payouts?party_id=${party.id}`), 'payout')
    print(`  paid out    ${amount(payout.amount).padStart(16)}  ${payout.id} to ${party.name}, ${payout.state}`)
  }
}

async function closeBooks(api: Api, print: Print): Promise<void> {
  const { currencies } = await api.get<TrialBalance>('/v1/ledger/trial-balance')
  for (const { currency, debits, credits, difference } of currencies) {
    print(`  balanced    ${currency}: debits ${debits}, credits ${credits}, difference ${difference}`)
    if (difference !== '0') throw new StackFailure(`The trial balance of ${currency} is off by ${difference}`)
  }
}

function invitation({ gatewayUrl, apiKey }: Target, contract: ContractResource): string[] {
  return [
    `API reference   ${gatewayUrl}/reference`,
    `OpenAPI         ${gatewayUrl}/v1/openapi.json`,
    `API key         ${apiKey}`,
    'Try:',
    `  curl -H 'Authorization: Bearer ${apiKey}' ${gatewayUrl}/v1/contracts/${contract.id}`,
    `  curl -H 'Authorization: Bearer ${apiKey}' ${gatewayUrl}/v1/ledger/trial-balance`,
    `  curl -X POST -H 'Authorization: Bearer ${apiKey}' -H 'Content-Type: application/json' -d '{"by":"P1M"}' ${gatewayUrl}/sandbox/clock/advance`,
  ]
}
