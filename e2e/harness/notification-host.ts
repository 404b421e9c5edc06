/** The notification service of a test's desktop: keeps what was shown, and clicks it. */
import dbus from 'dbus-next'
import { until, withLimit } from './time-limit.ts'

export interface ShownNotification {
  id: number
  app: string
  title: string
  body: string
  actions: string[]
  closed: boolean
}
export interface NotificationHost {
  shown: ShownNotification[]
  /** The first one whose title or body matches, also one that is still to come. */
  find(text: string | RegExp): Promise<ShownNotification>
  /** The click of a person on its body. */
  click(id: number): void
  close(): void
}

class Notifications extends dbus.interface.Interface {
  readonly shown: ShownNotification[] = []

  Notify(app: string, replaces: number, _icon: string, title: string, body: string, actions: string[]) {
    const id = replaces || this.shown.length + 1
    this.shown.push({ id, app, title, body, actions, closed: false })
    return id
  }
  CloseNotification(id: number) {
    for (const each of this.shown) if (each.id === id) each.closed = true
    this.NotificationClosed(id, 3)
  }
  GetCapabilities() {
    return ['body', 'actions', 'persistence']
  }
  GetServerInformation() {
    return ['test', 'sallyport', '1', '1.2']
  }
  ActionInvoked(id: number, action: string) {
    return [id, action]
  }
  NotificationClosed(id: number, reason: number) {
    return [id, reason]
  }
}
Notifications.configureMembers({
  methods: {
    Notify: { inSignature: 'susssasa{sv}i', outSignature: 'u' },
    CloseNotification: { inSignature: 'u' },
    GetCapabilities: { outSignature: 'as' },
    GetServerInformation: { outSignature: 'ssss' },
  },
  signals: { ActionInvoked: { signature: 'us' }, NotificationClosed: { signature: 'uu' } },
})

export async function startNotificationHost(busAddress: string): Promise<NotificationHost> {
  const bus = dbus.sessionBus({ busAddress })
  bus.on('error', () => {})
  const service = new Notifications('org.freedesktop.Notifications')
  bus.export('/org/freedesktop/Notifications', service)
  await withLimit(bus.requestName('org.freedesktop.Notifications', 0), 10_000, 'taking the notifications')
  const matches = (one: ShownNotification, text: string | RegExp) =>
    [one.title, one.body].some((part) => (typeof text === 'string' ? part.includes(text) : text.test(part)))
  return {
    shown: service.shown,
    find: (text) =>
      until(
        () => service.shown.find((one) => matches(one, text)),
        15_000,
        `waiting for a notification with ${text}`,
      ),
    click: (id) => {
      service.ActionInvoked(id, 'default')
    },
    close: () => bus.disconnect(),
  }
}
