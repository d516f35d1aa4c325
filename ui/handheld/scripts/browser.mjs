// Debian's Chromium through its own driver, so that nothing is downloaded.
import { Builder } from 'selenium-webdriver'
import chrome from 'selenium-webdriver/chrome.js'

/** With `hasCamera` Chromium shows its own moving test picture; otherwise there is no camera at all. */
export async function openBrowser({
  width = 360,
  height = 640,
  scale = 2,
  hasCamera = false,
} = {}) {
  const options = new chrome.Options()
  options.setChromeBinaryPath(process.env.CHROMIUM ?? '/usr/bin/chromium')
  options.addArguments(
    '--headless=new',
    '--no-sandbox',
    '--disable-dev-shm-usage',
    '--hide-scrollbars',
    '--force-color-profile=srgb',
  )
  if (hasCamera) {
    options.addArguments('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream')
  }
  options.setMobileEmulation({ deviceMetrics: { width, height, pixelRatio: scale, touch: true } })
  const service = new chrome.ServiceBuilder(process.env.CHROMEDRIVER ?? '/usr/bin/chromedriver')
  return new Builder()
    .forBrowser('chrome')
    .setChromeOptions(options)
    .setChromeService(service)
    .build()
}
