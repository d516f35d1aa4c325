import type { ClashDto } from '@linli/ui-shared'

/** Fields of an invented household that two people changed at once. */

export function phoneClash(now: number): ClashDto {
  return {
    record: 'p-zhou',
    kind: 'contact',
    household: 'h-zhou',
    field: 'phones',
    can_keep_all: true,
    versions: [
      {
        id: 'p-zhou-0',
        value: '990****0071',
        staff: 's-wangyue',
        staff_name: '王岳',
        device: '0417a2c9',
        at: now - 80 * 60_000,
        basis: 'door_visit',
        is_current: true,
      },
      {
        id: 'p-zhou-1',
        value: '990****0872',
        staff: 's-limin',
        staff_name: '李敏',
        device: '7be01d44',
        at: now - 72 * 60_000,
        basis: 'phone',
        is_current: false,
      },
    ],
  }
}

export function countClash(now: number): ClashDto {
  const [first, second] = phoneClash(now).versions
  return {
    record: 'h-zhou',
    kind: 'household',
    household: 'h-zhou',
    field: 'people_count',
    can_keep_all: false,
    versions: [first, second].flatMap((version, index) =>
      version ? [{ ...version, id: `n-${index}`, value: index === 0 ? '4' : '5' }] : [],
    ),
  }
}
