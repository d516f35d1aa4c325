// What no screen may have, looked for in a real engine: what axe finds serious or critical, controls that a
// thumb misses, pages that scroll sideways, text that is cut off or too small to read.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The problems of what the session shows now, each a line. Controls are as large as the page's targets say. */
export async function problemsOf(session) {
  return [...(await session.executeScript(scan)), ...(await axeProblems(session))]
}

/** Only what depends on width and sizes. */
export function sizeProblemsOf(session) {
  return session.executeScript(scan)
}

/**
 * What axe finds serious or critical. A case card's name is a sentence of the facts it shows, not the
 * row of its pieces, hence the one rule that is off.
 */
async function axeProblems(session) {
  if (!(await session.executeScript('return typeof axe === "object"'))) {
    await session.executeScript(axe)
  }
  const found = await session.executeAsyncScript(`
    const done = arguments[0]
    axe
      .run(document, { rules: { 'label-content-name-mismatch': { enabled: false } } })
      .then(({ passes, violations }) => done({ passes: passes.length, violations }))
      .catch((error) => done({ error: String(error) }))`)
  if (found.error) return [`axe did not run: ${found.error}`]
  if (found.passes === 0) return ['axe found nothing to look at']
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) => `axe ${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`,
    )
}

/** Runs in the page. */
function scan() {
  const page = document.documentElement
  const found = []
  // Half a pixel is lost where a layout does not fall on whole pixels.
  const least = (page.dataset.targets === 'large' ? 60 : 48) - 0.5
  // Six keys or five tabs side by side leave no more than this of 320 px, whatever the targets are.
  const leastInRow = 48 - 0.5
  if (page.scrollWidth > innerWidth) found.push('the page scrolls sideways')
  for (const body of document.querySelectorAll('main, dialog[open], dialog[open] *')) {
    const { overflowX } = getComputedStyle(body)
    const scrolls = overflowX === 'auto' || overflowX === 'scroll' || body.matches('main')
    if (scrolls && body.scrollWidth > body.clientWidth + 1) {
      found.push(`${body.className || body.localName} scrolls sideways`)
    }
  }
  const controls =
    'button, a[href], input, select, textarea, summary, [role=button], [role=checkbox], [role=radio], [role=switch], [role=tab]'
  let seen = 0
  for (const element of document.querySelectorAll(controls)) {
    const box = element.getBoundingClientRect()
    if (box.width === 0 || element.closest('[aria-hidden=true]')) continue
    seen += 1
    // What can be tapped of a field is the box around it.
    const field = element.closest('.van-field__body')?.getBoundingClientRect()
    const height = Math.max(box.height, field?.height ?? 0)
    const width = Math.max(box.width, field?.width ?? 0)
    const name = element.dataset.testid ?? element.getAttribute('aria-label') ?? element.className
    const leastWidth = element.closest('.key-pad, .tab-bar') ? leastInRow : least
    if (height < least || width < leastWidth) {
      found.push(`${name} is ${Math.round(width)}x${Math.round(height)}`)
    }
    if (box.left < -1 || box.right > innerWidth + 1) found.push(`${name} sticks out sideways`)
  }
  const pen = document.createElement('canvas').getContext('2d')
  for (const field of document.querySelectorAll('input[placeholder]')) {
    const style = getComputedStyle(field)
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
    pen.font = style.font
    if (pen.measureText(field.placeholder).width > room + 1) {
      found.push(`cut hint: ${field.placeholder}`)
    }
  }
  if (seen === 0) found.push('no control was found: nothing can be done here')
  for (const element of document.querySelectorAll('.app *, dialog[open] *')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    if (!hasText || element.closest('.visually-hidden')) continue
    const style = getComputedStyle(element)
    if (parseFloat(style.fontSize) < 13.9 && !element.matches('.receipt-ring__badge')) {
      found.push(`text of ${style.fontSize}: ${element.textContent.trim().slice(0, 20)}`)
    }
    if (element.scrollWidth > element.clientWidth + 1 && style.overflowX === 'hidden') {
      found.push(`cut text: ${element.textContent.trim().slice(0, 20)}`)
    }
  }
  return found
}
