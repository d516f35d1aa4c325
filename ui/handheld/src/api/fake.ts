import { FakeEngine, type FakeOptions } from './fake/engine'
import { plainSettings, scenarioNames, type ScenarioName } from './fake/scenario'

export { FakeEngine, type FakeOptions } from './fake/engine'

/** The fake engine as the address asks for it: `?scenario=offline&language=en&theme=dark`. */
export function fakeFromAddress(address: string): FakeEngine {
  const query = new URL(address).searchParams
  const scenario = query.get('scenario') as ScenarioName | null
  const settings = {
    ...plainSettings,
    language: query.get('language') === 'en' ? ('en' as const) : ('zh-CN' as const),
    theme: oneOf(query.get('theme'), ['light', 'dark', 'sunlight'] as const),
    text_size: oneOf(query.get('text'), ['standard', 'large', 'extra_large'] as const),
    large_targets: query.get('targets') === 'large',
    hand: oneOf(query.get('hand'), ['right', 'left'] as const),
  }
  const options: FakeOptions = { settings, isLive: !query.has('still') }
  if (scenario && scenarioNames.includes(scenario)) options.scenario = scenario
  return new FakeEngine(options)
}

function oneOf<T extends string>(value: string | null, allowed: readonly [T, ...T[]]): T {
  return allowed.find((one) => one === value) ?? allowed[0]
}
