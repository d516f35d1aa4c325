import { useText } from '@linli/ui-shared'
import type { ApiError } from '../api'

/** The words for a failure: what is safe first, then what to do. */
export function useErrorText() {
  const { t, te, params } = useText()

  return (error: ApiError): string => {
    const named = params(error.params)
    const special = Object.keys(named)
      .map((key) => `error.${error.code}_${key}`)
      .find((key) => te(key))
    return t(special ?? `error.${error.code}`, named)
  }
}
