// H1: reports with a photo, by four taps, among everything that the grid has.
import { median } from './numbers.mjs'
import { until } from '../support/wait.mjs'

const TIMES = 12
const COVER = '01001'

export async function report(day) {
  const { window } = day
  const chips = []
  const machine = []
  await until('a position', async () => (await day.ask('position')).position !== null)
  for (let time = 0; time < TIMES; time += 1) {
    window.waited = 0
    const from = performance.now()
    await window.tap('tabs.report')
    await window.photo(day.town.pictures.before)
    await window.paints('.photo-row__photo img', 1)
    await window.tap(`p7.category.${COVER}`)
    chips.push(await window.tapUntil('p7.save', 'p8.card'))
    machine.push(performance.now() - from - window.waited)
    await day.home()
  }
  day.figure('a report: "saved on device" after the tap, median', median(chips), 'ms')
  day.figure('a report: "saved on device" after the tap, slowest', Math.max(...chips), 'ms')
  day.figure('a report: machine time of the whole, median', median(machine), 'ms')
  day.figure('a report: machine time of the whole, slowest', Math.max(...machine), 'ms')
}
