import type { PhotoArea } from '@linli/ui-shared'

/** Drawn stand-ins for photos, so that the screens can be looked at without a camera. */

const frame = (body: string) =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300" preserveAspectRatio="xMidYMid slice">${body}</svg>`,
  )}`

const pavement = (tone: string, joint: string) =>
  `<rect width="400" height="300" fill="${tone}"/><g stroke="${joint}" stroke-width="3">${[
    60, 130, 210,
  ]
    .map((y) => `<path d="M0 ${y}h400"/>`)
    .join('')}${[40, 150, 260, 370].map((x) => `<path d="M${x} 0l-30 300"/>`).join('')}</g>`

const manhole = (lift: number) =>
  frame(
    `${pavement('#9aa0a3', '#868c90')}<ellipse cx="205" cy="172" rx="112" ry="72" fill="#3c4145"/><g transform="rotate(${-lift} 205 165)"><ellipse cx="205" cy="${165 - lift}" rx="104" ry="65" fill="#6b7075" stroke="#4c5155" stroke-width="6"/><ellipse cx="205" cy="${165 - lift}" rx="78" ry="47" fill="none" stroke="#565b60" stroke-width="5"/><path d="M135 ${165 - lift}h140M205 ${120 - lift}v90M155 ${133 - lift}l100 64M255 ${133 - lift}l-100 64" stroke="#565b60" stroke-width="5"/></g>`,
  )

const planter = (broken: boolean) =>
  frame(
    `<rect width="400" height="190" fill="#c9d8e2"/><rect y="170" width="400" height="130" fill="#b4b1a8"/><rect x="30" y="20" width="120" height="160" fill="#d8cfc0"/><g fill="#93a9b8"><rect x="50" y="40" width="28" height="36"/><rect x="100" y="40" width="28" height="36"/><rect x="50" y="100" width="28" height="36"/><rect x="100" y="100" width="28" height="36"/></g><rect x="40" y="190" width="320" height="60" rx="6" fill="#8a6a4f"/><g fill="#5d8a4c"><circle cx="90" cy="180" r="34"/><circle cx="150" cy="172" r="40"/><circle cx="230" cy="178" r="36"/><circle cx="305" cy="176" r="38"/></g><g stroke="#f1efe8" stroke-width="9">${(broken
      ? [
          'M70 160v80',
          'M110 160v80',
          'M170 230l46 14',
          'M215 205l60 34',
          'M310 160v80',
          'M60 178h66',
          'M300 178h46',
        ]
      : [
          'M70 160v80',
          'M120 160v80',
          'M170 160v80',
          'M220 160v80',
          'M270 160v80',
          'M320 160v80',
          'M58 178h276',
          'M58 222h276',
        ]
    )
      .map((d) => `<path d="${d}"/>`)
      .join('')}</g>`,
  )

const corridor = frame(
  '<rect width="400" height="300" fill="#d9d4c8"/><path d="M0 300L120 60h160l120 240z" fill="#b9b2a4"/><rect x="120" y="30" width="160" height="110" fill="#8b99a3"/><rect x="150" y="44" width="100" height="96" fill="#5f6d77"/><g stroke="#6f5236" stroke-width="4"><rect x="40" y="170" width="90" height="80" fill="#c1965f"/><rect x="62" y="110" width="70" height="60" fill="#d0a870"/><rect x="270" y="180" width="100" height="80" fill="#b98a52"/><path d="M40 206h90M270 216h100M62 138h70"/></g>',
)

const lamp = frame(
  '<rect width="400" height="300" fill="#27313f"/><rect y="230" width="400" height="70" fill="#1b222c"/><g fill="#323f50"><rect x="20" y="90" width="110" height="150"/><rect x="280" y="60" width="120" height="180"/></g><g fill="#d9b25c"><rect x="300" y="86" width="22" height="26"/><rect x="350" y="140" width="22" height="26"/><rect x="40" y="120" width="20" height="24"/></g><path d="M205 250V70q0-26 42-26" fill="none" stroke="#8d9aa8" stroke-width="9"/><path d="M240 36h40l8 18h-56z" fill="#5a6674"/>',
)

const ramp = frame(
  '<rect width="400" height="170" fill="#cfd3cf"/><rect y="160" width="400" height="140" fill="#aaa79d"/><rect x="210" y="30" width="150" height="140" fill="#7f5f49"/><rect x="245" y="60" width="80" height="110" fill="#4d6273"/><path d="M190 170h190v24H190zM170 194h210v26H170zM150 220h230v30H150z" fill="#c7c1b4" stroke="#918b7d" stroke-width="3"/><path d="M20 250L190 172v78z" fill="#d9c98f" stroke="#918b7d" stroke-width="3"/><path d="M90 216l24 34M130 198l18 52" stroke="#7d765f" stroke-width="5"/>',
)

const pictures: Record<string, string> = {
  manhole: manhole(14),
  manhole_close: manhole(22),
  manhole_done: manhole(0),
  planter: planter(true),
  planter_done: planter(false),
  corridor,
  lamp,
  ramp,
}

/** Pictures that were added while the program runs. */
const added = new Map<string, string>()

export function rememberPicture(hash: string, url: string): void {
  added.set(hash, url)
}

export function pictureUrl(hash: string): string {
  return added.get(hash) ?? pictures[hash] ?? frame('<rect width="400" height="300" fill="#888"/>')
}

/** The picture with black parts, drawn as the real engine does. Where nothing can be drawn it stays. */
export async function blackenedUrl(url: string, areas: readonly PhotoArea[]): Promise<string> {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d')
  if (!context) return url
  const picture = new Image()
  picture.src = url
  await picture.decode()
  canvas.width = picture.naturalWidth
  canvas.height = picture.naturalHeight
  context.drawImage(picture, 0, 0)
  for (const { left, top, width, height } of areas) {
    const [across, down] = [canvas.width / 1000, canvas.height / 1000]
    context.fillRect(left * across, top * down, width * across, height * down)
  }
  return canvas.toDataURL('image/jpeg')
}
