/** A thread that verifies stretches of the log. */
import { parentPort, workerData } from 'node:worker_threads'
import { type PartsOrder, verifyParts } from './verify-part.ts'

parentPort?.postMessage(verifyParts(workerData as PartsOrder))
