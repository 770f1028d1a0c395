const DIGITS = 10

/** The account number the bank gives to a resource: ten digits, never one of the magic ones. */
export function generatedNumber(id: string): string {
  const number = BigInt(`0x${id.replaceAll('-', '')}`) % 10n ** BigInt(DIGITS - 1)
  return `9${number.toString().padStart(DIGITS - 1, '0')}`
}
