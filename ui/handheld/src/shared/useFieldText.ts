import { useText } from '@linli/ui-shared'

/** The words for a field of a record; a field of a newer server is shown by its name. */
export function useFieldText() {
  const { t, te } = useText()
  return (field: string): string => (te(`field.${field}`) ? t(`field.${field}`) : field)
}
