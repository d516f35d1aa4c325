import type { BasisDto } from '@linli/ui-shared'

/** How a person came to know it, in the order of how often it is chosen. */
export const BASES = ['door_visit', 'phone', 'sight', 'paper'] as const satisfies BasisDto[]
export type BasisChoice = (typeof BASES)[number]
