import { Lock } from 'lucide-react'
import { ShownText } from '../design/shown-text.tsx'

/** What a setting is called and does, who locked it, and why its last change was not taken. */
export function SettingWords({
  id,
  label,
  about,
  locked,
  fault,
}: {
  id: string
  label: string
  about: string
  locked: string | undefined
  fault: string | undefined
}) {
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      {about && <p className="small faint">{about}</p>}
      {locked !== undefined && (
        <p className="small locked-why">
          <Lock aria-hidden="true" /> Locked by your organization. <ShownText text={locked} field="reason" />
        </p>
      )}
      {fault && (
        <p className="small setting-fault" role="alert">
          {fault}
        </p>
      )}
    </div>
  )
}
