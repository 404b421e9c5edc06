/** Signed forms, made by the broker with a secret that the tool never sees. Pure. */
import { createHmac } from 'node:crypto'
import type { OperationArgs } from '../../../contract/request.ts'
import type { HeaderList } from './request-headers.ts'
import { type SigV4Request, signSigV4 } from './sign-sigv4.ts'

export type Signing = NonNullable<OperationArgs<'net.fetch'>['sign']>

/** @returns the headers that carry the proof; they replace those of the same name */
export function signRequest(
  signing: Signing,
  secret: string,
  request: SigV4Request,
  now: number,
): HeaderList {
  switch (signing.scheme) {
    case 'bearer':
      return [['authorization', `Bearer ${secret}`]]
    case 'basic':
      return [['authorization', `Basic ${Buffer.from(`${signing.user}:${secret}`).toString('base64')}`]]
    case 'hmac-sha256':
      return [[signing.header.toLowerCase(), createHmac('sha256', secret).update(request.body).digest('hex')]]
    case 'aws-sigv4':
      return signSigV4(
        request,
        {
          accessKeyId: signing.accessKeyId,
          secretKey: secret,
          region: signing.region,
          service: signing.service,
        },
        now,
      )
  }
}

/** In words, for the consent window. */
export function describeSigning(signing: Signing): string {
  switch (signing.scheme) {
    case 'bearer':
      return `Bearer token from the secret “${signing.secret}”`
    case 'basic':
      return `User “${signing.user}” with the password from the secret “${signing.secret}”`
    case 'hmac-sha256':
      return `HMAC-SHA256 of the body in ${signing.header}, with the secret “${signing.secret}”`
    case 'aws-sigv4':
      return `AWS Signature 4 as ${signing.accessKeyId} for ${signing.service} in ${signing.region}, with the secret “${signing.secret}”`
  }
}
