import { useText } from '@linli/ui-shared'

/** Services that the hand can enrol for. Others that came from a desk are shown by their code. */
export const SERVICES = [
  'meal',
  'visit',
  'bathing',
  'repair',
  'escort',
  'documents',
  'emergency_contact',
] as const

/** The words for a service's code. */
export function useServiceText() {
  const { t, te } = useText()
  return (code: string): string => (te(`service.code_${code}`) ? t(`service.code_${code}`) : code)
}
