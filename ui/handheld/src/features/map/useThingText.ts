import { iconOr, isolate, useText, workTone, type IconName, type Tone } from '@linli/ui-shared'
import type { RouteLocationRaw } from 'vue-router'
import { useWayText } from '../../shared/useWayText'
import { shortName, type Thing } from './things'

/** What nobody has looked at yet, and what a newer program has named. */
const UNKNOWN = 'unknown'

/** The words, signs and ways of a thing on the map and in the list. */
export function useThingText() {
  const { t, te, name } = useText()
  const way = useWayText()

  function title(thing: Thing): string {
    return thing.layer === 'case' ? name(thing.of.category.name) : thing.of.name
  }

  /** The state in a word; nothing for what has none. */
  function state(thing: Thing): string | null {
    if (thing.layer === 'case') return t(`work.${thing.of.work}`)
    if (thing.layer !== 'component') return null
    return thing.of.state ? t(`component.${thing.of.state}`) : t('map.state_unknown')
  }

  /** The state in a letter, or the number of a building: what stands on the pin. */
  function letter(thing: Thing): string | null {
    if (thing.layer === 'place') return null
    if (thing.layer === 'building') return shortName(thing.of.name)
    const key =
      thing.layer === 'case'
        ? `map.work_${thing.of.work}`
        : `map.component_${thing.of.state ?? UNKNOWN}`
    return te(key) ? t(key) : t('map.component_unknown')
  }

  /** The symbol of a case's category; other layers are told apart by their shape alone. */
  function icon(thing: Thing): IconName | null {
    if (thing.layer === 'case') return iconOr(thing.of.category.icon)
    return thing.layer === 'place' ? 'map-pin' : null
  }

  function tone(thing: Thing): Tone {
    if (thing.layer === 'case') {
      return thing.of.urgency === 'danger' ? 'returned' : workTone[thing.of.work]
    }
    if (thing.layer === 'component' && thing.of.state && thing.of.state !== 'intact') {
      return 'waiting'
    }
    return 'neutral'
  }

  /** In one breath: 案件，井盖松动，待立案，忠实里南街 1 号楼. */
  function label(thing: Thing): string {
    const urgency =
      thing.layer === 'case' && thing.of.urgency !== 'ordinary'
        ? t(`urgency.${thing.of.urgency}`)
        : null
    const parts = [t(`map.${thing.layer}`), title(thing), urgency, state(thing), place(thing)]
    return parts.filter((part) => part !== null).join(t('text.comma'))
  }

  function place(thing: Thing): string | null {
    const words = thing.layer === 'case' || thing.layer === 'component' ? thing.of.place : null
    return words === null ? null : isolate(words)
  }

  /** The screen of a thing; nothing for what has only its card here. */
  function to(thing: Thing): RouteLocationRaw | null {
    if (thing.layer === 'case') return { name: 'case', params: { id: thing.of.id } }
    if (thing.layer !== 'building') return null
    return { name: 'browse', params: { building: thing.of.id } }
  }

  return { title, state, letter, icon, tone, label, place, way, to }
}
