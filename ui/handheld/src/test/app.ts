import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { createMemoryHistory } from 'vue-router'
import App from '../App.vue'
import { FakeEngine, type FakeOptions } from '../api/fake'
import { provideApi } from '../api'
import { provideCamera } from '../shared/camera'
import { provideMic } from '../shared/voice'
import type { MicSource } from '../shared/voice/source'
import type { CameraSource } from '../shared/camera/source'
import { makeI18n } from '../i18n'
import { makeRouter } from '../router'

const mounted: VueWrapper[] = []

export function unmountAll(): void {
  for (const wrapper of mounted.splice(0)) wrapper.unmount()
  document.body.innerHTML = ''
}

interface Options extends FakeOptions {
  engine?: FakeEngine
  /** Without one there is no camera, as in this browser. */
  camera?: CameraSource
  /** Without one there is no microphone. */
  mic?: MicSource
}

/** The whole program on a fake engine, seen and touched through test ids like a person would. */
export async function openApp(path = '/', options: Options = {}) {
  const engine = options.engine ?? new FakeEngine(options)
  const router = makeRouter(createMemoryHistory())
  await router.push(path)
  const wrapper = mount(App, {
    attachTo: document.body,
    global: {
      plugins: [
        {
          install(app) {
            provideApi(app, engine)
            if (options.camera) provideCamera(app, options.camera)
            if (options.mic) provideMic(app, options.mic)
          },
        },
        createPinia(),
        makeI18n(),
        router,
      ],
    },
  })
  mounted.push(wrapper)
  await flushPromises()

  const maybe = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`)

  function get(id: string): HTMLElement {
    const found = maybe(id)
    if (!found) throw new Error(`nothing on screen is called ${id}`)
    return found
  }

  /** The control inside a field, or the element itself. */
  function control(id: string): HTMLElement {
    return get(id).querySelector<HTMLElement>('input, textarea') ?? get(id)
  }

  async function tap(id: string): Promise<void> {
    control(id).click()
    await flushPromises()
  }

  async function type(id: string, text: string): Promise<void> {
    const field = control(id) as HTMLInputElement
    field.value = text
    field.dispatchEvent(new Event('input', { bubbles: true }))
    await flushPromises()
  }

  /** Takes a photo through the file input; by its name when several are on screen. */
  async function shoot(name = 'scene.jpg', kind = 'image/jpeg'): Promise<void> {
    const input = get('photo.input') as HTMLInputElement
    const file = new File([name], name, { type: kind })
    Object.defineProperty(input, 'files', { value: [file], configurable: true })
    input.dispatchEvent(new Event('change', { bubbles: true }))
    await flushPromises()
  }

  const text = (id: string) => get(id).textContent?.replace(/\s+/g, ' ').trim() ?? ''
  const page = () => document.body.textContent?.replace(/\s+/g, ' ') ?? ''
  const route = () => router.currentRoute.value.name

  return { engine, router, maybe, get, control, tap, type, shoot, text, page, route }
}
