/** NACHA return codes and their names; gaps are codes that do not exist. */
export const RETURN_REASONS = {
  R01: 'Insufficient Funds',
  R02: 'Account Closed',
  R03: 'No Account/Unable to Locate Account',
  R04: 'Invalid Account Number Structure',
  R05: 'Unauthorized Debit to Consumer Account Using Corporate SEC Code',
  R06: "Returned per ODFI's Request",
  R07: 'Authorization Revoked by Customer',
  R08: 'Payment Stopped',
  R09: 'Uncollected Funds',
  R10: 'Customer Advises Originator is Not Known to Receiver and/or Not Authorized',
  R11: 'Customer Advises Entry Not in Accordance with the Terms of the Authorization',
  R12: 'Account Sold to Another DFI',
  R13: 'Invalid ACH Routing Number',
  R14: 'Representative Payee Deceased',
  R15: 'Beneficiary or Account Holder Deceased',
  R16: 'Account Frozen/Entry Returned per OFAC Instruction',
  R17: 'File Record Edit Criteria/Questionable',
  R20: 'Non-Transaction Account',
  R21: 'Invalid Company Identification',
  R22: 'Invalid Individual ID Number',
  R23: 'Credit Entry Refused by Receiver',
  R24: 'Duplicate Entry',
  R29: 'Corporate Customer Advises Not Authorized',
  R31: 'Permissible Return Entry (CCD and CTX only)',
  R33: 'Return of XCK Entry',
  R37: 'Source Document Presented for Payment',
  R38: 'Stop Payment on Source Document',
  R39: 'Improper Source Document',
  R51: 'Item Related to RCK Entry is Ineligible or RCK Entry is Improper',
  R52: 'Stop Payment on Item Related to RCK Entry',
  R53: 'Item and RCK Entry Presented for Payment',
} as const

export type ReturnCode = keyof typeof RETURN_REASONS

export function isReturnCode(text: string): text is ReturnCode {
  return Object.hasOwn(RETURN_REASONS, text)
}
