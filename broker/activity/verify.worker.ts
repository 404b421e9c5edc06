/** A thread that verifies one stretch of the log. */
import { parentPort, workerData } from 'node:worker_threads'
import { type PartOrder, verifyPart } from './verify-part.ts'

parentPort?.postMessage(verifyPart(workerData as PartOrder))
