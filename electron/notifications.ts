/**
 * The system's notifications. They tell and lead to a window; a question is never answered in one, because what a
 * notification shows can be cut off, and who clicked it can't be known.
 */
import { Notification } from 'electron'

export interface Notifications {
  /** False when this desktop shows none. */
  tell(note: { title: string; body: string; onClick?: () => void }): boolean
  /** One notification for all questions that wait, replaced as their number changes. */
  questionsWait(count: number, onClick: () => void): void
  noQuestions(): void
}

export function createNotifications(parts: { icon: string }): Notifications {
  // Kept until they are gone: a notification that is collected loses its click.
  const shown = new Set<Notification>()
  let asking: Notification | null = null

  function show(title: string, body: string, onClick?: () => void): Notification {
    const note = new Notification({ title, body, icon: parts.icon, silent: true })
    shown.add(note)
    if (shown.size > 50) shown.delete(shown.values().next().value as Notification)
    note.once('close', () => shown.delete(note))
    note.once('click', () => {
      shown.delete(note)
      onClick?.()
    })
    note.show()
    return note
  }
  return {
    tell({ title, body, onClick }) {
      if (!Notification.isSupported()) return false
      show(title, body, onClick)
      return true
    },
    questionsWait(count, onClick) {
      if (!Notification.isSupported()) return
      asking?.close()
      const title = count === 1 ? 'An agent asks' : `${count} questions wait`
      asking = show(title, 'Nothing happens until you answer in Sallyport’s own window.', onClick)
    },
    noQuestions() {
      asking?.close()
      asking = null
    },
  }
}
