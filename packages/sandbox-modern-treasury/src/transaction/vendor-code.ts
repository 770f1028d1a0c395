const BAI2: Readonly<Record<string, { readonly credit: string; readonly debit: string }>> = {
  ach: { credit: '165', debit: '455' },
  wire: { credit: '195', debit: '495' },
  book: { credit: '277', debit: '577' },
}
const ACH_RETURN = { credit: '257', debit: '557' }
const OTHER = { credit: '399', debit: '699' }

/** The BAI2 code a bank puts on such a line. */
export function vendorCode(type: string | null, direction: 'credit' | 'debit', cause: string): string {
  if (cause === 'return' && type === 'ach') return ACH_RETURN[direction]
  return (BAI2[type ?? ''] ?? OTHER)[direction]
}
