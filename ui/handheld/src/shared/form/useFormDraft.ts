import { onScopeDispose, reactive, ref, watch, type Ref } from 'vue'
import { useApi } from '../../api'

const QUIET = 400

/**
 * A form whose contents live in the engine from the first key on, so that a call, a locked screen or a
 * dead battery lose nothing. What equals the beginning is no draft.
 */
export function useFormDraft<T extends Record<string, unknown>>(
  name: string,
  begin: T,
): { form: T; isLoaded: Ref<boolean>; discard: () => Promise<void> } {
  const api = useApi()
  const form = reactive({ ...begin }) as T
  const isLoaded = ref(false)
  const unchanged = JSON.stringify(begin)
  let isDone = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function load(): Promise<void> {
    const content = await api.loadDraft(name).catch(() => null)
    if (content !== null) Object.assign(form, ofSameShape(begin, content))
    isLoaded.value = true
  }

  async function keep(): Promise<void> {
    clearTimeout(timer)
    if (!isLoaded.value || isDone) return
    const now = JSON.stringify(form)
    // What is too long to be kept stands on the screen with its reason; the last that fitted stays kept.
    await (now === unchanged ? api.deleteDraft(name) : api.saveDraft(name, now)).catch(() => {})
  }

  async function discard(): Promise<void> {
    isDone = true
    clearTimeout(timer)
    await api.deleteDraft(name)
  }

  watch(form, () => {
    clearTimeout(timer)
    timer = setTimeout(() => void keep(), QUIET)
  })
  onScopeDispose(() => void keep())
  void load()
  return { form, isLoaded, discard }
}

/** The values of a stored draft that fit the form as this version has it. */
function ofSameShape<T extends Record<string, unknown>>(begin: T, content: string): Partial<T> {
  try {
    const stored: unknown = JSON.parse(content)
    if (typeof stored !== 'object' || stored === null) return {}
    const fitting = Object.entries(stored).filter(
      ([key, value]) =>
        key in begin &&
        typeof value === typeof begin[key] &&
        Array.isArray(value) === Array.isArray(begin[key]),
    )
    return Object.fromEntries(fitting) as Partial<T>
  } catch {
    return {}
  }
}
