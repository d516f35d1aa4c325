import type { Api } from '../api'
import { ApiError } from '../error'
import { inventedComponents, placeRows, type FakeComponent } from './components'
import { places } from './reference'
import { FakeRegister } from './register'
import { isThere, isWithin, wrong } from './limits'
import { newId } from './register-writes'

/** Buildings that are added and components that are looked at. */
export abstract class FakePlaces extends FakeRegister {
  readonly components: FakeComponent[]

  constructor(now: number, isEmpty: boolean) {
    super(now, isEmpty)
    this.components = isEmpty ? [] : inventedComponents(now)
  }

  addBuilding: Api['addBuilding'] = async ({ name }) => {
    const id = newId('b')
    this.town.buildings.push({ id, name: this.named(name) })
    return this.saved(id)
  }

  addEntrance: Api['addEntrance'] = async ({ building, name }) => {
    const id = newId('e')
    this.town.entrances.push({ id, building, name: this.named(name) })
    return this.saved(id)
  }

  addDwelling: Api['addDwelling'] = async ({ building, entrance, unit, floor }) => {
    const isTaken = this.town.dwellings.some(
      (one) => one.building === building && one.entrance === entrance && one.unit === unit,
    )
    isThere(unit, 64, 'unit')
    isWithin(floor, -20, 300, 'floor')
    if (isTaken) throw wrong('unit')
    const id = newId('d')
    this.town.dwellings.push({ id, building, entrance, unit, floor })
    return this.saved(id)
  }

  listFacilities: Api['listFacilities'] = async ({ kind, class: wanted, page }) => {
    const all =
      kind === 'component'
        ? this.components.filter((one) => !wanted || one.class === wanted)
        : placeRows(places.map(({ id, name }) => ({ id, name, at: null })))
    const rows = all.slice(page.offset, page.offset + Math.min(page.limit, 200))
    return { rows: structuredClone(rows), total_count: all.length }
  }

  setComponent: Api['setComponent'] = async ({ component, state }) => {
    const found = this.components.find((one) => one.id === component)
    if (!found) throw new ApiError({ code: 'not_found', params: {} })
    Object.assign(found, { state, checked_at: this.now() })
    return this.saved(component, 'component')
  }

  private named(name: string): string {
    isThere(name, 128, 'name')
    return name.trim()
  }
}
