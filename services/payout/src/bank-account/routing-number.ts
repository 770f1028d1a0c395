const WEIGHTS = [3, 7, 1] as const

/** The checksum of an ABA routing number (ANSI X9.100-160): weights 3, 7, 1, sum divisible by ten. */
export function isRoutingNumber(text: string): boolean {
  if (!/^\d{9}$/.test(text)) return false
  const sum = [...text].reduce((total, digit, index) => total + Number(digit) * (WEIGHTS[index % 3] ?? 0), 0)
  return sum > 0 && sum % 10 === 0
}
