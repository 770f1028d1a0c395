export { allocate } from './allocate.ts'
export { CURRENCIES, type Currency, currency, exponent, isCurrency } from './currency.ts'
export {
  addDecimals,
  compareDecimals,
  type Decimal,
  decimal,
  formatDecimal,
  MAX_SCALE,
  multiplyDecimals,
  negateDecimal,
  ratio,
  toInteger,
} from './decimal.ts'
export {
  add,
  compare,
  formatMoney,
  fromMajor,
  fromWire,
  MAX_AMOUNT,
  type Money,
  money,
  multiply,
  negate,
  subtract,
  sum,
  toMajor,
  toWire,
  type WireMoney,
  zero,
} from './money.ts'
export { divide, type Rounding } from './rounding.ts'
