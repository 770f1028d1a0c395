import { refuse, unreachable } from '@draupnir/errors'
import type { Instant } from '@draupnir/time'
import type { ContractState } from '@draupnir/wire'
import * as life from './life-rules.ts'
import * as lines from './line-rules.ts'
import type { Effect } from './operation.ts'
import * as terms from './terms-rules.ts'

/** Whether an effect may begin at `at` on the contract as it is just before. Refuses with the rule that says no. */
export function check(state: ContractState | null, effect: Effect, at: Instant): void {
  if (effect.operation === 'create') {
    terms.mayCreate(state, effect.payload)
    return
  }
  if (state === null) refuse('contract.not-begun', { effective_at: at })
  if (state.lifecycle === 'ended') refuse('contract.ended', { contract_id: state.id, ends_at: state.ends_at })
  checkChange(state, effect, at)
}

function checkChange(state: ContractState, effect: Exclude<Effect, { operation: 'create' }>, at: Instant): void {
  switch (effect.operation) {
    case 'add_line':
      lines.mayAdd(state, effect.payload)
      break
    case 'remove_line':
      lines.mayRemove(state, effect.payload)
      break
    case 'change_quantity':
      lines.mayChangeQuantity(state, effect.payload)
      break
    case 'reprice_line':
      lines.mayReprice(state, effect.payload)
      break
    case 'set_discount':
      lines.mayDiscount(state, effect.payload)
      break
    case 'assign_devices':
      lines.mayAssign(state, effect.payload)
      break
    case 'set_terms':
      terms.maySetTerms(state, effect.payload)
      break
    case 'set_financing':
      terms.mayFinance(state, effect.payload)
      break
    case 'set_splits':
      terms.maySplit(state, effect.payload)
      break
    case 'set_sla':
      terms.mayPromise(state, effect.payload)
      break
    case 'transfer':
      terms.mayTransfer(state, effect.payload)
      break
    case 'start_trial':
      life.mayTry(state, effect.payload, at)
      break
    case 'activate':
      life.mayActivate(state, effect.payload, at)
      break
    case 'suspend':
      life.maySuspend(state)
      break
    case 'resume':
      life.mayResume(state)
      break
    case 'terminate':
      break
    case 'renew':
      life.mayRenew(state, effect.payload, at)
      break
    case 'set_auto_renew':
      life.maySetAutoRenew(state, effect.payload, at)
      break
    default:
      unreachable(effect)
  }
}
