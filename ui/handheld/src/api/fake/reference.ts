import type { CategoryDto, GridDto, NameDto, PlaceDto, StaffDto } from '@linli/ui-shared'

/** Reference data of an invented grid on real street names. */

export const grid: GridDto = {
  code: '990101013002G20',
  name: { zh: '东花市-20', en: 'Donghuashi-20' },
}

export const neighbour: GridDto = {
  code: '990101013002G07',
  name: { zh: '东花市-07', en: 'Donghuashi-07' },
}

export const staff: StaffDto[] = [
  { id: 's-wangyue', name: '王岳', role: 'grid_assistant' },
  { id: 's-limin', name: '李敏', role: 'grid_manager' },
]

export const names = {
  device: { zh: '终端 0417', en: 'Device 0417' },
  community: { zh: '东花市北里东区社区', en: 'Beilidongqu community' },
  street: { zh: '东花市街道分中心', en: 'Donghuashi sub-centre' },
  district: { zh: '东城区指挥中心', en: 'Dongcheng centre' },
  sanitation: { zh: '环卫所', en: 'Sanitation office' },
  property: { zh: '北里物业', en: 'Beili property services' },
  lighting: { zh: '路灯管理所', en: 'Street lighting office' },
  parks: { zh: '园林队', en: 'Parks team' },
} satisfies Record<string, NameDto>

const station = { code: 'station', number: '010-5550-0120' }
const fire = { code: 'fire', number: '119' }
const gas = { code: 'gas', number: '010-5550-0777' }

type Row = [code: string, zh: string, en: string, icon: string, group: string]

const rows: Row[] = [
  ['01001', '井盖松动', 'Loose cover', 'circle-dot-dashed', '01'],
  ['06003', '路面破损', 'Broken road', 'traffic-cone', '06'],
  ['06010', '暴露垃圾', 'Litter', 'trash-2', '06'],
  ['06031', '楼道堆物', 'Blocked stairs', 'package', '06'],
  ['01021', '路灯不亮', 'Lamp out', 'lightbulb', '01'],
  ['01042', '管网渗漏', 'Leaking pipe', 'droplets', '01'],
  ['09012', '占消防道', 'Fire lane', 'fire-extinguisher', '09'],
  ['08007', '围挡破损', 'Broken fence', 'construction', '08'],
  ['06052', '坡道破损', 'Broken ramp', 'accessibility', '06'],
  ['04011', '树木倾倒', 'Leaning tree', 'trees', '04'],
  ['09021', '乱停车辆', 'Parking', 'square-parking', '09'],
  ['99001', '燃气异味', 'Gas smell', 'flame', '99'],
]

export const categories: CategoryDto[] = rows.map(([code, zh, en, icon, group]) => ({
  category: { code, name: { zh, en }, icon },
  group,
  is_photo_required: group !== '99',
  emergency_calls: group === '99' ? [gas, fire, station] : [fire, station],
}))

export const places: PlaceDto[] = (
  [
    ['忠实里南街 1 号楼 3 单元', 116.43571, 39.89812, 12],
    ['忠实里南街 1 号楼东侧花池', 116.4361, 39.89801, 48],
    ['北里东区 4 号楼 1 单元', 116.43498, 39.89871, 86],
    ['北里东区北门', 116.43455, 39.89902, 142],
    ['花市大街 112 号', 116.43702, 39.89744, 190],
  ] as const
).map(([name, lon, lat, distance], index) => ({
  id: `p-${index}`,
  name,
  position: { lon, lat, accuracy_m: null, source: 'door', at: 0 },
  distance_m: distance,
}))

export function category(code: string) {
  const found = categories.find((entry) => entry.category.code === code)
  if (!found) throw new Error(`no category ${code}`)
  return found.category
}
