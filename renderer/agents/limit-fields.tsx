import type { Budgets, Perimeter } from '../../contract/perimeter.ts'
import { Field, TextArea, TextInput } from '../design/field.tsx'
import { LevelSelect } from './perimeter-line.tsx'

/** Clipboard, notifications, opening things; and what counts as the agent's own. */
export function OtherFields({
  perimeter,
  onChange,
}: {
  perimeter: Perimeter
  onChange: (part: Partial<Perimeter>) => void
}) {
  const { clipboard, notify, open, own } = perimeter
  return (
    <details className="form-more">
      <summary>Clipboard, notifications, what counts as yours</summary>
      <ul className="ruled lines-list">
        <li>
          <span>Read the clipboard</span>
          <LevelSelect
            label="Read the clipboard"
            neverQuiet
            value={clipboard.read}
            onChange={(read) => onChange({ clipboard: { ...clipboard, read } })}
          />
        </li>
        <li>
          <span>Write to the clipboard</span>
          <LevelSelect
            label="Write to the clipboard"
            value={clipboard.write}
            onChange={(write) => onChange({ clipboard: { ...clipboard, write } })}
          />
        </li>
        <li>
          <span>Show notifications</span>
          <LevelSelect
            label="Show notifications"
            value={notify}
            onChange={(level) => onChange({ notify: level })}
          />
        </li>
        <li>
          <span>Open links and files in other apps</span>
          <LevelSelect
            label="Open links and files"
            value={open}
            onChange={(level) => onChange({ open: level })}
          />
        </li>
      </ul>
      <Field
        label="Folders with your own files"
        hint="One a line. What is read there counts as yours; everything else that is read counts as from outside."
      >
        {(ids) => (
          <TextArea
            {...ids}
            mono
            rows={2}
            placeholder="~/Notes"
            value={own.folders.join('\n')}
            onChange={(event) => onChange({ own: { ...own, folders: linesOf(event.target.value) } })}
          />
        )}
      </Field>
      <Field
        label="Your contacts"
        hint="Addresses and names, one a line. Sending to them counts as meant by you."
      >
        {(ids) => (
          <TextArea
            {...ids}
            mono
            rows={2}
            placeholder="anna@example.org"
            value={own.contacts.join('\n')}
            onChange={(event) => onChange({ own: { ...own, contacts: linesOf(event.target.value) } })}
          />
        )}
      </Field>
    </details>
  )
}

// An empty last line stays while it is being typed.
function linesOf(text: string): string[] {
  return text === '' ? [] : text.split('\n')
}

const MB = 1024 * 1024
const BUDGETS: { key: keyof Budgets; label: string; unit: number; min: number }[] = [
  { key: 'calls', label: 'Tool calls', unit: 1, min: 1 },
  { key: 'tokens', label: 'Tokens', unit: 1, min: 1 },
  { key: 'minutes', label: 'Minutes', unit: 1, min: 1 },
  { key: 'bytesOut', label: 'Megabytes sent out', unit: MB, min: 1 },
  { key: 'money', label: 'US dollars (0: not counted)', unit: 1, min: 0 },
]

/** The most that one run may use. When it is reached the run ends, and says so. */
export function BudgetFields({
  budgets,
  onChange,
}: {
  budgets: Budgets
  onChange: (budgets: Budgets) => void
}) {
  return (
    <fieldset className="form-group">
      <legend>Each run, at most</legend>
      <div className="budgets">
        {BUDGETS.map(({ key, label, unit, min }) => (
          <Field key={key} label={label}>
            {(ids) => (
              <TextInput
                {...ids}
                type="number"
                className="number"
                min={min}
                step={key === 'money' ? 0.1 : 1}
                value={String(Math.round((budgets[key] / unit) * 100) / 100)}
                onChange={(event) => {
                  const value = Math.max(min, Number(event.target.value) || 0) * unit
                  onChange({ ...budgets, [key]: key === 'money' ? value : Math.round(value) })
                }}
              />
            )}
          </Field>
        ))}
      </div>
    </fieldset>
  )
}
