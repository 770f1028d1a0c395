export {
  type Answer,
  answered,
  asked,
  type ModernTreasury,
  type ModernTreasuryConfig,
  modernTreasury,
} from './client.ts'
export { createPace, type Pace, type Rates, readRates, type Ticking } from './pace.ts'
export { allOf, everyPage, type PageOf } from './pages.ts'
