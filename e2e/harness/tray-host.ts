/**
 * The tray of a test's desktop: a StatusNotifierWatcher and host, which reads an application's status item and clicks
 * its menu over D-Bus, as a panel does.
 */
import dbus from 'dbus-next'
import { until, withLimit } from './time-limit.ts'

const LIMIT_MS = 30_000

export interface MenuItem {
  id: number
  label: string
  enabled: boolean
  kind: 'item' | 'separator'
  checked: boolean | null
  children: MenuItem[]
}
export interface TrayState {
  title: string
  tooltip: string
  status: string
  iconName: string
  /** Size of the largest icon picture that the item sends along; 0 when it only names one. */
  iconSize: number
  menu: MenuItem[]
}
export interface TrayHost {
  /** The newest item's state; waits until there is one. */
  read(): Promise<TrayState>
  /** Clicks the menu item with this label, at any depth; waits until it is there and enabled. */
  click(label: string | RegExp): Promise<void>
  /** A primary click on the icon itself. */
  activate(): Promise<void>
  close(): void
}

interface ItemAddress {
  destination: string
  path: string
}

class Watcher extends dbus.interface.Interface {
  readonly items: ItemAddress[] = []
  #taken: string[] = []

  RegisterStatusNotifierItem(service: string) {
    const item = service.startsWith('/')
      ? { destination: '', path: service }
      : { destination: service, path: '/StatusNotifierItem' }
    this.items.push(item)
    this.#taken.push(service)
    this.StatusNotifierItemRegistered(service)
  }
  RegisterStatusNotifierHost(_service: string) {}
  StatusNotifierItemRegistered(service: string) {
    return service
  }
  StatusNotifierItemUnregistered(service: string) {
    return service
  }
  get RegisteredStatusNotifierItems() {
    return this.#taken
  }
  get IsStatusNotifierHostRegistered() {
    return true
  }
  get ProtocolVersion() {
    return 0
  }
}
Watcher.configureMembers({
  methods: {
    RegisterStatusNotifierItem: { inSignature: 's' },
    RegisterStatusNotifierHost: { inSignature: 's' },
  },
  signals: {
    StatusNotifierItemRegistered: { signature: 's' },
    StatusNotifierItemUnregistered: { signature: 's' },
  },
  properties: {
    RegisteredStatusNotifierItems: { signature: 'as', access: 'read' },
    IsStatusNotifierHostRegistered: { signature: 'b', access: 'read' },
    ProtocolVersion: { signature: 'i', access: 'read' },
  },
})

export async function startTrayHost(busAddress: string): Promise<TrayHost> {
  const bus = dbus.sessionBus({ busAddress })
  bus.on('error', () => {})
  const watcher = new Watcher('org.kde.StatusNotifierWatcher')
  bus.export('/StatusNotifierWatcher', watcher)
  await withLimit(bus.requestName('org.kde.StatusNotifierWatcher', 0), LIMIT_MS, 'taking the tray')

  const send = async (message: Partial<dbus.Message> & { member: string }) => {
    const reply = await withLimit(bus.call(new dbus.Message(message)), LIMIT_MS, `tray: ${message.member}`)
    return reply?.body ?? []
  }
  const item = () => until(() => watcher.items.at(-1), LIMIT_MS, 'waiting for a tray item')
  const properties = async () => {
    const [all] = await send({
      ...(await item()),
      interface: 'org.freedesktop.DBus.Properties',
      member: 'GetAll',
      signature: 's',
      body: ['org.kde.StatusNotifierItem'],
    })
    return all as Record<string, dbus.Variant>
  }
  const menuAt = async () => ({
    destination: (await item()).destination,
    path: (await properties()).Menu?.value as string,
    interface: 'com.canonical.dbusmenu',
  })
  const menu = async () => {
    const [, layout] = await send({
      ...(await menuAt()),
      member: 'GetLayout',
      signature: 'iias',
      body: [0, -1, []],
    })
    return readMenu(layout as Layout).children
  }

  const look = async () => readState(await properties(), await menu())
  return {
    read: () => until(() => look().catch(orGone), LIMIT_MS, 'reading the tray'),
    click: async (label) => {
      const find = async () =>
        flatten(await menu()).find((each) => each.enabled && matches(each.label, label))
      const press = async ({ id }: MenuItem) => {
        const body = [id, 'clicked', new dbus.Variant('s', ''), Math.floor(Date.now() / 1000)]
        await send({ ...(await menuAt()), member: 'Event', signature: 'isvu', body })
        return true
      }
      const tryOnce = async () => {
        const found = await find()
        return found ? press(found) : false
      }
      await until(() => tryOnce().catch(orGone), LIMIT_MS, `clicking ${label} in the tray's menu`)
    },
    activate: async () => {
      const target = { ...(await item()), interface: 'org.kde.StatusNotifierItem' }
      await send({ ...target, member: 'Activate', signature: 'ii', body: [0, 0] })
    },
    close: () => bus.disconnect(),
  }
}

type Layout = [id: number, properties: Record<string, dbus.Variant>, children: dbus.Variant<Layout>[]]

function readMenu([id, properties, children]: Layout): MenuItem {
  const toggle = properties['toggle-state']?.value
  return {
    id,
    label: String(properties.label?.value ?? '').replace(/_(.)/g, '$1'),
    enabled: properties.enabled?.value !== false,
    kind: properties.type?.value === 'separator' ? 'separator' : 'item',
    checked: properties['toggle-type']?.value ? toggle === 1 : null,
    children: children.map((child) => readMenu(child.value)),
  }
}

function readState(properties: Record<string, dbus.Variant>, menu: MenuItem[]): TrayState {
  const [, , tooltipTitle = '', tooltipText = ''] = (properties.ToolTip?.value ?? []) as [
    string,
    unknown,
    string,
    string,
  ]
  const pictures = (properties.IconPixmap?.value ?? []) as [number, number, Buffer][]
  return {
    title: String(properties.Title?.value ?? ''),
    tooltip: [tooltipTitle, tooltipText].filter(Boolean).join('\n'),
    status: String(properties.Status?.value ?? ''),
    iconName: String(properties.IconName?.value ?? ''),
    iconSize: Math.max(0, ...pictures.map(([width]) => width)),
    menu,
  }
}

/** An icon or a menu that is made anew between look and click meets neither: one looks again. */
function orGone(error: unknown): false {
  if (!/error occurred in Event|was not provided by any|disconnected from message bus/.test(String(error)))
    throw error
  return false
}

const flatten = (items: MenuItem[]): MenuItem[] => items.flatMap((item) => [item, ...flatten(item.children)])
const matches = (label: string, wanted: string | RegExp) =>
  typeof wanted === 'string' ? label === wanted : wanted.test(label)
